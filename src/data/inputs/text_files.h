// Why: text in its usual forms: a file, a compressed file, JSON lines or a folder; every error names its file and line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/hash.h"
#include "data/inputs/compression.h"

namespace rnn::core {

// A text that is read from the zero state: well-formed UTF-8; every line, including the last, ends in "\n".
struct Document {
  std::string name;  // its file
  std::string text;
  int64_t line = 1;       // where it begins in the file
  bool one_line = false;  // it is in one line of the file (JSON lines)

  // Line `number` of the text (from 1) in the file.
  int64_t line_in_file(int64_t number) const { return one_line ? line : line + number - 1; }
};

enum class Severity { note, warning, error };
std::string_view severity_name(Severity severity);  // "note", "warning", "error"

struct Finding {
  std::string code;  // "data/utf8"
  Severity severity = Severity::note;
  std::string file;
  int64_t line = 0;  // from 1; 0: the whole file
  std::string message, help;

  std::string place() const { return line > 0 ? file + ":" + std::to_string(line) : file; }
};

// What was read. The counts are those of the documents as used for training.
struct TextReport {
  std::vector<std::string> files;
  int64_t runs = 0;        // folders of runs, which are no data and were left out
  int64_t file_bytes = 0;  // on disk
  int64_t bytes = 0;       // of text
  int64_t documents = 0;
  int64_t lines = 0, blank_lines = 0;
  int64_t longest_line = 0;                         // bytes
  int64_t duplicate_lines = 0;                      // lines that are not blank and repeat an earlier line
  int64_t duplicate_bytes = 0;                      // in them
  int64_t characters = 0, distinct_characters = 0;  // code points
  int64_t words = 0, distinct_words = 0;            // as split by the word tokenizer, without ends of line
  bool byte_order_mark = false, crlf = false;
  bool old_line_ends = false;  // lines of a file end in CR alone
  std::string hash;            // content_hash of the text of all documents
  std::vector<Finding> findings;

  bool has_errors() const;
};

// "2 folders of runs are left out".
std::string runs_left_out(int64_t runs);

// The mark that ends a document inside a text file (TinyStories).
constexpr std::string_view kDocumentMark = "<|endoftext|>";

// Reads a text file (any extension; gzip and zstd are recognised by content), JSON lines (.jsonl, .ndjson: {"text": ...},
// each line a document) or a folder (every .txt, .jsonl, .ndjson, .gz, .zst below it, by name; each file a document; without what is
// hidden and folders of runs). A byte order mark is dropped, CRLF becomes LF (and so does CR in a file without LF), kDocumentMark
// splits documents. Never returns an empty list or document.
// Throws Error{data} naming file:line: data/missing, data/unreadable, data/empty, data/no_text, data/binary, data/utf8,
// data/json, data/compressed, data/format (an archive, a model of another program).
std::vector<Document> read_text(const std::string& path, TextReport* report = nullptr);

// The same for `rnn data check`: errors of the content become findings (at most 20 of a kind), and whatever is usable but
// odd is also reported. Throws only if there is nothing to read (data/missing, data/unreadable, data/no_text).
TextReport check_text(const std::vector<std::string>& paths);
inline TextReport check_text(const std::string& path) { return check_text(std::vector<std::string>{path}); }

struct TextSplit {
  std::vector<Document> train, valid;
};

// The last `share` of the text, in whole lines, is held out for validation; at least one line that is not blank on each
// side. Throws Error{data, "data/too_short"} if there are fewer than two such lines, Error{usage, "usage/valid_share"}
// unless 0 < share < 1.
TextSplit split_documents(const std::vector<Document>& documents, double share);

}  // namespace rnn::core
