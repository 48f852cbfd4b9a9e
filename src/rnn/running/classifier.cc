// Why: the public classifier wraps that of the sequence tasks, with its model, its threads and what its inputs are made of.
#include "rnn/classifier.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "data/labels/encoder.h"
#include "rnn/running/access.h"
#include "tasks/sequences/stream/labeller.h"
#include "tasks/sequences/stream/prefix_reader.h"
#include "tasks/sequences/stream/sequence_shape.h"

namespace rnn {
inline namespace v1 {
namespace {

constexpr std::string_view kClassifierMark =
    "rnncls01";  // then the model's fingerprint, sizes, text, ids or last frame, the network's part

Error not_for(const SequenceShape& shape, const char* given) {
  return Error(Exit::data, "data/sequence",
               std::string("the input is ") + given + "; that of the model is " +
                   (shape.width == 0 ? "text" : "frames of " + std::to_string(shape.width) + " numbers"),
               shape.width == 0 ? "give it a text" : "give it whole frames, one after another");
}

template <class Number>
void append(std::string& bytes, const std::vector<Number>& numbers) {
  bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number));
}

// Throws Error{model, "state/corrupt"} where bytes are too few.
std::string_view cut(std::string_view& bytes, uint64_t size) {
  if (size > bytes.size())
    throw Error(Exit::model, "state/corrupt", "the saved state of a classifier ends too early", "save the state again");
  const std::string_view part = bytes.substr(0, static_cast<size_t>(size));
  bytes.remove_prefix(static_cast<size_t>(size));
  return part;
}

template <class Number>
std::vector<Number> cut_numbers(std::string_view& bytes, uint64_t count) {
  const std::string_view part = cut(bytes, std::min<uint64_t>(count, bytes.size() + 1) * sizeof(Number));
  std::vector<Number> numbers(static_cast<size_t>(count));
  if (count > 0) std::memcpy(numbers.data(), part.data(), part.size());
  return numbers;
}

}  // namespace

struct Classifier::Core {
  Core(const Model& m, const Threads& t)
      : model(m),
        threads(t),
        file(Access::text_file(model)),
        shape(shape_of_labels(file, TargetForm::label)),
        encoder(shape, file.tokenizer.get()),
        labeller(file, Access::pool(threads)),
        names(shape.whole_labels.empty() ? shape.labels : shape.whole_labels),
        sampler(static_cast<int>(names.size())) {
    if (PrefixReader::fits(*file.model)) reader = std::make_unique<PrefixReader>(*file.model, Access::pool(threads));
  }

  // given: how many of them are the answer.
  Classified named(const std::vector<Candidate>& found, size_t given) const {
    Classified out;
    out.label = names[static_cast<size_t>(found[0].id)], out.probability = found[0].probability;
    out.distribution.resize(names.size());
    for (const Candidate& c : found) out.distribution[static_cast<size_t>(c.id)] = c.probability;
    for (size_t i = 0; i < given; ++i) out.labels.push_back(names[static_cast<size_t>(found[i].id)]);
    return out;
  }

  std::vector<Classified> answer(std::span<const SequenceExample> examples) {
    std::vector<Classified> out;
    for (const Labels& labels : labeller.label(examples, static_cast<int>(names.size()))) {
      require_finite_outputs(labels.finite);
      out.push_back(shape.whole_labels.empty() ? named(labels.answers[0], labels.given) : named(labels.whole, 1));
    }
    return out;
  }

  // A text; of a model that tags words, a sentence.
  SequenceExample encoded(std::string_view input) const {
    if (shape.whole_labels.empty()) return encoder.text(input);
    std::vector<std::string> words = words_of_line(input, false);
    if (words.empty()) words.emplace_back();
    return encoder.words(words);
  }

  void require_text() const {
    if (shape.width > 0) throw not_for(shape, "a text");
  }
  void require_frames(std::span<const float> frames) const {
    if (shape.width == 0) throw not_for(shape, "numbers");
    if (frames.empty() || frames.size() % static_cast<size_t>(shape.width) != 0)
      throw not_for(shape, (std::to_string(frames.size()) + " numbers").c_str());
    const auto bad = std::find_if(frames.begin(), frames.end(), [](float x) { return std::isinf(x); });
    if (bad != frames.end())
      throw Error(Exit::data, "data/nan", "number " + std::to_string(bad - frames.begin() + 1) + " of the input is infinite",
                  "give it a value, or NaN where it is missing");
  }
  PrefixReader& prefix() const {
    if (!reader)
      throw Error(
          Exit::usage, "stream/both",
          file.path + (shape.whole_labels.empty() ? " reads in both directions: it has to see the end before it answers"
                                                  : " also tags words: it answers whole sentences"),
          shape.whole_labels.empty() ? "classify() answers whole inputs; train with --directions one for answers on the way"
                                     : "classify() answers them");
    return *reader;
  }

  Classified answer_so_far() {
    const std::span<const float> outputs = prefix().outputs();
    std::vector<Candidate> found;
    if (labeller.several()) {
      const size_t given = several_answers(outputs, shape.front.threshold, found);
      return named(found, given);
    }
    sampler.top(outputs, static_cast<int>(names.size()), found);
    return named(found, 1);
  }

