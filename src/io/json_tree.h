// Why: JSON trees are copied, written and compared recursively, so their depth is limited where they are read.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace rnn::core {

constexpr int kDeepestJson = 64;  // levels of brackets; this program writes fewer than ten

// The value of a text, with a decimal point whatever the locale; is_discarded() for invalid JSON and for more levels than kDeepestJson.
nlohmann::json parse_tree(std::string_view text);

}  // namespace rnn::core
