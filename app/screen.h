// Why: results go to standard output, talk to standard error, both in one style, and a closed pipe or a full disk is noticed.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rnn::core::app {

// Whoever read standard output is gone.
struct OutputClosed {};

// Standard output. Throws OutputClosed, or Error{internal, "io/write"}.
void print(std::string_view text);
void flush_output();
// One line on standard error. Never throws.
void say(std::string_view line) noexcept;

// Escape sequences around text when the stream is a terminal that wants colour.
enum class Stream { output, error };
std::string strong(std::string_view text, Stream stream);
std::string faint(std::string_view text, Stream stream);

// " key     text" lines, keys as wide as the widest plan key.
std::string key_line(std::string_view key, std::string_view text);

// Columns: the first to the left, the others to the right, with two spaces between. The first row is the head.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;  // ends in a newline

 private:
  std::vector<std::vector<std::string>> rows_;
};

// " 41%  ████████▌": half a column for 2.5 %.
std::string share_bar(double share);
std::string grouped(int64_t n);         // 24,310
std::string bytes_text(int64_t bytes);  // 950 B, 1.1 MB
// A number with three significant digits or so, empty for what is not defined (negative).
std::string figure(double value, int decimals = 3);

// One line of JSON; ill-formed UTF-8 becomes U+FFFD.
std::string json_line(const nlohmann::ordered_json& json);

// Runs nothing: only quotes words for a POSIX shell and joins them.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace rnn::core::app
