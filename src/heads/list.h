// Why: the visible list of heads: a new one is a file and a line in list.cc.
#pragma once

#include "heads/output_head.h"

namespace rnn::core {

// Registers its parameters. Throws Error{usage, "model/head"} for a kind that is not in the list.
template <class T>
std::unique_ptr<Head<T>> make_head(const HeadOptions& options, ParamTable& table, Packed<T>& packed);

}  // namespace rnn::core
