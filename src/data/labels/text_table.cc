// Why: a table of texts with labels says by its header, or by what is in its columns, which is which.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "base/error.h"
#include "base/names.h"
#include "base/numbers.h"
#include "data/inputs/kinds.h"
#include "data/labels/layouts.h"

namespace rnn::core {
namespace {

constexpr std::string_view kSeparators = "\t;|,";  // a comma is also a mark of texts
constexpr std::array kTextNames = {"text",      "sentence", "review",   "comment", "content",  "message",
                                   "utterance", "query",    "question", "tweet",   "headline", "description",
                                   "document",  "body",     "title",    "name",    "phrase",   "input"};
constexpr std::array kLabelNames = {"label", "class",  "category", "sentiment", "intent",     "target",   "language",
                                    "lang",  "stars",  "rating",   "topic",     "emotion",    "polarity", "tag",
                                    "y",     "output", "labels",   "tags",      "categories", "topics",   "genres"};
constexpr size_t kSniffedRows = 50, kLookedAt = 2000;
constexpr double kSentence = 3;  // words of a cell on average

// One record from `at` on; it may go over several lines.
class RecordReader {
 public:
  RecordReader(const std::string& path, std::string_view text, char separator)
      : path_(path), text_(text), separator_(separator) {}

  bool next(std::vector<std::string>& cells, int64_t& line) {
    cells.clear();
    while (at_ < text_.size() && is_blank_line()) skip_line();
    if (at_ >= text_.size()) return false;
    line = line_;
    for (;;) {
      cells.push_back(at_ < text_.size() && text_[at_] == '"' && quoted_here() ? quoted() : plain());
      if (at_ >= text_.size()) return true;
      const char c = text_[at_++];
      if (c == '\n') return ++line_, true;
    }
  }

 private:
  bool is_blank_line() const {
    const size_t end = std::min(text_.find('\n', at_), text_.size());
    return is_blank(text_.substr(at_, end - at_)) && text_.substr(at_, end - at_).find(separator_) == std::string_view::npos;
  }
  void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size() - 1) + 1, ++line_; }
  // Between tabs a quote is one unless it surrounds the cell.
  bool quoted_here() const {
    if (separator_ != '\t') return true;
    const size_t end = std::min(text_.find_first_of("\t\n", at_), text_.size());
    std::string_view cell = text_.substr(at_, end - at_);
    if (cell.ends_with('\r')) cell.remove_suffix(1);
    return cell.size() > 1 && cell.ends_with('"') && std::count(cell.begin(), cell.end(), '"') % 2 == 0;
  }
  std::string plain() {
    const size_t begin = at_;
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n') ++at_;
    size_t end = at_;
    if (end > begin && text_[end - 1] == '\r' && (at_ >= text_.size() || text_[at_] == '\n')) --end;
    return std::string(text_.substr(begin, end - begin));
  }
  std::string quoted() {
    const int64_t opened = line_;
    std::string cell;
    for (++at_;; ++at_) {
      if (at_ >= text_.size())
        refuse(opened, "data/quote", "the quote that opens a cell here is never closed",
               "close it with a double quote; a quote within a quoted cell is written twice");
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] != '"') {
        cell += text_[at_];
        continue;
      }
      if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
      cell += text_[at_++];
    }
    ++at_;
    if (at_ < text_.size() && text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n')
      refuse(line_, "data/quote", "there is text after the closing quote of a cell",
             "a quote within a quoted cell is written twice");
    return cell;
  }
  [[noreturn]] void refuse(int64_t line, const char* code, const std::string& message, const char* help) const {
    throw Error(Exit::data, code, fmt::format("{}:{}: {}", path_, line, message), help);
  }

  const std::string& path_;
  std::string_view text_;
  char separator_;
  size_t at_ = 0;
  int64_t line_ = 1;
};

// What is in a column, of the first rows.
struct Column {
  double cells = 0, words = 0;
  std::unordered_set<std::string_view> values;
};

std::vector<Column> columns_of(const Records& records) {
  std::vector<Column> columns(records.rows.empty() ? 0 : records.rows[0].size());
  for (size_t r = 1; r < std::min(records.rows.size(), kLookedAt); ++r) {
    for (size_t c = 0; c < columns.size(); ++c) {
      const std::string& cell = records.rows[r][c];
      columns[c].cells += 1, columns[c].words += words_in(cell);
      columns[c].values.insert(cell);
    }
  }
  return columns;
}

template <class Names>
std::optional<size_t> named_column(const std::vector<std::string>& header, const Names& names,
                                   const std::vector<bool>& taken) {
  for (const auto& name : names) {
    for (size_t c = 0; c < header.size(); ++c)
      if (!taken[c] && in_lower_case(header[c]) == name) return c;
  }
  return std::nullopt;
}

