// Why: verbs that transcribe search in the same way: their flags are declared once.
#pragma once

#include "command.h"
#include "tasks/transcribe/stream/search.h"

namespace rnn::core::app {

struct SearchArguments {
  SearchRequest request;
  int64_t beam = 0;
  SearchRequest asked() const {
    SearchRequest r = request;
    r.beam = static_cast<int>(beam);
    return r;
  }
};

// but --beam, which means the same for translators and stands beside theirs.
void declare_search(Command& command, SearchArguments& a);

}  // namespace rnn::core::app
