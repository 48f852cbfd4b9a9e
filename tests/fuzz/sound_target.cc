// Why: sound, features of other programs and saved streams come from anywhere; what is read of them is finite and of the stated size.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "audio/features_file.h"
#include "audio/front_end.h"
#include "audio/raw.h"
#include "audio/resampler.h"
#include "audio/voice_activity.h"
#include "audio/wave.h"
#include "base/numbers.h"
#include "fuzz/target.h"

namespace rnn::core::fuzz {
namespace {

bool finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); });
}

void test_features(std::string_view input) {
  for (const int width : {0, 13}) {
    Matrix<float> frames;
    if (!reads([&] {
          frames = width == 0 ? read_numpy_features(input, "input") : read_sphinx_features(input, "input", width);
        }))
      continue;
    ++accepted;
    require(frames.size() * 4 <= input.size() && (width == 0 || frames.cols() == width),
            "frames are as large as their file");
    require(finite({frames.data(), frames.data() + frames.size()}), "frames are finite");
  }
}

// WAV files alone: what other formats are decoded by is not ours.
void test_sound(std::string_view input) {
  if (!input.starts_with("RIFF")) return;
  reads([&] {
    AudioReader reader = AudioReader::of_bytes(std::string(input), "input");
    std::vector<float> block(1000);
    for (int i = 0; i < 100; ++i) {
      const size_t n = reader.read(block);
      block.resize(n);
      require(finite(block), "samples are finite");
      if (n < 1000) break;
    }
    ++accepted;
  });
}

// A state that is loaded is saved as it was, and goes on.
template <class Stream>
void test_stream(std::string_view input, Stream& stream) {
  if (!reads([&] { stream.load(input); })) return;
  ++accepted;
  require(stream.save() == input, "a state is saved as it was loaded");
  std::vector<float> out;
  stream.push(std::vector<float>(500, 0.25f), out);
  stream.finish(out);
  require(out.size() < 1 << 20, "a stream makes no more than its samples allow");
}

void test_streams(std::string_view input) {
  FilterBankOptions plain, mirrored;
  mirrored.rate = 8000, mirrored.bins = 20, mirrored.deltas = 1, mirrored.snip_edges = false;
  FrontEnd first(plain), second(mirrored);
  Resampler resampler(16000, 8000, ResampleQuality::fast);
  test_stream(input, first);
  test_stream(input, second);
  test_stream(input, resampler);
  VoiceActivity voice{VoiceActivityOptions{}};
  if (!reads([&] { voice.load(input); })) return;
  ++accepted;
  require(voice.save() == input, "a state is saved as it was loaded");
  std::vector<VoiceFrame> frames;
  voice.push(std::vector<float>(5000, 0.25f), frames);
  require(frames.size() <= 32, "a frame has its samples");
}

void test_words(std::string_view input) {
  RawFormat format;
  const size_t line = input.find('\n');
  if (reads([&] { format = parse_raw_format(input.substr(0, line)); })) {
    ++accepted;
    std::vector<float> samples;
    reads([&] { RawDecoder(format).push(input.substr(std::min(input.size(), line)), samples); });
    require(finite(samples), "samples are finite");
  }
  if (!input.starts_with('{')) return;
  const PlainNumbers plain;
  const nlohmann::json from = nlohmann::json::parse(input, nullptr, false);
  if (from.is_discarded()) return;
  FilterBankOptions options;
  if (reads([&] { options = front_end_of(from); })) {
    ++accepted;
    require(front_end_of(front_end_json(options)) == options, "a front end is read as it is written");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input = text_of(data, size);
  test_features(input);
  test_sound(input);
  test_streams(input);
  test_words(input);
  return 0;
}

}  // namespace rnn::core::fuzz
