// Why: the stream of samples, cut into frames.
#include "audio/front_end.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/state_bytes.h"
#include "base/error.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

constexpr int kRoom = 1024;  // samples that are taken at once
constexpr std::string_view kFrontEndState = "FES1";

// Kaldi's DeltaFeatures: a regression over two frames on either side, applied `order` times.
std::vector<std::vector<float>> slope_weights(int order) {
  std::vector<std::vector<double>> weights{{1.0}};
  for (int d = 1; d <= order; ++d) {
    const std::vector<double>& before = weights.back();
    std::vector<double> now(before.size() + 4, 0.0);
    for (int j = -2; j <= 2; ++j) {
      for (size_t k = 0; k < before.size(); ++k) now[k + static_cast<size_t>(j + 2)] += j * before[k] / 10.0;
    }
    weights.push_back(std::move(now));
  }
  std::vector<std::vector<float>> out;
  for (size_t d = 1; d < weights.size(); ++d) out.emplace_back(weights[d].begin(), weights[d].end());
  return out;
}

// A sample of a mirrored signal of n samples: ... 1 0 | 0 1 ... n-1 | n-1 n-2 ...
int64_t mirror(int64_t p, int64_t n) {
  while (p < 0 || p >= n) p = p < 0 ? -p - 1 : 2 * n - 1 - p;
  return p;
}

}  // namespace

FrontEnd::FrontEnd(const FilterBankOptions& options)
    : bank_(options),
      frame_(options.frame_samples()),
      shift_(options.shift_samples()),
      slopes_(slope_weights(options.deltas)) {
  held_.resize(static_cast<size_t>(std::max(2 * frame_, frame_ + shift_) + kRoom));
  mirrored_.resize(static_cast<size_t>(frame_));
  row_.resize(static_cast<size_t>(width()));
  recent_.resize(static_cast<size_t>((2 * delay_frames() + 1) * options.static_width()));
}

int64_t FrontEnd::delay_samples() const { return frame_ + static_cast<int64_t>(delay_frames()) * shift_; }

int64_t FrontEnd::start_of(int64_t frame) const {
  return frame * shift_ - (options().snip_edges ? 0 : frame_ / 2 - shift_ / 2);
}

void FrontEnd::reset() {
  first_ = filled_ = next_ = emitted_ = 0;
  std::fill(recent_.begin(), recent_.end(), 0.0f);
}

// Static frame next_ of a signal of `total` samples: so far, if the frame does not go beyond them.
void FrontEnd::static_frame(int64_t total, std::vector<float>& out) {
  const int64_t start = start_of(next_);
  std::span<const float> samples(mirrored_);
  if (start >= first_ && start + frame_ <= total) {
    samples = std::span<const float>(held_).subspan(static_cast<size_t>(start - first_), static_cast<size_t>(frame_));
  } else {
    for (int i = 0; i < frame_; ++i)
      mirrored_[static_cast<size_t>(i)] = held_[static_cast<size_t>(mirror(start + i, total) - first_)];
  }
  const auto width = static_cast<size_t>(options().static_width());
  const auto at = static_cast<size_t>(next_ % (2 * delay_frames() + 1)) * width;
  bank_.compute(samples, std::span(recent_).subspan(at, width));
  ++next_;
  if (next_ > delay_frames()) emit(next_ - 1, out);
}

// Frame emitted_, of a signal whose last static frame so far is `last`.
void FrontEnd::emit(int64_t last, std::vector<float>& out) {
  const auto width = static_cast<size_t>(options().static_width());
  const int64_t rows = 2 * delay_frames() + 1;
  const auto row = [&](int64_t t) {
    return recent_.data() + static_cast<size_t>(std::clamp<int64_t>(t, 0, last) % rows) * width;
  };
  std::copy_n(row(emitted_), width, row_.begin());
  for (size_t d = 0; d < slopes_.size(); ++d) {
    const auto half = static_cast<int64_t>(slopes_[d].size() / 2);
    for (size_t i = 0; i < width; ++i) {
      double sum = 0;
      for (int64_t k = -half; k <= half; ++k)
        sum += static_cast<double>(slopes_[d][static_cast<size_t>(k + half)]) * row(emitted_ + k)[i];
      row_[(d + 1) * width + i] = static_cast<float>(sum);
    }
  }
  out.insert(out.end(), row_.begin(), row_.end());
  ++emitted_;
}

// Keeps what the next frame reads, and what the last frames will see mirrored.
void FrontEnd::drop_read() {
  const int64_t keep = std::max<int64_t>(first_, std::min(start_of(next_), samples() - frame_));
  const int64_t drop = keep - first_;
  if (drop <= 0) return;
  std::copy(held_.begin() + drop, held_.begin() + filled_, held_.begin());
  first_ += drop, filled_ -= drop;
}

