// Why: sentences and their translations, in the usual forms: two parallel files, a table, JSON lines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rnn::core {

struct Pair {
  std::string source, target;  // one line each, without the line end
};

struct PairSet {
  std::vector<Pair> pairs;               // both sides of each are more than white space
  std::string source_name, target_name;  // "en", "fr" if the files name them, else "source", "target"
  std::vector<std::string> paths;
  int64_t empty = 0;  // pairs that were left out because a side is empty
  std::string hash;   // content_hash of the files one after the other, decompressed
};

// Two paths: text files; line n of one belongs to line n of the other; train.en and train.fr are called "en" and "fr".
// One path, .jsonl or .ndjson: lines of {"translation": {"en": "...", "fr": "..."}}, names and direction as in the first
// line, or of {"source": "...", "target": "..."}; other keys are ignored. Any other path: each line is the source, one tab,
// the target; there is no header. A pipe, whose name says nothing, is read by its content. In a single file, lines of white space without a tab are ignored. gzip and zstd are
// recognised by content; a byte order mark is dropped, CRLF becomes LF.
// Throws Error{data} with file:line: data/pairs (wrong numbers of lines, columns or languages; a line break in a sentence),
// data/long_line (more than kMaxWords), data/json, data/utf8, data/binary; for the file: data/empty (no pair
// with two sides), data/missing, data/unreadable, data/compressed. Error{usage, "usage/pairs"}: no path, or more than two.
PairSet read_pairs(const std::vector<std::string>& paths);

// Whether this is a single file of pairs: .tsv whose first 20 lines have one tab each; .jsonl or .ndjson whose first object
// has a "translation" object or the texts "source" and "target"; a pipe with such content. False if the file cannot be read.
bool looks_like_pairs(const std::string& path);

}  // namespace rnn::core
