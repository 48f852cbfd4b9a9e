// Why: from paths to clean documents, step by step: list, decompress, check the bytes, normalise, split.
#include "data/inputs/text_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "data/inputs/data_file.h"
#include "data/inputs/folders.h"
#include "data/inputs/kinds.h"
#include "data/inputs/text_line.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

constexpr int kMostFindings = 20;  // of one kind

// The text files below a folder, by name.
FilesBelow list_folder(const std::string& folder) {
  FilesBelow found = files_below(folder, [](std::string_view name) { return is_text_name(name); });
  if (found.paths.empty()) {
    throw Error(Exit::data, "data/no_text",
                "the folder " + folder + " contains no .txt, .jsonl, .gz or .zst file" +
                    (found.runs > 0 ? " outside the folders of runs" : ""),
                "name a text file, or a folder with text files");
  }
  return found;
}

// The line of a byte, counted from an earlier byte.
class LineCounter {
 public:
  explicit LineCounter(std::string_view text) : text_(text) {}
  void move_to(size_t offset) {
    for (size_t at = text_.find('\n', position_); at < offset; at = text_.find('\n', at + 1)) ++line_, start_ = at + 1;
    position_ = offset;
  }
  int64_t line() const { return line_; }
  size_t column() const { return position_ - start_ + 1; }  // bytes, from 1

 private:
  std::string_view text_;
  size_t position_ = 0, start_ = 0;
  int64_t line_ = 1;
};

// CRLF becomes LF, and so does CRCRLF, the result of converting twice. Returns whether there was one.
bool unify_line_ends(std::string& text) {
  if (text.find("\r\n") == std::string::npos) return false;
  size_t out = 0;
  for (const char c : text) {
    while (c == '\n' && out > 0 && text[out - 1] == '\r') --out;
    text[out++] = c;
  }
  text.resize(out);
  return true;
}

// What a file of JSON that is not JSON lines holds; null: it is none.
const char* json_kind(const std::string& path, std::string_view text) {
  const bool json = lower_extension(without_compression(path)) == ".json";
  const size_t begin = text.find_first_not_of(kWhiteSpace);
  if (json && text[begin] == '[') return "a JSON array";
  return json && text[begin] == '{' ? "a JSON object" : nullptr;
}

}  // namespace

std::string runs_left_out(int64_t runs) {
  return fmt::format("{} folder{} of runs {} left out", runs, runs == 1 ? "" : "s", runs == 1 ? "is" : "are");
}

void TextReader::tell(Finding finding) {
  if (strict_ && finding.severity == Severity::error) {
    throw Error(Exit::data, finding.code, finding.place() + ": " + finding.message, finding.help);
  }
  report.findings.push_back(std::move(finding));
}

void TextReader::read(const std::string& path) {
  std::error_code ignored;
  const bool folder = fs::is_directory(path, ignored);
  std::vector<std::string> files = {path};
  if (folder) {
    FilesBelow below = list_folder(path);
    files = std::move(below.paths), report.runs += below.runs;
    if (below.runs > 0) tell({"data/runs", Severity::note, path, 0, runs_left_out(below.runs), ""});
  }
  report.files.insert(report.files.end(), files.begin(), files.end());
  const size_t before = documents.size(), findings = report.findings.size();
  for (const std::string& file : files) read_one(file, folder);
  const bool faulty = std::any_of(report.findings.begin() + static_cast<ptrdiff_t>(findings), report.findings.end(),
                                  [](const Finding& f) { return f.severity == Severity::error; });
  if (documents.size() > before || faulty) return;
  tell({folder ? "data/no_text" : "data/empty", Severity::error, path, 0,
        folder ? "the text files in the folder are all empty" : "the file contains no text",
        "name a file that contains text"});
}

