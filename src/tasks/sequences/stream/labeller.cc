// Why: sequences are packed into batches of bounded size, and rows of outputs become labels or numbers.
#include "tasks/sequences/stream/labeller.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"
#include "heads/special.h"
#include "io/ready_model.h"
#include "tasks/sequences/stream/label_stream.h"
#include "tasks/sequences/stream/sequence_shape.h"

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

// The first `count` of `width` numbers of every row.
std::vector<float> first_columns(const std::vector<float>& rows, size_t width, size_t count) {
  std::vector<float> out;
  out.reserve(rows.size() / width * count);
  for (size_t row = 0; row + width <= rows.size(); row += width)
    out.insert(out.end(), rows.begin() + static_cast<std::ptrdiff_t>(row),
               rows.begin() + static_cast<std::ptrdiff_t>(row + count));
  return out;
}

}  // namespace

void require_finite_outputs(bool finite) {
  if (finite) return;
  throw Error(Exit::data, "data/overflow", "numbers of the input are too large for the model, its outputs are not finite",
              "scale the numbers as in the training data");
}

size_t several_answers(std::span<const float> outputs, double threshold, std::vector<Candidate>& out) {
  out.clear();
  for (size_t k = 0; k < outputs.size(); ++k)
    out.push_back({static_cast<int32_t>(k), logistic(static_cast<double>(outputs[k]))});
  std::stable_sort(out.begin(), out.end(),
                   [](const Candidate& a, const Candidate& b) { return a.probability > b.probability; });
  return static_cast<size_t>(
      std::count_if(out.begin(), out.end(), [&](const Candidate& c) { return c.probability >= threshold; }));
}

Labeller::Labeller(ModelFile& file, Pool& pool)
    : shape_(labelled_shape(file)),
      engine_(ready_model(file, pool), &pool),
      sampler_(engine_.model().outputs() - engine_.model().config().whole_labels) {
  if (const int labels = engine_.model().config().whole_labels; labels > 0) whole_.emplace(labels);
  if (const CrfHead<float>* crf = engine_.model().head().crf()) chain_ = crf->scores(engine_.model().weights());
}

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
  std::vector<LabelStream> streams(examples.size(), LabelStream(model));
  std::vector<core::Stream*> all;
  for (size_t i = 0; i < examples.size(); ++i) {
    model.reads_ids() ? streams[i].read(examples[i].ids) : streams[i].read(examples[i].frames);
    streams[i].finish();
    all.push_back(&streams[i]);
  }
  while (step_streams(engine_, all)) end_if_interrupted();
  const auto width = static_cast<size_t>(model.outputs() - model.config().whole_labels);
  for (LabelStream& stream : streams) {
    Labels labels;
    std::vector<float> rows = stream.rows();
    if (whole_) answer_whole(rows, top, labels), rows = first_columns(rows, static_cast<size_t>(model.outputs()), width);
    if (chain_) answer_chain(rows, top, labels);
    for (size_t begin = 0; begin < rows.size() && !chain_; begin += width)
      answer(std::span<const float>(rows).subspan(begin, width), top, labels);
    out.push_back(std::move(labels));
  }
}

// The scores of the whole are the mean of those of its steps (heads/joint.h).
void Labeller::answer_whole(std::span<const float> rows, int top, Labels& to) {
  to.finite = to.finite && std::all_of(rows.begin(), rows.end(), [](float x) { return std::isfinite(x); });
  const auto all = static_cast<size_t>(engine_.model().outputs()),
             labels = static_cast<size_t>(engine_.model().config().whole_labels);
  std::vector<double> sum(labels, 0);
  for (size_t row = 0; row + all <= rows.size(); row += all)
    for (size_t k = 0; k < labels; ++k) sum[k] += static_cast<double>(rows[row + all - labels + k]);
  std::vector<float> mean;
  const double steps = static_cast<double>(std::max<size_t>(rows.size() / all, 1));
  for (const double x : sum) mean.push_back(static_cast<float>(x / steps));
  whole_->top(mean, top, to.whole);
}

// The labels of the best sequence; what else is likely at a step, and how likely, is said by its marginals.
void Labeller::answer_chain(std::span<const float> rows, int top, Labels& to) const {
  to.finite = to.finite && std::all_of(rows.begin(), rows.end(), [](float x) { return std::isfinite(x); });
  const auto K = static_cast<size_t>(chain_->labels);
  if (rows.empty() || !to.finite) {
    to.answers.resize(rows.size() / K, {Candidate{}});
    return;
  }
  const ChainAnswer found = chain_answer(*chain_, rows);
  for (size_t t = 0; t < rows.size() / K; ++t) {
    const size_t best = found.labels.empty() ? 0 : static_cast<size_t>(found.labels[t]);
    std::vector<Candidate> all;
    for (size_t k = 0; k < K; ++k) all.push_back({static_cast<int32_t>(k), found.marginals[t * K + k]});
    std::swap(all[0], all[best]);
    std::stable_sort(all.begin() + 1, all.end(), [](const Candidate& a, const Candidate& b) {
      return a.probability > b.probability || (a.probability == b.probability && a.id < b.id);
    });
    all.resize(std::min(K, static_cast<size_t>(std::max(top, 1))));
    to.answers.push_back(std::move(all));
  }
}

void Labeller::answer(std::span<const float> outputs, int top, Labels& to) {
  to.finite = to.finite && std::all_of(outputs.begin(), outputs.end(), [](float x) { return std::isfinite(x); });
  if (several()) {
    to.given = several_answers(outputs, shape_.front.threshold, to.answers.emplace_back());
  } else if (answers_with_labels()) {
    sampler_.top(outputs, top, to.answers.emplace_back());
  } else {
    const LabelFront& front = shape_.front;
    for (const float y : outputs) to.values.push_back(shape_.follows() ? y * front.deviation + front.mean : y);
  }
}

}  // namespace rnn::core
