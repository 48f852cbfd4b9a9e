// Why: text arrives compressed, and a general compressor is the yardstick beside bits per byte.
#pragma once

#include <string>
#include <string_view>

namespace rnn::core {

// By their first bytes.
bool is_gzip(std::string_view bytes) noexcept;
bool is_zstd(std::string_view bytes) noexcept;

// All members or frames, put together. Throw Error{data, "data/compressed"} naming `path` when damaged or cut short.
std::string decompress_gzip(std::string_view bytes, const std::string& path);
std::string decompress_zstd(std::string_view bytes, const std::string& path);

// Bits per byte of text after Zstandard at `level` (1 to 22): what a model must beat. 0 for no text.
double zstd_bits_per_byte(std::string_view text, int level = 19);

}  // namespace rnn::core
