// Why: the reader of sound files over libsndfile; every way in which a file can be wrong has its own words here.
#include "audio/wave.h"

#include <errno.h>
#include <fcntl.h>
#include <sndfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "audio/wave_header.h"
#include "base/error.h"
#include "base/file.h"
#include "base/foreign_file.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

constexpr size_t kHead = 4096;    // bytes of a file that messages and promises_more() look at
constexpr int kBlock = 4096;      // samples of a channel that are read at once
constexpr float kLargest = 1e6f;  // of a sample: what is beyond is no sound
constexpr const char* kConvert = "convert it, for example: ffmpeg -i INPUT -ac 1 OUTPUT.wav";

[[noreturn]] void refuse_audio(const char* code, const std::string& message, const std::string& help) {
  throw Error(Exit::data, code, message, help);
}

// Bytes in memory, as libsndfile reads them.
struct MemoryFile {
  std::string bytes;
  int64_t at = 0;
};
sf_count_t memory_length(void* file) { return static_cast<sf_count_t>(static_cast<MemoryFile*>(file)->bytes.size()); }
sf_count_t memory_seek(sf_count_t offset, int whence, void* file) {
  auto& f = *static_cast<MemoryFile*>(file);
  const int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? f.at : memory_length(file);
  if (from + offset < 0) return -1;
  return f.at = from + offset;
}
sf_count_t memory_read(void* to, sf_count_t count, void* file) {
  auto& f = *static_cast<MemoryFile*>(file);
  const int64_t there = std::clamp<int64_t>(memory_length(file) - f.at, 0, count);
  if (there > 0) std::memcpy(to, f.bytes.data() + f.at, static_cast<size_t>(there));
  f.at += there;
  return there;
}
sf_count_t memory_write(const void*, sf_count_t, void*) { return 0; }
sf_count_t memory_tell(void* file) { return static_cast<MemoryFile*>(file)->at; }

std::string format_words(SNDFILE* file, int format) {
  std::string words;
  for (const int part : {format & SF_FORMAT_TYPEMASK, format & SF_FORMAT_SUBMASK}) {
    SF_FORMAT_INFO info{};
    info.format = part;
    if (sf_command(file, SFC_GET_FORMAT_INFO, &info, sizeof info) != 0 || info.name == nullptr) continue;
    words += (words.empty() ? "" : ", ") + std::string(info.name);
  }
  return words;
}

// Why libsndfile did not open what begins with `head`.
[[noreturn]] void refuse_unopened(const std::string& name, std::string_view head, int reason, const std::string& words) {
  const std::string_view magic = sound_magic(head);
  const int number = encoding_number(head);
  constexpr int kPlain[] = {0, 1, 3, 0xFFFE};
  if (std::find(std::begin(kPlain), std::end(kPlain), number) == std::end(kPlain))
    refuse_audio("audio/unsupported", name + ": WAV files of encoding " + std::to_string(number) + " are not read here",
                 kConvert);
  if (reason == SF_ERR_UNSUPPORTED_ENCODING)
    refuse_audio("audio/unsupported", name + ": its encoding is not read here (" + words + ")", kConvert);
  if (!magic.empty())
    refuse_audio("audio/header",
                 name + " begins as " + std::string(magic) + ", but its header is damaged or cut off (" + words + ")",
                 "copy the file again, or record it again");
  if (const std::optional<ForeignFile> foreign = foreign_file(head, name))
    refuse_audio("audio/not_audio", name + " is " + foreign->what + ", not sound",
                 "name a sound file: WAV, FLAC, OGG, MP3 or AIFF");
  if (looks_like_text(head))
    refuse_audio("audio/not_audio", name + " is text, not sound", "name a sound file: WAV, FLAC, OGG, MP3 or AIFF");
  refuse_audio("audio/not_audio", name + " is in no format of sound that is known here",
               std::string(kConvert) + "; samples without a header are read with --raw s16,16000");
}

}  // namespace

struct AudioReader::Open {
  SNDFILE* file = nullptr;
  MemoryFile memory;
  std::string name;
  AudioInfo info;
  std::vector<float> block;  // [kBlock, channels]
  int64_t position = 0;      // samples of a channel that were read