  // The tokens of a longer text are those of the shorter one, except perhaps the last, or rarely more.
  void read_text() {
    std::vector<int32_t> next = encoder.text(text).ids;
    size_t same = 0;
    while (same < ids.size() && same < next.size() && ids[same] == next[same]) ++same;
    const bool last_differs = same + 1 == ids.size() && reader->take_back();
    if (same < ids.size() && !last_differs) reader->reset(), same = 0;
    reader->read(std::span<const int32_t>(next).subspan(same));
    ids = std::move(next);
  }

  std::string save() const {
    std::string bytes = std::string(kClassifierMark) + file.fingerprint.bytes();
    append<uint64_t>(bytes, {text.size(), ids.size(), last_frame.size()});
    bytes += text;
    append(bytes, ids), append(bytes, last_frame);
    return bytes + prefix().save();
  }

  void load(std::string_view bytes) {
    prefix();
    if (!bytes.starts_with(kClassifierMark) || bytes.size() < kClassifierMark.size() + Fingerprint::kBytes)
      throw Error(Exit::model, "state/corrupt", "this is not the saved state of a classifier",
                  "Classifier::save() makes one");
    bytes.remove_prefix(kClassifierMark.size());
    require_same_model(Fingerprint::of_bytes(bytes), file.fingerprint);
    bytes.remove_prefix(Fingerprint::kBytes);
    const std::vector<uint64_t> sizes = cut_numbers<uint64_t>(bytes, 3);
    std::string saved_text(cut(bytes, sizes[0]));
    std::vector<int32_t> saved_ids = cut_numbers<int32_t>(bytes, sizes[1]);
    std::vector<float> saved_frame = cut_numbers<float>(bytes, sizes[2]);
    const bool begun = !saved_ids.empty() || !saved_frame.empty();
    if ((begun && saved_frame.size() != static_cast<size_t>(shape.width)) ||
        std::any_of(saved_ids.begin(), saved_ids.end(), [&](int32_t id) { return id < 0 || id >= model.vocabulary(); }))
      throw Error(Exit::model, "state/corrupt", "the input in this state is not one of this model", "save the state again");
    require_finite_state(saved_frame);
    reader->load(bytes);
    text = std::move(saved_text), ids = std::move(saved_ids), last_frame = std::move(saved_frame);
  }

  Model model;  // keeps the weights alive
  Threads threads;
  ModelFile& file;
  SequenceShape shape;
  LabelEncoder encoder;
  core::Labeller labeller;
  const std::vector<std::string>& names;  // of labels
  Sampler sampler;
  std::unique_ptr<PrefixReader> reader;  // null: the network reads in both directions
  std::string text;                      // pushed so far, and its tokens, or
  std::vector<int32_t> ids;
  std::vector<float> last_frame;  // [width], scaled: for values that are missing in the next; empty: none yet
};

Classifier::Classifier(const Model& model, const Threads& threads) : core_(std::make_unique<Core>(model, threads)) {}
Classifier::~Classifier() = default;
Classifier::Classifier(Classifier&& other) noexcept = default;
Classifier& Classifier::operator=(Classifier&& other) noexcept = default;

const std::vector<std::string>& Classifier::labels() const noexcept { return core_->names; }
bool Classifier::reads_text() const noexcept { return core_->shape.width == 0; }
const std::vector<std::string>& Classifier::columns() const noexcept { return core_->shape.front.names; }

Classified Classifier::classify(std::string_view text) {
  core_->require_text();
  const SequenceExample example = core_->encoded(text);
  return std::move(core_->answer({&example, 1})[0]);
}

std::vector<Classified> Classifier::classify(std::span<const std::string> texts) {
  core_->require_text();
  std::vector<SequenceExample> examples;
  for (const std::string& text : texts) examples.push_back(core_->encoded(text));
  return core_->answer(examples);
}

Classified Classifier::classify(std::span<const float> frames) {
  core_->require_frames(frames);
  const SequenceExample example = core_->encoder.frames(frames);
  return std::move(core_->answer({&example, 1})[0]);
}

bool Classifier::streaming() const noexcept { return core_->reader != nullptr; }

Classified Classifier::push(std::string_view text) {
  core_->require_text();
  core_->prefix();
  core_->text += text;
  core_->read_text();
  return core_->answer_so_far();
}

Classified Classifier::push(std::span<const float> frames) {
  core_->require_frames(frames);
  PrefixReader& reader = core_->prefix();
  const SequenceExample more = core_->encoder.frames(frames, core_->last_frame);
  const std::string before = reader.save();
  reader.read(more.frames);
  const std::span<const float> outputs = reader.outputs();
  if (!std::all_of(outputs.begin(), outputs.end(), [](float x) { return std::isfinite(x); })) {
    reader.load(before);
    require_finite_outputs(false);
  }
  core_->last_frame.assign(more.frames.end() - core_->shape.width, more.frames.end());
  return core_->answer_so_far();
}

void Classifier::reset() {
  core_->text.clear(), core_->ids.clear(), core_->last_frame.clear();
  if (core_->reader) core_->reader->reset();
}

std::string Classifier::save() const { return core_->save(); }
void Classifier::load(std::string_view bytes) { core_->load(bytes); }

Classifier Classifier::clone() const {
  Classifier copy(core_->model, core_->threads);
  if (core_->reader) copy.load(save());
  return copy;
}

}  // namespace v1
}  // namespace rnn
