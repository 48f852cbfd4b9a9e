// Why: tables that verbs write can be read again by any program.
#pragma once

#include <string>
#include <string_view>

namespace rnn::core::app {

// A cell of a comma-separated table (RFC 4180): in quotes where it has to be.
std::string table_cell(std::string_view text);
// To the file, completely or not at all; to standard output if `path` is empty.
void write_table(const std::string& path, std::string_view text);

}  // namespace rnn::core::app
