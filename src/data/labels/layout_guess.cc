// Why: nobody should have to name the layout of a file that shows it in its first lines.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "data/inputs/compression.h"
#include "data/inputs/data_file.h"
#include "data/inputs/folders.h"
#include "data/inputs/kinds.h"
#include "data/labels/layouts.h"
#include "text/tag_scheme.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

constexpr size_t kGuessedBytes = size_t{1} << 16, kGuessedLines = 200;

// The whole lines at the beginning of a file.
std::string beginning_of(const std::string& path) {
  const std::string head = first_data_bytes(path, kGuessedBytes);
  if (is_pipe(path) || is_gzip(head) || is_zstd(head)) return text_of_bytes(read_data_bytes(path), path);
  std::string text = head;
  if (text.size() == kGuessedBytes) text.resize(text.rfind('\n') == std::string::npos ? text.size() : text.rfind('\n') + 1);
  if (!text.empty() && text.back() != '\n') text += '\n';
  unify_old_line_ends(text);
  return text;
}

std::vector<std::string_view> words_between_spaces(std::string_view line) {
  std::vector<std::string_view> words;
  for (size_t at = 0; at < line.size();) {
    const size_t begin = std::min(line.find_first_not_of(" \t", at), line.size());
    const size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    if (end > begin) words.push_back(line.substr(begin, end - begin));
    at = end;
  }
  return words;
}

bool is_span_tag(std::string_view word) { return parse_tag(word).has_value(); }

// Columns whose last has tags of spans, with blank lines between sentences.
bool looks_like_conll(FileLines lines) {
  size_t columns = 0, rows = 0, blank = 0;
  bool spans = false;
  for (std::string_view line; rows < kGuessedLines && lines.next(line);) {
    if (is_blank(line)) {
      ++blank;
      continue;
    }
    if (line.starts_with("-DOCSTART-")) continue;
    const std::vector<std::string_view> words = words_between_spaces(line);
    if (columns == 0) columns = words.size();
    if (columns < 2 || words.size() != columns || !is_span_tag(words.back())) return false;
    spans = spans || words.back() != "O";
    ++rows;
  }
  return rows >= 4 && spans && blank > 0;
}

bool looks_like_conllu(FileLines lines) {
  size_t rows = 0;
  for (std::string_view line; rows < kGuessedLines && lines.next(line);) {
    if (is_blank(line) || line.starts_with('#')) continue;
    if (std::count(line.begin(), line.end(), '\t') != 9) return false;
    ++rows;
  }
  return rows > 0;
}

// Two files of which the second has a tag for every word of the first.
bool looks_aligned(FileLines words, FileLines tags) {
  size_t rows = 0;
  bool spans = false;
  for (std::string_view line, answer; rows < 20 && words.next(line) && tags.next(answer); ++rows) {
    const std::vector<std::string_view> own = words_between_spaces(answer);
    if (!std::all_of(own.begin(), own.end(), is_span_tag)) return false;
    spans = spans || std::any_of(own.begin(), own.end(), [](std::string_view tag) { return tag != "O"; });
  }
  return rows > 0 && spans;
}

LayoutGuess guess_folder(const std::string& path) {
  std::error_code error;
  const auto has = [&](const char* name) { return fs::is_regular_file(fs::path(path) / name, error); };
  if (has("seq.in") && has("seq.out"))
    return {"aligned", TargetForm::labels, path + " has words in seq.in and their tags in seq.out"};
  if (has("seq.in") && has("label"))
    return {"aligned", TargetForm::label, path + " has texts in seq.in and their labels in label"};
  bool tables = false, sounds = false, texts = false, here = false;
  for (const std::string& file : files_below(path, [](std::string_view) { return true; }).paths) {
    const std::string extension = lower_extension(without_compression(file));
    here = here || fs::path(file).parent_path() == fs::path(path);
    tables = tables || extension == ".csv" || extension == ".tsv";
    texts = texts || extension == ".txt";
    sounds = sounds || is_audio_name(file);
  }
  if (sounds) return {};
  if (tables && !here && !texts) return {"folders", TargetForm::label, path + " has tables in a folder for every label"};
  // Texts: as likely as a collection of texts; --task classify says that they have labels.
  return texts ? LayoutGuess{"folders", TargetForm::label, path + " has texts in folders", false} : LayoutGuess{};
}

