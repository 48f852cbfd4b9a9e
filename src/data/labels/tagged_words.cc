// Why: words and their tags stand in columns, in CoNLL-U, or in two files line by line.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/numbers.h"
#include "data/labels/layouts.h"

namespace rnn::core {
namespace {

constexpr std::array kConlluColumns = {"id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"};
constexpr std::string_view kDocument = "-DOCSTART-";

std::vector<std::string_view> cells_of(std::string_view line, bool tabs) {
  std::vector<std::string_view> cells;
  const std::string_view separators = tabs ? "\t" : " \t";
  for (size_t at = 0; at <= line.size();) {
    const size_t end = std::min(line.find_first_of(separators, at), line.size());
    if (tabs || end > at) cells.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return cells;
}

// The index that an option gives from 1; `usual` without one.
size_t column_of(const std::string& asked, size_t usual, size_t columns, const char* flag) {
  if (asked.empty()) return usual;
  const auto number = parse_number<int64_t>(asked);
  if (number && *number >= 1 && *number <= static_cast<int64_t>(columns)) return static_cast<size_t>(*number - 1);
  throw Error(Exit::usage, "usage/column", fmt::format("--{} is '{}', but there is no such column", flag, asked),
              fmt::format("give a number from 1 to {}", columns));
}

// Sentences from lines, ended by a blank one.
class Sentences {
 public:
  explicit Sentences(RawSet& set) : set_(set) {}
  void add(std::string_view word, std::string_view tag, int64_t line) {
    if (e_.words.empty()) e_.line = static_cast<uint32_t>(line), e_.file = static_cast<uint32_t>(set_.files.size() - 1);
    e_.words.emplace_back(word);
    if (!tag.empty()) e_.labels.emplace_back(tag);
  }
  void end() {
    if (!e_.words.empty()) set_.examples.push_back(std::move(e_));
    e_ = {};
  }

 private:
  RawSet& set_;
  RawExample e_;
};

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (const std::string_view word : cells_of(line, false)) words.emplace_back(word);
  return words;
}

}  // namespace

void read_conll(const std::string& path, const LayoutRequest& request, RawSet& set) {
  FileLines lines(path);
  Sentences sentences(set);
  size_t columns = 0, word = 0, tag = 0;
  int64_t first = 0;
  bool tabs = false;
  for (std::string_view line; lines.next(line);) {
    if (is_blank(line) || line.starts_with(kDocument)) {
      sentences.end();
      continue;
    }
    if (columns == 0) tabs = line.find('\t') != std::string_view::npos;
    const std::vector<std::string_view> cells = cells_of(line, tabs);
    if (columns == 0) {
      columns = cells.size(), first = lines.number();
      if (columns < 2 && request.labelled)
        lines.refuse("data/columns", "the line has one column, but a word and its tag are two",
                     "a line looks like: Paris B-city");
      word = column_of(request.options.text, 0, columns, "text");
      tag = column_of(request.options.label, columns - 1, columns, "label");
    }
    if (cells.size() != columns)
      lines.refuse("data/ragged",
                   fmt::format("the line has {}, but line {} has {}", counted(cells.size(), "column"), first, columns),
                   "every word needs the same columns; a blank line ends a sentence");
    if (cells[word].empty()) lines.refuse("data/empty_text", "the word is empty", "fill it in, or leave the line out");
    if (request.labelled && cells[tag].empty()) lines.refuse("data/empty_label", "the tag is empty", "fill it in");
    sentences.add(cells[word], tag != word ? cells[tag] : std::string_view(), lines.number());
  }
  sentences.end();
  if (columns > 2) set.notes.push_back(fmt::format("words are column {}, tags column {} of {}", word + 1, tag + 1, columns));
}

// https://universaldependencies.org/format.html: words of several tokens (1-2) and empty nodes (1.1) are no words.
void read_conllu(const std::string& path, const LayoutRequest& request, RawSet& set) {
  FileLines lines(path);
  Sentences sentences(set);
  const std::string asked = request.options.label.empty() ? "upos" : request.options.label;
  const auto named = std::find(kConlluColumns.begin(), kConlluColumns.end(), asked);
  const size_t tag = named != kConlluColumns.end() ? static_cast<size_t>(named - kConlluColumns.begin())
                                                   : column_of(asked, 3, kConlluColumns.size(), "label");
  for (std::string_view line; lines.next(line);) {
    if (is_blank(line)) {
      sentences.end();
      continue;
    }
    if (line.starts_with('#')) continue;
    const std::vector<std::string_view> cells = cells_of(line, true);
    if (cells.size() != kConlluColumns.size())
      lines.refuse(
          "data/ragged",
          fmt::format("the line has {}, but CoNLL-U has {}", counted(cells.size(), "column"), kConlluColumns.size()),
          "columns are separated by tabs; _ stands for an empty one");
    if (cells[0].find_first_of("-.") != std::string_view::npos) continue;
    sentences.add(cells[1], cells[tag], lines.number());
  }
  sentences.end();
  set.notes.push_back(fmt::format("words are form, tags {}", tag < kConlluColumns.size() ? kConlluColumns[tag] : asked));
}

void read_aligned(const std::string& words, const std::string& labels, const LayoutRequest& request, RawSet& set) {
  FileLines in(words);
  std::optional<FileLines> out;
  if (!labels.empty()) out.emplace(labels);
  const auto file = static_cast<uint32_t>(set.files.size() - (out ? 2 : 1));
  const bool tags = request.target == TargetForm::labels;
  std::string_view line, answer;
  while (in.next(line)) {
    RawExample e;
    e.file = file, e.line = static_cast<uint32_t>(in.number());
    if (out && !out->next(answer))
      throw Error(Exit::data, "data/lengths",
                  fmt::format("{} has fewer lines than {}: it ends before line {}", labels, words, in.number()),
                  "line n of one file belongs to line n of the other");
    if (tags) {
      e.words = words_of(line);
      if (out) e.labels = words_of(answer);
      if (out && e.labels.size() != e.words.size())
        throw Error(Exit::data, "data/lengths",
                    fmt::format("{}:{}: the line has {}, but {}:{} has {}", words, in.number(),
                                counted(e.words.size(), "word"), labels, in.number(), counted(e.labels.size(), "tag")),
                    "every word has one tag; words and tags are separated by spaces");
      if (e.words.empty()) continue;
    } else {
      e.text = std::string(line);
      if (out) e.labels = {std::string(answer)};
    }
    set.examples.push_back(std::move(e));
  }
  if (out && out->next(answer) && !is_blank(answer))
    throw Error(Exit::data, "data/lengths",
                fmt::format("{} has more lines than {}: line {} has no words", labels, words, out->number()),
                "line n of one file belongs to line n of the other");
}

}  // namespace rnn::core
