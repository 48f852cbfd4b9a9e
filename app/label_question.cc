// Why: see label_question.h.
#include "label_question.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/numbers.h"
#include "data/labels/encoder.h"
#include "label_inputs.h"
#include "tasks/sequences/stream/sequence_shape.h"
#include "text/tag_scheme.h"

namespace rnn::core::app {
namespace {

constexpr std::string_view kFastText = "__label__";
constexpr size_t kListedLabels = 20;

LabelQuestion row_of_file(const std::string& path, int64_t row, const SequenceShape& shape) {
  RawSet set = examples_of_file(path, shape);
  row = std::max<int64_t>(row, 1);
  if (row > std::ssize(set.examples))
    throw Error(Exit::usage, "usage/row",
                fmt::format("{} has {}, so there is no row {}", path, counted(std::ssize(set.examples), "example"), row),
                "--row counts the examples from 1");
  const RawExample& e = set.examples[static_cast<size_t>(row - 1)];
  if (shape.width > 0 && set.width != shape.width)
    throw Error(Exit::data, "data/sequence",
                fmt::format("{}: the series has {} per step; the model reads {}", set.place(e), counted(set.width, "number"),
                            shape.width),
                "give the model data of the same kind as in training");
  return {e, set.place(e)};
}

LabelQuestion typed(std::string prompt, const SequenceShape& shape) {
  LabelQuestion asked;
  if (shape.front.kind == InputKind::words) {
    asked.example.words = words_of_line(prompt, false);
    return asked;
  }
  if (prompt.starts_with(kFastText)) {  // a labelled line
    const size_t end = std::min(prompt.find_first_of(" \t"), prompt.size());
    asked.example.labels = {prompt.substr(kFastText.size(), end - kFastText.size())};
    prompt.erase(0, std::min(end + 1, prompt.size()));
  }
  asked.example.text = std::move(prompt);
  return asked;
}

// Tags as the network says them.
std::vector<std::string> in_scheme(const std::vector<std::string>& tags, const std::string& scheme) {
  if (scheme == "tags" ||
      !std::all_of(tags.begin(), tags.end(), [](const std::string& t) { return parse_tag(t).has_value(); }))
    return tags;
  return tags_of_spans(spans_of_tags(tags), tags.size(), scheme == "bioes");
}

void require_known(const std::vector<std::string>& labels, const SequenceShape& shape, const ModelFile& file) {
  for (const std::string& label : labels) {
    if (std::find(shape.labels.begin(), shape.labels.end(), label) != shape.labels.end()) continue;
    const std::vector<std::string> first(
        shape.labels.begin(), shape.labels.begin() + static_cast<int64_t>(std::min(shape.labels.size(), kListedLabels)));
    throw Error(
        Exit::usage, "usage/label", fmt::format("{} has no label '{}'", file.path, label),
        fmt::format("its labels are {}{}", fmt::join(first, ", "), first.size() < shape.labels.size() ? " ..." : ""));
  }
}

}  // namespace

void declare_label_options(Command& command, LabelAsk& ask) {
  command.text("--label", &ask.label, "LABEL", "for a model of labels: the right one, or the right tags between spaces");
  command.whole("--row", &ask.row, {1, 1e9}, "N", "for a model of labels: the N-th text or series of a file (1)");
}

void refuse_label_options(const Command& command) {
  command.refuse({"--label", "--row"}, "is for models that classify or tag; this model does not", "leave it out");
}

LabelQuestion label_question(const ModelFile& file, const LabelAsk& ask) {
  const SequenceShape shape = shape_of_model(file);
  const bool series = shape.front.kind == InputKind::frames;
  const std::string& path = series && ask.data.empty() ? ask.prompt : ask.data;
  if (path.empty() && ask.row > 0)
    throw Error(Exit::usage, "usage/missing", "--row counts the examples of a file, but there is none",
                "rnn explain MODEL --data FILE --row N, rnn inspect MODEL FILE --row N");
  LabelQuestion asked = path.empty() ? typed(ask.prompt, shape) : row_of_file(path, ask.row, shape);
  RawExample& e = asked.example;
  if (std::all_of(e.labels.begin(), e.labels.end(), [](const std::string& l) { return l.empty() || l == "?"; }))
    e.labels.clear();
  if (ask.label.empty()) return asked;
  e.labels = {ask.label};
  if (shape.target == TargetForm::labels) e.labels = in_scheme(words_of_line(ask.label, true), shape.front.scheme);
  require_known(e.labels, shape, file);
  return asked;
}

}  // namespace rnn::core::app
