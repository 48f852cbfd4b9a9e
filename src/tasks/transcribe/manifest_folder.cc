// Why: the plainest corpus is a folder of recordings, each with its words in a text file of the same name.
#include <algorithm>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/numbers.h"
#include "data/inputs/data_file.h"
#include "data/inputs/folders.h"
#include "tasks/transcribe/manifest.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

std::string without_extension(const std::string& path) { return fs::path(path).replace_extension().string(); }

std::string text_beside(const std::string& sound) { return without_extension(sound) + ".txt"; }

std::optional<std::string> transcript_beside(const std::string& sound) {
  const std::string path = text_beside(sound);
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  std::string text;
  each_line(path, [&](const LinePlace&, std::string_view line) { text.append(text.empty() ? "" : " ").append(line); });
  return text;
}

bool is_clip_or_text(std::string_view name) { return is_clip_name(name) || name.ends_with(".txt"); }

}  // namespace

std::vector<std::string> find_pairs_of_files(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error))
    return is_clip_name(path) ? std::vector<std::string>{path} : std::vector<std::string>{};
  const FilesBelow sounds = files_below(path, is_clip_name);
  return sounds.paths.empty() ? std::vector<std::string>{} : std::vector<std::string>{path};
}

bool has_texts_beside(const std::string& path) {
  constexpr size_t kLooked = 100;
  std::error_code error;
  std::vector<std::string> sounds = {path};
  if (fs::is_directory(path, error)) sounds = files_below(path, is_clip_name).paths;
  sounds.resize(std::min(sounds.size(), kLooked));
  return std::any_of(sounds.begin(), sounds.end(), [](const std::string& sound) {
    std::error_code ignored;
    return fs::is_regular_file(text_beside(sound), ignored);
  });
}

Manifest read_pairs_of_files(const std::string& manifest, ClipFindings& findings) {
  Manifest all;
  std::error_code error;
  if (!fs::is_directory(manifest, error)) {
    std::optional<std::string> text = transcript_beside(manifest);
    all.clips.push_back({without_extension(manifest), manifest, manifest, std::move(text), "", manifest});
    return all;
  }
  const FilesBelow below = files_below(manifest, is_clip_or_text);
  all.runs = below.runs;
  std::set<std::string> with_clip;
  for (const std::string& path : below.paths) {
    if (!is_clip_name(path)) continue;
    const std::string id = without_extension(fs::path(path).lexically_relative(manifest).string());
    all.clips.push_back({id, path, path, transcript_beside(path), "", path});
    with_clip.insert(text_beside(path));
  }
  for (const std::string& path : below.paths) {
    if (is_clip_name(path) || with_clip.contains(path)) continue;
    findings.add({"data/no_clip", Severity::note, path, 0, "the text has no sound file of its name", ""});
  }
  return all;
}

}  // namespace rnn::core