// The column of this name, by its header, or by its number from 1.
std::optional<size_t> column_of(const std::vector<std::string>& header, bool is_header, const std::string& asked) {
  for (size_t c = 0; c < header.size(); ++c)
    if ((is_header && header[c] == asked) || asked == fmt::format("column {}", c + 1)) return c;
  if (const auto number = parse_number<int64_t>(asked); number && *number >= 1 && *number <= std::ssize(header))
    return static_cast<size_t>(*number - 1);
  return std::nullopt;
}

// The column that an option names.
size_t asked_column(const std::vector<std::string>& header, bool is_header, const std::string& asked, const char* flag) {
  if (const std::optional<size_t> column = column_of(header, is_header, asked)) return *column;
  throw Error(Exit::usage, "usage/column", fmt::format("--{} is '{}', but there is no such column", flag, asked),
              is_header ? fmt::format("the columns are {}", fmt::join(header, ", "))
                        : fmt::format("the table has no header: give a number from 1 to {}", header.size()));
}

// Which columns are named as further inputs.
std::vector<bool> taken_as_inputs(const std::vector<std::string>& header, const std::string& names) {
  std::vector<bool> taken(header.size());
  for (const std::string& name : split_commas(names))
    if (const std::optional<size_t> column = column_of(header, true, name)) taken[*column] = true;
  return taken;
}

// Distinct values of a column that may be labels: each at least twice on average.
bool few_values(const Column& c) {
  return c.cells >= 4 && c.values.size() >= 2 && static_cast<double>(c.values.size()) <= c.cells / 2;
}

}  // namespace

double words_in(std::string_view cell) {
  double words = 0;
  bool inside = false;
  for (const char c : cell) {
    words += c != ' ' && !inside ? 1 : 0;
    inside = c != ' ';
  }
  return words;
}

std::string in_lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower_case);
  return out;
}

char separator_of(std::string_view beginning, const std::string& path) {
  const std::string extension = lower_extension(without_compression(path));
  for (const char separator : kSeparators) {
    if (extension == ".tsv" && separator != '\t') continue;
    RecordReader reader(path, beginning, separator);
    std::vector<std::string> cells;
    int64_t line = 0;
    size_t width = 0, rows = 0;
    bool same = true;
    try {
      for (; rows < kSniffedRows && reader.next(cells, line); ++rows) {
        if (rows == 0) width = cells.size();
        same = same && cells.size() == width;
      }
    } catch (const Error&) {  // a cut quote
    }
    if (width >= 2 && rows >= 2 && same) return separator;
  }
  if (extension == ".tsv") return '\t';
  return extension == ".csv" && beginning.substr(0, beginning.find('\n')).find(',') != std::string_view::npos ? ',' : '\0';
}

Records read_records(const std::string& path, std::string_view text, char separator, size_t most) {
  Records records;
  records.separator = separator;
  RecordReader reader(path, text, separator);
  std::vector<std::string> cells;
  int64_t line = 0;
  while ((most == 0 || records.rows.size() < most) && reader.next(cells, line)) {
    if (!records.rows.empty() && cells.size() != records.rows[0].size()) {
      throw Error(Exit::data, "data/ragged",
                  fmt::format("{}:{}: the row has {}, but the first row of the file has {}", path, line,
                              counted(cells.size(), "cell"), records.rows[0].size()),
                  "every row needs as many cells as the first; a cell that has the separator goes into double quotes");
    }
    records.rows.push_back(std::move(cells));
    records.lines.push_back(line);
  }
  return records;
}

TextColumns find_text_columns(const Records& records, const LabelOptions& options, bool labelled) {
  TextColumns found;
  if (records.rows.empty()) return found.failure = "the file is empty", found;
  const std::vector<std::string>& first = records.rows[0];
  const std::vector<Column> columns = columns_of(records);
  const std::vector<bool> taken = taken_as_inputs(first, options.inputs);
  const std::vector<bool> not_named =
      labelled ? std::vector<bool>(first.size()) : taken;  // what is no text or label by its name
  std::optional<size_t> text = named_column(first, kTextNames, not_named),
                        label = named_column(first, kLabelNames, not_named);
  const auto asked_name = [&](const std::string& name) {
    return !name.empty() && std::find(first.begin(), first.end(), name) != first.end();
  };
  found.header = text || label || asked_name(options.text) || asked_name(options.label);
  for (const std::string& name : split_commas(options.inputs)) found.header = found.header || asked_name(name);
  const bool by_name = text && label;
  if (!options.text.empty()) text = asked_column(first, found.header, options.text, "text");
  if (!options.label.empty() && (labelled || asked_name(options.label) || first.size() > 1))
    label = asked_column(first, found.header, options.label, "label");
  if (!text) {  // the most words
    size_t best = 0;
    for (size_t c = 0; c < columns.size(); ++c)
      if (c != label && !taken[c] && (best == label || taken[best] || columns[c].words > columns[best].words)) best = c;
    if (best != label && !taken[best]) text = best;
  }
  if (!label) {  // the fewest values
    for (size_t c = 0; c < columns.size(); ++c) {
      if (c == text || taken[c] || !few_values(columns[c])) continue;
      if (!label || columns[c].values.size() < columns[*label].values.size()) label = c;
    }
  }
  // Without a known name: names are no values of the column of labels, values are.
  if (!found.header && label) found.header = !columns[*label].values.count(first[*label]);
  const auto name_of = [&](size_t c) { return found.header ? first[c] : fmt::format("column {}", c + 1); };
  found.has_label = label.has_value();
  if (text) found.text = *text, found.text_name = name_of(*text);
  if (label) found.label = *label, found.label_name = name_of(*label);
  if (!text || (labelled && !label)) {
    found.failure = text ? "no column looks like labels: one with a few values that repeat" : "no column looks like texts";
    found.help = found.header
                     ? fmt::format("say which: --text COLUMN --label COLUMN; the columns are {}", fmt::join(first, ", "))
                     : "say which by number: --text 1 --label 2";
    return found;
  }
  if (label && text == label) found.failure = "the column of the texts is also that of the labels", found.help = "name two";
  const bool few = label && (few_values(columns[*label]) || columns[*label].cells < 4);
  found.sure = few && (by_name || (columns[*text].cells > 0 && columns[*text].words >= kSentence * columns[*text].cells &&
                                   columns[*label].words <= 2 * columns[*label].cells));
  return found;
}

