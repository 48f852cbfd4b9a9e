// Why: speech on one page: clips become a recognizer, which is fed samples as they come. The language is of tones: a letter is a pitch.
#include <rnn/rnn.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

constexpr int kRate = 8000;

static std::vector<int16_t> say(const std::string& text, unsigned seed) {
  std::minstd_rand random(seed);
  std::vector<int16_t> samples;
  for (const char letter : " " + text + " ") {
    const double hertz = letter == ' ' ? 0 : 500 * std::pow(1.6, letter - 'a'), loud = letter == ' ' ? 0 : 12000;
    const int n = kRate / 8 + static_cast<int>(random() % 300);
    for (int i = 0; i < n; ++i)
      samples.push_back(
          static_cast<int16_t>(loud * std::sin(6.28318 * hertz * i / kRate) + static_cast<double>(random() % 200)));
  }
  return samples;
}

static void write_clip(const std::string& path, const std::string& text, unsigned seed) {
  const std::vector<int16_t> samples = say(text, seed);
  const auto bytes = static_cast<uint32_t>(2 * samples.size());
  const uint32_t head[11] = {0x46464952, 36 + bytes, 0x45564157, 0x20746d66, 16,   0x10001,
                             kRate,      2 * kRate,  0x100002,   0x61746164, bytes};
  std::ofstream wave(path + ".wav", std::ios::binary);
  wave.write(reinterpret_cast<const char*>(head), sizeof head).write(reinterpret_cast<const char*>(samples.data()), bytes);
  std::ofstream(path + ".txt") << text << "\n";
}

int main() {
  try {
    const char* words[] = {"ab", "cab", "bad", "dab"};
    std::filesystem::create_directories("clips");
    for (unsigned i = 0; i < 60; ++i)
      write_clip("clips/" + std::to_string(i), std::string(words[i % 4]) + " " + words[i / 4 % 4], i);
    rnn::TrainRequest request;
    request.task = "transcribe", request.data = {"clips"}, request.folder = "clips_run", request.force = true;
    request.set("streaming", "true").set("hidden", "32").set("layers", "1").set("dropout", "0");
    request.set("lr", "0.01").set("epochs", "25").set("speeds", "1");
    rnn::train(request);

    rnn::Recognizer recognizer(rnn::Model::load("clips_run"));
    const std::vector<int16_t> samples = say("bad cab", 99);
    for (size_t at = 0; at < samples.size(); at += 160)  // 20 ms at a time
      recognizer.feed(std::span<const int16_t>(samples).subspan(at, std::min<size_t>(160, samples.size() - at)), kRate);
    recognizer.finish();
    while (const auto said = recognizer.take())
      for (const rnn::HeardWord& w : said->words) std::printf("%.2f s  %s  (%.2f)\n", w.start, w.text.c_str(), w.confidence);
    return 0;
  } catch (const rnn::Error& error) {
    return std::fprintf(stderr, "error[%s]: %s\nhelp: %s\n", error.code().c_str(), error.what(), error.help().c_str()), 1;
  }
}
