// Why: what verdicts and taggings share: the model opened, answers with all their probabilities, how the memory moves.
#pragma once

#include <string>
#include <vector>

#include "data/labels/encoder.h"
#include "inspect/labelling.h"
#include "tasks/sequences/stream/labeller.h"

namespace rnn::core {

class LookedAtModel {
 public:
  LookedAtModel(ModelFile& file, Pool& pool);
  const SequenceShape& shape() const { return shape_; }
  const LabelEncoder& encoder() const { return encoder_; }
  const ModelFile& file() const { return file_; }
  bool chain() const { return file_.model->head().crf() != nullptr; }
  LabelFacts facts() const;

  // All labels of every answer, likeliest first, as Labeller gives them. Throws Error{data, "data/overflow"}.
  std::vector<Labels> label(const std::vector<SequenceExample>& examples);
  const std::string& name(const Candidate& c) const { return shape_.labels[static_cast<size_t>(c.id)]; }
  double chance(const std::vector<Candidate>& answer, int32_t id) const;  // of a label
  // [directions][steps] ||h_t - h_{t-1}|| in the order of reading, over the mean of ||h||.
  std::vector<std::vector<double>> moves(const SequenceExample& e);

 private:
  ModelFile& file_;
  Pool& pool_;
  SequenceShape shape_;
  LabelEncoder encoder_;
  Labeller labeller_;
};

// A part of an encoded input: its steps [0, first) and from first + steps on.
SequenceExample without_steps(const SequenceExample& e, size_t columns, size_t first, size_t steps);
// Its first `steps` steps; columns: ids or numbers of a step.
SequenceExample beginning(const SequenceExample& e, size_t columns, size_t steps);

}  // namespace rnn::core
