// Why: see series_files.h.
#include "tasks/forecast/stream/series_files.h"

#include <algorithm>
#include <filesystem>

#include "base/concat.h"
#include "base/error.h"
#include "base/names.h"
#include "data/hash.h"
#include "data/inputs/data_file.h"
#include "data/inputs/folders.h"
#include "data/inputs/kinds.h"
#include "series/delimited.h"
#include "series/json_series.h"
#include "series/roles.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

constexpr size_t kSample = 1 << 16;  // bytes that decide what a file is
constexpr size_t kRows = 200;        // of these

bool is_table_name(std::string_view name) {
  const std::string extension = lower_extension(name);
  return extension == ".csv" || extension == ".tsv" || extension == ".jsonl" || extension == ".ndjson";
}

std::vector<std::string> with_folders(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    FilesBelow found = files_below(path, is_table_name);
    if (found.paths.empty())
      throw Error(Exit::data, "data/empty", path + " holds no tables", "files that end in .csv, .tsv or .jsonl are read");
    std::sort(found.paths.begin(), found.paths.end());
    files.insert(files.end(), found.paths.begin(), found.paths.end());
  }
  return files;
}

template <class Kind, size_t n>
Kind named(const std::string& text, const std::string_view (&names)[n]) {
  return static_cast<Kind>(index_of(names, text));
}

TableOptions table_options(const SeriesOptions& o) {
  TableOptions t;
  t.id = split_commas(o.id), t.y = split_commas(o.y), t.time = o.time;
  t.fixed = split_commas(o.fixed), t.past = split_commas(o.past), t.known = split_commas(o.known);
  t.ignored = split_commas(o.ignore);
  t.tz = o.tz, t.frequency = o.frequency;
  if (o.dates != "auto") t.day_month = o.dates == "dmy" ? DayMonth::dmy : DayMonth::mdy;
  if (o.decimal != "auto") t.decimal_comma = o.decimal == "comma";
  t.duplicates = named<Duplicates>(o.duplicates, kDuplicates);
  t.gaps = named<Gaps>(o.gaps, kGaps);
  return t;
}

// A table is well-formed UTF-8 without NUL (series/place.h).
void require_text(std::string_view text, const std::string& path) {
  const size_t nul = text.find('\0'), bad = utf8_error(text), at = std::min(nul, bad);
  if (at == text.npos) return;
  const auto line =
      static_cast<uint32_t>(1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  if (nul == at)
    throw Error(Exit::data, "data/binary", concat(place_text(path, line), ": there is a NUL byte, so this is no text"),
                "write the table anew as text, or remove the byte: tr -d '\\0' < FILE > NEW.csv");
  throw Error(Exit::data, "data/utf8", concat(place_text(path, line), ": the text is not UTF-8"),
              "convert it, for example: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW.csv");
}

// A column of dates beside numbers, or, unless `dated`, numbers alone.
bool has_series(const Table& table, const std::string& path, bool dated, std::string* reason) {
  std::string scratch;
  size_t number_columns = 0;
  std::string dates;
  for (size_t c = 0; c < table.columns().size(); ++c) {
    int64_t cells = 0, numbers = 0, stamps = 0;
    for (size_t r = 0; r < std::min<size_t>(table.rows(), kRows); ++r) {
      const std::string_view cell = table.cell(r, c, scratch);
      if (is_missing(cell)) continue;
      double value = 0;
      StampParts parts;
      const bool number = read_cell(cell, table.decimal_comma, value) == NumberFault::none;
      cells += 1, numbers += number, stamps += !number && parse_stamp(cell, parts);
    }
    number_columns += cells > 0 && 2 * numbers > cells;
    if (cells > 0 && 2 * stamps > cells && dates.empty()) dates = table.columns()[c];
  }
  if (number_columns == 0 || (dates.empty() && (dated || number_columns < table.columns().size()))) return false;
  *reason = dates.empty() ? path + " is a table of numbers" : path + " has dates (" + dates + ") and numbers";
  return true;
}

}  // namespace

bool has_names_of_series(const std::string& path, std::string* reason) {
  std::error_code error;
  const std::string extension = lower_extension(without_compression(path));
  if (std::filesystem::is_directory(path, error) || (extension != ".csv" && extension != ".tsv")) return false;
  std::string line = first_data_bytes(path, kSample);
  line.resize(std::min(line.find_first_of("\r\n"), line.size()));
  std::erase_if(line,
                [](char c) { return c == '\0' || c == '"' || static_cast<unsigned char>(c) >= 0xEF; });  // UTF-16, marks
  bool time = false, value = false;
  for (size_t at = 0; at <= line.size();) {
    const size_t end = std::min(line.find_first_of(",;\t|", at), line.size());
    const std::string name = line.substr(at, end - at);
    time = time || is_time_name(name), value = value || is_value_name(name);
    at = end + 1;
  }
  if (!time && !value) return false;
  *reason = path + " has columns of series: " + line.substr(0, 60);
  return true;
}

SeriesFiles read_series_files(const std::vector<std::string>& paths, const SeriesOptions& options, const Grid* grid) {
  const std::vector<std::string> files = with_folders(paths);
  std::vector<std::string> texts;
  std::string all;
  for (const std::string& path : files) {
    std::string bytes = read_data_bytes(path);
    all += content_hash(bytes);
    texts.push_back(text_of_bytes(std::move(bytes), path));
    require_text(texts.back(), path);
  }
  std::vector<NamedText> named_texts;
  for (size_t i = 0; i < files.size(); ++i) named_texts.push_back({files[i], texts[i]});
  TableOptions how = table_options(options);
  how.grid = grid;
  return {read_series(named_texts, how), files.size() == 1 ? all : content_hash(all)};
}

bool looks_like_series(const std::string& path, std::string* reason) {
  std::error_code error;
  const bool pipe = is_pipe(path);
  if (std::filesystem::is_directory(path, error) || (!pipe && !is_table_name(without_compression(path).string())))
    return false;
  std::string sample = first_data_bytes(path, kSample);
  try {
    if (without_compression(path) != path) sample = decompress(read_data_bytes(path), path).substr(0, kSample);
  } catch (const Error&) {
    return false;  // reading it says what is wrong
  }
  if (looks_like_json(sample)) {
    const std::string_view line = std::string_view(sample).substr(0, sample.find('\n'));
    if (line.find("\"target\"") == line.npos || line.find("\"start\"") == line.npos) return false;
    *reason = path + " has series with a start and values";
    return true;
  }
  if (sample.size() >= kSample) sample.resize(sample.rfind('\n') == sample.npos ? 0 : sample.rfind('\n') + 1);
  try {
    return has_series(read_table({path, sample}), path, pipe, reason);
  } catch (const Error&) {
    return false;  // reading it for whatever it is for says what is wrong
  }
}

}  // namespace rnn::core
