// Why: what language knows of what was said: a model of words, one of characters, a list of words, hot words; read once, asked by every search.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "decode/ctc_beam.h"
#include "io/model_file.h"
#include "tasks/transcribe/stream/recognizer.h"
#include "tasks/transcribe/stream/word_models.h"

namespace rnn::core {

struct SearchRequest {
  int beam = 0;        // hypotheses; 0: 16 if anything below is asked for, else the best class of every row
  std::string lm;      // file of an n-gram model (ARPA); empty: none
  double alpha = 0.8;  // weight of lm
  double beta = 1;     // for every word
  std::string rnn_lm;  // run or file of a language model whose tokens are characters
  double rnn_weight = 0.4;
  std::string words;             // file with a word per line: nothing else can be said
  double reject = 0;             // words that are heard with less confidence are left out
  std::vector<std::string> hot;  // "Wien:2": a word or phrase, and its bonus for each character
  bool wanted() const { return beam > 0 || !lm.empty() || !rnn_lm.empty() || !words.empty() || !hot.empty(); }
};

class SpeechSearch {
 public:
  // Throws Error{usage, "usage/hotword"}, Error{data, "data/no_text"} for a list without words, what ArpaModel and load_model throw,
  // Error{model, "lm/units"} for a language model of other characters.
  SpeechSearch(const SearchRequest& request, const SpeechModel& speech, Pool& pool);
  SpeechSearch(const SpeechSearch&) = delete;
  SpeechSearch& operator=(const SpeechSearch&) = delete;

  // For a search by this recogniser's rows; `this` must outlive it. One search at a time if there is a network.
  PrefixBeamOptions options() const { return options_; }
  // Those of SearchRequest::words, by the model's rules of text, in order; empty: any word.
  const std::vector<std::string>& words() const { return words_; }

 private:
  Spelling spelling_;
  std::unique_ptr<ArpaWordModel> arpa_;
  ModelFile network_;
  std::unique_ptr<NetworkUnits> units_;
  WordTrie list_, hot_;
  std::vector<std::string> words_;
  PrefixBeamOptions options_;
};

}  // namespace rnn::core