int64_t FrontEnd::push(std::span<const float> in, std::vector<float>& out) {
  const int64_t before = emitted_;
  while (!in.empty()) {
    if (filled_ == static_cast<int64_t>(held_.size())) drop_read();
    const size_t n = std::min(in.size(), held_.size() - static_cast<size_t>(filled_));
    std::copy_n(in.begin(), n, held_.begin() + filled_);
    filled_ += static_cast<int64_t>(n), in = in.subspan(n);
    while (start_of(next_) + frame_ <= samples()) static_frame(samples(), out);
  }
  return emitted_ - before;
}

int64_t FrontEnd::finish(std::vector<float>& out) {
  const int64_t before = emitted_, total = samples(), frames = options().frames_of(total);
  while (next_ < frames) static_frame(total, out);
  while (emitted_ < frames) emit(frames - 1, out);
  const int64_t made = emitted_ - before;
  reset();
  return made;
}

std::string FrontEnd::save() const {
  std::string bytes(kFrontEndState);
  put_state(bytes, frame_), put_state(bytes, shift_), put_state(bytes, width());
  put_state(bytes, first_), put_state(bytes, filled_), put_state(bytes, next_), put_state(bytes, emitted_);
  put_numbers(bytes, std::span(held_).first(static_cast<size_t>(filled_)));
  put_numbers(bytes, recent_);
  return bytes;
}

void FrontEnd::load(std::string_view bytes) {
  StateReader in(bytes, kFrontEndState);
  const auto frame = in.get<int>(), shift = in.get<int>(), columns = in.get<int>();
  if (frame != frame_ || shift != shift_ || columns != width()) in.refuse("it is of other frames");
  const auto first = in.get<int64_t>(), filled = in.get<int64_t>(), next = in.get<int64_t>(), emitted = in.get<int64_t>();
  constexpr int64_t kMost = int64_t{1} << 56;
  const int64_t start = start_of(next);
  if (first < 0 || first > kMost || next < 0 || next > kMost / (1 << 16) || filled < 0 ||
      filled > static_cast<int64_t>(held_.size()) || emitted != std::max<int64_t>(next - delay_frames(), 0) ||
      (first > 0 && start < first) || start + frame_ <= first + filled ||
      (next > 0 && start - shift_ + frame_ > first + filled) || (first > 0 && first > first + filled - frame_))
    in.refuse("its counts");
  std::vector<float> held(static_cast<size_t>(filled)), recent(recent_.size());
  in.numbers(held), in.numbers(recent);
  in.end();
  std::copy(held.begin(), held.end(), held_.begin());
  recent_ = std::move(recent);
  first_ = first, filled_ = filled, next_ = next, emitted_ = emitted;
}

std::vector<float> front_end_frames(const FilterBankOptions& options, std::span<const float> samples) {
  FrontEnd front(options);
  std::vector<float> out;
  out.reserve(static_cast<size_t>(options.frames_of(static_cast<int64_t>(samples.size()))) *
              static_cast<size_t>(options.width()));
  front.push(samples, out);
  front.finish(out);
  return out;
}

// A tone that rises over all frequencies, and noise of a linear congruential generator (Knuth), both whole numbers of 16 bits.
std::vector<float> front_end_check(const FilterBankOptions& options) {
  options.check();
  const int n = options.frame_samples() + 9 * options.shift_samples();
  std::vector<float> signal(static_cast<size_t>(n));
  uint64_t noise = 1;
  for (int t = 0; t < n; ++t) {
    noise = noise * 6364136223846793005u + 1442695040888963407u;
    const double wave = 8000 * std::sin(std::numbers::pi * t * t / (2.0 * n));
    const double whole = std::round(wave) + static_cast<double>(noise >> 53) - 1024;
    signal[static_cast<size_t>(t)] = static_cast<float>(whole / 32768);
  }
  return front_end_frames(options, signal);
}

void require_front_end(const FilterBankOptions& options, std::span<const float> stored) {
  const std::vector<float> own = front_end_check(options);
  const auto fail = [](const std::string& what) {
    throw Error(Exit::model, "audio/front_end",
                "this program computes other frames of sound than the model has learned from: " + what,
                "the file is damaged, or was written by another version; train again, or use that version");
  };
  if (own.size() != stored.size())
    fail(counted(static_cast<int64_t>(own.size()), "number") + " of the test signal, not " + std::to_string(stored.size()));
  for (size_t i = 0; i < own.size(); ++i) {
    if (!(std::fabs(own[i] - stored[i]) <= 1e-3f * std::max(1.0f, std::fabs(own[i]))))
      fail("number " + std::to_string(i + 1) + " of the test signal is " + number_text(own[i]) + ", not " +
           number_text(stored[i]));
  }
}

}  // namespace rnn::core
