// Why: which layout data has is seen from its first lines; what is wrong with its examples, whatever the layout, is said here.
#include "data/labels/raw_labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/inputs/data_file.h"
#include "data/labels/layouts.h"
#include "text/tag_scheme.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

using LayoutReader = void (*)(const std::string& path, const LayoutRequest& request, RawSet& set);

struct LayoutKind {
  std::string_view name;
  InputKind kind;
  TargetForm target;
  LayoutReader read;
};
constexpr LayoutKind kLayouts[] = {
    {"table", InputKind::text, TargetForm::label, read_text_table},
    {"fasttext", InputKind::text, TargetForm::label, read_fasttext},
    {"lines", InputKind::text, TargetForm::label, read_text_lines},
    {"folders", InputKind::text, TargetForm::label, read_text_folder},
    {"conll", InputKind::words, TargetForm::labels, read_conll},
    {"conllu", InputKind::words, TargetForm::labels, read_conllu},
    {"ts", InputKind::frames, TargetForm::label, read_ts},
    {"arff", InputKind::frames, TargetForm::label, read_arff},
    {"rows", InputKind::frames, TargetForm::label, read_sensor_rows},
};

// Of a layout that is not "aligned"; of one without a reader that of texts. Folders may hold either.
InputKind kind_of(std::string_view layout) {
  if (layout == "folders") return InputKind::frames;
  for (const LayoutKind& k : kLayouts)
    if (k.name == layout) return k.kind;
  return InputKind::text;
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}
bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// Folders of tables are sensors, of anything else texts.
bool holds_tables(const std::string& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with(".") || it.depth() == 0) continue;
    if (name.ends_with(".csv") || name.ends_with(".tsv")) return true;
  }
  return false;
}

void add_aligned(const std::vector<std::string>& paths, const LayoutRequest& request, RawSet& set) {
  const bool tags = request.target == TargetForm::labels;
  const auto add = [&](const std::string& words, const std::string& labels) {
    set.files.push_back(words), set.hash += content_hash(read_data_bytes(words));
    if (!labels.empty()) set.files.push_back(labels), set.hash += content_hash(read_data_bytes(labels));
    read_aligned(words, labels, request, set);
  };
  if (is_folder(paths[0])) {
    for (const std::string& path : paths) {
      const fs::path labels = fs::path(path) / (tags ? "seq.out" : "label");
      add((fs::path(path) / "seq.in").string(), is_file(labels) || request.labelled ? labels.string() : "");
    }
    return;
  }
  if (paths.size() % 2 != 0 && request.labelled)
    throw Error(Exit::usage, "usage/argument", "aligned files come in twos: the words, then their labels",
                "rnn train seq.in seq.out --layout aligned");
  if (paths.size() == 1) return add(paths[0], "");
  for (size_t i = 0; i + 1 < paths.size(); i += 2) add(paths[i], paths[i + 1]);
}

// What is missing in an example, whatever its layout.
void require_examples(const RawSet& set, const LayoutRequest& request) {
  if (set.examples.empty())
    throw Error(Exit::data, "data/empty", set.files.at(0) + ": there are no examples",
                "give at least a few dozen of every label");
  for (const RawExample& e : set.examples) {
    if (set.kind == InputKind::text && request.labelled && is_blank(e.text))
      throw Error(Exit::data, "data/empty_text", set.place(e) + ": the text is empty",
                  "fill it in, or leave the example out");
    if (!request.labelled || set.several) continue;
    const bool empty =
        e.labels.empty() || std::any_of(e.labels.begin(), e.labels.end(), [](const std::string& l) { return is_blank(l); });
    if (empty)
      throw Error(Exit::data, "data/empty_label", set.place(e) + ": the label is empty",
                  "fill it in, or leave the example out; with --answers several an example may have no label");
  }
}

// The scheme of the file, and the tags as the network is to have them.
void settle_scheme(RawSet& set, const std::string& wanted) {
  const std::string found = wanted == "tags" ? "tags" : scheme_of_tags(set);
  set.scheme = found == "tags" ? found : wanted == "auto" ? "bio" : wanted;
  if (found != "tags") {  // also where letters have other names: L, U, M
    for (RawExample& e : set.examples)
      e.labels = tags_of_spans(spans_of_tags(e.labels), e.words.size(), set.scheme == "bioes");
  }
  constexpr std::pair<std::string_view, std::string_view> kNames[] = {{"bio", "BIO"}, {"bioes", "BIOES"}, {"iob1", "IOB1"}};
  const auto name = [&](std::string_view scheme) {
    return std::find_if(std::begin(kNames), std::end(kNames), [&](const auto& n) { return n.first == scheme; })->second;
  };
  if (found == "tags") return set.notes.emplace_back("tags are no spans"), void();
  set.notes.push_back(found == set.scheme ? fmt::format("tags are {}", name(found))
                                          : fmt::format("tags are {}, here {}", name(found), name(set.scheme)));
}

}  // namespace

FileLines::FileLines(const std::string& path) : FileLines(path, text_of_bytes(read_data_bytes(path), path)) {
  if (!text_.empty() && text_.back() != '\n') text_ += '\n';
}

