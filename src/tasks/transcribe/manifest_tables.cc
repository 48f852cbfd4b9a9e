// Why: manifests with a clip per line and its columns: id|text, JSON lines, tables with a header.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "data/inputs/data_file.h"
#include "data/inputs/kinds.h"
#include "tasks/transcribe/manifest.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

// What corpora call their columns and keys; the first that is there is taken.
constexpr std::string_view kSoundNames[] = {"audio_filepath", "audio_path", "audio",    "wav",
                                            "path",           "file_name",  "filename", "file"};
constexpr std::string_view kTextNames[] = {"text", "sentence", "transcript", "transcription"};
constexpr std::string_view kSpeakerNames[] = {"client_id", "speaker", "speaker_id", "spk", "spk_id"};
constexpr std::string_view kIdNames[] = {"id", "utt_id"};

SoundFinder sounds_beside(const std::string& manifest) {
  const fs::path folder = folder_of(manifest);
  std::vector<std::string> folders = {folder.string()};
  for (const char* name : {"clips", "wavs", "wav", "audio"}) folders.push_back((folder / name).string());
  folders.emplace_back(".");
  return SoundFinder(std::move(folders));
}

// The manifest `path`, or those in the folder, which `knows` takes.
std::vector<std::string> manifests_of(const std::string& path, bool (*knows)(const std::string& path)) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return knows(path) ? std::vector<std::string>{path} : std::vector<std::string>{};
  std::vector<std::string> found;
  for (fs::directory_iterator it(path, error), last; !error && it != last; it.increment(error)) {
    std::error_code ignored;
    if (!it->is_directory(ignored) && knows(it->path().string())) found.push_back(it->path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string_view without_mark(std::string_view line) {
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  return trimmed(line);
}

// The cells of a row. `quoted`: cells may be in quotes that are doubled inside (RFC 4180), on one line.
std::vector<std::string> cells_of(std::string_view line, char separator, bool quoted) {
  std::vector<std::string> cells(1);
  bool inside = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"') {
      if (inside && i + 1 < line.size() && line[i + 1] == '"') {
        cells.back() += c, ++i;
      } else {
        inside = !inside;
      }
    } else if (c == separator && !inside) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  for (std::string& cell : cells) cell = std::string(trimmed(cell));
  return cells;
}

int column_of(const std::vector<std::string>& header, std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    for (size_t i = 0; i < header.size(); ++i) {
      std::string lower = header[i];
      std::transform(lower.begin(), lower.end(), lower.begin(), lower_case);
      if (lower == name) return static_cast<int>(i);
    }
  }
  return -1;
}

struct NamedColumns {
  char separator = '\t';
  size_t count = 0;
  int sound = -1, text = -1, speaker = -1;
  bool clips() const { return sound >= 0 && text >= 0; }
};

NamedColumns columns_of(std::string_view header) {
  NamedColumns c;
  c.separator = header.find('\t') != std::string_view::npos ? '\t' : ',';
  const std::vector<std::string> names = cells_of(header, c.separator, c.separator == ',');
  c.count = names.size();
  c.sound = column_of(names, kSoundNames), c.text = column_of(names, kTextNames),
  c.speaker = column_of(names, kSpeakerNames);
  return c;
}

bool is_clip_table(const std::string& path) {
  const std::string extension = lower_extension(path);
  return (extension == ".tsv" || extension == ".csv") && columns_of(without_mark(first_data_line(path))).clips();
}

bool is_bars(const std::string& path) {
  if (lower_extension(path) != ".csv" && lower_extension(path) != ".txt") return false;
  const std::string first = first_data_line(path);
  const std::string_view line = without_mark(first);
  const size_t bar = line.find('|');
  if (bar == std::string_view::npos || bar == 0) return false;
  return fs::path(path).filename() == "metadata.csv" ||
         !sounds_beside(path).find(std::string(trimmed(line.substr(0, bar)))).empty();
}

// Under one of these keys; an object {"path": ...} stands for its path.
const nlohmann::json* value_of(const nlohmann::json& object, std::span<const std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const auto at = object.find(key); at != object.end() && !at->is_null())
      return at->is_object() && at->contains("path") ? &at->at("path") : &*at;
  return nullptr;
}

bool is_json_clips(const std::string& path) {
  if (!is_json_lines_name(path) && lower_extension(path) != ".json") return false;
  const std::string line = first_data_line(path);
  const PlainNumbers plain_numbers;
  const nlohmann::json object = nlohmann::json::parse(without_mark(line), nullptr, false);
  if (!object.is_object()) return false;
  const nlohmann::json* const sound = value_of(object, kSoundNames);
  // "path" and "file" are keys of other data, too.
  return sound != nullptr && sound->is_string() &&
         (is_clip_name(sound->get_ref<const std::string&>()) || object.contains("audio_filepath") ||
          object.contains("audio"));
}

