// Why: a model that keeps its memory between what one types is the plainest picture of what a recurrent network is.
#pragma once

#include <string>

#include "next_words.h"

namespace rnn::core::app {

// Reads standard input line by line until its end: text is read by the writer, which then writes on; commands begin with a slash (/help).
// The memory goes on from turn to turn; /undo takes the last one back. `prompt` is read first.
void interact(Writer& writer, const WriteOptions& options, uint64_t seed, const std::string& prompt);

}  // namespace rnn::core::app