void TextReader::read_one(const std::string& path, bool in_folder) {
  std::string bytes = read_data_bytes(path);
  report.file_bytes += static_cast<int64_t>(bytes.size());
  try {
    bool old_line_ends = false;
    bytes = text_of_bytes(std::move(bytes), path, &old_line_ends);
    if (old_line_ends) report.old_line_ends = true;
  } catch (const Error& error) {
    if (strict_ || error.exit() != Exit::data) throw;
    std::string_view what = error.what();
    if (what.starts_with(path + ": ")) what.remove_prefix(path.size() + 2);  // a finding names its place
    tell({error.code(), Severity::error, path, 0, std::string(what), error.help()});
    return;
  }
  if (is_blank(std::string_view(bytes).substr(bytes.starts_with(kByteOrderMark) ? 3 : 0))) {
    if (in_folder) tell({"data/empty", Severity::warning, path, 0, "the file contains no text and is left out", ""});
    return;
  }
  check_bytes(path, bytes);
  if (bytes.starts_with(kByteOrderMark)) {
    report.byte_order_mark = true;
    bytes.erase(0, kByteOrderMark.size());
    tell({"data/byte_order_mark", Severity::note, path, 1, "the byte order mark at the beginning is dropped", ""});
  }
  if (unify_line_ends(bytes)) report.crlf = true;
  if (const char* kind = json_kind(path, bytes)) {
    tell({"data/json", Severity::error, path, 1, fmt::format("this is {}, not text", kind),
          "write one example a line (JSON lines): jq -c '.[]' FILE > FILE.jsonl; to learn JSON itself, name the file .txt"});
    return;
  }
  if (holds_json_texts(path)) {
    read_lines_of_json(path, bytes);
  } else {
    add_marked_text(path, bytes);
  }
}

// NUL bytes and ill-formed UTF-8: thrown, or reported and repaired.
void TextReader::check_bytes(const std::string& path, std::string& bytes) {
  const size_t nul = bytes.find('\0');
  LineCounter lines(bytes);
  if (nul != std::string::npos) {
    lines.move_to(nul);
    tell({"data/binary", Severity::error, path, lines.line(), not_text(lines.column()), "name a text file"});
  }
  lines = LineCounter(bytes);
  const std::string_view text = bytes;
  int64_t found = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t bad = utf8_error(text.substr(at));
    if (bad == std::string_view::npos) break;
    at += bad;
    if (++found <= kMostFindings) {
      lines.move_to(at);
      tell({"data/utf8", Severity::error, path, lines.line(), not_utf8(lines.column(), text[at]), kToUtf8});
    }
    ++at;
  }
  if (found > kMostFindings) {
    tell({"data/utf8", Severity::error, path, 0,
          fmt::format("{} not UTF-8",
                      found - kMostFindings == 1 ? "1 more byte is" : counted(found - kMostFindings, "more byte") + " are"),
          ""});
  }
  if (found > 0) bytes = repair_utf8(bytes);
}

void TextReader::add_marked_text(const std::string& path, std::string_view text) {
  LineCounter lines(text);
  int64_t marks = 0;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t mark = std::min(text.find(kDocumentMark, begin), text.size());
    lines.move_to(begin);
    add_document({path, std::string(text.substr(begin, mark - begin)), lines.line()});
    if (mark == text.size()) break;
    ++marks;
    begin = mark + kDocumentMark.size();
    if (begin < text.size() && text[begin] == '\n') ++begin;
  }
  if (marks > 0)
    tell({"data/marks", Severity::note, path, 0,
          marks == 1 ? fmt::format("1 mark {} ends a document", kDocumentMark)
                     : fmt::format("{} marks {} end documents", grouped(marks), kDocumentMark),
          ""});
}

void TextReader::read_lines_of_json(const std::string& path, std::string_view bytes) {
  const PlainNumbers plain_numbers;
  int64_t number = 0, faults = 0;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    ++number;
    if (is_blank(line)) continue;
    const nlohmann::json value = nlohmann::json::parse(line, nullptr, false);
    std::string fault;
    if (value.is_discarded()) {
      fault = "the line is not JSON";
    } else if (!value.is_object()) {
      fault = "the line is not a JSON object";
    } else if (!value.contains("text")) {
      fault = "the object has no \"text\"";
    } else if (!value["text"].is_string()) {
      fault = "\"text\" is not a string";
    } else if (value["text"].get_ref<const std::string&>().find('\0') != std::string::npos) {
      fault = "\"text\" contains a NUL character";
    }
    if (fault.empty()) {
      std::string text = value["text"].get<std::string>();
      if (unify_line_ends(text)) report.crlf = true;
      add_document({path, std::move(text), number, true});
    } else if (++faults <= kMostFindings) {
      tell({"data/json", Severity::error, path, number, fault, "each line looks like {\"text\": \"...\"}"});
    }
  }
  if (faults > kMostFindings) {
    tell({"data/json", Severity::error, path, 0,
          fmt::format("{} wrong", faults - kMostFindings == 1 ? "1 more line is"
                                                              : counted(faults - kMostFindings, "more line") + " are"),
          ""});
  }
}

void TextReader::add_document(Document document) {
  if (is_blank(document.text)) return;
  while (document.text.back() == '\r') document.text.pop_back();  // half of a CRLF
  if (document.text.back() != '\n') document.text += '\n';
  documents.push_back(std::move(document));
}

}  // namespace rnn::core
