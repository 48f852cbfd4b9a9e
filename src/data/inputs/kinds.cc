// Why: see kinds.h.
#include "data/inputs/kinds.h"

#include <algorithm>

#include "base/numbers.h"

namespace rnn::core {
namespace {

bool ends_in(const std::filesystem::path& path, std::initializer_list<std::string_view> extensions) {
  return std::find(extensions.begin(), extensions.end(), lower_extension(path)) != extensions.end();
}

}  // namespace

std::string lower_extension(const std::filesystem::path& path) {
  std::string text = path.extension().string();
  std::transform(text.begin(), text.end(), text.begin(), lower_case);
  return text;
}

bool is_audio_name(const std::filesystem::path& path) {
  const std::string extension = lower_extension(path);
  return std::find(std::begin(kSoundExtensions), std::end(kSoundExtensions), extension) != std::end(kSoundExtensions);
}

bool is_text_name(const std::filesystem::path& path) { return ends_in(path, {".txt", ".jsonl", ".ndjson", ".gz", ".zst"}); }

bool is_json_lines_name(const std::filesystem::path& path) {
  return ends_in(without_compression(path), {".jsonl", ".ndjson"});
}

std::filesystem::path without_compression(const std::filesystem::path& path) {
  return ends_in(path, {".gz", ".zst"}) ? std::filesystem::path(path).replace_extension() : path;
}

}  // namespace rnn::core