FileLines::FileLines(const std::string& path, std::string beginning) : path_(path), text_(std::move(beginning)) {
  if (text_.starts_with(kByteOrderMark)) text_.erase(0, kByteOrderMark.size());
  const size_t bad = utf8_error(text_);
  if (bad != std::string::npos && bad + 4 < text_.size()) {
    const auto lines = std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(bad), '\n');
    const size_t begin = bad == 0 ? 0 : text_.rfind('\n', bad - 1) + 1;  // npos + 1: 0
    refuse_line({path_, lines + 1}, "data/utf8", not_utf8(bad - begin + 1, text_[bad]), kToUtf8);
  }
}

bool FileLines::next(std::string_view& line) {
  const size_t end = text_.find('\n', at_);
  if (end == std::string::npos) return false;
  line = std::string_view(text_).substr(at_, end - at_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  at_ = end + 1, ++number_;
  return true;
}

void FileLines::refuse(const char* code, const std::string& message, const std::string& help) const {
  refuse_line({path_, number_}, code, message, help);
}

std::string RawSet::place(const RawExample& e) const {
  const std::string& file = files.at(e.file);
  return e.line > 0 ? fmt::format("{}:{}", file, e.line) : file;
}

RawSet read_raw_labels(const std::vector<std::string>& paths, TargetForm target, const LabelOptions& options, bool labelled,
                       const std::vector<std::string>& known) {
  RawSet set;
  LayoutRequest request{options, target, labelled, known};
  set.several = options.answers == "several" && target == TargetForm::label;
  std::string layout = options.layout;
  if (layout == "auto") layout = guess_layout(paths).layout;
  if (!known.empty() && (layout.empty() || kind_of(layout) != InputKind::frames)) layout = "rows";
  if (layout.empty())
    throw Error(Exit::usage, "usage/layout", paths.at(0) + " has no layout that labels are read from",
                "name it: --layout table, conll, ts, ...; rnn train --help-all lists them");
  if (layout == "aligned") {
    set.kind = target == TargetForm::labels ? InputKind::words : InputKind::text;
    add_aligned(paths, request, set);
  } else {
    const auto kind =
        std::find_if(std::begin(kLayouts), std::end(kLayouts), [&](const LayoutKind& k) { return k.name == layout; });
    LayoutReader read = kind->read;
    set.kind = kind->kind;
    if (layout == "folders" && holds_tables(paths[0])) read = read_sensor_folder, set.kind = InputKind::frames;
    if (kind->target != target)
      throw Error(Exit::usage, "task/data",
                  fmt::format("{} ({}) has {}", paths[0], layout,
                              kind->target == TargetForm::label ? "one label for an example" : "a label for every word"),
                  fmt::format("--task {}", target_task(kind->target)));
    for (const std::string& path : paths) {
      set.files.push_back(path);
      if (!is_folder(path)) set.hash += content_hash(read_data_bytes(path));
      read(path, request, set);
    }
  }
  require_examples(set, request);
  if (!options.group.empty() && set.examples[0].group.empty())
    throw Error(Exit::usage, "usage/option",
                fmt::format("--group is for tables with a column that groups, but {} is read as {}", paths[0], layout),
                "leave it out");
  if (!options.inputs.empty() && set.inputs.empty())
    throw Error(Exit::usage, "usage/option",
                fmt::format("further columns are to be read ({}), but {} is read as {}", options.inputs, paths[0], layout),
                "they are columns of a table of texts (--inputs)");
  if (set.kind == InputKind::words && labelled) settle_scheme(set, options.scheme);
  return set;
}

void require_labels(const RawSet& set) {
  std::unordered_map<std::string_view, size_t> counts;
  size_t n = 0;  // examples, or rows of tables that are followed
  for (const RawExample& e : set.examples) {
    for (const std::string& label : e.labels)
      if (!label.empty() || e.rows.empty()) ++counts[label];
    n += std::max<size_t>(e.rows.size(), 1);
  }
  const std::string what =
      set.label_column.empty() ? set.files[0] : fmt::format("{}: column '{}'", set.files[0], set.label_column);
  const auto bad = [&](const std::string& message, const std::string& help) {
    throw Error(Exit::data, "data/labels", fmt::format("{} {}", what, message), help);
  };
  if (counts.empty()) bad("is empty: there is nothing to learn", "a label in every row that has one");
  if (set.several && std::all_of(counts.begin(), counts.end(), [&](const auto& c) { return c.second == n; }))
    bad(counts.size() == 1 ? fmt::format("has the label '{}' in every row: there is nothing to learn", counts.begin()->first)
                           : "has all labels in every row: there is nothing to learn",
        "add examples that lack a label");
  if (counts.size() == 1 && !set.several)
    bad(fmt::format("has one label, '{}': there is nothing to learn", counts.begin()->first),
        "add examples with other labels");
  if (set.kind == InputKind::words) return;
  if (counts.size() > kMostLabels)
    bad(fmt::format("has {} labels, more than {}", grouped(std::ssize(counts)), grouped(kMostLabels)),
        "is this the column of the labels? --label COLUMN names it");
  if (n >= 20 && counts.size() > n / 2) {
    const bool numbers =
        std::all_of(counts.begin(), counts.end(), [](const auto& c) { return parse_number<double>(c.first).has_value(); });
    bad(fmt::format("has {} different labels in {}: {}", grouped(std::ssize(counts)), counted(n, "example"),
                    numbers ? "it holds numbers, not labels" : "most occur once"),
        numbers ? "--label COLUMN names the labels; numbers are learnt from lines of JSON (--task regress)"
                : "is this the column of the labels? --label COLUMN names it");
  }
}

}  // namespace rnn::core
