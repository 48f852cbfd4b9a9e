// Why: sequences are packed into batches of bounded size, and rows of outputs become labels or numbers.
#include "tasks/sequences/labeller.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "io/ready_model.h"
#include "tasks/sequences/sequence_data.h"

namespace rnn::core {
namespace {

constexpr size_t kSequencesAtOnce = 64;
constexpr int64_t kStepsAtOnce = int64_t{1} << 15;  // bounds the memory of a batch; a longer sequence is a batch of its own

SequenceShape labelled_shape(const ModelFile& file) {
  if (file.model->writes_text()) {
    throw Error(
        Exit::model, "model/task",
        file.path + (file.model->translates() ? " is a translator" : " is a language model") + ", not a model of sequences",
        file.model->translates() ? "rnn translate translates with it"
                                 : "rnn generate continues a text with it, rnn eval measures it on one");
  }
  return shape_of_model(file);
}

}  // namespace

Labeller::Labeller(ModelFile& file, Pool& pool)
    : shape_(labelled_shape(file)), engine_(ready_model(file, pool), &pool), sampler_(engine_.model().outputs()) {}

std::vector<Labels> Labeller::label(std::span<const SequenceExample> examples, int top) {
  std::vector<Labels> out;
  out.reserve(examples.size());
  for (size_t begin = 0, end = 0; begin < examples.size(); begin = end) {
    int64_t steps = 0;
    for (; end < examples.size() && end - begin < kSequencesAtOnce; ++end) {
      steps += shape_.steps(examples[end]);
      if (steps > kStepsAtOnce && end > begin) break;
    }
    label_batch(examples.subspan(begin, end - begin), top, out);
  }
  return out;
}

void Labeller::label_batch(std::span<const SequenceExample> examples, int top, std::vector<Labels>& out) {
  const Model<float>& model = engine_.model();
  std::vector<State<float>> states(examples.size(), model.initial(1));
  std::vector<Engine::Part> parts;
  for (size_t i = 0; i < examples.size(); ++i) parts.push_back({&states[i], examples[i].ids, examples[i].frames});
  const View<const float> outputs = engine_.run(parts);
  for (size_t i = 0; i < examples.size(); ++i) {
    Labels labels;
    const int answers = answers_every_step() ? shape_.steps(examples[i]) : 1;
    for (int t = 0; t < answers; ++t) answer(row_of(outputs, engine_.row(static_cast<int>(i), t)), top, labels);
    out.push_back(std::move(labels));
  }
}

void Labeller::answer(std::span<const float> outputs, int top, Labels& to) {
  to.finite = to.finite && std::all_of(outputs.begin(), outputs.end(), [](float x) { return std::isfinite(x); });
  if (answers_with_labels()) {
    sampler_.top(outputs, top, to.answers.emplace_back());
  } else {
    to.values.insert(to.values.end(), outputs.begin(), outputs.end());
  }
}

}  // namespace rnn::core
