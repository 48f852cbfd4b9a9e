// Why: the public face of models that classify texts and sensors: a label with its probability, at the end or after every word or sample.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rnn/error.h"
#include "rnn/model.h"
#include "rnn/threads.h"

namespace rnn {
inline namespace v1 {

struct Classified {
  std::string label;       // the likeliest
  double probability = 0;  // of it, in (0, 1]
  std::vector<double>
      distribution;  // [Classifier::labels()]: the probability of every label, in that order; they add up to 1, except
                     // those of a model of several labels, each of which has one of its own
  std::vector<std::string>
      labels;  // the answer: `label`, or of a model of several labels (`--answers several`) all those from its
               // threshold on, the likeliest first, perhaps none
};

// Classifies with a model that `rnn train` has made of labelled texts (reviews.csv) or series of sensors (gestures/, .ts): the bits of
// `rnn classify`. Models of JSON lines with "input" and "target" are for Labeller. One thread at a time; many classifiers may share a
// model. A model that also tags words (--task classify,tag) gives its labels of sentences here.
class RNN_API Classifier {
 public:
  // Throws Error{Exit::model}: "model/task" for a model that does not classify texts or sensors, "model/corrupt".
  explicit Classifier(const Model& model, const Threads& threads = 1);
  ~Classifier();
  Classifier(Classifier&& other) noexcept;
  Classifier& operator=(Classifier&& other) noexcept;

  // Sorted by their bytes; of labels that are ordered from the lowest to the highest.
  const std::vector<std::string>& labels() const noexcept;
  bool reads_text() const noexcept;  // false: frames of Model::inputs() numbers
  // Of the numbers of a frame, as the columns of training were called; empty: they had no names.
  const std::vector<std::string>& columns() const noexcept;

  // A text as it stands in a file: UTF-8, cut into words or characters and lower-cased as in training. An empty one is read as a word
  // that the model does not know. Throws Error{Exit::data, "data/sequence"} if the model reads frames.
  Classified classify(std::string_view text);
  // Many at once, with the same bits: [texts].
  std::vector<Classified> classify(std::span<const std::string> texts);
  // A series: frames [steps, Model::inputs()], row-major, steps >= 1, in the units of the training data; NaN: missing, read as the
  // value before it. Throws Error{Exit::data}: "data/sequence" for none, for a part of a frame, or if the model reads text; "data/nan" for
  // an infinite number; "data/overflow" for numbers so large that the outputs are not finite.
  Classified classify(std::span<const float> frames);

  // What follows reads one text or series piece by piece. It needs a model that reads forwards only (`rnn train --directions one`); for
  // one of both directions, which has to see the end first, and one that also tags, push(), save() and load() throw
  // Error{Exit::usage, "stream/both"}.
  bool streaming() const noexcept;
  // More of the text, with the white space between words ("I", " liked", " it"); the answer to all of it so far: the bits of
  // classify() of that text. A word may be continued in the next piece. The text is kept: each call cuts it into words anew, the network
  // reads only what is new. Throws as classify().
  Classified push(std::string_view text);
  // More of the series, one frame or more; the answer to all frames so far, in constant memory and time. Throws as classify(); then
  // these frames are not read.
  Classified push(std::span<const float> frames);
  void reset();  // as after construction

  // What was read as bytes: a few KB, and the text. Loaded into a classifier of the same model it goes on with the same bits. load()
  // throws Error{Exit::model}: "state/model" for one of another model, "state/corrupt", "state/size"; then nothing has changed.
  std::string save() const;
  void load(std::string_view bytes);
  // Another classifier of the same model and threads, which goes on from here on its own.
  Classifier clone() const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace v1
}  // namespace rnn
