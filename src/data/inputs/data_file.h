// Why: data is read whole, compressed or not, and a path that leads nowhere is told in one way.
#pragma once

#include <string>

namespace rnn::core {

// The bytes on the disk. Throws Error{data}: data/missing, data/unreadable.
std::string read_data_bytes(const std::string& path);
// gzip and zstd are unpacked, by content. Throws Error{data, "data/compressed"}.
std::string decompress(std::string bytes, const std::string& path);

}  // namespace rnn::core
