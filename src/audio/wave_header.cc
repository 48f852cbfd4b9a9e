// Why: the few bytes of a header that messages speak of.
#include "audio/wave_header.h"

#include <algorithm>

namespace rnn::core {
namespace {

using namespace std::string_view_literals;

struct SoundMagic {
  std::string_view begin, what;
};
constexpr SoundMagic kSoundMagics[] = {{"RIFF", "a WAV file"},           {"RIFX", "a WAV file"},  {"RF64", "a WAV file"},
                                       {"fLaC", "a FLAC file"},          {"OggS", "an OGG file"}, {"FORM", "an AIFF file"},
                                       {".snd", "a Sun/NeXT file"},      {"ID3", "an MP3 file"},  {"caff", "a CAF file"},
                                       {"NIST_1A", "a NIST SPHERE file"}};

uint32_t little_endian(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value |= uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return value;
}

// arecord, sox and ffmpeg write this or more as the length when they cannot seek.
constexpr uint32_t kNoLength = 0x7FFF0000;

// Where a RIFF header has the chunk `name`; 0 for other bytes.
size_t chunk_place(std::string_view head, std::string_view name) {
  if (head.size() < 12 || !head.starts_with("RIFF") || head.substr(8, 4) != "WAVE") return 0;
  for (size_t at = 12; at + 8 <= head.size();) {
    if (head.substr(at, 4) == name) return at;
    const uint32_t length = little_endian(head, at + 4);
    at += 8 + size_t{length} + length % 2;
  }
  return 0;
}

// Where it has the length of its samples.
size_t length_place(std::string_view head) {
  const size_t at = chunk_place(head, "data");
  return at == 0 ? 0 : at + 4;
}

}  // namespace

int encoding_number(std::string_view head) {
  const size_t at = chunk_place(head, "fmt ");
  return at == 0 || at + 10 > head.size() ? 0 : static_cast<int>(little_endian(head, at + 6) >> 16);
}

bool promises_more(std::string_view head, int64_t size) {
  const size_t at = length_place(head);
  if (at == 0) return false;
  const uint32_t length = little_endian(head, at);
  return length<kNoLength&& static_cast<int64_t>(at) + 4 + int64_t{length}> size;
}

bool says_nothing(std::string_view head, int64_t size) {
  const size_t at = length_place(head);
  if (at == 0 || little_endian(head, at) != 0 || size <= static_cast<int64_t>(at) + 4) return false;
  return head.substr(at + 4, 4) != "LIST";  // no samples, and a title
}

void mend_length(std::string& bytes) {
  const size_t at = length_place(bytes);
  if (at == 0) return;
  const auto size = static_cast<int64_t>(bytes.size());
  if (!says_nothing(bytes, size) && little_endian(bytes, at) < kNoLength) return;
  const uint64_t there = std::min<uint64_t>(bytes.size() - at - 4, kNoLength - 1);
  for (size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(there >> (8 * i) & 255);
}

std::string_view sound_magic(std::string_view head) {
  for (const SoundMagic& magic : kSoundMagics) {
    if (head.starts_with(magic.begin)) return magic.what;
  }
  return {};
}

bool looks_like_text(std::string_view head) {
  return std::none_of(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v';
  });
}

}  // namespace rnn::core
