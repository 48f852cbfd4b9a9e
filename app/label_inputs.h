// Why: what is to be labelled comes as a table, as lines or from a pipe, and answers have its order and number.
#pragma once

#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "data/labels/encoder.h"
#include "io/model_file.h"
#include "tasks/sequences/stream/labeller.h"

namespace rnn::core::app {

// A model of labels, ready to answer.
class LabelModel {
 public:
  // Throws Error{model, "model/task"} for one that was not trained on texts, words or sensors, or answers to another target. target
  // label, of a tagger that labels sentences, too: its answers are these labels.
  LabelModel(const std::string& path, TargetForm target, int threads);
  const SequenceShape& shape() const { return shape_; }
  const LabelEncoder& encoder() const { return encoder_; }
  bool sentences() const { return sentences_; }  // it labels tagged sentences, which are read as words
  // A text as it was typed, or the words of a sentence; without words it is one that the model does not know. tokenized: words stand
  // between spaces.
  SequenceExample typed(const std::string& line, bool tokenized = false) const;
  // Throws Error{data, "data/overflow"}.
  std::vector<Labels> label(const std::vector<SequenceExample>& examples, int top);
  std::string piece(int32_t id) const;  // of a text, as it is shown
  const std::string& name(const Candidate& c) const {
    return (sentences_ ? shape_.whole_labels : shape_.labels)[static_cast<size_t>(c.id)];
  }
  const std::string& whole_name(const Candidate& c) const { return shape_.whole_labels[static_cast<size_t>(c.id)]; }

 private:
  ModelFile file_;
  SequenceShape shape_;
  bool sentences_;
  LabelEncoder encoder_;
  Pool pool_;
  Labeller labeller_;
};

// What to classify in a file: the texts of the model's column of a table, the series of a sensor file, or one text a line.
RawSet inputs_of_file(const std::string& path, const LabelModel& model);
// The same for any model of labels, with the labels that the file has; also sentences with or without tags.
RawSet examples_of_file(const std::string& path, const SequenceShape& shape);

}  // namespace rnn::core::app