  Open() = default;
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  ~Open() {
    if (file != nullptr) sf_close(file);
  }
  void opened(const SF_INFO& format, std::string_view head, int64_t size);
  [[noreturn]] void refuse_sample(const float* at, int64_t frames) const;
  void mix(const float* from, int64_t frames, float* to) const;
};

void AudioReader::Open::opened(const SF_INFO& format, std::string_view head, int64_t size) {
  if (file == nullptr) refuse_unopened(name, head, sf_error(nullptr), sf_strerror(nullptr));
  info.rate = format.samplerate, info.channels = format.channels;
  info.frames = format.frames >= SF_COUNT_MAX ? -1 : format.frames;
  info.format = format_words(file, format.format);
  info.cut_short = promises_more(head, size);
  if (info.rate < 1 || info.channels < 1)
    refuse_audio("audio/header", name + ": its header gives no rate or no channels",
                 "copy the file again, or record it again");
  if (info.frames == 0)
    refuse_audio("audio/empty", name + " has a header but no samples", "leave the file out, or record it again");
  block.resize(static_cast<size_t>(kBlock) * static_cast<size_t>(info.channels));
}

AudioReader::AudioReader(std::unique_ptr<Open> open) : open_(std::move(open)) {}
AudioReader::AudioReader(AudioReader&&) noexcept = default;
AudioReader& AudioReader::operator=(AudioReader&&) noexcept = default;
AudioReader::~AudioReader() = default;
const AudioInfo& AudioReader::info() const { return open_->info; }
const std::string& AudioReader::name() const { return open_->name; }

AudioReader AudioReader::of_bytes(std::string bytes, std::string name) {
  if (bytes.empty()) refuse_audio("audio/empty", name + " has no bytes", "leave the file out, or record it again");
  auto open = std::make_unique<Open>();
  open->name = std::move(name);
  open->memory.bytes = std::move(bytes);
  mend_length(open->memory.bytes);
  SF_VIRTUAL_IO calls{memory_length, memory_seek, memory_read, memory_write, memory_tell};
  SF_INFO format{};
  open->file = sf_open_virtual(&calls, SFM_READ, &format, &open->memory);
  const std::string_view all = open->memory.bytes;
  open->opened(format, all.substr(0, kHead), static_cast<int64_t>(all.size()));
  return AudioReader(std::move(open));
}

AudioReader AudioReader::open(const std::string& path) {
  struct stat entry {};
  const bool there = stat(path.c_str(), &entry) == 0;
  if (there && S_ISDIR(entry.st_mode)) refuse_audio("audio/unreadable", path + " is a folder", "name a sound file in it");
  if (there && !S_ISREG(entry.st_mode)) return of_bytes(read_file(path), path);
  const int file = there ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) {
    const int reason = errno;
    refuse_audio(reason == ENOENT ? "audio/missing" : "audio/unreadable", path + ": " + std::strerror(reason),
                 reason == ENOENT ? "check the path" : "check the permissions of the file");
  }
  std::string head(kHead, '\0');
  head.resize(static_cast<size_t>(std::max<ssize_t>(pread(file, head.data(), head.size(), 0), 0)));
  if (head.empty()) {
    close(file);
    refuse_audio("audio/empty", path + " has no bytes", "leave the file out, or record it again");
  }
  if (says_nothing(head, entry.st_size)) {
    close(file);
    return of_bytes(read_file(path), path);
  }
  auto open = std::make_unique<Open>();
  open->name = path;
  SF_INFO format{};
  open->file = sf_open_fd(file, SFM_READ, &format, SF_TRUE);  // closes it, also where it does not open
  open->opened(format, head, entry.st_size);
  return AudioReader(std::move(open));
}

