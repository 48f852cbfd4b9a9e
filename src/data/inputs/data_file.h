// Why: data is read whole, compressed or not, and a missing file always gives the same error.
#pragma once

#include <string>
#include <string_view>

namespace rnn::core {

// Standard input ("-"), a pipe, a FIFO, a device: what can be read only once.
bool is_pipe(const std::string& path);
// The bytes as they are. What a pipe said is kept for the next reader: a task is guessed before its data is read, a file is hashed
// after it was parsed. Thread-safe. Throws Error{data}: data/missing, data/unreadable.
std::string read_data_bytes(const std::string& path);
// The first `most` bytes as they are, or fewer; "" if nothing can be read. Of a file no more is read than that.
std::string first_data_bytes(const std::string& path, size_t most = 1 << 16);
// The first line, or as much of it as lies within as many bytes.
std::string first_data_line(const std::string& path, size_t most = 1 << 16);
// Whether a file holds lines of JSON: .jsonl and .ndjson by their names; a pipe, which has none, if its first line that is not blank is a
// JSON object. holds_json_texts: for a pipe, if that object has a "text".
bool holds_json_lines(const std::string& path);
bool holds_json_texts(const std::string& path);
// Decompresses gzip and zstd, recognised by content. Throws Error{data, "data/compressed"}.
std::string decompress(std::string bytes, const std::string& path);
// The text of a file: decompressed; CR becomes LF if no line ends in LF, as on old Macs (`old_line_ends` tells). Throws Error{data} for
// what is no text in UTF-8 and known to be something else: data/format (an archive, a model), data/binary (UTF-16).
std::string text_of_bytes(std::string bytes, const std::string& path, bool* old_line_ends = nullptr);
// What text_of_bytes() throws for unpacked bytes, or for as many of the first as there are.
void require_known_text(std::string_view bytes, const std::string& path);
// CR to LF if there is no LF; whether there was one.
bool unify_old_line_ends(std::string& text);

}  // namespace rnn::core
