// Why: the lists of Sphinx and Kaldi: ids in one file, transcripts by id in another.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "base/error.h"
#include "data/inputs/kinds.h"
#include "tasks/transcribe/manifest.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

// The files of a folder, not of those in it, that end so.
std::vector<std::string> files_ending_in(const std::string& folder, std::string_view end) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), last; !error && it != last; it.increment(error)) {
    std::error_code ignored;
    if (it->path().filename().string().ends_with(end) && it->is_regular_file(ignored)) found.push_back(it->path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

struct ListedText {
  std::string text;
  int64_t line = 0;
  bool used = false;
};
using ListedTexts = std::unordered_map<std::string, ListedText>;

void add_transcript(ListedTexts& all, const LinePlace& place, std::string_view id, std::string text) {
  const auto [at, is_new] = all.try_emplace(std::string(id), ListedText{std::move(text), place.number});
  if (is_new) return;
  refuse_line(place, "data/duplicate_id",
              fmt::format("the clip {} has a transcript in line {} already", id, at->second.line), "remove one of the two");
}

// ListedTexts that no clip used, by line.
void tell_unused(const ListedTexts& all, const std::string& file, ClipFindings& findings) {
  std::vector<std::pair<int64_t, const std::string*>> unused;
  for (const auto& [id, transcript] : all)
    if (!transcript.used) unused.emplace_back(transcript.line, &id);
  std::sort(unused.begin(), unused.end());
  for (const auto& [line, id] : unused)
    findings.add({"data/no_clip", Severity::note, file, line, fmt::format("{} has a text, but no clip", *id), ""});
}

// "<s> YES </s> (an251-fash-b)": the words without marks of silence, and the id at the end.
ListedTexts read_transcription(const std::string& path) {
  ListedTexts all;
  each_line(path, [&](const LinePlace& place, std::string_view line) {
    const size_t open = line.rfind('(');
    if (!line.ends_with(')') || open == std::string_view::npos || open + 2 >= line.size()) {
      refuse_line(place, "data/transcription", "the line does not end with the id of a clip in brackets",
                  "a line looks like: <s> the words </s> (folder/clip)");
    }
    const std::string_view id = line.substr(open + 1, line.size() - open - 2);
    std::string text;
    for (std::string_view rest = line.substr(0, open); !rest.empty();) {
      const std::string_view word = take_word(rest);
      if (word == "<s>" || word == "</s>" || word == "<sil>" || word.empty()) continue;
      text.append(text.empty() ? "" : " ").append(word);
    }
    add_transcript(all, place, id, std::move(text));
  });
  return all;
}

constexpr std::string_view kIds = ".fileids", kTranscription = ".transcription";

// The transcript of an id: of the whole id, or of its last part.
ListedText* listed_text_of(ListedTexts& all, const std::string& id) {
  auto at = all.find(id);
  if (at == all.end()) at = all.find(fs::path(id).filename().string());
  return at == all.end() ? nullptr : &at->second;
}

}  // namespace

std::vector<std::string> find_sphinx(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    std::vector<std::string> found = files_ending_in(path, kIds);
    return found.empty() ? files_ending_in((fs::path(path) / "etc").string(), kIds) : found;
  }
  const std::string extension = lower_extension(path);
  if (extension == kIds) return {path};
  if (extension == kTranscription) return {fs::path(path).replace_extension(kIds).string()};
  return {};
}

