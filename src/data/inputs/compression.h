// Why: text may be compressed, and a general-purpose compressor is a baseline for bits per byte.
#pragma once

#include <string>
#include <string_view>

namespace rnn::core {

// Recognised by their first bytes.
bool is_gzip(std::string_view bytes) noexcept;
bool is_zstd(std::string_view bytes) noexcept;

// All members or frames, concatenated. Throw Error{data, "data/compressed"} naming `path` if damaged or truncated.
std::string decompress_gzip(std::string_view bytes, const std::string& path);
std::string decompress_zstd(std::string_view bytes, const std::string& path);

// Bits per byte of text after Zstandard at `level` (1 to 22): a baseline that a model must beat. 0 for an empty text.
double zstd_bits_per_byte(std::string_view text, int level = 19);

}  // namespace rnn::core
