// Why: when a word was said, and how sure the recogniser is of it: both from the best path of the final text, whatever found the text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "alignment/ctc_lattice.h"
#include "decode/spelling.h"

namespace rnn::core {

// first, last: rows of the stream, which ascend and do not overlap. A time is a row times the model's stride.
struct TimedUnit {
  int32_t unit = 0;
  int64_t first = 0, last = 0;
  double confidence =
      0;  // the highest posterior of its rows: it was said once, and rows in which it fades do not make it less certain
};
struct TimedWord {
  std::string text;
  int64_t first = 0, last = 0;
  // The geometric mean of its units' confidences: that is comparable between words of different lengths, and one unit that was hardly
  // heard shows. Acoustic alone: a language model, a word list or a hot word changes which text wins, never how sure its sounds are.
  double confidence = 0;
};
struct TextTimes {
  std::vector<TimedUnit> units;
  std::vector<TimedWord> words;
  double log_prob = 0;  // of the best path
};

// log_probs [T, K] of the utterance, whose row 0 is row `first_row` of the stream. Without a blank between two words that touch, a word
// ends in the row before the next one begins. nullopt: the rows cannot spell the units. Of a transducer: the rows of its CTC layer.
std::optional<TextTimes> text_times(LogProbs<float> log_probs, std::span<const int32_t> units, const Spelling& spelling,
                                    int64_t first_row = 0);

// The words that are heard with a confidence of at least `least`, as a text. Word: TimedWord, or whatever else has text and confidence.
template <class Word>
std::string confident_text(std::span<const Word> words, double least) {
  std::string text;
  for (const Word& word : words) {
    if (word.confidence >= least) text += (text.empty() ? "" : " ") + word.text;
  }
  return text;
}

}  // namespace rnn::core
