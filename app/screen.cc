// Why: all output of the program goes through these few functions.
#include "screen.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
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

[[noreturn]] void output_failed(int reason) {
  if (reason == EPIPE) throw OutputClosed{};
  throw Error(Exit::internal, "io/write", std::string("cannot write to standard output: ") + std::strerror(reason),
              "is the disk full?");
}

bool coloured(Stream stream) {
  const bool tty = ::isatty(stream == Stream::output ? STDOUT_FILENO : STDERR_FILENO) == 1;
  return wants_colour(tty, std::getenv("NO_COLOR"), std::getenv("TERM"));
}

std::string painted(std::string_view text, Stream stream, const char* style) {
  return coloured(stream) ? fmt::format("\x1b[{}m{}\x1b[0m", style, text) : std::string(text);
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) output_failed(errno);
}

void flush_output() {
  if (std::fflush(stdout) != 0) output_failed(errno);
}

void say(std::string_view line) noexcept {
  std::fflush(stdout);  // keeps the order of both streams; a failure shows at the next print
  std::fwrite(line.data(), 1, line.size(), stderr);
  if (line.empty() || line.back() != '\n') std::fputc('\n', stderr);
}

std::string strong(std::string_view text, Stream stream) { return painted(text, stream, "1"); }
std::string faint(std::string_view text, Stream stream) { return painted(text, stream, "2"); }

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
  return value && std::isfinite(*value) ? fmt::format("{:.{}f}", *value, decimals) : "";
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
