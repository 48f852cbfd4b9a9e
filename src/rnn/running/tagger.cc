// Why: the public tagger wraps the labeller of the sequence tasks, with its model, its threads and how sentences become words.
#include "rnn/tagger.h"

#include "base/error.h"
#include "data/labels/encoder.h"
#include "rnn/running/access.h"
#include "tasks/sequences/stream/labeller.h"
#include "tasks/sequences/stream/sequence_shape.h"
#include "text/tag_scheme.h"

namespace rnn {
inline namespace v1 {

struct Tagger::Core {
  Core(const Model& m, const Threads& t)
      : model(m),
        threads(t),
        file(Access::text_file(model)),
        shape(shape_of_labels(file, TargetForm::labels)),
        encoder(shape, file.tokenizer.get()),
        labeller(file, Access::pool(threads)) {}

  bool spans() const { return shape.front.scheme != "tags"; }

  std::vector<Tagged> answer(std::vector<std::vector<std::string>>&& sentences) {
    std::vector<SequenceExample> examples;
    for (const std::vector<std::string>& words : sentences)
      if (!words.empty()) examples.push_back(encoder.words(words));
    const std::vector<Labels> found = labeller.label(examples);
    std::vector<Tagged> out;
    size_t next = 0;
    for (std::vector<std::string>& words : sentences) {
      Tagged tagged;
      tagged.words = std::move(words);
      if (!tagged.words.empty()) name(found[next++], tagged);
      out.push_back(std::move(tagged));
    }
    return out;
  }

  void name(const Labels& labels, Tagged& to) const {
    for (const std::vector<Candidate>& answer : labels.answers) {
      to.tags.push_back(shape.labels[static_cast<size_t>(answer[0].id)]);
      to.probabilities.push_back(answer[0].probability);
    }
    if (!labels.whole.empty()) {
      to.label = shape.whole_labels[static_cast<size_t>(labels.whole[0].id)];
      to.label_probability = labels.whole[0].probability;
    }
    if (!spans()) return;
    for (TagSpan& span : spans_of_tags(to.tags)) {
      TaggedSpan own{std::move(span.type), static_cast<int>(span.begin), static_cast<int>(span.end), {}};
      for (size_t i = span.begin; i < span.end; ++i) own.text += (own.text.empty() ? "" : " ") + to.words[i];
      to.spans.push_back(std::move(own));
    }
  }

  Model model;  // keeps the weights alive
  Threads threads;
  ModelFile& file;
  SequenceShape shape;
  LabelEncoder encoder;
  core::Labeller labeller;
};

Tagger::Tagger(const Model& model, const Threads& threads) : core_(std::make_unique<Core>(model, threads)) {}
Tagger::~Tagger() = default;
Tagger::Tagger(Tagger&& other) noexcept = default;
Tagger& Tagger::operator=(Tagger&& other) noexcept = default;

const std::vector<std::string>& Tagger::tags() const noexcept { return core_->shape.labels; }
const std::vector<std::string>& Tagger::labels() const noexcept { return core_->shape.whole_labels; }
bool Tagger::spans() const noexcept { return core_->spans(); }

Tagged Tagger::tag(std::string_view sentence) { return std::move(core_->answer({words_of_line(sentence, false)})[0]); }

std::vector<Tagged> Tagger::tag(std::span<const std::string> sentences) {
  std::vector<std::vector<std::string>> words;
  for (const std::string& sentence : sentences) words.push_back(words_of_line(sentence, false));
  return core_->answer(std::move(words));
}

Tagged Tagger::tag_words(std::span<const std::string> words) {
  return std::move(core_->answer({std::vector<std::string>(words.begin(), words.end())})[0]);
}

}  // namespace v1
}  // namespace rnn
