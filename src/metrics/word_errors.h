// Why: word and character error rates as speech recognition counts them: sclite's alignment, pooled, with how sure they are.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/edit_distance.h"

namespace rnn::core {

// A step of an alignment: a word of the reference beside one of the hypothesis; "" where one of them has none. Slices of the texts.
struct AlignedWords {
  std::string_view reference, hypothesis;
};

// The alignment of NIST's sclite: least cost, a substitution 4, an insertion or a deletion 3; of equally cheap ones, from the end, a
// pair before an insertion before a deletion. Words are separated by white space and compared byte for byte. The number of errors may
// exceed the fewest edits (word_errors of edit_distance.h). The texts must outlive the result.
std::vector<AlignedWords> align_words(std::string_view hypothesis, std::string_view reference);
ErrorRate errors_of(std::span<const AlignedWords> alignment);
// Of code points, by the same rule. spaces: a space between two words is a character, too.
ErrorRate aligned_character_errors(std::string_view hypothesis, std::string_view reference, bool spaces = true);

// Sum of errors over sum of reference words: never a mean of rates.
ErrorRate pooled(std::span<const ErrorRate> utterances);

struct BootstrapOptions {
  uint64_t seed = 1;
  int draws = 1000;
  double level = 0.95;  // of the interval
};
struct Interval {
  double low = 0, high = 0;
};
// Of the pooled rate, over utterances drawn with replacement (Bisani and Ney 2004): the percentiles of the draws. No utterance: 0 to 0.
Interval bootstrap_interval(std::span<const ErrorRate> utterances, const BootstrapOptions& options = {});

// Two systems on the same utterances: rate of the first less that of the second.
struct PairedDifference {
  double difference = 0;
  Interval interval;       // of the difference; every draw takes the same utterances for both
  double first_wins = .5;  // share of draws in which the first has fewer errors; equal ones count half
};
// Both in the same order and equally many, or Error{usage, "usage/paired"}.
PairedDifference paired_bootstrap(std::span<const ErrorRate> first, std::span<const ErrorRate> second,
                                  const BootstrapOptions& options = {});

// Words taken for each other, and how often. No hypothesis: deleted; no reference: inserted.
struct Confusion {
  std::string reference, hypothesis;
  int64_t count = 0;
  bool operator==(const Confusion&) const = default;
};

// All utterances of a test. A value.
class RecognitionErrors {
 public:
  struct Utterance {
    std::string name, reference, hypothesis;
    ErrorRate words, characters;  // characters: with spaces
  };
  // Ill-formed bytes read as U+FFFD.
  void add(std::string name, std::string_view reference, std::string_view hypothesis);

  const std::vector<Utterance>& utterances() const { return utterances_; }
  std::vector<ErrorRate> words() const;
  std::vector<ErrorRate> characters() const;
  // Utterances with an error, of all: SER.
  ExactMatch sentences() const;
  // The n with the most word errors; of equally many the highest rate, then the first.
  std::vector<const Utterance*> worst(size_t n) const;
  // The n most frequent ones, by count, then by bytes.
  std::vector<Confusion> substitutions(size_t n) const;
  std::vector<Confusion> deletions(size_t n) const;
  std::vector<Confusion> insertions(size_t n) const;

 private:
  template <class Wanted>
  std::vector<Confusion> most_frequent(size_t n, const Wanted& wanted) const;

  std::vector<Utterance> utterances_;
  std::map<std::pair<std::string, std::string>, int64_t> pairs_;  // reference, hypothesis
};

}  // namespace rnn::core
