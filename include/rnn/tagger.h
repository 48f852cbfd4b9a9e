// Why: the public face of models that tag words: a tag with its probability for every word, and the spans that tags make.
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

// Words [begin, end) of a sentence are one thing: a city, a date.
struct TaggedSpan {
  std::string type;
  int begin = 0, end = 0;
  std::string text;  // its words, with a space between them
};

struct Tagged {
  std::vector<std::string> words;
  std::vector<std::string> tags;      // [words], the best sequence of tags
  std::vector<double> probabilities;  // [words], of these tags: with a chain over tags, over all sequences
  std::vector<TaggedSpan> spans;      // of tags that are spans (BIO, BIOES), in the order of their words; else empty
  std::string label;                  // of the sentence, by a model that has labels for it (--task classify,tag); else empty
  double label_probability = 0;       // of it
};

// Tags with a model that `rnn train` has made of tagged words (train.conll): the bits of `rnn tag`. One thread at a time; many
// taggers may share a model. A sentence is read at once: tags depend on the words after them.
class RNN_API Tagger {
 public:
  // Throws Error{Exit::model}: "model/task" for a model that does not tag words, "model/corrupt".
  explicit Tagger(const Model& model, const Threads& threads = 1);
  ~Tagger();
  Tagger(Tagger&& other) noexcept;
  Tagger& operator=(Tagger&& other) noexcept;

  const std::vector<std::string>& tags() const noexcept;  // sorted by their bytes
  bool spans() const noexcept;                            // whether tags say which words belong together
  // Of sentences, sorted by their bytes; empty: the model has none.
  const std::vector<std::string>& labels() const noexcept;

  // A sentence of UTF-8, cut into words; marks such as commas are words of their own. Without words the answer is empty, too.
  Tagged tag(std::string_view sentence);
  // Many at once, with the same bits: [sentences].
  std::vector<Tagged> tag(std::span<const std::string> sentences);
  // Words that are cut already: [words].
  Tagged tag_words(std::span<const std::string> words);

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace v1
}  // namespace rnn
