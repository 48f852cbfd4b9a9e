// Why: an audio effect on one page: it is learnt from what goes in and what comes out, then runs in blocks, as an audio callback asks.
#include <rnn/rnn.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <vector>

constexpr uint32_t kRate = 16000;

static std::vector<float> play(int seconds, unsigned seed) {  // notes that fade
  std::minstd_rand random(seed);
  std::vector<float> sound;
  double level = 0, hertz = 0;
  for (unsigned t = 0; t < static_cast<unsigned>(seconds) * kRate; ++t, level *= 0.9997) {
    if (t % 4000 == 0) level = 0.1 + 0.6 * (random() % 100) / 100.0, hertz = 80 + static_cast<double>(random() % 500);
    sound.push_back(static_cast<float>(level * std::sin(6.283185307 * hertz * t / kRate)));
  }
  return sound;
}

static std::vector<float> distort(const std::vector<float>& dry) {  // the effect that is to be learnt
  std::vector<float> wet;
  float low = 0;
  for (const float x : dry) wet.push_back(low += 0.4F * (0.5F * std::tanh(6 * x) - low));
  return wet;
}

static void write_wave(const char* path, const std::vector<float>& sound) {
  const auto bytes = static_cast<uint32_t>(4 * sound.size());  // 32-bit numbers
  const uint32_t head[11] = {0x46464952, 36 + bytes, 0x45564157, 0x20746d66, 16,   0x10003,
                             kRate,      4 * kRate,  0x200004,   0x61746164, bytes};
  std::ofstream wave(path, std::ios::binary);
  wave.write(reinterpret_cast<const char*>(head), sizeof head).write(reinterpret_cast<const char*>(sound.data()), bytes);
}

int main() {
  try {
    const std::vector<float> dry = play(8, 1);
    write_wave("dry.wav", dry), write_wave("wet.wav", distort(dry));
    rnn::TrainRequest request;
    request.task = "effect", request.data = {"dry.wav", "wet.wav"}, request.folder = "effect_run", request.force = true;
    request.set("hidden", "12").set("epochs", "12").set("bptt", "256").set("batch", "8");
    rnn::train(request);

    rnn::Effect effect(rnn::Model::load("effect_run"));
    std::vector<float> sound = play(2, 9);  // other notes
    const std::vector<float> real = distort(sound);
    for (size_t at = 0; at < sound.size(); at += 64) {  // an audio callback: 64 samples in place
      const std::span<float> block = std::span(sound).subspan(at, std::min<size_t>(64, sound.size() - at));
      effect.process(block, block);
    }
    double error = 0, energy = 0;
    for (size_t t = 0; t < sound.size(); ++t) error += std::pow(real[t] - sound[t], 2), energy += std::pow(real[t], 2);
    std::printf("error-to-signal ratio %.2f %%\n", 100 * error / energy);
    return error / energy < 0.1 ? 0 : 1;
  } catch (const rnn::Error& error) {
    return std::fprintf(stderr, "error[%s]: %s\nhelp: %s\n", error.code().c_str(), error.what(), error.help().c_str()), 1;
  }
}
