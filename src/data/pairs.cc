// Why: three forms of files become one list of pairs; whatever would misalign the two sides is reported with its line.
#include "data/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/inputs/data_file.h"
#include "data/inputs/kinds.h"
#include "data/inputs/text_line.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

using nlohmann::ordered_json;  // keeps the languages in the order of the file

constexpr int kLinesLookedAt = 20;
constexpr const char* kColumns = "each line is the source, one tab, and the target";
constexpr const char* kObjects =
    "each line looks like {\"translation\": {\"en\": \"...\", \"fr\": \"...\"}} or "
    "{\"source\": \"...\", \"target\": \"...\"}";
constexpr const char* kCut = "one pair is one sentence: split the line into sentences on both sides, or leave the pair out";

// One file, line by line: decompressed, every line well-formed UTF-8 without its end.
class LineFile {
 public:
  explicit LineFile(const std::string& path);
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  bool next();  // to the next line; false after the last
  std::string_view line() const { return line_; }
  LinePlace place() const { return {path_, number_}; }  // of line()
  int64_t lines() const;                                // of the whole file
  const std::string& path() const { return path_; }
  std::string_view bytes() const { return bytes_; }
  [[noreturn]] void refuse(const char* code, const std::string& message, const std::string& help) const {
    refuse_line(place(), code, message, help);
  }

 private:
  std::string path_, bytes_;
  std::string_view rest_, line_;  // views into bytes_
  int64_t number_ = 0;
};

LineFile::LineFile(const std::string& path)
    : path_(path), bytes_(text_of_bytes(read_data_bytes(path), path)), rest_(bytes_) {
  const size_t nul = bytes_.find('\0');
  if (nul == std::string::npos) return;
  const std::string_view before = rest_.substr(0, nul);
  const size_t column = nul - (before.rfind('\n') + 1) + 1;  // first line: npos + 1 is 0
  number_ = 1 + std::count(before.begin(), before.end(), '\n');
  refuse("data/binary", not_text(column), "name a text file");
}

bool LineFile::next() {
  if (rest_.empty()) return false;
  const size_t end = std::min(rest_.find('\n'), rest_.size());
  line_ = rest_.substr(0, end);
  if (end < rest_.size() && line_.ends_with('\r')) line_.remove_suffix(1);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  ++number_;
  require_text(place(), line_);
  if (number_ == 1 && line_.starts_with(kByteOrderMark)) line_.remove_prefix(kByteOrderMark.size());
  return true;
}

int64_t LineFile::lines() const {
  const bool open = !rest_.empty() && !rest_.ends_with('\n');
  return number_ + std::count(rest_.begin(), rest_.end(), '\n') + (open ? 1 : 0);
}

void add(PairSet& set, const LineFile& source_file, std::string_view source, const LineFile& target_file,
         std::string_view target) {
  if (is_blank(source) || is_blank(target)) {
    ++set.empty;
    return;
  }
  require_sentence(source_file.place(), source, kCut);
  require_sentence(target_file.place(), target, kCut);
  set.pairs.push_back({std::string(source), std::string(target)});
}

// train.en and train.fr: "en" and "fr".
void name_by_extensions(PairSet& set) {
  const std::filesystem::path source = without_compression(set.paths[0]), target = without_compression(set.paths[1]);
  const std::string a = source.extension().string(), b = target.extension().string();
  const bool named = source.stem() == target.stem() && a != b && a.size() > 1 && b.size() > 1;
  set.source_name = named ? a.substr(1) : "source";
  set.target_name = named ? b.substr(1) : "target";
}

void read_aligned(LineFile& source, LineFile& target, PairSet& set) {
  for (;;) {
    const bool more_source = source.next(), more_target = target.next();
    if (more_source != more_target) {
      const int64_t sources = source.lines(), targets = target.lines();
      throw Error(Exit::data, "data/pairs",
                  fmt::format("{} has {}, {} has {}; the first line without a counterpart is {}:{}", source.path(),
                              counted(sources, "line"), target.path(), grouped(targets),
                              more_source ? source.path() : target.path(), std::min(sources, targets) + 1),
                  "line n of one file belongs to line n of the other: look for a line that is only in one of them");
    }
    if (!more_source) return;
    add(set, source, source.line(), target, target.line());
  }
}

void read_columns(LineFile& file, PairSet& set) {
  set.source_name = "source", set.target_name = "target";
  while (file.next()) {
    const std::string_view line = file.line();
    const auto tabs = std::count(line.begin(), line.end(), '\t');
    if (tabs == 0 && is_blank(line)) continue;
    if (tabs == 0) file.refuse("data/pairs", "the line has no tab", kColumns);
    if (tabs > 1) {
      file.refuse("data/pairs", fmt::format("the line has {} columns, but a pair has two", tabs + 1),
                  fmt::format("{}; to keep two columns: cut -f 1,2 FILE", kColumns));
    }
    const size_t tab = line.find('\t');
    add(set, file, line.substr(0, tab), file, line.substr(tab + 1));
  }
}

