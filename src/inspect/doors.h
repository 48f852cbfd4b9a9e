// Why: what gates do is seen best in one number: kept, written over and shown, word after word.
#pragma once

#include "inspect/trace.h"

namespace rnn::core {

// The unit of the top layer whose gates move most over the first `words` tokens after the start of the line, with the gates'
// values at each. Empty for a cell whose new state is not keep * old + write * content within rounding, whatever the reason.
Doors doors_of(const Model<float>& model, Pool& pool, const Tokenizer& tokenizer, const Reading& reading, int words);

}  // namespace rnn::core
