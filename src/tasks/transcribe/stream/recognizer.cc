// Why: see recognizer.h.
#include "tasks/transcribe/stream/recognizer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "decode/sample.h"
#include "decode/scorer.h"
#include "decode/word_times.h"

namespace rnn::core {
namespace {

constexpr int64_t kRowsAtOnce = 512;  // of a pass of a network that reads forward only

Spelling spelling_of(const Tokenizer& tokenizer) {
  Spelling spelling;
  const auto classes = static_cast<size_t>(tokenizer.size()) + 1;
  spelling.text.assign(classes, "");
  if (tokenizer.space_leads()) spelling.begins.assign(classes, 0);
  for (int32_t id = 0; id < tokenizer.size(); ++id) {
    std::string piece = tokenizer.piece(id);
    const auto unit = static_cast<size_t>(id) + 1;
    if (id == tokenizer.unknown_id() || id == tokenizer.newline_id()) continue;
    if (piece == " ") {
      spelling.space = id + 1;
    } else {
      if (!spelling.begins.empty() && piece.starts_with(' ')) spelling.begins[unit] = 1, piece.erase(0, 1);
      spelling.text[unit] = piece;
    }
  }
  return spelling;
}

void leave_out_unsure(double least, Transcript& of) {
  of.text = confident_text<TranscriptWord>(of.words, least);
  std::erase_if(of.words, [&](const TranscriptWord& w) { return w.confidence < least; });
}

}  // namespace

SpeechModel speech_model(const ModelFile& file) {
  if (!file.model->config().hears())
    throw Error(Exit::model, "model/task",
                file.path + " does not transcribe speech: its task is " + file.model->config().task,
                "rnn info shows what it is");
  if (!file.about.contains("speech") || !file.tokenizer)
    throw Error(Exit::model, "model/corrupt", file.path + " has no description of the sound that it reads",
                "the file is damaged; train again, or copy it again");
  SpeechModel speech{file.model.get(), speech_front_of(file.about.at("speech")), spelling_of(*file.tokenizer),
                     file.fingerprint};
  const ModelConfig& config = file.model->config();
  if (config.output != file.tokenizer->size() + 1 || config.rnn.input != speech.front.width() ||
      config.rnn.bidirectional == speech.front.streaming || config.row_convolution != speech.front.delay)
    throw Error(Exit::model, "model/corrupt", file.path + ": its network, characters and sound are not of one model",
                "the file is damaged; train again, or copy it again");
  return speech;
}

std::string speech_head_text(const ModelConfig& config) {
  const TransducerOptions& t = config.transducer;
  if (!t.present()) return "CTC";
  return "transducer that reads " +
         (t.recurrent      ? "all its characters"
          : t.context == 1 ? "its last character"
                           : "its last " + std::to_string(t.context) + " characters") +
         (t.ctc_weight > 0 ? ", with " + number_text(t.ctc_weight) + " of CTC" : ", without CTC: it knows no times");
}

void SpeechModel::require_timed() const {
  if (!timed())
    throw Error(Exit::model, "model/no_times",
                "this transducer was trained without a CTC loss, so it does not know what is said where, or how surely",
                "train it with --joint-ctc 0.2");
}

Recognizer::Recognizer(const SpeechModel& speech, const RecognizerOptions& options, Pool* pool)
    : speech_(speech),
      options_(options),
      engine_(*speech.model, pool),
      front_end_(speech.front.bank),
      state_(speech.model->initial(1)),
      decoder_(*speech.model, options.beam, engine_.pool()),
      endpoint_(options.endpoint, speech.front.step_seconds()) {}

void Recognizer::push(std::span<const float> samples, int rate) {
  if (rate_ == 0) {
    rate_ = rate;
    if (rate != speech_.front.bank.rate) resampler_.emplace(rate, speech_.front.bank.rate);
  }
  if (rate != rate_)
    throw Error(Exit::data, "audio/rate",
                "the rate of a stream changes from " + std::to_string(rate_) + " to " + std::to_string(rate), "");
  if (!resampler_) return hear(samples);
  samples_.clear();
  resampler_->push(samples, samples_);
  hear(samples_);
}

void Recognizer::hear(std::span<const float> samples) {
  const size_t before = frames_.size();
  front_end_.push(samples, frames_);
  normalise_frames(speech_.front, std::span(frames_).subspan(before));
  if (speech_.front.streaming) read(false);
}

void Recognizer::read(bool last) {
  const SpeechFront& front = speech_.front;
  const auto width = static_cast<size_t>(front.width()), frame = front.mean.size();
  const int64_t frames = first_frame_ + static_cast<int64_t>(frames_.size() / frame);
  const int64_t ready = last ? front.steps_of(frames) : std::max<int64_t>((frames - front.lookahead) / front.stack, 0);
  while (row_ < ready) {
    const int64_t steps = front.streaming ? std::min(ready - row_, kRowsAtOnce) : ready - row_;
    rows_.resize(static_cast<size_t>(steps) * width);
    for (int64_t t = 0; t < steps; ++t) {
      const auto skipped = static_cast<size_t>(std::max<int64_t>((row_ + t) * front.stack - first_frame_, 0)) * frame;
      speech_step(front, std::span<const float>(frames_).subspan(std::min(skipped, frames_.size())), 0,
                  std::span(rows_).subspan(static_cast<size_t>(t) * width, width));
    }
    const Engine::Part part{.state = &state_, .frames = rows_};
    const View<const float> hidden = engine_.run_hidden({&part, 1});
    const View<const float> outputs = speech_.timed() ? engine_.outputs_of(hidden) : View<const float>();
    for (int t = 0; t < static_cast<int>(steps); ++t) {
      const int row = engine_.row(0, t);
      read_row(hidden.middle(row, 1), speech_.timed() ? outputs.middle(row, 1) : outputs);
    }
  }
  // Frames before the next step are not read again.
  const int64_t read = std::min(row_ * front.stack, frames) - first_frame_;
  if (read > 0) {
    frames_.erase(frames_.begin(), frames_.begin() + read * static_cast<int64_t>(frame));
    first_frame_ += read;
  }
}

// hidden [1, width]; outputs [1, K], or without rows of a model that is not timed.
void Recognizer::read_row(View<const float> hidden, View<const float> outputs) {
  View<float> own;
  if (outputs.rows > 0) {
    const std::span<const float> row = row_of(outputs, 0);
    row_said_.assign(row.begin(), row.end());
    own = View<float>(row_said_.data(), 1, outputs.cols, outputs.cols);
    log_softmax(own, own);
  }
  search(hidden, own);
}

// hidden: not read for CTC. log_probs [1, K], or without rows of a model that is not timed.
void Recognizer::search(View<const float> hidden, View<const float> log_probs) {
  if (log_probs.rows > 0) said_.insert(said_.end(), row_of(log_probs, 0).begin(), row_of(log_probs, 0).end());
  if (speech_.model->config().transducer.present())
    hidden_.insert(hidden_.end(), row_of(hidden, 0).begin(), row_of(hidden, 0).end());
  ++row_;
  const bool says = decoder_.push(hidden, LogProbs<float>({log_probs}));
  if (speech_.front.streaming && endpoint_.push(says) != EndpointReason::none) end_utterance();
}

void Recognizer::end_utterance() {
  Transcript ended;
  const std::vector<RecognisedText> found = decoder_.finished(std::max(options_.nbest, 1));
  if (!found.empty()) ended = transcript_of(found[0].units, found[0].log_prob);
  if (options_.reject > 0) leave_out_unsure(options_.reject, ended);
  for (size_t i = 0; i < found.size() && options_.beam && options_.nbest > 0; ++i)
    ended.nbest.push_back({found[i].text, found[i].log_prob});
  if (!ended.text.empty()) ended_.push_back(std::move(ended));
  decoder_.end_utterance();
  said_.clear(), hidden_.clear();
  begin_ = row_;
}

void Recognizer::finish() {
  if (resampler_) {
    samples_.clear();
    resampler_->finish(samples_);
    hear(samples_);
  }
  const size_t before = frames_.size();
  front_end_.finish(frames_);
  normalise_frames(speech_.front, std::span(frames_).subspan(before));
  read(true);
  end_utterance();
  std::deque<Transcript> ended = std::move(ended_);
  reset();
  ended_ = std::move(ended);
}

void Recognizer::reset() {
  resampler_.reset();
  front_end_.reset();
  endpoint_.reset();
  decoder_.end_utterance();
  state_.clear();
  frames_.clear(), said_.clear(), hidden_.clear(), ended_.clear();
  first_frame_ = row_ = begin_ = 0, rate_ = 0;
}

std::optional<Transcript> Recognizer::take() {
  if (ended_.empty()) return std::nullopt;
  Transcript first = std::move(ended_.front());
  ended_.pop_front();
  return first;
}

LogProbs<float> Recognizer::log_probs() const {
  const int classes = speech_.model->outputs();
  return {{said_.data(), static_cast<int>(said_.size() / static_cast<size_t>(classes)), classes, classes}};
}

Transcript Recognizer::transcript_of(std::span<const int32_t> units, double log_prob) const {
  Transcript found;
  found.text = spelt_text(speech_.spelling, units);
  found.log_probability = log_prob;
  if (!speech_.timed()) return found;
  const std::optional<TextTimes> times = text_times(log_probs(), units, speech_.spelling, begin_);
  if (!times) return found;
  const SpeechFront& front = speech_.front;
  for (const TimedWord& word : times->words)
    found.words.push_back({word.text, front.seconds_of(word.first), front.seconds_of(word.last + 1), word.confidence});
  return found;
}

Transcript Recognizer::partial() const {
  const RecognisedText best = decoder_.best();
  return transcript_of(best.units, best.log_prob);
}

}  // namespace rnn::core
