// Why: reading for a run and for a check, what is worth reporting about a text, and the split.
#include "data/inputs/text_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "base/numbers.h"
#include "data/inputs/text_line.h"
#include "data/inputs/text_reader.h"
#include "text/utf8.h"
#include "text/word_rules.h"

namespace rnn::core {
namespace {

constexpr int64_t kLongLine = 20000;     // bytes
constexpr int64_t kLittleText = 20000;   // characters
constexpr int64_t kDuplicatesFrom = 50;  // lines
constexpr double kManyDuplicates = 0.2;  // of the bytes

// Calls f(line without its end, its number from 1) for every line.
template <class F>
void for_each_line(std::string_view text, F&& f) {
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    f(text.substr(0, end), number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void count(const std::vector<Document>& documents, TextReport& report) {
  std::vector<bool> seen(0x110000);
  std::unordered_set<std::string_view> words, lines;
  uint64_t hash = fnv1a64("");
  report.documents = static_cast<int64_t>(documents.size());
  for (const Document& document : documents) {
    const std::string_view text = document.text;
    report.bytes += static_cast<int64_t>(text.size());
    hash = fnv1a64(text, hash);
    for (size_t i = 0; i < text.size(); ++report.characters) {
      const char32_t c = next_code_point(text, i);
      if (!seen[c]) seen[c] = true, ++report.distinct_characters;
    }
    WordScanner scanner(text);
    for (std::string_view word; scanner.next(word);) {
      if (word == "\n") continue;
      ++report.words;
      words.insert(word);
    }
    for_each_line(text, [&](std::string_view line, int64_t) {
      ++report.lines;
      report.longest_line = std::max(report.longest_line, static_cast<int64_t>(line.size()));
      if (is_blank(line)) {
        ++report.blank_lines;
      } else if (!lines.insert(line).second) {
        ++report.duplicate_lines;
        report.duplicate_bytes += static_cast<int64_t>(line.size());
      }
    });
  }
  report.distinct_words = static_cast<int64_t>(words.size());
  report.hash = content_hash(hash);
}

// One finding for all places of a kind: the first place and how many there are.
struct Oddity {
  std::string code;
  Severity severity;
  std::string what, help;
  int64_t found = 0;
  std::string file{};
  int64_t line = 0;

  void add(const Document& document, int64_t number) {
    if (found++ == 0) file = document.name, line = document.line_in_file(number);
  }
  void tell(TextReport& report) const {
    if (found == 0) return;
    std::string message = what;
    if (found > 1) message += " (and " + counted(found - 1, "more line") + " like this)";
    report.findings.push_back({code, severity, file, line, message, help});
  }
};

void find_odd_lines(const std::vector<Document>& documents, TextReport& report) {
  Oddity giant{"data/long_line", Severity::warning, fmt::format("the line is longer than {} bytes", kLongLine),
               "training line by line reads it as one sequence; break the text into lines, or train on streams"};
  Oddity control{"data/control", Severity::warning, "the line contains control characters",
                 "remove them if they are not part of the text"};
  Oddity damaged{"data/replacement", Severity::warning, "the line contains U+FFFD, the sign of a failed conversion",
                 "convert the original again"};
  for (const Document& document : documents) {
    for_each_line(document.text, [&](std::string_view line, int64_t number) {
      if (static_cast<int64_t>(line.size()) > kLongLine) giant.add(document, number);
      const auto is_control = [](char c) { return (static_cast<uint8_t>(c) < 0x20 && c != '\t') || c == 0x7F; };
      if (std::any_of(line.begin(), line.end(), is_control)) control.add(document, number);
      if (line.find("\xEF\xBF\xBD") != std::string_view::npos) damaged.add(document, number);
    });
  }
  giant.tell(report);
  control.tell(report);
  if (!report.has_errors()) damaged.tell(report);
}

void find_odd_amounts(const std::string& path, TextReport& report) {
  const int64_t full = report.lines - report.blank_lines;
  const auto add = [&](const char* code, Severity severity, std::string message, const char* help) {
    report.findings.push_back({code, severity, path, 0, std::move(message), help});
  };
  if (report.crlf) add("data/line_ends", Severity::note, "lines that end in CRLF are read as if they ended in LF", "");
  if (report.old_line_ends)
    add("data/line_ends", Severity::note, "lines that end in CR, as on old Macs, are read as if they ended in LF", "");
  const double repeated = static_cast<double>(report.duplicate_bytes) / static_cast<double>(report.bytes);
  if (full >= kDuplicatesFrom && repeated > kManyDuplicates) {
    add("data/duplicates", Severity::warning,
        fmt::format("{} of {} {} an earlier line: validation will look better than it should",
                    grouped(report.duplicate_lines), counted(full, "line"),
                    word_for(report.duplicate_lines, "repeats", "repeat")),
        "remove the duplicates, for example: sort -u");
  }
  if (full == 1) {
    add("data/one_line", Severity::warning, "the text is a single line: none can be held out for validation",
        "break the text into lines, or give a validation text");
  }
  if (report.characters < kLittleText) {
    add("data/little", Severity::warning,
        fmt::format("there {} only {} to learn from", word_for(report.characters, "is", "are"),
                    counted(report.characters, "character")),
        "100,000 characters are enough for a first useful model");
  }
}

}  // namespace

std::string_view severity_name(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "note";
}

bool TextReport::has_errors() const {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& f) { return f.severity == Severity::error; });
}

std::vector<Document> read_text(const std::string& path, TextReport* report) {
  TextReader reader(true);
  reader.read(path);
  if (report) {
    *report = std::move(reader.report);
    count(reader.documents, *report);
  }
  return std::move(reader.documents);
}

TextReport check_text(const std::vector<std::string>& paths) {
  TextReader reader(false);
  for (const std::string& path : paths) reader.read(path);
  count(reader.documents, reader.report);
  find_odd_lines(reader.documents, reader.report);
  if (!reader.documents.empty()) find_odd_amounts(fmt::format("{}", fmt::join(paths, " ")), reader.report);
  return std::move(reader.report);
}

TextSplit split_documents(const std::vector<Document>& documents, double share) {
  if (!(share > 0 && share < 1)) {
    throw Error(Exit::usage, "usage/valid_share", fmt::format("a validation share of {} is impossible", share),
                "give a number between 0 and 1, for example 0.05");
  }
  // Offsets in the text of all documents; cuts are at line ends.
  size_t total = 0, first_end = 0, last_begin = 0;
  for (const Document& document : documents) {
    for_each_line(document.text, [&](std::string_view line, int64_t) {
      const size_t begin = total + static_cast<size_t>(line.data() - document.text.data());
      if (is_blank(line)) return;
      if (first_end == 0) first_end = begin + line.size() + 1;
      last_begin = begin;
    });
    total += document.text.size();
  }
  if (first_end == 0 || last_begin < first_end) {
    throw Error(Exit::data, "data/too_short", "the text has fewer than two lines: none can be held out for validation",
                "use more text, break it into lines, or give a validation text");
  }
  const size_t wanted = std::clamp(static_cast<size_t>(static_cast<double>(total) * (1 - share)), first_end, last_begin);
  TextSplit split;
  size_t start = 0;  // of the current document
  for (const Document& document : documents) {
    const std::string& text = document.text;
    if (start + text.size() <= wanted) {
      split.train.push_back(document);
    } else if (start >= wanted) {
      split.valid.push_back(document);
    } else {
      const size_t inside = wanted - start;  // > 0; the nearest line end is chosen, between the first and the last line
      const size_t before = text.rfind('\n', inside - 1) + 1;  // npos + 1 is 0
      const size_t after = std::min(text.find('\n', inside - 1), text.size() - 1) + 1;
      const size_t cut = inside - before < after - inside ? before : after;
      const int64_t lines = std::count(text.begin(), text.begin() + static_cast<ptrdiff_t>(cut), '\n');
      if (cut > 0) split.train.push_back({document.name, text.substr(0, cut), document.line, document.one_line});
      if (cut < text.size()) {
        split.valid.push_back({document.name, text.substr(cut), document.line_in_file(lines + 1), document.one_line});
      }
    }
    start += text.size();
  }
  return split;
}

}  // namespace rnn::core
