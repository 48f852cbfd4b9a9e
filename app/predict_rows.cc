// Why: see predict_rows.h.
#include "predict_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/numbers.h"
#include "data/labels/encoder.h"
#include "events/events.h"
#include "screen.h"
#include "table_text.h"
#include "tasks/sequences/follow_table.h"
#include "tasks/sequences/stream/labeller.h"
#include "tasks/sequences/stream/sequence_shape.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

// An answer and where it belongs.
struct RowAnswer {
  uint32_t line = 0;
  std::string text;
};

class RowWriter {
 public:
  RowWriter(const SequenceShape& shape, const PredictRowsArguments& a) : shape_(shape), a_(a) {}

  std::string header() const {
    if (a_.json) return "";
    return shape_.labels.empty() ? table_cell(shape_.front.label) + "\n" : "label,probability\n";
  }

  void add(const RawExample& e, const Labels& found, std::vector<RowAnswer>& out) const {
    if (!found.finite)
      throw Error(
          Exit::data, "data/overflow",
          fmt::format(
              "the numbers of the series that begins in line {} are too large for the model, its outputs are not finite",
              e.line),
          "scale the numbers as in the training data");
    for (size_t t = 0; t < e.rows.size(); ++t) {
      std::string text = shape_.labels.empty() ? number(e.rows[t], found.values[t]) : label(e.rows[t], found.answers[t]);
      out.push_back({e.rows[t], std::move(text)});
    }
  }

 private:
  std::string number(uint32_t line, float value) const {
    const std::string text = fmt::format("{}", value);
    if (!a_.json) return text + "\n";
    return json_line({{"line", line}, {"value", *parse_number<double>(text)}});
  }
  std::string label(uint32_t line, const std::vector<Candidate>& answer) const {
    const std::string& name = shape_.labels[static_cast<size_t>(answer[0].id)];
    if (!a_.json) return fmt::format("{},{:.4f}\n", table_cell(name), answer[0].probability);
    ordered_json json = {{"line", line}, {"label", name}, {"probability", answer[0].probability}};
    for (const Candidate& c : answer)
      if (a_.top > 0) json["top"][shape_.labels[static_cast<size_t>(c.id)]] = c.probability;
    return json_line(json);
  }

  const SequenceShape& shape_;
  const PredictRowsArguments& a_;
};

}  // namespace

bool follows_rows(const ModelFile& file) {
  return target_form(file.model->config().task).has_value() && shape_of_model(file).follows();
}

void predict_rows(ModelFile& file, Pool& pool, const PredictRowsArguments& a) {
  Labeller labeller(file, pool);
  const SequenceShape& shape = labeller.shape();
  const LabelEncoder encoder(shape, nullptr);
  const RowWriter writer(shape, a);
  std::string header = writer.header();
  for (const std::string& path : a.files.empty() ? std::vector<std::string>{"-"} : a.files) {
    const RawSet set = read_follow_tables({path}, follow_columns(shape));
    std::vector<SequenceExample> examples;
    for (const RawExample& e : set.examples) examples.push_back(encoder.frames(e.frames));
    const std::vector<Labels> found = labeller.label(examples, std::max(a.top, 1));
    std::vector<RowAnswer> answers;
    for (size_t i = 0; i < found.size(); ++i) writer.add(set.examples[i], found[i], answers);
    std::stable_sort(answers.begin(), answers.end(), [](const RowAnswer& x, const RowAnswer& y) { return x.line < y.line; });
    print(std::exchange(header, ""));
    for (const RowAnswer& answer : answers) print(answer.text);
    flush_output();
  }
}

}  // namespace rnn::core::app
