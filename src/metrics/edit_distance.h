// Why: word and character error rates, and lines that are right to the last byte, for texts with one right answer.
#pragma once

#include <cstdint>
#include <string_view>

namespace rnn::core {

// The fewest edits that make the references from the hypotheses (Levenshtein 1966); of equally few those with the most
// substitutions. A value: sums of sentences are made with +=.
struct ErrorRate {
  int64_t substitutions = 0;
  int64_t deletions = 0;   // what the hypothesis lacks
  int64_t insertions = 0;  // what it has too much
  int64_t reference = 0;   // words or characters of the references

  int64_t errors() const { return substitutions + deletions + insertions; }
  // Errors per word or character of the references, so it can exceed 1. Where these have none: 0 without errors, else 1.
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

// Of words, which white space separates, and of code points, white space included. Ill-formed bytes read as U+FFFD. The time
// grows with the product of the two lengths.
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
