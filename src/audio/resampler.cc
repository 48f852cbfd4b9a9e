// Why: segments of a signal through libsamplerate.
#include "audio/resampler.h"

#include <samplerate.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <numeric>

#include "audio/state_bytes.h"
#include "base/error.h"

namespace rnn::core {
namespace {

constexpr int kConverters[] = {SRC_SINC_FASTEST, SRC_SINC_MEDIUM_QUALITY};
constexpr double kZeroCrossings[] = {
    22, 48};                       // half the length of each filter at the lower rate, rounded up (sinc.c: 19.3, 45.7)
constexpr double kSegment = 0.02;  // seconds, at least
constexpr double kMostRatio = 200;
constexpr std::string_view kResamplerState = "RSM1";

SRC_STATE* new_state(ResampleQuality quality) {
  int error = 0;
  SRC_STATE* state = src_new(kConverters[static_cast<size_t>(quality)], 1, &error);
  if (state == nullptr) throw std::bad_alloc();
  return state;
}

}  // namespace

void Resampler::Close::operator()(SRC_STATE_tag* state) const { src_delete(state); }

Resampler::Resampler(int from, int to, ResampleQuality quality) : from_(from), to_(to), quality_(quality) {
  const double ratio = from > 0 && to > 0 ? static_cast<double>(to) / from : 0;
  if (!(ratio <= kMostRatio && ratio >= 1 / kMostRatio))
    throw Error(Exit::data, "audio/rate",
                "sound of " + std::to_string(from) + " samples per second cannot become " + std::to_string(to),
                "check the rate in the file's header, or of --raw");
  if (through()) return;
  const int64_t common = std::gcd(from, to), unit_in = from / common, unit_out = to / common;
  const auto units = std::max<int64_t>(1, static_cast<int64_t>(std::ceil(kSegment * from / static_cast<double>(unit_in))));
  segment_in_ = unit_in * units, segment_out_ = unit_out * units;
  after_ = static_cast<int64_t>(std::ceil(kZeroCrossings[static_cast<size_t>(quality)] * std::max(1.0, 1 / ratio))) + 2;
  const int64_t units_before = (after_ + unit_in - 1) / unit_in;
  before_ = units_before * unit_in, skipped_ = units_before * unit_out;
  held_.resize(static_cast<size_t>(before_ + segment_in_ + after_));
  made_.resize(static_cast<size_t>(skipped_ + segment_out_));
  state_.reset(new_state(quality));
  reset();
}

Resampler::Resampler(const Resampler& other)
    : from_(other.from_),
      to_(other.to_),
      quality_(other.quality_),
      segment_in_(other.segment_in_),
      segment_out_(other.segment_out_),
      before_(other.before_),
      after_(other.after_),
      skipped_(other.skipped_),
      state_(other.state_ ? new_state(other.quality_) : nullptr),
      held_(other.held_),
      made_(other.made_),
      filled_(other.filled_),
      read_(other.read_),
      written_(other.written_) {}

Resampler& Resampler::operator=(const Resampler& other) {
  if (this != &other) *this = Resampler(other);
  return *this;
}

Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;
Resampler::~Resampler() = default;

void Resampler::reset() {
  std::fill(held_.begin(), held_.end(), 0.0f);
  filled_ = before_, read_ = written_ = 0;  // silence before the beginning
}

// Resamples the segment that is held, of which `wanted` samples are part of the signal.
void Resampler::segment(int64_t wanted, std::vector<float>& out) {
  src_reset(state_.get());
  SRC_DATA data{};
  data.data_in = held_.data(), data.input_frames = static_cast<long>(held_.size());
  data.data_out = made_.data(), data.output_frames = static_cast<long>(made_.size());
  data.end_of_input = 1;
  data.src_ratio = static_cast<double>(to_) / from_;
  while (data.output_frames > 0) {
    if (src_process(state_.get(), &data) != 0 || (data.output_frames_gen == 0 && data.input_frames_used == 0)) break;
    data.data_in += data.input_frames_used, data.input_frames -= data.input_frames_used;
    data.data_out += data.output_frames_gen, data.output_frames -= data.output_frames_gen;
  }
  std::fill(data.data_out, data.data_out + data.output_frames, 0.0f);
  out.insert(out.end(), made_.begin() + skipped_, made_.begin() + skipped_ + wanted);
  written_ += wanted;
  std::copy(held_.begin() + segment_in_, held_.end(), held_.begin());
  filled_ -= segment_in_;
}

void Resampler::push(std::span<const float> in, std::vector<float>& out) {
  read_ += static_cast<int64_t>(in.size());
  if (through()) {
    out.insert(out.end(), in.begin(), in.end());
    written_ = read_;
    return;
  }
  while (!in.empty()) {
    const size_t n = std::min(in.size(), held_.size() - static_cast<size_t>(filled_));
    std::copy_n(in.begin(), n, held_.begin() + filled_);
    filled_ += static_cast<int64_t>(n), in = in.subspan(n);
    if (filled_ == static_cast<int64_t>(held_.size())) segment(segment_out_, out);
  }
}

void Resampler::finish(std::vector<float>& out) {
  const int64_t common = std::gcd(from_, to_), unit_in = from_ / common, unit_out = to_ / common;
  const int64_t total = read_ / unit_in * unit_out + (read_ % unit_in * unit_out + unit_in - 1) / unit_in;
  while (!through() && written_ < total) {
    std::fill(held_.begin() + filled_, held_.end(), 0.0f);
    filled_ = static_cast<int64_t>(held_.size());
    segment(std::min(segment_out_, total - written_), out);
  }
  reset();
}

std::string Resampler::save() const {
  std::string bytes(kResamplerState);
  put_state(bytes, from_), put_state(bytes, to_), put_state(bytes, quality_), put_state(bytes, read_);
  put_state(bytes, written_), put_state(bytes, filled_);
  put_numbers(bytes, std::span(held_).first(static_cast<size_t>(filled_)));
  return bytes;
}

void Resampler::load(std::string_view bytes) {
  StateReader in(bytes, kResamplerState);
  const auto from = in.get<int>(), to = in.get<int>();
  const auto quality = in.get<ResampleQuality>();
  if (from != from_ || to != to_ || quality != quality_) in.refuse("it is of other rates");
  const auto read = in.get<int64_t>(), written = in.get<int64_t>(), filled = in.get<int64_t>();
  constexpr int64_t kMost = int64_t{1} << 48;
  if (read < 0 || read > kMost || filled < before_ || filled > static_cast<int64_t>(held_.size()) || written < 0 ||
      written > kMost * static_cast<int64_t>(kMostRatio) ||
      (through() ? read != written || filled != 0
                 : written % segment_out_ != 0 || read + before_ != written / segment_out_ * segment_in_ + filled))
    in.refuse("its counts");
  std::vector<float> held(static_cast<size_t>(filled));
  in.numbers(held);
  in.end();
  reset();
  std::copy(held.begin(), held.end(), held_.begin());
  read_ = read, written_ = written, filled_ = filled;
}

std::vector<float> resample(std::span<const float> in, int from, int to, ResampleQuality quality) {
  Resampler resampler(from, to, quality);
  std::vector<float> out;
  out.reserve(static_cast<size_t>(static_cast<double>(in.size()) * to / from) + 2);
  resampler.push(in, out);
  resampler.finish(out);
  return out;
}

}  // namespace rnn::core
