// Why: a program that only runs models reads sub-words and learns none, so it links no trainer of SentencePiece.
#include "base/error.h"
#include "text/subword_model.h"
#include "text/subwords.h"

namespace rnn::core {

int default_subwords(int64_t) { return 0; }

std::string train_subwords(std::string_view kind, const std::vector<std::string_view>&, int) {
  throw Error(Exit::usage, "usage/tokens", "this library only runs models: it cannot learn '" + std::string(kind) + "'",
              "link rnn::rnn");
}

}  // namespace rnn::core
