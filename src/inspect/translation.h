// Why: everything that is shown about a translator at work on one sentence, as data; no drawing here.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inspect/beam_trace.h"
#include "inspect/explanation.h"
#include "io/model_file.h"

namespace rnn::core {

// The output of a top layer after one token: the numbers of the model's own forward pass.
struct StateStep {
  std::vector<float> h;                    // [units]
  double state_norm = 0, update_norm = 0;  // ||h||, ||h - h of the step before|| (Euclid)
};

// A token that the encoder reads; the last one is the end of line.
struct SourceToken {
  int id = -1;
  std::string text;             // as shown: "cat"; an end of line is "↵", a space "␣"
  std::vector<StateStep> read;  // reading forward and, if the encoder is bidirectional, from the end
};

// A token of the best translation; the last one is the end of line, unless the translation was cut off.
struct TargetToken {
  int id = -1;
  std::string text;
  double p = 0;                  // its probability after the tokens before it
  std::vector<WordChance> next;  // the likeliest tokens at this point, likeliest first
  StateStep state;  // of the decoder when it chose the token; the state before the first step comes from the bridge
  std::vector<float> attention;  // [source] attention weights, in the order of the source; empty: no attention
  double entropy = -1;           // of the weights, bits; -1: no attention
  double spread = -1;            // 2^entropy: the number of tokens over which the attention is spread
  double from_context = -1;      // |W_c c| / (|W_c c| + |W_q q|), the two halves of W_o [c; q] (nn/layers/attention.h)
};

struct FoundTranslation {
  std::string text;
  double p = 0, log_prob = 0, score = 0;  // probability, its natural logarithm, the latter by the length rule
  bool finished = false;                  // false: cut off at the maximum length
};

// The sentence without one of its words: how likely its best translation is then.
struct LeftOutWord {
  int first = 0, tokens = 0;  // tokens of the source
  std::string word;
  double kept = 1;              // probability of the translation / that with the word
  double bits = 0;              // lost: -log2 kept; below 0: the translation became likelier
  std::vector<float> by_token;  // [target] the bits lost at each token
};

struct TranslationExplanation {
  std::string name, path, cell, tokenizer;  // as in ModelExplanation
  std::string attention, bridge;            // the names of their kinds
  bool both_ways = false, input_feeding = false, reversed_source = false;
  int encoder_layers = 0, layers = 0, hidden = 0, vocabulary = 0;
  long long parameters = 0;
  std::optional<double> val_loss, val_perplexity, val_bleu;  // as trained, if it is known
  std::string sentence;
  std::vector<FoundTranslation> translations;  // best first
  std::vector<SourceToken> source;
  std::vector<TargetToken> target;  // of the best translation; empty: none was found
  BeamTree search;
  std::vector<LeftOutWord> left_out;  // in the order of the sentence
};

// The keys are the members' names; non-finite numbers become null.
nlohmann::ordered_json to_json_object(const TranslationExplanation& e);

struct TranslationLook {
  int top = 5;      // length of TargetToken::next
  int dropped = 3;  // number of dropped continuations kept per step
};

constexpr int kLongestSentence = 100;  // tokens

// Throws Error{model}: "model/task" unless it is a translator, "model/nan" if a weight is not a number. Packs it and keeps
// the row-major weights.
const Model<float>& inspected_translator(ModelFile& file, Pool& pool);

// Throws Error{usage}: "inspect/empty" for a sentence without words, "inspect/lines" for several lines, "inspect/too_long".
// source: its ids, then the id of the end of line.
void require_sentence(std::string_view sentence, const std::vector<int32_t>& source);

// Call inspected_translator(file) first. `scorer` must have read `source`; the search gets its predictions from it.
TranslationExplanation explain_translation(const ModelFile& file, std::string_view sentence,
                                           const std::vector<int32_t>& source, Scorer& scorer, const BeamOptions& search,
                                           const TranslationLook& look, Pool& pool);

}  // namespace rnn::core
