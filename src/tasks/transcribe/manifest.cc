// Why: the one list of the ways in which clips are listed, and what their readers share.
#include "tasks/transcribe/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "audio/features_file.h"
#include "base/error.h"
#include "data/inputs/data_file.h"
#include "data/inputs/kinds.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

// From the most specific to the least: a folder with a manifest may hold transcripts beside its clips, too.
constexpr ManifestFormat kFormats[] = {
    {"Sphinx .fileids and .transcription", find_sphinx, read_sphinx},
    {"Kaldi wav.scp and text", find_kaldi, read_kaldi},
    {"lines of id|text", find_bars, read_bars},
    {"JSON lines of audio and text", find_json_clips, read_json_clips},
    {"a table of audio and text", find_clip_table, read_clip_table},
    {"sound files with a .txt beside each", find_pairs_of_files, read_pairs_of_files},
};

using Extensions = std::span<const std::string_view>;
constexpr std::string_view kFrameExtensions[] = {".mfc", ".npy"};

bool is_file(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

}  // namespace

std::span<const ManifestFormat> manifest_formats() { return kFormats; }

FoundManifests find_manifests(const std::string& path) {
  for (const ManifestFormat& format : kFormats)
    if (std::vector<std::string> found = format.find(path); !found.empty()) return {&format, std::move(found)};
  return {};
}

bool is_clip_name(std::string_view name) { return is_audio_name(name) || is_features_name(name); }

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string stem_of(const std::string& path) { return fs::path(path).stem().string(); }

std::string SoundFinder::find(const std::string& name) const {
  if (name.empty()) return {};
  for (const std::string& folder : folders_) {
    const std::string path = fs::path(name).is_absolute() || folder == "." ? name : (fs::path(folder) / name).string();
    if (is_clip_name(name) && is_file(path)) return path;
    for (const Extensions extensions : {Extensions(kSoundExtensions), Extensions(kFrameExtensions)})
      for (const std::string_view extension : extensions)
        if (std::string with = path + std::string(extension); is_file(with)) return with;
  }
  return {};
}

std::string_view take_word(std::string_view& line) {
  line = trimmed(line);
  const std::string_view word = line.substr(0, line.find_first_of(kWhiteSpace));
  line = trimmed(line.substr(word.size()));
  return word;
}

void each_raw_line(const std::string& path, const std::function<void(const LinePlace&, std::string_view)>& what) {
  const std::string text = text_of_bytes(read_data_bytes(path), path);
  std::string_view rest = text;
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  LinePlace place{path};
  while (!rest.empty()) {
    ++place.number;
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    require_text(place, line);
    if (!is_blank(line)) what(place, line);
  }
}

void each_line(const std::string& path, const std::function<void(const LinePlace&, std::string_view)>& what) {
  each_raw_line(path, [&](const LinePlace& place, std::string_view line) { what(place, trimmed(line)); });
}

void require_own_ids(const std::vector<ListedClip>& clips) {
  std::unordered_map<std::string_view, const ListedClip*> known;
  for (const ListedClip& clip : clips) {
    const auto [at, is_new] = known.try_emplace(clip.id, &clip);
    if (is_new) continue;
    throw Error(Exit::data, "data/duplicate_id",
                fmt::format("{}: the clip {} is also that of {}", clip.place(), clip.id, at->second->place()),
                "give every clip an id of its own, or remove one of the two");
  }
}

}  // namespace rnn::core
