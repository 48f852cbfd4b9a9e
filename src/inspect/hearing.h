// Why: everything that the page of a recogniser shows of one clip, as data: what it sounds like, what was heard where, how sure it is.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "io/model_file.h"

namespace rnn::core {

constexpr double kLongestHeard = 30;  // seconds of a clip that a page can show

struct HeardWord {
  std::string text;
  double start = 0, end = 0;  // seconds
  double confidence = 0;      // in [0, 1]
};

// What the network says of one character at every step.
struct ShownUnit {
  std::string text;      // a space is "␣"
  std::vector<float> p;  // [steps]
};

struct Hearing {
  std::string name, path, cell, clip;
  int layers = 0, hidden = 0;
  long long parameters = 0;
  bool streaming = false;                   // reads forward only
  bool transducer = false;                  // the text is its own; what is written where is said by the CTC layer beside it
  double latency = 0;                       // seconds of sound after the beginning of a step that it needs; of streaming
  int rate = 0;                             // samples per second, of the clip
  double seconds = 0, frame = 0, step = 0;  // of the clip, of a column of `sound`, of a step of the network

  std::string text;                   // what was heard
  std::vector<HeardWord> words;       // with times
  std::optional<std::string> said;    // the reference, by the model's rules
  std::vector<HeardWord> said_words;  // placed in time; empty: without a reference, or it cannot be placed
  int wrong = 0, of = 0;              // words: errors, those of the reference

  std::vector<std::vector<float>>
      sound;                      // [frames][bands] loudness, 0: the quiet end of the clip's own scale, 1: the loud one
  std::vector<ShownUnit> units;   // characters of `text` in the order in which they are first written
  std::vector<float> blank;       // [steps]
  std::vector<std::string> best;  // [steps] the likeliest class: a character, or "–" for the blank
  double blank_share = 0;         // of the steps
  std::vector<float> change;      // [steps] ||h_t - h_{t-1}|| of the last layer, over the mean of ||h||
};

// samples: one channel. said: the words, or "" where they are not known. Throws Error{data}: "data/too_long_clip", "data/too_short_clip"
// (less than one step), Error{model} as speech_model(), "model/no_times" of
// a transducer without a CTC layer.
Hearing hear_clip(const ModelFile& file, std::span<const float> samples, int rate, const std::string& clip,
                  const std::string& said, Pool& pool);

// The keys are the members' names; non-finite numbers become null.
nlohmann::ordered_json to_json_object(const Hearing& hearing);

}  // namespace rnn::core
