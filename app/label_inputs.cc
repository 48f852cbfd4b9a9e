// Why: see label_inputs.h.
#include "label_inputs.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "data/inputs/kinds.h"
#include "data/labels/layouts.h"
#include "data/labels/table_inputs.h"
#include "tasks/sequences/stream/sequence_shape.h"

namespace rnn::core::app {
namespace {

bool is_table(const std::string& path, const FileLines& file, const SequenceShape& shape) {
  const std::string extension = lower_extension(without_compression(path));
  if (extension == ".csv" || extension == ".tsv") return true;
  const std::string_view text = file.bytes();
  const std::string_view first = text.substr(0, text.find('\n'));
  return !shape.front.text.empty() && first.find(shape.front.text) != std::string_view::npos &&
         separator_of(text, path) != '\0';
}

// One text, or one sentence, a line.
RawSet lines_of_file(const std::string& path, const SequenceShape& shape) {
  RawSet set;
  set.files = {path}, set.kind = shape.front.kind;
  FileLines lines(path);
  for (std::string_view line; lines.next(line);) {
    RawExample e;
    if (set.kind == InputKind::words) e.words = words_of_line(line, false);
    e.text = std::string(line), e.line = static_cast<uint32_t>(lines.number());
    set.examples.push_back(std::move(e));
  }
  if (set.examples.empty())
    throw Error(Exit::data, "data/empty", path + ": the file is empty", "one text a line, or a table");
  return set;
}

// Texts, with the further columns that a model reads before them.
RawSet texts_of_file(const std::string& path, LabelOptions how, const LabelFront& front) {
  how.inputs = names_of_inputs(front.inputs);
  RawSet set = read_raw_labels({path}, TargetForm::label, how, false);
  write_inputs(front.inputs, set);
  return set;
}

RawSet series_of_file(const std::string& path, const SequenceShape& shape) {
  LabelOptions how;
  how.label = shape.front.label;
  const std::string layout = guess_layout({path}).layout;
  if (layout.empty()) FileLines{path};  // says so if there is no such file
  if (layout == "table") {
    if (!shape.front.names.empty()) return read_recordings(path, shape.front);
    how.layout = "rows";
  }
  return read_raw_labels({path}, TargetForm::label, how, false);
}

}  // namespace

LabelModel::LabelModel(const std::string& path, TargetForm target, int threads)
    : file_(load_model(path)),
      shape_(shape_of_labels(file_, target)),
      sentences_(target == TargetForm::label && !shape_.whole_labels.empty()),
      encoder_(shape_, file_.tokenizer.get()),
      pool_(threads),
      labeller_(file_, pool_) {}

std::vector<Labels> LabelModel::label(const std::vector<SequenceExample>& examples, int top) {
  std::vector<Labels> found = labeller_.label(examples, top);
  for (Labels& labels : found) {
    require_finite_outputs(labels.finite);
    if (sentences_) labels.answers = {std::move(labels.whole)};
  }
  return found;
}

SequenceExample LabelModel::typed(const std::string& line, bool tokenized) const {
  if (!sentences_) return encoder_.text(line);
  std::vector<std::string> words = words_of_line(line, tokenized);
  if (words.empty()) words.emplace_back();
  return encoder_.words(words);
}

std::string LabelModel::piece(int32_t id) const { return file_.tokenizer ? marked_piece(*file_.tokenizer, id) : ""; }

RawSet inputs_of_file(const std::string& path, const LabelModel& model) {
  const SequenceShape& shape = model.shape();
  if (shape.front.kind == InputKind::frames) return series_of_file(path, shape);
  const FileLines file(path);
  if (!is_table(path, file, shape)) return lines_of_file(path, shape);
  LabelOptions how;
  how.layout = "table", how.text = shape.front.text;
  return texts_of_file(path, std::move(how), shape.front);
}

RawSet examples_of_file(const std::string& path, const SequenceShape& shape) {
  if (shape.front.kind == InputKind::frames) return series_of_file(path, shape);
  const std::string layout = guess_layout({path}).layout;
  if (layout.empty()) return lines_of_file(path, shape);
  LabelOptions how;
  if (shape.front.kind == InputKind::words) {
    how.scheme = shape.front.scheme, how.label = shape.front.label;
    return read_raw_labels({path}, TargetForm::labels, how);
  }
  how.layout = layout, how.text = shape.front.text, how.label = shape.front.label;
  try {
    return texts_of_file(path, how, shape.front);
  } catch (const Error& e) {
    if (e.code() != "usage/column" || how.label.empty()) throw;
  }
  how.label.clear();  // a table without the column of labels
  RawSet set = texts_of_file(path, how, shape.front);
  for (RawExample& e : set.examples) e.labels.clear();
  return set;
}

}  // namespace rnn::core::app
