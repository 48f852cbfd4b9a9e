// Why: the public face of speech recognition: samples in, words with their times out, clip by clip or while people speak.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rnn/error.h"
#include "rnn/model.h"
#include "rnn/threads.h"

namespace rnn {
inline namespace v1 {

struct HeardWord {
  std::string text;
  double start = 0, end = 0;  // seconds since the first sample
  double confidence = 0;      // in (0, 1], of its sounds alone
};

// What was said between two silences, or in a clip.
struct Utterance {
  std::string text;  // by the model's text rules
  std::vector<HeardWord> words;
  double log_probability = 0;
};

struct RecognizerOptions {
  int beam = 0;                  // hypotheses; 0: the best character of every step, unless something below is asked for
  std::string lm;                // file of an n-gram model of words (ARPA); empty: none
  double alpha = 0.8, beta = 1;  // its weight; the bonus of every word
  std::string words;             // file with a word per line: nothing else can be said
  std::vector<std::string> hot;  // "Wien:2": words to be expected, with a bonus for each of their characters
  double endpoint = 1.2;         // an utterance ends after so many seconds of silence; 0: only with finish()
  double longest = 20;           // or when it is so long; 0: never
};

// Listens to one stream of samples with a model that `rnn train CLIPS` has made. The same bits whatever the portions in which samples come,
// and those of `rnn transcribe`. One thread at a time; many recognizers may share a model.
class RNN_API Recognizer {
 public:
  // Throws Error{Exit::model}: "model/task" for a model that does not transcribe, "model/corrupt", "audio/front_end"; for lists and
  // language models as `rnn transcribe`.
  explicit Recognizer(const Model& model, const RecognizerOptions& options = {}, const Threads& threads = 1);
  ~Recognizer();
  Recognizer(Recognizer&& other) noexcept;
  Recognizer& operator=(Recognizer&& other) noexcept;

  bool streaming() const noexcept;  // false: the model also reads backwards, and nothing comes out before finish()
  int rate() const noexcept;        // samples per second that the model reads; others are resampled
  double latency() const noexcept;  // seconds of sound after a moment that must be heard before it is understood

  // Samples of one channel, full scale 1, any number, at `rate` samples per second, which stays the same until finish(). Throws
  // Error{Exit::data, "audio/rate"}.
  void feed(std::span<const float> samples, int rate);
  // The same of 16-bit samples.
  void feed(std::span<const int16_t> samples, int rate);
  // Of the utterance that goes on: what is heard so far.
  Utterance partial() const;
  // The oldest utterance that has ended and was not taken; none: nullopt.
  std::optional<Utterance> take();
  // Nothing more comes: what is held back is heard, and the last utterance ends. Then it is ready for another stream.
  void finish();
  // The stream, and what was heard in it, are forgotten.
  void reset();

  // The stream as bytes, in the middle of a word if need be: a few KB for the network and the sound that waits, and 4 bytes for every class
  // of every step of the utterance that goes on. Loaded into a recognizer of the same model it goes on with the same bits. save() throws
  // Error{Exit::usage, "stream/unread"} while an utterance waits for take(). load() throws Error{Exit::model}: "state/model" for one of
  // another model, "state/size", "audio/state"; then the stream is as after reset().
  std::string save() const;
  void load(std::string_view bytes);
  // Another recognizer of the same model, options and threads, which goes on from here on its own; lists and language
  // models are read again. Throws as save() and the constructor.
  Recognizer clone() const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace v1
}  // namespace rnn
