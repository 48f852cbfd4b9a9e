// Why: several models of the same labels are right more often than one of them: their probabilities are averaged.
#pragma once

#include <list>
#include <span>
#include <string>
#include <vector>

#include "data/labels/encoder.h"
#include "io/text_scorer.h"
#include "tasks/sequences/stream/labeller.h"

namespace rnn::core {

// The probabilities of every label for some sequences. [sequences, labels]
using LabelShares = std::vector<std::vector<double>>;

// Models that give a sequence one label each, whatever they read of it. One thread at a time.
class LabelEnsemble {
 public:
  // Makes the models ready (io/ready_model.h), with its errors; files and pool must outlive it. Throws Error{usage, "ensemble/labels"} for
  // a model whose labels or data are of another kind, Error{usage, "ensemble/weights"}.
  LabelEnsemble(ModelFile& first, const WithModels& with, Pool& pool);

  size_t size() const { return members_.size(); }
  const SequenceShape& shape() const { return members_.front().shape; }
  int32_t label(const std::string& name) const { return members_.front().encoder.label(name); }  // -1: unknown
  // What member i says of the examples of a set. Throws Error{data}: "data/overflow", and as LabelEncoder::example.
  LabelShares answers(size_t i, const RawSet& set);
  // Of all members, by their weights.
  LabelShares together(std::span<const LabelShares> members) const;

 private:
  struct Member {
    Member(ModelFile& file, Pool& pool);
    SequenceShape shape;
    LabelEncoder encoder;
    Labeller labeller;
  };
  std::list<Member> members_;
  std::vector<double> weights_;  // their sum is 1
};

}  // namespace rnn::core
