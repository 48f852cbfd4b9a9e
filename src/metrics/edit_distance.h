// Why: word and character error rates, and lines that are exactly right, for texts with one right answer.
#pragma once

#include <cstdint>
#include <string_view>

namespace rnn::core {

// The fewest edits that turn the hypotheses into the references (Levenshtein 1966); of equally few those with the most
// substitutions. A value: add up sentences with +=.
struct ErrorRate {
  int64_t substitutions = 0;
  int64_t deletions = 0;   // missing from the hypothesis
  int64_t insertions = 0;  // superfluous in the hypothesis
  int64_t reference = 0;   // words or characters of the references

  int64_t errors() const { return substitutions + deletions + insertions; }
  // Errors per word or character of the references, so it can exceed 1. With empty references: 0 without errors, else 1.
  double rate() const {
    if (reference == 0) return errors() > 0 ? 1 : 0;
    return static_cast<double>(errors()) / static_cast<double>(reference);
  }
  ErrorRate& operator+=(const ErrorRate& other) {
    substitutions += other.substitutions, deletions += other.deletions;
    insertions += other.insertions, reference += other.reference;
    return *this;
  }
  bool operator==(const ErrorRate&) const = default;
};

// In words, which are separated by white space, and in code points, including white space. Ill-formed bytes read as U+FFFD.
// The time grows with the product of the two lengths.
ErrorRate word_errors(std::string_view hypothesis, std::string_view reference);
ErrorRate character_errors(std::string_view hypothesis, std::string_view reference);

// Lines that are equal byte for byte.
struct ExactMatch {
  int64_t equal = 0, lines = 0;

  void add(std::string_view hypothesis, std::string_view reference) {
    equal += hypothesis == reference;
    ++lines;
  }
  double rate() const { return lines > 0 ? static_cast<double>(equal) / static_cast<double>(lines) : 0; }
};

}  // namespace rnn::core
