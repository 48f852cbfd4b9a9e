// Why: decoders of speech weigh sounds against language through these two interfaces and know no model behind them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace rnn::core {

// What a model of words remembers of a hypothesis: a value of its own ids, the last word last. 0 to kMost of them.
struct WordState {
  static constexpr int kMost = 19;
  std::array<int32_t, kMost> ids{};
  int32_t count = 0;

  std::span<const int32_t> last() const { return {ids.data(), static_cast<size_t>(count)}; }
  bool operator==(const WordState&) const = default;
};

// Of whole words, as an n-gram model is. Immutable: any thread.
class WordScorer {
 public:
  virtual ~WordScorer() = default;
  virtual WordState start() const = 0;  // of a sentence
  // ln p(word | state), also of a word that it does not know; -inf forbids the word. next: after the word; may be `state` itself.
  virtual double word(const WordState& state, std::string_view word, WordState& next) const = 0;
  virtual double end(const WordState& state) const = 0;  // ln p(the sentence ends here | state)
};

// A hypothesis that has read one unit more than another: slot `to` becomes slot `from` after `unit`.
struct SlotStep {
  int from = 0;
  int32_t unit = 0;
  int to = 0;
};

// Models with a memory per hypothesis, which lies in numbered slots. One decoder at a time.
class SlotModel {
 public:
  virtual ~SlotModel() = default;
  // Memory for so many hypotheses; slot 0 has read nothing, the others are undefined.
  virtual void start(int slots) = 0;
  // At once; no `to` is the `from` of a step or the `to` of another one.
  virtual void step(std::span<const SlotStep> steps) = 0;
};

// Of units, one after the other: characters or sub-words, as a recurrent network is.
class UnitScorer : public SlotModel {
 public:
  // [K] natural logarithms of p(the next unit | those read in this slot), valid until the next step(); that of the blank is not read.
  virtual std::span<const float> next(int slot) const = 0;
  virtual double end(int slot) const = 0;  // ln p(the text ends here)
};

}  // namespace rnn::core