Manifest read_sphinx(const std::string& manifest, ClipFindings& findings) {
  const fs::path folder = folder_of(manifest);
  const SoundFinder sounds({folder.string(), (folder / "wav").string(), (folder / ".." / "wav").lexically_normal().string(),
                            (folder / "feat").string(), (folder / ".." / "feat").lexically_normal().string()});
  Manifest all;
  each_line(manifest, [&](const LinePlace& place, std::string_view line) {
    if (line.find_first_of(kWhiteSpace) != std::string_view::npos) {
      refuse_line(place, "data/fileids", "there is more than a file id in the line",
                  "parts of files are not read: cut them into clips, for example with sox");
    }
    const std::string id(line);
    all.clips.push_back({id, id, sounds.find(id), {}, "", manifest, place.number});
  });
  const std::string transcription = fs::path(manifest).replace_extension(kTranscription).string();
  if (!is_there(transcription)) {
    throw Error(Exit::data, "data/no_transcripts", fmt::format("{} has no {} beside it", manifest, transcription),
                "write it: a line per clip, <s> the words </s> (id)");
  }
  ListedTexts transcripts = read_transcription(transcription);
  all.files = {manifest, transcription};
  for (ListedClip& clip : all.clips) {
    ListedText* const transcript = listed_text_of(transcripts, clip.id);
    if (transcript == nullptr) continue;
    if (transcript->used && !transcripts.contains(clip.id)) {
      throw Error(Exit::data, "data/duplicate_id",
                  fmt::format("{}: the transcript of line {} in {} is that of two clips", clip.place(), transcript->line,
                              transcription),
                  "write the folders of the ids in the transcription, too");
    }
    transcript->used = true;
    clip.text = transcript->text;
  }
  tell_unused(transcripts, transcription, findings);
  return all;
}

std::vector<std::string> find_kaldi(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    const fs::path list = fs::path(path) / "wav.scp";
    return is_there(list) ? std::vector<std::string>{list.string()} : std::vector<std::string>{};
  }
  return lower_extension(path) == ".scp" ? std::vector<std::string>{path} : std::vector<std::string>{};
}

Manifest read_kaldi(const std::string& manifest, ClipFindings& findings) {
  const fs::path folder = folder_of(manifest);
  if (const fs::path parts = folder / "segments"; is_there(parts)) {
    throw Error(Exit::data, "data/segments",
                fmt::format("{} cuts recordings into parts, which is not read here", parts.string()),
                "write the parts as files: extract-segments of Kaldi, or sox IN OUT trim BEGIN =END");
  }
  // Paths are relative to where Kaldi runs, usually two folders above data/train.
  const SoundFinder sounds({folder.string(), (folder / ".." / "..").lexically_normal().string(), "."});
  Manifest all;
  each_line(manifest, [&](const LinePlace& place, std::string_view line) {
    const std::string id(take_word(line));
    if (line.empty()) refuse_line(place, "data/scp", fmt::format("{} has no file", id), "a line looks like: id file");
    if (line.ends_with('|')) {
      refuse_line(place, "data/scp_pipe", "the sound is what a command prints, and commands of data are not run",
                  "run it once: " + std::string(trimmed(line.substr(0, line.size() - 1))) + " > " + id + ".wav");
    }
    const std::string file(line);
    all.clips.push_back({id, file, sounds.find(file), {}, "", manifest, place.number});
  });
  const std::string texts = (folder / "text").string(), speakers = (folder / "utt2spk").string();
  if (!is_there(texts)) {
    throw Error(Exit::data, "data/no_transcripts", fmt::format("{} has no file {} beside it", manifest, texts),
                "write it: a line per clip, id and words");
  }
  ListedTexts transcripts;
  each_line(texts, [&](const LinePlace& place, std::string_view line) {
    const std::string_view id = take_word(line);
    add_transcript(transcripts, place, id, std::string(line));
  });
  std::unordered_map<std::string, std::string> speaker_of;
  all.files = {manifest, texts};
  if (is_there(speakers)) {
    all.files.push_back(speakers);
    each_line(speakers, [&](const LinePlace& place, std::string_view line) {
      const std::string id(take_word(line));
      if (line.empty())
        refuse_line(place, "data/utt2spk", fmt::format("{} has no speaker", id), "a line looks like: id speaker");
      speaker_of[id] = std::string(line);
    });
  }
  for (ListedClip& clip : all.clips) {
    if (const auto at = speaker_of.find(clip.id); at != speaker_of.end()) clip.speaker = at->second;
    const auto at = transcripts.find(clip.id);
    if (at == transcripts.end()) continue;
    clip.text = at->second.text;
    at->second.used = true;
  }
  tell_unused(transcripts, texts, findings);
  return all;
}

}  // namespace rnn::core
