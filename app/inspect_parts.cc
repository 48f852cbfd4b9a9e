// Why: see inspect_parts.h.
#include "inspect_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "events/terminal.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

// `share` of `width` columns, in eighths of a column.
std::string bar(double share, int width) {
  static constexpr const char* kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int eighths = static_cast<int>(std::lround(std::clamp(std::isfinite(share) ? share : 0, 0.0, 1.0) * width * 8));
  std::string text;
  for (int i = 0; i < eighths / 8; ++i) text += "█";
  return text + kParts[eighths % 8];
}

}  // namespace

std::string field(double share, int width) {
  const std::string text = bar(share, width);
  const auto used = static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  return text + std::string(static_cast<size_t>(width - used), ' ');
}

std::string table_of(std::vector<std::vector<std::string>> rows, std::initializer_list<size_t> texts) {
  for (const size_t column : texts) {
    int widest = 0;
    for (const auto& row : rows) widest = std::max(widest, display_width(row[column]));
    for (auto& row : rows) row[column] += std::string(static_cast<size_t>(widest - display_width(row[column])), ' ');
  }
  Table table(rows[0]);
  for (size_t i = 1; i < rows.size(); ++i) table.add(rows[i]);
  return table.text();
}

std::string head(const std::string& title) { return "\n" + strong(title, Stream::output) + "\n"; }
std::string note(const std::string& text) { return faint(" " + text, Stream::output) + "\n"; }

}  // namespace rnn::core::app
