// Why: published scores split lines where Python does; every metric must agree with it on what white space is.
#pragma once

#include <string_view>
#include <vector>

namespace rnn::core {

// As Python's str.isspace(): the characters of bidirectional class WS, B or S, and those of category Zs.
bool is_white_space(char32_t c) noexcept;

// The words between white space, as slices of the text (Python's str.split()). Ill-formed bytes belong to words.
std::vector<std::string_view> split_words(std::string_view text);

}  // namespace rnn::core
