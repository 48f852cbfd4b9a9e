// Why: see label_ensemble.h.
#include "tasks/sequences/stream/label_ensemble.h"

#include <iterator>

#include "base/error.h"
#include "decode/scorer.h"
#include "tasks/sequences/stream/sequence_shape.h"

namespace rnn::core {

LabelEnsemble::Member::Member(ModelFile& file, Pool& pool)
    : shape(shape_of_labels(file, TargetForm::label)), encoder(shape, file.tokenizer.get()), labeller(file, pool) {}

LabelEnsemble::LabelEnsemble(ModelFile& first, const WithModels& with, Pool& pool)
    : weights_(ensemble_weights(1 + with.files.size(), with.weights)) {
  const auto add = [&](ModelFile& file) {
    const Member& member = members_.emplace_back(file, pool);
    if (!member.shape.whole_labels.empty() || member.shape.answers == Answers::several)
      throw Error(Exit::usage, "ensemble/labels",
                  file.path +
                      (member.shape.whole_labels.empty() ? " gives a text any number of labels" : " also tags words") +
                      ", it cannot be one of several models",
                  "models of an ensemble give one label each");
    if (member.shape.labels == shape().labels && member.shape.front.kind == shape().front.kind &&
        member.shape.width == shape().width)
      return;
    throw Error(Exit::usage, "ensemble/labels", file.path + " has other labels, or reads other data, than " + first.path,
                "models of an ensemble are trained on the same kind of data, with the same labels; rnn info shows both");
  };
  add(first);
  for (ModelFile* file : with.files) add(*file);
}

LabelShares LabelEnsemble::answers(size_t i, const RawSet& set) {
  Member& member = *std::next(members_.begin(), static_cast<std::ptrdiff_t>(i));
  const size_t labels = member.shape.labels.size();
  LabelShares out;
  for (const Labels& found : member.labeller.label(member.encoder.examples(set), static_cast<int>(labels))) {
    require_finite_outputs(found.finite);
    std::vector<double>& shares = out.emplace_back(labels, 0.0);
    for (const Candidate& c : found.answers.at(0)) shares[static_cast<size_t>(c.id)] = c.probability;
  }
  return out;
}

LabelShares LabelEnsemble::together(std::span<const LabelShares> members) const {
  LabelShares mean(members.front().size(), std::vector<double>(shape().labels.size(), 0.0));
  for (size_t m = 0; m < members.size(); ++m)
    for (size_t e = 0; e < mean.size(); ++e)
      for (size_t k = 0; k < mean[e].size(); ++k) mean[e][k] += weights_[m] * members[m][e][k];
  return mean;
}

}  // namespace rnn::core
