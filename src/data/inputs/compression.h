// Why: text may be compressed, and a general-purpose compressor is a baseline for bits per byte.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rnn::core {

// Recognised by their first bytes.
bool is_gzip(std::string_view bytes) noexcept;
bool is_zstd(std::string_view bytes) noexcept;

// How many bytes `compressed` bytes may become: 256 MiB plus 200 times as many. Text compresses to a third or a tenth, repetitive logs to
// a hundredth; anything beyond that is made to fill memory, as a few KB can fill gigabytes.
constexpr size_t most_unpacked(size_t compressed) { return (size_t{256} << 20) + 200 * compressed; }

// All members or frames, concatenated. Throw Error{data, "data/compressed"} naming `path` if damaged or truncated, and Error{data,
// "data/unpacked"} as soon as there are more bytes than `most`; memory stays below twice that.
std::string decompress_gzip(std::string_view bytes, const std::string& path, size_t most);
std::string decompress_zstd(std::string_view bytes, const std::string& path, size_t most);
inline std::string decompress_gzip(std::string_view bytes, const std::string& path) {
  return decompress_gzip(bytes, path, most_unpacked(bytes.size()));
}
inline std::string decompress_zstd(std::string_view bytes, const std::string& path) {
  return decompress_zstd(bytes, path, most_unpacked(bytes.size()));
}

// Bits per byte of text after Zstandard at `level` (1 to 22): a baseline that a model must beat. 0 for an empty text.
double zstd_bits_per_byte(std::string_view text, int level = 19);

}  // namespace rnn::core