ordered_json parse(const LineFile& file) {
  const PlainNumbers plain_numbers;
  try {
    return ordered_json::parse(file.line());
  } catch (const ordered_json::parse_error& error) {
    file.refuse("data/json", fmt::format("byte {}: the line is not JSON", error.byte), kObjects);
  } catch (const ordered_json::exception&) {  // a number beyond the range of double
    file.refuse("data/json", "the line is not JSON", kObjects);
  }
}

const ordered_json& member(const LineFile& file, const ordered_json& object, const std::string& name) {
  const auto found = object.find(name);
  if (found == object.end()) file.refuse("data/pairs", fmt::format("the line has no \"{}\"", name), kObjects);
  return *found;
}

const ordered_json& languages(const LineFile& file, const ordered_json& object) {
  const ordered_json& found = member(file, object, "translation");
  if (!found.is_object()) file.refuse("data/json", "\"translation\" is not an object", kObjects);
  if (found.size() != 2) {
    file.refuse("data/pairs", fmt::format("\"translation\" has {}, but a pair has two", counted(found.size(), "language")),
                kObjects);
  }
  return found;
}

// The sentence called `name`, without line breaks at its end.
std::string_view sentence(const LineFile& file, const ordered_json& object, const std::string& name) {
  const ordered_json& found = member(file, object, name);
  if (!found.is_string()) file.refuse("data/json", fmt::format("\"{}\" is not a string", name), kObjects);
  std::string_view text = found.get_ref<const std::string&>();
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (text.find('\0') != std::string_view::npos) {
    file.refuse("data/json", fmt::format("\"{}\" contains a NUL character", name), "remove it");
  }
  if (text.find('\n') != std::string_view::npos) {
    file.refuse("data/pairs", fmt::format("\"{}\" contains a line break", name),
                "a sentence is one line: replace it by a space, or leave the pair out");
  }
  return text;
}

void read_objects(LineFile& file, PairSet& set) {
  bool nested = false;
  while (file.next()) {
    if (is_blank(file.line())) continue;
    const ordered_json line = parse(file);
    if (!line.is_object()) file.refuse("data/json", "the line is not a JSON object", kObjects);
    if (set.source_name.empty()) {
      nested = line.contains("translation");
      set.source_name = nested ? languages(file, line).begin().key() : "source";
      set.target_name = nested ? std::next(languages(file, line).begin()).key() : "target";
    }
    const ordered_json& object = nested ? languages(file, line) : line;
    const std::string_view source = sentence(file, object, set.source_name);
    add(set, file, source, file, sentence(file, object, set.target_name));
  }
}

}  // namespace

PairSet read_pairs(const std::vector<std::string>& paths) {
  if (paths.empty() || paths.size() > 2) {
    throw Error(Exit::usage, "usage/pairs", fmt::format("pairs are read from one file or two, not from {}", paths.size()),
                "for example train.en train.fr, or train.tsv, or train.jsonl");
  }
  PairSet set;
  set.paths = paths;
  LineFile first(paths[0]);
  if (paths.size() == 2) {
    LineFile second(paths[1]);
    set.hash = content_hash(fnv1a64(second.bytes(), fnv1a64(first.bytes())));
    name_by_extensions(set);
    read_aligned(first, second, set);
    if (set.pairs.empty()) {
      throw Error(Exit::data, "data/empty", fmt::format("{} and {} contain no pairs", paths[0], paths[1]),
                  "line n of one file belongs to line n of the other");
    }
    return set;
  }
  set.hash = content_hash(first.bytes());
  const bool objects = holds_json_lines(paths[0]);
  objects ? read_objects(first, set) : read_columns(first, set);
  if (set.pairs.empty())
    throw Error(Exit::data, "data/empty", paths[0] + ": the file contains no pairs", objects ? kObjects : kColumns);
  return set;
}

bool looks_like_pairs(const std::string& path) {
  const bool objects = holds_json_lines(path);
  if (!objects && !is_pipe(path) && lower_extension(without_compression(path)) != ".tsv") return false;
  try {
    LineFile file(path);
    int seen = 0;
    while (seen < kLinesLookedAt && file.next()) {
      const std::string_view text = file.line();
      if (is_blank(text)) continue;
      if (objects) {
        const ordered_json line = parse(file);
        if (!line.is_object()) return false;
        if (line.contains("translation")) return line["translation"].is_object();
        return line.contains("source") && line["source"].is_string() && line.contains("target") &&
               line["target"].is_string();
      }
      if (std::count(text.begin(), text.end(), '\t') != 1) return false;
      ++seen;
    }
    return seen > 0;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace rnn::core
