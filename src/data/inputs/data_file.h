// Why: data is read whole, compressed or not, and a missing file always gives the same error.
#pragma once

#include <string>

namespace rnn::core {

// Standard input ("-"), a pipe, a FIFO, a device: what can be read only once.
bool is_pipe(const std::string& path);
// The bytes as they are. What a pipe said is kept for the next reader: a task is guessed before its data is read, a file is hashed
// after it was parsed. Thread-safe. Throws Error{data}: data/missing, data/unreadable.
std::string read_data_bytes(const std::string& path);
// The first line, or as much of it as lies within `most` bytes; "" if nothing can be read. Of a file no more is read than that.
std::string first_data_line(const std::string& path, size_t most = 1 << 16);
// Decompresses gzip and zstd, recognised by content. Throws Error{data, "data/compressed"}.
std::string decompress(std::string bytes, const std::string& path);

}  // namespace rnn::core