LayoutGuess guess_table(const std::string& path, const FileLines& file) {
  const char separator = separator_of(file.bytes(), path);
  if (separator == '\0') return {};
  try {
    const Records records = read_records(path, file.bytes(), separator, kGuessedLines);
    for (const auto& row : records.rows)
      if (std::any_of(row.begin(), row.end(), [](const std::string& cell) { return is_audio_name(cell); })) return {};
    const TextColumns columns = find_text_columns(records, {}, true);
    if (columns.failure.empty())
      return {"table", TargetForm::label,
              fmt::format("{} has texts in {} and labels in {}", path, columns.text_name, columns.label_name), columns.sure};
  } catch (const Error&) {  // reported when the table is read
    return {"table", TargetForm::label, path + " is a table", false};
  }
  return {"table", TargetForm::label, path + " is a table", false};
}

LayoutGuess guess_file(const std::string& path) {
  const FileLines file(path, beginning_of(path));
  const std::string_view text = file.bytes();
  const size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::string_view first = text.substr(begin, text.find('\n', begin) - begin);
  const std::string extension = lower_extension(without_compression(path));
  if (first.starts_with("__label__")) return {"fasttext", TargetForm::label, path + " has __label__ lines"};
  const bool header = first.starts_with('@') || first.starts_with('#') || first.starts_with('%');
  if (extension == ".ts" || (header && text.find("@classLabel") != std::string_view::npos))
    return {"ts", TargetForm::label, path + " holds labelled series"};
  if (extension == ".arff" ||
      (header && (text.find("@relation") != std::string_view::npos || text.find("@RELATION") != std::string_view::npos)))
    return {"arff", TargetForm::label, path + " holds labelled series"};
  if (first.starts_with('{')) {
    const PlainNumbers plain_numbers;
    const nlohmann::json object = nlohmann::json::parse(first, nullptr, false);
    if (object.is_object() && object.contains("text") && (object.contains("label") || object.contains("labels")) &&
        !object.contains("audio_filepath"))
      return {"lines", TargetForm::label, path + " has texts with labels"};
    return {};
  }
  if (looks_like_conllu(file)) return {"conllu", TargetForm::labels, path + " is CoNLL-U"};
  if (extension == ".conll" || extension == ".conllu" || looks_like_conll(file))
    return {extension == ".conllu" ? "conllu" : "conll", TargetForm::labels, path + " has words and tags in columns"};
  return guess_table(path, file);
}

// What the name says, for content that cannot be read: reading it says why.
LayoutGuess guess_name(const std::string& path) {
  const std::string extension = lower_extension(without_compression(path));
  if (extension == ".csv" || extension == ".tsv") return {"table", TargetForm::label, path + " is a table", false};
  if (extension == ".ts" || extension == ".arff")
    return {extension.substr(1), TargetForm::label, path + " holds series", false};
  if (extension == ".conll" || extension == ".conllu")
    return {extension.substr(1), TargetForm::labels, path + " holds tagged words", false};
  return {};
}

}  // namespace

LayoutGuess guess_layout(const std::vector<std::string>& paths) {
  LayoutGuess first;
  if (paths.empty()) return first;
  std::error_code error;
  try {
    if (fs::is_directory(paths[0], error)) return guess_folder(paths[0]);
    if (!is_pipe(paths[0]) && !fs::exists(paths[0], error)) return first;
    if (paths.size() == 2 && !fs::is_directory(paths[1], error) && (is_pipe(paths[1]) || fs::exists(paths[1], error)) &&
        looks_aligned(FileLines(paths[0], beginning_of(paths[0])), FileLines(paths[1], beginning_of(paths[1]))))
      return {"aligned", TargetForm::labels, fmt::format("{} has the tags of {}", paths[1], paths[0])};
    for (const std::string& path : paths) {
      const LayoutGuess one = guess_file(path);
      if (one.layout.empty() || (!first.layout.empty() && one.layout != first.layout)) return {};
      if (first.layout.empty()) first = one;
      first.certain = first.certain && one.certain;
    }
  } catch (const Error&) {  // reported when the data is read
    return guess_name(paths[0]);
  }
  return first;
}

}  // namespace rnn::core
