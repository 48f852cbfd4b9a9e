// Why: data is read whole, compressed or not, and a missing file always gives the same error.
#pragma once

#include <string>

namespace rnn::core {

// The bytes on disk. Throws Error{data}: data/missing, data/unreadable.
std::string read_data_bytes(const std::string& path);
// Decompresses gzip and zstd, recognised by content. Throws Error{data, "data/compressed"}.
std::string decompress(std::string bytes, const std::string& path);

}  // namespace rnn::core
