// Why: the public recognizer wraps that of the task, with its model, its threads and what its search asks.
#include "rnn/recognizer.h"

#include "io/ready_model.h"
#include "rnn/running/access.h"
#include "tasks/transcribe/stream/search.h"

namespace rnn {
inline namespace v1 {
namespace {

Utterance utterance_of(core::Transcript&& transcript) {
  Utterance said;
  said.text = std::move(transcript.text), said.log_probability = transcript.log_probability;
  for (core::TranscriptWord& word : transcript.words)
    said.words.push_back({std::move(word.text), word.start_s, word.end_s, word.confidence});
  return said;
}

}  // namespace

struct Recognizer::Core {
  Core(const Model& m, const RecognizerOptions& o, const Threads& t)
      : model(m), asked_for(o), threads(t), speech(core::speech_model(Access::text_file(model))) {
    core::SearchRequest asked;
    asked.beam = o.beam, asked.lm = o.lm, asked.alpha = o.alpha, asked.beta = o.beta, asked.words = o.words,
    asked.hot = o.hot;
    core::RecognizerOptions how;
    how.endpoint.after_speech = o.endpoint, how.endpoint.utterance = o.longest;
    if (asked.wanted()) {
      search = std::make_unique<core::SpeechSearch>(asked, speech, Access::pool(threads));
      how.beam = search->options();
    }
    recognizer = std::make_unique<core::Recognizer>(speech, how, &Access::pool(threads));
  }

  Model model;  // keeps the weights alive
  RecognizerOptions asked_for;
  Threads threads;
  core::SpeechModel speech;
  std::unique_ptr<core::SpeechSearch> search;
  std::unique_ptr<core::Recognizer> recognizer;
  std::vector<float> samples;
};

Recognizer::Recognizer(const Model& model, const RecognizerOptions& options, const Threads& threads)
    : core_(std::make_unique<Core>(model, options, threads)) {}
Recognizer::~Recognizer() = default;
Recognizer::Recognizer(Recognizer&& other) noexcept = default;
Recognizer& Recognizer::operator=(Recognizer&& other) noexcept = default;

bool Recognizer::streaming() const noexcept { return core_->speech.front.streaming; }
int Recognizer::rate() const noexcept { return core_->speech.front.bank.rate; }
double Recognizer::latency() const noexcept { return core_->speech.front.latency(); }

void Recognizer::feed(std::span<const float> samples, int rate) { core_->recognizer->push(samples, rate); }

void Recognizer::feed(std::span<const int16_t> samples, int rate) {
  core_->samples.clear();
  for (const int16_t sample : samples) core_->samples.push_back(static_cast<float>(sample) / 32768);
  feed(std::span<const float>(core_->samples), rate);
}

Utterance Recognizer::partial() const { return utterance_of(core_->recognizer->partial()); }

std::optional<Utterance> Recognizer::take() {
  std::optional<core::Transcript> ended = core_->recognizer->take();
  if (!ended) return std::nullopt;
  return utterance_of(std::move(*ended));
}

void Recognizer::finish() { core_->recognizer->finish(); }
void Recognizer::reset() { core_->recognizer->reset(); }

std::string Recognizer::save() const { return core_->recognizer->save(); }
void Recognizer::load(std::string_view bytes) { core_->recognizer->load(bytes); }

Recognizer Recognizer::clone() const {
  Recognizer copy(core_->model, core_->asked_for, core_->threads);
  copy.load(save());
  return copy;
}

}  // namespace v1
}  // namespace rnn
