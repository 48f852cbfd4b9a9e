// Why: all output of the program goes through these few functions.
#include "screen.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "events/terminal.h"
#include "runs/model_card.h"

namespace rnn::core::app {
namespace {

// Why flushing standard output failed where nothing could be thrown; 0: it did not.
std::atomic<int> failed_before{0};

[[noreturn]] void output_failed(int reason) {
  if (reason == EPIPE) throw OutputClosed{};
  throw Error(Exit::internal, "io/write", std::string("cannot write to standard output: ") + std::strerror(reason),
              "is the disk full?");
}

// What strong() and faint() add.
constexpr std::string_view kStyles[] = {"\x1b[1m", "\x1b[2m", "\x1b[0m"};

bool is_terminal(Stream stream) { return ::isatty(stream == Stream::output ? STDOUT_FILENO : STDERR_FILENO) == 1; }

bool coloured(Stream stream) { return wants_colour(is_terminal(stream), std::getenv("NO_COLOR"), std::getenv("TERM")); }

std::string painted(std::string_view text, Stream stream, std::string_view style) {
  return coloured(stream) ? fmt::format("{}{}{}", style, text, kStyles[2]) : std::string(text);
}

}  // namespace

std::string for_terminal(std::string_view text) {
  std::string shown;
  for (size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const auto own =
        std::find_if(std::begin(kStyles), std::end(kStyles), [&](auto style) { return rest.starts_with(style); });
    size_t length = 1;
    if (own != std::end(kStyles)) {
      length = own->size();
      shown += *own;
    } else if (text[at] == '\n' || text[at] == '\t') {
      shown += text[at];
    } else {
      if (static_cast<uint8_t>(text[at]) == 0xC2) length = std::min<size_t>(2, rest.size());  // U+0080 to U+009F
      shown += printable(rest.substr(0, length));
    }
    at += length;
  }
  return shown;
}

void print(std::string_view text) {
  if (is_terminal(Stream::output)) {
    const std::string shown = for_terminal(text);
    if (std::fwrite(shown.data(), 1, shown.size(), stdout) != shown.size()) output_failed(errno);
    return;
  }
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) output_failed(errno);
}

void flush_output() {
  const int failed = std::fflush(stdout) != 0 ? errno : 0;
  if (const int before = failed_before.load()) output_failed(before);
  if (failed != 0) output_failed(failed);
}

void say(std::string_view line) noexcept {
  if (std::fflush(stdout) != 0) {  // keeps the order of both streams; flush_output() tells of a failure
    int none = 0;
    failed_before.compare_exchange_strong(none, errno);
  }
  try {
    const std::string shown = is_terminal(Stream::error) ? for_terminal(line) : std::string(line);
    std::fwrite(shown.data(), 1, shown.size(), stderr);
  } catch (...) {  // no memory for a message
  }
  if (line.empty() || line.back() != '\n') std::fputc('\n', stderr);
}

std::string strong(std::string_view text, Stream stream) { return painted(text, stream, kStyles[0]); }
std::string faint(std::string_view text, Stream stream) { return painted(text, stream, kStyles[1]); }

std::string key_line(std::string_view key, std::string_view text) { return fmt::format(" {:<7} {}", key, text); }

std::string Table::text() const {
  std::vector<int> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], display_width(row[c]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t c = 0; c < row.size(); ++c) {
      const std::string pad(static_cast<size_t>(widths[c] - display_width(row[c])), ' ');
      line += c == 0 ? " " + row[c] + pad : "  " + pad + row[c];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string share_bar(double share) {
  const int halves = static_cast<int>(std::lround(share * 40));
  std::string bar;
  for (int i = 0; i < halves / 2; ++i) bar += "█";
  if (halves % 2 == 1) bar += "▌";
  return fmt::format("{:>5}{}{}", percent_text(share), bar.empty() ? "" : "  ", bar);
}

std::string decimal_text(std::optional<double> value, int decimals) {
  if (!value || !std::isfinite(*value)) return "";
  return std::abs(*value) < 1e9 ? fmt::format("{:.{}f}", *value, decimals) : fmt::format("{:.3g}", *value);
}

std::string json_line(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + shell_word(word);
  return line;
}

}  // namespace rnn::core::app
