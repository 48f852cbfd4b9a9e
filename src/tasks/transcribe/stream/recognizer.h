// Why: from samples to words, clip by clip or while people speak: the same frames, the same network, the same bits.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audio/resampler.h"
#include "decode/endpoint.h"
#include "decode/spelling.h"
#include "io/model_file.h"
#include "networks/engine.h"
#include "tasks/transcribe/stream/decoder.h"
#include "tasks/transcribe/stream/speech_front.h"
#include "tasks/transcribe/stream/transcript_formats.h"

namespace rnn::core {

// What a recogniser needs of a model file. The model must outlive it and be packed.
struct SpeechModel {
  const Model<float>* model = nullptr;
  SpeechFront front;
  Spelling spelling;
  Fingerprint fingerprint;  // of its file; unknown: any saved state is taken
  // Whether it knows when something is said: times and confidences of words are those of its CTC layer.
  bool timed() const {
    const ModelConfig& config = model->config();
    return !config.transducer.present() || config.transducer.ctc_weight > 0;
  }
  void require_timed() const;  // throws Error{model, "model/no_times"} unless it is
};
// Throws Error{model}: "model/task" if the model does not transcribe, "model/corrupt", "model/tokenizer", "audio/front_end".
SpeechModel speech_model(const ModelFile& file);
// For people, what makes characters of its rows: "CTC", "transducer that reads its last 2 characters, with 0.2 of CTC".
std::string speech_head_text(const ModelConfig& config);

struct RecognizerOptions {
  EndpointRules endpoint;
  std::optional<PrefixBeamOptions> beam;  // absent: the best class of every row (search.h)
  double reject = 0;                      // words with less confidence are left out of what has ended (search.h)
  int nbest = 0;                          // alternatives of every utterance, with a beam
};

// Samples in, utterances out. One stream; one thread. A model that also reads backwards hears the whole clip first: nothing comes out
// before finish(), and there are no endpoints.
class Recognizer {
 public:
  Recognizer(const SpeechModel& speech, const RecognizerOptions& options, Pool* pool = nullptr);

  // Samples of one channel at `rate`, in any portions; the rate stays the same until finish(). Throws Error{data, "audio/rate"}.
  void push(std::span<const float> samples, int rate);
  // Nothing more comes: what is held back is heard, and the last utterance ends.
  void finish();
  void reset();  // the stream and what was heard in it are forgotten

  // The stream as bytes: it goes on with the same bits, here or in another Recognizer of this model, however that one searches. The utterance
  // that goes on is its rows, which are searched again. save() throws Error{usage, "stream/unread"} while an utterance waits for take(); load()
  // Error{model}: "state/model", "state/size", "audio/state"; then the stream is as after reset().
  std::string save() const;
  void load(std::string_view bytes);

  // Utterances that have ended, oldest first; nullopt: none waits. Empty ones are not among them.
  std::optional<Transcript> take();
  // Of the utterance that goes on: what is heard so far. Greedy text only grows, but for its last word.
  Transcript partial() const;

  const SpeechModel& speech() const { return speech_; }
  // The log-probabilities of the utterance that goes on [rows, K]; of a model that is not timed: no rows.
  LogProbs<float> log_probs() const;

 private:
  void hear(std::span<const float> samples);
  void read(bool last);  // rows that are complete; last: those with zeros after the end, too
  void end_utterance();
  void read_row(View<const float> hidden, View<const float> outputs);
  void search(View<const float> hidden, View<const float> log_probs);
  Transcript transcript_of(std::span<const int32_t> units, double log_prob) const;

  SpeechModel speech_;
  RecognizerOptions options_;
  Engine engine_;
  FrontEnd front_end_;
  std::optional<Resampler> resampler_;
  State<float> state_;
  SpeechDecoder decoder_;
  Endpoint endpoint_;
  std::vector<float> samples_, frames_, rows_;  // resampled; normalised, from frame first_frame_ on; of one pass
  std::vector<float> row_said_;                 // of one row
  std::vector<float> said_, hidden_;            // of the utterance that goes on: log-probabilities; what a transducer reads
  int64_t first_frame_ = 0, row_ = 0, begin_ = 0;  // begin_: the row that the utterance begins with
  int rate_ = 0;
  std::deque<Transcript> ended_;
};

}  // namespace rnn::core
