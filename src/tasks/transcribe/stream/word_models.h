// Why: language models that this program trains or reads, as decoders of speech ask them: of words, and of units.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decode/spelling.h"
#include "decode/word_scorer.h"
#include "networks/model_scorer.h"
#include "text/arpa.h"
#include "text/tokenizer.h"
#include "text/vocabulary.h"

namespace rnn::core {

struct WordModelOptions {
  double unknown = -11.5;  // ln p of a word for which the model has no number: about once in 100,000 words
};

// An n-gram model over words. A word of a transcript is the model's word of the same letters; where it has none, one that differs in
// case alone (of several the most frequent), since transcripts and models seldom agree on it. Any other word is <unk>, if the model has
// that, else an unknown word, after which the context is empty.
class NgramWords final : public WordScorer {
 public:
  // `words`: the spellings of the model's ids, its end of line among them. The model must outlive the scorer. Throws
  // Error{model, "lm/order"} for a model that looks back further than WordState::kMost words.
  NgramWords(const AnyNgram& model, const ArpaWords& words, const WordModelOptions& options = {});
  WordState start() const override;
  double word(const WordState& state, std::string_view word, WordState& next) const override;
  double end(const WordState& state) const override;
  // Whether a word of a transcript is one of the model's.
  bool knows(std::string_view word) const { return find(word) >= 0; }

 private:
  int32_t find(std::string_view word) const;  // -1: unknown

  const AnyNgram& model_;
  WordModelOptions options_;
  int32_t newline_, unknown_;
  using Ids = std::unordered_map<std::string, int32_t, StringHash, std::equal_to<>>;
  Ids exact_, any_case_;
};

// An ARPA file and the scorer over it, for who keeps both.
struct ArpaWordModel {
  ArpaModel model;
  NgramWords words;
  // text: the whole file; path for messages. Throws what ArpaModel throws.
  ArpaWordModel(std::string_view text, const std::string& path, const WordModelOptions& options = {})
      : model(text, path), words(model, model.words(), options) {}
  ArpaWordModel(const ArpaWordModel&) = delete;
  ArpaWordModel& operator=(const ArpaWordModel&) = delete;
};

// A recurrent language model that reads texts as the units of a recogniser. A text begins and ends as a line of the model.
class NetworkUnits final : public UnitScorer {
 public:
  // Every unit but the blank is one token of the model: Error{model, "lm/units"} names the first that is not. The space of characters is
  // " ". All of them must outlive the scorer; the model is packed.
  NetworkUnits(const Model<float>& model, const Tokenizer& tokenizer, const Spelling& spelling, Pool& pool);
  void start(int slots) override;
  void step(std::span<const SlotStep> steps) override;
  std::span<const float> next(int slot) const override;
  double end(int slot) const override { return end_[static_cast<size_t>(slot)]; }

 private:
  void remember(View<const float> log_probs, int row, int slot);

  ModelScorer scorer_;
  int32_t newline_;
  std::vector<int32_t> token_of_;  // [K]; -1: the blank
  State<float> memory_;            // [slots]
  Matrix<float> next_;             // [slots, K]
  std::vector<double> end_;        // [slots]
  std::vector<int> from_;
  std::vector<int32_t> ids_;
};

}  // namespace rnn::core
