// Why: the options of the output layer are read and checked here.
#include "train/softmax_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "options/option_list.h"

namespace rnn::core {
namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& help = {}) {
  throw Error(Exit::usage, "usage/option", message, help);
}

void check_smoothing(SoftmaxKind softmax, double label_smoothing) {
  if (softmax == SoftmaxKind::full || label_smoothing == 0) return;
  refuse(fmt::format("--label-smoothing {} spreads over all tokens, which --softmax {} does not compute in training",
                     label_smoothing, softmax_name(softmax)),
         "drop one of the two");
}

std::vector<int64_t> target_counts(Batcher& batcher, int classes) {
  std::vector<int64_t> counts(static_cast<size_t>(classes));
  Batch batch;
  batcher.start_epoch(0);
  while (batcher.next(batch)) {
    for (size_t i = 0; i < batch.to.ids.size(); ++i) {
      if (batch.to.weights.empty() || batch.to.weights[i] != 0) ++counts[static_cast<size_t>(batch.to.ids[i])];
    }
  }
  batcher.start_epoch(0);
  return counts;
}

}  // namespace

void check_softmax_options(const ModelOptions& m, const TrainOptions& t) {
  const ModelOptions model;
  const TrainOptions train;
  const auto belongs = [&](bool given, const char* flag, const char* kind) {
    if (given && m.softmax != kind) refuse(fmt::format("--{} needs --softmax {}, but it is {}", flag, kind, m.softmax));
  };
  belongs(m.cutoffs != model.cutoffs, "cutoffs", "adaptive");
  belongs(m.softmax_divide != model.softmax_divide, "softmax-divide", "adaptive");
  belongs(t.samples != train.samples, "samples", "sampled");
  belongs(t.sampler != train.sampler, "sampler", "sampled");
  check_smoothing(softmax_kind(m.softmax), t.label_smoothing);
}

int samples_of(const TrainOptions& o, const Model<float>& model) {
  const SoftmaxKind kind = model.config().softmax.kind;
  check_smoothing(kind, o.label_smoothing);
  if (kind != SoftmaxKind::sampled) return 0;
  const int classes = model.outputs(), samples = o.samples > 0 ? o.samples : std::min(kDefaultSamples, classes);
  if (samples > classes) {
    refuse(fmt::format("--samples is {}, but the vocabulary has {} tokens", samples, classes),
           "with so few tokens a sampled softmax gains nothing: use --softmax full");
  }
  return samples;
}

std::optional<ClassSampler> sampler_for(const TrainOptions& o, const Model<float>& model, Batcher& train) {
  const int classes = model.outputs(), samples = samples_of(o, model);
  if (samples == 0) return std::nullopt;
  if (o.sampler == "unigram") return ClassSampler(target_counts(train, classes), samples);
  return ClassSampler(classes, samples);
}

}  // namespace rnn::core
