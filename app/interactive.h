// Why: a model that keeps its state between the lines one types shows most clearly what a recurrent network is.
#pragma once

#include <string>

#include "next_words.h"

namespace rnn::core::app {

// Reads standard input line by line until its end: the writer reads each text and continues it; commands begin with a slash
// (/help). The state is carried from turn to turn; /undo undoes the last turn. `prompt` is read first.
void interact(Writer& writer, const ContinueOptions& options, uint64_t seed, const std::string& prompt);

}  // namespace rnn::core::app
