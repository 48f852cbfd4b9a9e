// Why: see search.h.
#include "tasks/transcribe/stream/search.h"

#include <algorithm>

#include "base/error.h"
#include "data/inputs/data_file.h"
#include "io/ready_model.h"
#include "options/option_list.h"
#include "text/speech_text.h"

namespace rnn::core {
namespace {

constexpr int kUsualBeam = 16;

std::vector<std::string> read_word_list(const std::string& path, SpeechText rules) {
  const std::string text = read_data_bytes(path);
  std::vector<std::string> words;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string word = speech_text(rules, std::string_view(text).substr(begin, end - begin));
    if (!word.empty()) words.push_back(word);
    begin = end + 1;
  }
  if (words.empty()) throw Error(Exit::data, "data/no_text", path + " has no words", "a word on each line");
  return words;
}

void add_hot_word(const std::string& text, SpeechText rules, WordTrie& hot) {
  const size_t colon = text.rfind(':');
  const std::string word = speech_text(rules, text.substr(0, colon));
  if (word.empty())
    throw Error(Exit::usage, "usage/hotword", "--hotword '" + text + "' has no word", "for example --hotword Wien:2");
  hot.add(word,
          colon == std::string::npos ? 1.5 : parse_real("hotword", std::string_view(text).substr(colon + 1), {0, 100}));
}

}  // namespace

SpeechSearch::SpeechSearch(const SearchRequest& request, const SpeechModel& speech, Pool& pool)
    : spelling_(speech.spelling) {
  options_.width = request.beam > 0 ? request.beam : kUsualBeam;
  FusionOptions& fusion = options_.fusion;
  fusion.spelling = &spelling_;
  if (!request.lm.empty()) {
    arpa_ = std::make_unique<ArpaWordModel>(read_data_bytes(request.lm), request.lm);
    fusion.words = &arpa_->words, fusion.alpha = request.alpha, fusion.beta = request.beta;
  }
  if (!request.rnn_lm.empty()) {
    network_ = load_model(request.rnn_lm);
    if (!network_.tokenizer || !network_.model->is_language_model())
      throw Error(Exit::model, "model/task", request.rnn_lm + " is not a language model", "rnn info shows what it is");
    ready_model(network_, pool);
    units_ = std::make_unique<NetworkUnits>(*network_.model, *network_.tokenizer, spelling_, pool);
    fusion.units = units_.get(), fusion.unit_alpha = request.rnn_weight;
  }
  const SpeechText rules = speech.front.rules;
  if (!request.words.empty()) {
    words_ = read_word_list(request.words, rules);
    for (const std::string& word : words_) list_.add(word);
    fusion.list = &list_;
  }
  for (const std::string& word : request.hot) add_hot_word(word, rules, hot_);
  if (!hot_.empty()) fusion.hot = &hot_;
}

}  // namespace rnn::core
