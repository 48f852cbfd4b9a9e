// Why: see speech_data.h.
#include "tasks/transcribe/speech_data.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "alignment/ctc_lattice.h"
#include "audio/features_file.h"
#include "audio/wave.h"
#include "base/error.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

// f(i) for i in [0, n) on all threads; the first failure is thrown.
template <class F>
void for_each_clip(Pool& pool, size_t n, const F& f) {
  std::vector<std::optional<Error>> failures(n);
  pool.parallel_for(static_cast<int64_t>(n), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      try {
        f(static_cast<size_t>(i));
      } catch (const Error& e) {
        failures[static_cast<size_t>(i)] = e;
      }
    }
  });
  for (const std::optional<Error>& failure : failures) {
    if (failure) throw *failure;
  }
}

}  // namespace

double SpeechPart::seconds() const {
  double sum = 0;
  for (const Clip& clip : clips) sum += clip.seconds;
  return sum;
}

std::vector<int32_t> labels_of(const Tokenizer& tokenizer, const std::string& text) {
  std::vector<int32_t> labels = tokenizer.encode(text);
  for (int32_t& label : labels) ++label;
  return labels;
}

std::vector<float> samples_of(const SpeechFront& front, const Clip& clip, double speed) {
  AudioReader reader = AudioReader::open(clip.path);
  const int rate = reader.info().rate;
  std::vector<float> samples = reader.rest();
  if (speed != 1) samples = change_speed(samples, rate, speed);
  return rate == front.bank.rate ? samples : resample(samples, rate, front.bank.rate);
}

std::vector<float> frames_of(const SpeechFront& front, const Clip& clip) {
  if (clip.width == 0) return front_end_frames(front.bank, samples_of(front, clip));
  const Matrix<float> ready = read_features(clip.path, front.bank.width());
  std::vector<float> frames;
  for (int r = 0; r < ready.rows(); ++r) frames.insert(frames.end(), ready.row(r), ready.row(r) + ready.cols());
  return frames;
}

std::vector<float> frames_of(const SpeechFront& front, std::span<const float> samples, int rate) {
  return front_end_frames(front.bank, rate == front.bank.rate ? samples : resample(samples, rate, front.bank.rate));
}

SpeechPart hear(const SpeechFront& front, const Tokenizer& tokenizer, std::vector<Clip> clips,
                const std::vector<double>& speeds, Pool& pool, std::vector<LeftOut>* left_out, FloatStore& store,
                bool samples) {
  std::vector<HeardClip> heard(clips.size());
  std::vector<std::string> reasons(clips.size());
  for_each_clip(pool, clips.size(), [&](size_t i) {
    const Clip& clip = clips[i];
    if (const std::vector<std::string> unknown = tokenizer.unknown_pieces(clip.text); !unknown.empty()) {
      reasons[i] = "has '" + unknown[0] + "', which no training text has";
      return;
    }
    heard[i].labels = labels_of(tokenizer, clip.text);
    heard[i].ready = clip.width > 0;
    for (const double speed : clip.width > 0 ? std::vector<double>{1} : speeds) {
      std::vector<float> frames, sound;
      try {
        if (clip.width == 0) sound = samples_of(front, clip, speed);
        frames = clip.width == 0 ? front_end_frames(front.bank, sound) : frames_of(front, clip);
      } catch (const Error& e) {
        reasons[i] = e.what();
        return;
      }
      const int64_t steps = front.steps_of(frames), needed = ctc_rows_needed(heard[i].labels);
      if (steps < std::max<int64_t>(needed, 1) && speed == 1) {
        reasons[i] =
            "is too short for its text: " + counted(steps, "step") + ", of which it needs " + std::to_string(needed);
        return;
      }
      if (steps < std::max<int64_t>(needed, 1)) continue;  // at a higher speed it would be
      normalise_frames(front, frames);
      heard[i].frames.push_back(store.keep(std::move(frames)));
      if (samples && clip.width == 0) heard[i].samples.push_back(store.keep(std::move(sound)));
    }
  });
  SpeechPart part;
  for (size_t i = 0; i < clips.size(); ++i) {
    if (!reasons[i].empty()) {
      left_out->push_back({clips[i].path, reasons[i]});
      continue;
    }
    part.clips.push_back(std::move(clips[i])), part.heard.push_back(std::move(heard[i]));
  }
  return part;
}

void fit_front(SpeechFront& front, const std::vector<Clip>& clips, Pool& pool) {
  const auto width = static_cast<size_t>(front.bank.width());
  struct Sums {
    std::vector<double> sum, squares;
    double count = 0;
  };
  std::vector<Sums> sums(clips.size());
  for_each_clip(pool, clips.size(), [&](size_t c) {
    std::vector<float> frames;
    try {
      frames = frames_of(front, clips[c]);
    } catch (const Error&) {
      return;  // hear() names it
    }
    Sums& s = sums[c];
    s.sum.assign(width, 0), s.squares.assign(width, 0);
    for (size_t at = 0; at < frames.size(); at += width, ++s.count) {
      for (size_t i = 0; i < width; ++i) {
        const double v = static_cast<double>(frames[at + i]);
        s.sum[i] += v, s.squares[i] += v * v;
      }
    }
  });
  Sums all{std::vector<double>(width, 0), std::vector<double>(width, 0)};
  for (const Sums& s : sums) {  // in the order of the clips, whatever the threads
    if (s.count == 0) continue;
    for (size_t i = 0; i < width; ++i) all.sum[i] += s.sum[i], all.squares[i] += s.squares[i];
    all.count += s.count;
  }
  if (all.count == 0)
    throw Error(Exit::data, "data/no_audio", "no clip could be read", "rnn data check names what is wrong with them");
  front.mean.resize(width), front.inverse.resize(width);
  for (size_t i = 0; i < width; ++i) {
    const double mean = all.sum[i] / all.count, variance = std::max(all.squares[i] / all.count - mean * mean, 1e-4);
    front.mean[i] = static_cast<float>(mean), front.inverse[i] = static_cast<float>(1 / std::sqrt(variance));
  }
}

std::vector<double> speeds_of(const std::string& list) {
  std::vector<double> speeds = {1};
  size_t begin = 0;
  while (begin < list.size()) {
    const size_t end = std::min(list.find(',', begin), list.size());
    const double speed = parse_real("speeds", std::string_view(list).substr(begin, end - begin), {0.5, 2});
    if (speed != 1) speeds.push_back(speed);
    begin = end + 1;
  }
  return speeds;
}

}  // namespace rnn::core
