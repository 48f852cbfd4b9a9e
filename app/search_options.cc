// Why: see search_options.h.
#include "search_options.h"

namespace rnn::core::app {

void declare_search(Command& command, SearchArguments& a) {
  SearchRequest& r = a.request;
  command.text("--lm", &r.lm, "FILE", "an n-gram model of words (ARPA; rnn data ngram writes one) for speech");
  command.real("--alpha", &r.alpha, {0, 100}, "A", "weight of --lm (0.8)");
  command.real("--beta", &r.beta, {-100, 100}, "B", "bonus of every word, with --lm (1)");
  command.text("--rnn-lm", &r.rnn_lm, "MODEL", "a language model of this program whose tokens are characters");
  command.real("--rnn-weight", &r.rnn_weight, {0, 100}, "W", "weight of --rnn-lm (0.4)");
  command.text("--words", &r.words, "FILE", "a word per line: nothing else can be said");
  command.real("--reject", &r.reject, {0, 1}, "P",
               "words that are heard with a confidence below P are left out; with --words: what is none of them (0)");
  command.texts("--hotword", &r.hot, "WORD:B",
                "a word to be expected, with a bonus for each of its characters; may be repeated");
}

}  // namespace rnn::core::app