// Counts what is left of the file, too.
void AudioReader::Open::refuse_sample(const float* at, int64_t frames) const {
  const auto bad = [](float x) { return !(std::fabs(x) <= kLargest); };
  const auto count = [&](const float* from, int64_t n) { return std::count_if(from, from + n * info.channels, bad); };
  const float* first = std::find_if(at, at + frames * info.channels, bad);
  const int64_t sample = position + (first - at) / info.channels, channel = (first - at) % info.channels + 1;
  int64_t found = count(at, frames);
  const std::string what = std::isnan(*first) ? "not a number" : std::isinf(*first) ? "infinite" : "out of range";
  std::vector<float> more(block.size());
  while (const sf_count_t n = sf_readf_float(file, more.data(), kBlock)) {
    if (n < 0) break;
    found += count(more.data(), n);
  }
  refuse_audio("audio/not_finite",
               name + ": sample " + grouped(sample) + " (" + clock_time(static_cast<double>(sample) / info.rate) +
                   ") of channel " + std::to_string(channel) + " is " + what + "; " + counted(found, "sample") +
                   " like this in the file",
               "the recording is damaged; write it as 16 bit, for example: ffmpeg -i INPUT -c:a pcm_s16le OUTPUT.wav");
}

void AudioReader::Open::mix(const float* from, int64_t frames, float* to) const {
  const int channels = info.channels;
  for (int64_t t = 0; t < frames; ++t) {
    double sum = 0;
    for (int c = 0; c < channels; ++c) sum += from[t * channels + c];
    to[t] = channels == 1 ? from[t] : static_cast<float>(sum / channels);
  }
}

size_t AudioReader::read(std::span<float> samples) {
  Open& o = *open_;
  size_t done = 0;
  while (done < samples.size()) {
    const auto wanted = static_cast<sf_count_t>(std::min<size_t>(samples.size() - done, kBlock));
    const sf_count_t n = sf_readf_float(o.file, o.block.data(), wanted);
    if (n <= 0) {
      if (const int reason = sf_error(o.file); reason != SF_ERR_NO_ERROR)
        refuse_audio("audio/damaged",
                     o.name + ": damaged after " + counted(o.position, "sample") + " (" + sf_strerror(o.file) + ")",
                     "copy the file again, or cut off what is damaged: " + std::string(kConvert));
      break;
    }
    for (sf_count_t i = 0; i < n * o.info.channels; ++i) {
      if (!(std::fabs(o.block[static_cast<size_t>(i)]) <= kLargest)) o.refuse_sample(o.block.data(), n);
    }
    o.mix(o.block.data(), n, samples.data() + done);
    o.position += n, done += static_cast<size_t>(n);
  }
  return done;
}

std::vector<float> AudioReader::rest() {
  const int64_t expected = std::max<int64_t>(open_->info.frames - open_->position, 0);
  std::vector<float> all;
  all.reserve(static_cast<size_t>(std::min<int64_t>(expected, int64_t{1} << 26)));
  for (size_t n = kBlock; n == kBlock;) {
    const size_t before = all.size();
    all.resize(before + kBlock);
    n = read(std::span(all).subspan(before));
    all.resize(before + n);
  }
  return all;
}

std::string wave_bytes(std::span<const float> samples, int rate, int channels, WaveForm form) {
  constexpr uint32_t kWhole = 1, kFloat = 3;  // WAVE_FORMAT_PCM, WAVE_FORMAT_IEEE_FLOAT
  const bool whole = form == WaveForm::s16;
  const uint32_t width = whole ? 2 : 4;
  const auto size = static_cast<uint32_t>(samples.size() * width);
  std::string bytes;
  bytes.reserve(44 + size);
  const auto number = [&](uint32_t value, uint32_t n) {
    for (uint32_t i = 0; i < n; ++i) bytes += static_cast<char>(value >> (8 * i) & 255);
  };
  const auto c = static_cast<uint32_t>(channels), r = static_cast<uint32_t>(rate);
  bytes += "RIFF", number(36 + size, 4), bytes += "WAVEfmt ", number(16, 4), number(whole ? kWhole : kFloat, 2),
      number(c, 2);
  number(r, 4), number(r * c * width, 4), number(c * width, 2), number(8 * width, 2), bytes += "data", number(size, 4);
  for (const float x : samples) {
    if (whole) {
      const long scaled = std::lrint(std::clamp(static_cast<double>(x) * 32768, -32768.0, 32767.0));
      number(static_cast<uint32_t>(scaled), 2);
    } else {
      number(std::bit_cast<uint32_t>(x), 4);
    }
  }
  return bytes;
}

void write_wave(const std::string& path, std::span<const float> samples, int rate, int channels, WaveForm form) {
  write_file_atomic(path, wave_bytes(samples, rate, channels, form));
}

}  // namespace rnn::core