std::vector<size_t> find_input_columns(const Records& records, const TextColumns& columns, const std::string& names) {
  std::vector<size_t> found;
  for (const std::string& name : split_commas(names)) {
    const size_t c = asked_column(records.rows[0], columns.header, name, "inputs");
    if (c == columns.text || (columns.has_label && c == columns.label) ||
        std::find(found.begin(), found.end(), c) != found.end())
      throw Error(Exit::usage, "usage/column",
                  fmt::format("--inputs has '{}', which is {}", name,
                              c == columns.text                         ? "the text"
                              : columns.has_label && c == columns.label ? "the label"
                                                                        : "there twice"),
                  "name further columns, each once");
    found.push_back(c);
  }
  return found;
}

std::string group_of(const std::string& cell, const std::string& path, int64_t line) {
  if (!is_blank(cell)) return cell;
  throw Error(Exit::data, "data/columns", fmt::format("{}:{}: the cell of the group is empty", path, line),
              "every row belongs to a group, if only to one of its own");
}

void read_text_table(const std::string& path, const LayoutRequest& request, RawSet& set) {
  const FileLines file(path);
  const char separator = separator_of(file.bytes(), path);
  if (separator == '\0' && request.labelled)
    throw Error(Exit::data, "data/columns",
                path + " is no table: its lines have no cells between tabs, commas or semicolons",
                "a table of texts and labels has two columns, such as text and label");
  const Records records = read_records(path, file.bytes(), separator);  // 0: a single column
  if (records.rows.empty())
    throw Error(Exit::data, "data/empty", path + ": the file is empty", "give a table with a row for every text");
  const TextColumns columns = find_text_columns(records, request.options, request.labelled);
  if (!columns.failure.empty()) throw Error(Exit::data, "data/columns", path + ": " + columns.failure, columns.help);
  const size_t begin = columns.header ? 1 : 0;
  if (records.rows.size() == begin)
    throw Error(Exit::data, "data/empty", path + ": the table has a header and no rows", "give a row for every text");
  std::optional<size_t> group;
  if (!request.options.group.empty()) group = asked_column(records.rows[0], columns.header, request.options.group, "group");
  const std::vector<size_t> inputs = find_input_columns(records, columns, request.options.inputs);
  set.inputs.clear();
  for (const std::string& name : split_commas(request.options.inputs)) set.inputs.push_back({name, {}});
  for (size_t r = begin; r < records.rows.size(); ++r) {
    RawExample e;
    for (const size_t c : inputs) e.inputs.push_back(records.rows[r][c]);
    e.text = records.rows[r][columns.text];
    e.line = static_cast<uint32_t>(records.lines[r]), e.file = static_cast<uint32_t>(set.files.size() - 1);
    if (columns.has_label) e.labels = {records.rows[r][columns.label]};
    if (group) e.group = group_of(records.rows[r][*group], path, records.lines[r]);
    set.examples.push_back(std::move(e));
  }
  set.text_column = columns.text_name;
  if (columns.has_label) set.label_column = columns.label_name;
  set.notes.push_back(columns.has_label ? fmt::format("text is {}, label is {}{}", columns.text_name, columns.label_name,
                                                      columns.header ? "" : " (there is no header)")
                                        : fmt::format("text is {}", columns.text_name));
  if (!inputs.empty()) set.notes.back() += ", read with " + request.options.inputs;
  if (group) set.notes.back() += ", groups are " + request.options.group;
}

}  // namespace rnn::core
