// Why: see label_inputs.h.
#include "label_inputs.h"

#include <algorithm>

#include "base/error.h"
#include "data/inputs/kinds.h"
#include "data/labels/layouts.h"
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

}  // namespace

LabelModel::LabelModel(const std::string& path, TargetForm target, int threads)
    : file_(load_model(path)),
      shape_(shape_of_labels(file_, target)),
      encoder_(shape_, file_.tokenizer.get()),
      pool_(threads),
      labeller_(file_, pool_) {}

std::vector<Labels> LabelModel::label(const std::vector<SequenceExample>& examples, int top) {
  std::vector<Labels> found = labeller_.label(examples, top);
  for (const Labels& labels : found) {
    if (!labels.finite)
      throw Error(Exit::data, "data/overflow",
                  "numbers of the input are too large for the model, its outputs are not finite",
                  "scale the numbers as in the training data");
  }
  return found;
}

std::string LabelModel::piece(int32_t id) const { return file_.tokenizer ? marked_piece(*file_.tokenizer, id) : ""; }

RawSet inputs_of_file(const std::string& path, const LabelModel& model) {
  const SequenceShape& shape = model.shape();
  LabelOptions how;
  how.text = shape.front.text, how.label = shape.front.label;
  if (shape.front.kind == InputKind::frames) return read_raw_labels({path}, TargetForm::label, how, false);
  const FileLines file(path);
  if (is_table(path, file, shape)) {
    how.layout = "table", how.label.clear();
    return read_raw_labels({path}, TargetForm::label, how, false);
  }
  RawSet set;
  set.files = {path};
  FileLines lines = file;
  for (std::string_view line; lines.next(line);) {
    RawExample e;
    e.text = std::string(line), e.line = static_cast<uint32_t>(lines.number());
    set.examples.push_back(std::move(e));
  }
  if (set.examples.empty())
    throw Error(Exit::data, "data/empty", path + ": the file is empty", "one text a line, or a table");
  return set;
}

}  // namespace rnn::core::app
