// Why: the table of options would be too long for one file; only option_list() reads this part of it.
#pragma once

#include "options/option_list.h"

namespace rnn::core {

std::span<const OptionInfo> labels_table();

}  // namespace rnn::core
