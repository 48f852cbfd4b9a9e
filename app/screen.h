// Why: results go to standard output, messages to standard error, both in one style; a closed pipe or a full disk is
// noticed.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rnn::core::app {

// The reader of standard output is gone.
struct OutputClosed {};

// A text as a terminal may get it: control characters, which prompts, names of files and models may contain, are shown as \x1b;
// ends of line, tabs and the styles of strong() and faint() stay.
std::string for_terminal(std::string_view text);
// Standard output; if it is a terminal, for_terminal(text). Throws OutputClosed, or Error{internal, "io/write"}.
void print(std::string_view text);
void flush_output();
// One line on standard error, in the same way. Never throws.
void say(std::string_view line) noexcept;

// Adds escape sequences if the stream is a terminal with colour.
enum class Stream { output, error };
std::string strong(std::string_view text, Stream stream);
std::string faint(std::string_view text, Stream stream);

// A line " key     text"; keys are padded to the width of the widest plan key.
std::string key_line(std::string_view key, std::string_view text);

// Columns: the first left-aligned, the others right-aligned, separated by two spaces. The first row is the head.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;  // ends with a newline

 private:
  std::vector<std::vector<std::string>> rows_;
};

// " 41%  ████████▌": half a column is 2.5 %.
std::string share_bar(double share);
// A number with `decimals` decimals; empty for one that is not there, NaN or infinite.
std::string decimal_text(std::optional<double> value, int decimals = 3);

// One line of JSON; ill-formed UTF-8 becomes U+FFFD.
std::string json_line(const nlohmann::ordered_json& json);

// Quotes words for a POSIX shell and joins them; runs nothing.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace rnn::core::app