// The string under a key: none if there is no such key.
std::optional<std::string> string_of(const LinePlace& place, const nlohmann::json& object,
                                     std::span<const std::string_view> keys) {
  const nlohmann::json* const value = value_of(object, keys);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  if (value->is_number_integer()) return value->dump();
  refuse_line(place, "data/manifest", fmt::format("\"{}\" is no text", keys[0]),
              R"(a line looks like {"audio_filepath": "a.wav", "text": "the words"})");
}

ListedClip clip_of(const LinePlace& place, const nlohmann::json& object, const SoundFinder& sounds) {
  ListedClip clip;
  clip.file = place.file, clip.line = place.number;
  const std::optional<std::string> sound = string_of(place, object, kSoundNames);
  if (!sound) {
    refuse_line(place, "data/manifest", "the line names no sound file",
                R"(a line looks like {"audio_filepath": "a.wav", "text": "the words"})");
  }
  if (const auto at = object.find("offset"); at != object.end() && at->is_number() && at->get<double>() != 0) {
    refuse_line(place, "data/segments", "the clip is a part of a file, which is not read here",
                "write the parts as files: sox IN OUT trim BEGIN =END");
  }
  clip.named = *sound;
  clip.path = sounds.find(*sound);
  clip.id = string_of(place, object, kIdNames).value_or(*sound);
  clip.text = string_of(place, object, kTextNames);
  clip.speaker = string_of(place, object, kSpeakerNames).value_or("");
  if (const auto at = object.find("duration"); at != object.end() && at->is_number() && at->get<double>() >= 0)
    clip.seconds = at->get<double>();
  return clip;
}

}  // namespace

std::vector<std::string> find_bars(const std::string& path) { return manifests_of(path, is_bars); }

Manifest read_bars(const std::string& manifest, ClipFindings&) {
  const SoundFinder sounds = sounds_beside(manifest);
  Manifest all;
  all.files = {manifest};
  each_line(manifest, [&](const LinePlace& place, std::string_view line) {
    const std::vector<std::string> cells = cells_of(line, '|', false);
    if (cells.size() < 2 || cells.size() > 3 || cells[0].empty()) {
      refuse_line(place, "data/columns", fmt::format("the line has {}", counted(cells.size(), "column")),
                  "a line looks like id|text or id|text|text as it is spoken");
    }
    // The third column has the words where the second has figures and abbreviations.
    const std::string& text = cells.size() == 3 && !cells[2].empty() ? cells[2] : cells[1];
    all.clips.push_back({cells[0], cells[0], sounds.find(cells[0]), text, "", manifest, place.number});
  });
  return all;
}

std::vector<std::string> find_json_clips(const std::string& path) { return manifests_of(path, is_json_clips); }

Manifest read_json_clips(const std::string& manifest, ClipFindings&) {
  const SoundFinder sounds = sounds_beside(manifest);
  const PlainNumbers plain_numbers;
  Manifest all;
  all.files = {manifest};
  each_line(manifest, [&](const LinePlace& place, std::string_view line) {
    const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
    if (!object.is_object()) {
      refuse_line(place, "data/json", "the line is no JSON object",
                  R"(a line looks like {"audio_filepath": "a.wav", "text": "the words"})");
    }
    all.clips.push_back(clip_of(place, object, sounds));
  });
  return all;
}

std::vector<std::string> find_clip_table(const std::string& path) { return manifests_of(path, is_clip_table); }

Manifest read_clip_table(const std::string& manifest, ClipFindings&) {
  const SoundFinder sounds = sounds_beside(manifest);
  Manifest all;
  all.files = {manifest};
  std::optional<NamedColumns> columns;
  each_raw_line(manifest, [&](const LinePlace& place, std::string_view line) {
    if (!columns) {
      columns = columns_of(line);
      return;
    }
    const std::vector<std::string> cells = cells_of(line, columns->separator, columns->separator == ',');
    if (cells.size() != columns->count) {
      refuse_line(place, "data/columns",
                  fmt::format("the line has {}, the header {}", counted(cells.size(), "column"), columns->count),
                  "every line has a cell for each column of the header");
    }
    const auto cell = [&](int column) { return column < 0 ? std::string() : cells[static_cast<size_t>(column)]; };
    const std::string sound = cell(columns->sound);
    if (sound.empty()) refuse_line(place, "data/manifest", "the line names no sound file", "name one, or remove the line");
    all.clips.push_back(
        {sound, sound, sounds.find(sound), cell(columns->text), cell(columns->speaker), manifest, place.number});
  });
  return all;
}

}  // namespace rnn::core
