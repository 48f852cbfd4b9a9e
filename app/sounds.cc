// Why: see sounds.h.
#include "sounds.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "audio/raw.h"
#include "audio/wave.h"
#include "base/error.h"
#include "data/inputs/data_file.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

constexpr size_t kBlock = 1 << 16;  // samples of a file
constexpr size_t kChunk = 1 << 12;  // bytes of a pipe, at most: an eighth of a second at 16 kHz

void read_file_of_sound(AudioReader reader, const std::function<void(std::span<const float>, int)>& heard) {
  const AudioInfo info = reader.info();
  if (info.channels > 1)
    say("note: " + reader.name() + " has " + std::to_string(info.channels) + " channels: their mean is heard");
  if (info.cut_short) say("note: " + reader.name() + " is shorter than its header says: what is there is heard");
  std::vector<float> block(kBlock);
  for (size_t n; (n = reader.read(block)) > 0;) heard(std::span<const float>(block).first(n), info.rate);
}

void read_raw(int descriptor, const std::string& name, const RawFormat& format,
              const std::function<void(std::span<const float>, int)>& heard) {
  RawDecoder decoder(format);
  std::string bytes(kChunk, '\0');
  std::vector<float> samples;
  for (;;) {
    const ssize_t n = ::read(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Error(Exit::data, "audio/unreadable", name + " cannot be read: " + std::strerror(errno), "");
    if (n == 0) break;
    samples.clear();
    decoder.push(std::string_view(bytes).substr(0, static_cast<size_t>(n)), samples);
    if (!samples.empty()) heard(samples, format.rate);
  }
  if (decoder.samples() == 0) throw Error(Exit::data, "audio/empty", name + " has no samples", "");
}

}  // namespace

void read_sound(const std::string& path, const std::string& raw,
                const std::function<void(std::span<const float>, int)>& heard) {
  const bool input = path == "-";
  if (raw.empty())
    return read_file_of_sound(
        input ? AudioReader::of_bytes(read_data_bytes("-"), "standard input") : AudioReader::open(path), heard);
  const RawFormat format = parse_raw_format(raw);
  if (input) return read_raw(STDIN_FILENO, "standard input", format, heard);
  RawDecoder decoder(format);
  std::vector<float> samples;
  decoder.push(read_data_bytes(path), samples);
  if (samples.empty()) throw Error(Exit::data, "audio/empty", path + " has no samples", "");
  heard(samples, format.rate);
}

std::string sound_name(const std::string& path) {
  return path == "-" ? "stdin" : std::filesystem::path(path).stem().string();
}

}  // namespace rnn::core::app
