// Why: see table_text.h.
#include "table_text.h"

#include "base/file.h"
#include "screen.h"

namespace rnn::core::app {

std::string table_cell(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == text.npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

void write_table(const std::string& path, std::string_view text) {
  if (!path.empty()) return write_file_atomic(path, text);
  print(text);
  flush_output();
}

}  // namespace rnn::core::app
