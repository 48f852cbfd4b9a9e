// Why: see clips.h.
#include "tasks/transcribe/clips.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "audio/features_file.h"
#include "audio/wave.h"
#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/inputs/data_file.h"
#include "tasks/transcribe/manifest.h"
#include "text/speech_text.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

constexpr int kDefaultRate = 16000;
constexpr double kOtherLength = 0.5;  // seconds by which a manifest may be wrong

FoundManifests require_manifest(const std::string& path) {
  std::error_code error;
  FoundManifests found = find_manifests(path);
  if (found.manifests.size() == 1) return found;
  if (found.manifests.size() > 1) {
    throw Error(Exit::data, "data/manifests",
                fmt::format("{} has {} lists of clips: {}", path, found.manifests.size(), fmt::join(found.manifests, ", ")),
                "name the one to read, and others with --valid or --test");
  }
  if (!fs::exists(path, error)) read_data_bytes(path);  // throws
  throw Error(
      Exit::data, "data/no_audio", path + " holds no sound files and no list of them",
      "give a folder of sound files with a .txt beside each, or a list of clips: .fileids, wav.scp, metadata.csv, JSON "
      "lines, a table with the columns path and sentence");
}

// Samples of the file; where the header does not say, they are counted.
int64_t samples_of(AudioReader& reader) {
  if (reader.info().frames >= 0) return reader.info().frames;
  std::vector<float> block(1 << 16);
  int64_t samples = 0;
  while (const size_t read = reader.read(block)) samples += static_cast<int64_t>(read);
  return samples;
}

// One set while it is read.
class ClipReader {
 public:
  explicit ClipReader(const ClipOptions& options) : options_(options) {}

  void read(const std::string& path) {
    const FoundManifests found = require_manifest(path);
    Manifest manifest = found.format->read(found.manifests[0], findings_);
    const std::string format(found.format->name);
    if (std::find(set_.formats.begin(), set_.formats.end(), format) == set_.formats.end()) set_.formats.push_back(format);
    set_.files.insert(set_.files.end(), manifest.files.begin(), manifest.files.end());
    set_.runs += manifest.runs;
    std::move(manifest.clips.begin(), manifest.clips.end(), std::back_inserter(listed_));
  }

  ClipSet take() {
    require_own_ids(listed_);
    set_.listed = static_cast<int64_t>(listed_.size());
    for (const ListedClip& listed : listed_) add(listed);
    if (set_.clips.empty()) refuse_nothing();
    set_speakers();
    require_one_kind();
    set_rate();
    sum_up();
    set_.findings = findings_.list();
    return std::move(set_);
  }

 private:
  void leave_out(const char* code, const ListedClip& clip, const std::string& message, const std::string& help) {
    findings_.add({code, Severity::warning, clip.file, clip.line, message, help});
  }

  void add(const ListedClip& listed) {
    if (listed.path.empty()) {
      leave_out("data/clip_missing", listed, fmt::format("there is no sound file {}", listed.named),
                "names are taken relative to the folder of the list");
      return;
    }
    if (!listed.text && options_.needs_text) {
      leave_out("data/no_text", listed, fmt::format("{} has no transcript", listed.id),
                listed.line > 0
                    ? "add its words, or remove it"
                    : "write its words in " + stem_of(listed.path) + ".txt beside it, or list the clips in a file");
      return;
    }
    Clip clip{.id = listed.id,
              .path = listed.path,
              .written = speech_text(SpeechText::none, listed.text.value_or("")),
              .text = speech_text(options_.rules, listed.text.value_or("")),
              .speaker = listed.speaker,
              .file = listed.file,
              .line = listed.line};
    try {
      measure(clip, listed);
    } catch (const Error& error) {
      // The message names the file; where it is listed is the place of the finding.
      leave_out("data/clip_unreadable", listed, error.what(), error.help());
      return;
    }
    set_.clips.push_back(std::move(clip));
  }

  void measure(Clip& clip, const ListedClip& listed) {
    if (is_features_name(clip.path)) {
      const Matrix<float> frames = read_features(clip.path, lower_mfc(clip.path) ? options_.mfc_width : 0);
      clip.samples = frames.view().rows, clip.width = static_cast<int>(frames.view().cols);
      clip.seconds = static_cast<double>(clip.samples) * options_.seconds_per_frame;
      return;
    }
    AudioReader reader = AudioReader::open(clip.path);
    clip.rate = reader.info().rate, clip.channels = reader.info().channels;
    clip.samples = samples_of(reader);
    clip.seconds = static_cast<double>(clip.samples) / clip.rate;
    if (reader.info().cut_short) {
      findings_.add({"data/cut_short", Severity::warning, listed.file, listed.line,
                     fmt::format("{} is cut off: its header promises more samples", clip.path), "copy it again"});
    }
    if (listed.seconds >= 0 && std::abs(listed.seconds - clip.seconds) > kOtherLength) {
      findings_.add({"data/duration", Severity::warning, listed.file, listed.line,
                     fmt::format("{} has {:.2f} s, the list says {:.2f}", clip.path, clip.seconds, listed.seconds),
                     "make the list anew: its text may be another clip's, too"});
    }
  }

  static bool lower_mfc(const std::string& path) { return !path.ends_with(".npy"); }

  [[noreturn]] void refuse_nothing() const {
    std::string help = "check the path";
    std::string message = fmt::format("{} no clips", set_.files.empty() ? "there are" : set_.files[0] + " lists");
    if (!listed_.empty()) {
      message = fmt::format("none of the {} can be used", counted(listed_.size(), "clip"));
      for (const char* code : {"data/clip_missing", "data/clip_unreadable", "data/no_text"}) {
        const Finding* const first = findings_.first(code);
        if (first == nullptr) continue;
        message += fmt::format("; the first: {}: {}", first->place(), first->message);
        help = first->help;
        break;
      }
    }
    throw Error(Exit::data, "data/no_clips", message, help);
  }

  // Where no speaker is said: the folder of a clip, if there are several, which neither hold a clip each nor a text each.
  void set_speakers() {
    const auto known = [](const Clip& clip) { return !clip.speaker.empty(); };
    if (std::none_of(set_.clips.begin(), set_.clips.end(), known)) {
      std::map<std::string, std::set<std::string>> texts;
      for (const Clip& clip : set_.clips) texts[folder_of(clip.path)].insert(clip.text);
      const bool one_text_each = std::all_of(texts.begin(), texts.end(), [](const auto& f) { return f.second.size() == 1; });
      if (texts.size() < 2 || texts.size() == set_.clips.size() || one_text_each) return;
      for (Clip& clip : set_.clips) clip.speaker = fs::path(folder_of(clip.path)).filename().string();
    }
    if (!std::all_of(set_.clips.begin(), set_.clips.end(), known)) {
      const auto unknown = std::count_if(set_.clips.begin(), set_.clips.end(), [&](const Clip& c) { return !known(c); });
      const Clip& first = *std::find_if_not(set_.clips.begin(), set_.clips.end(), known);
      findings_.add({"data/speakers", Severity::note, first.file, first.line,
                     fmt::format("the speaker of {} is not known", counted(unknown, "clip")),
                     "name all speakers, and a part of the speakers can be held out"});
    }
  }

  void require_one_kind() {
    set_.width = set_.clips[0].width;
    for (const Clip& clip : set_.clips) {
      if (clip.width == set_.width) continue;
      const auto kind = [](const Clip& c) {
        return c.width == 0 ? "sound" : fmt::format("frames of {}", counted_things(c.width, "number"));
      };
      throw Error(Exit::data, "data/mixed_clips",
                  fmt::format("{}: {} is {}, and {} is {}", clip.place(), clip.path, kind(clip), set_.clips[0].path,
                              kind(set_.clips[0])),
                  "give clips of one kind");
    }
  }

  void set_rate() {
    std::map<int, int64_t> rates;
    for (const Clip& clip : set_.clips) ++rates[clip.rate];
    if (set_.width > 0) return;
    const auto most = std::max_element(rates.begin(), rates.end(), [](auto& a, auto& b) { return a.second < b.second; });
    set_.rate = most->first == 8000 || most->first == kDefaultRate ? most->first : kDefaultRate;
    if (rates.size() == 1) return;
    std::string text;
    for (const auto& [rate, clips] : rates)
      text += fmt::format("{}{} of {} Hz", text.empty() ? "" : ", ", counted(clips, "clip"), grouped(rate));
    findings_.add({"data/rates", Severity::note, "", 0, fmt::format("the rates differ: {}", text),
                   fmt::format("all are read at {} Hz", grouped(set_.rate))});
  }

  void sum_up() {
    add_up(set_);
    if (set_.empty_texts == 0) return;
    const auto first = std::find_if(set_.clips.begin(), set_.clips.end(), [](const Clip& c) { return c.text.empty(); });
    findings_.add({"data/empty_text", Severity::note, first->file, first->line,
                   fmt::format("{} an empty transcript: silence is learnt from {}",
                               counted(set_.empty_texts, "clip") + (set_.empty_texts == 1 ? " has" : " have"),
                               word_for(set_.empty_texts, "it", "them")),
                   ""});
  }

  const ClipOptions& options_;
  std::vector<ListedClip> listed_;
  ClipFindings findings_;
  ClipSet set_;
};

std::string length_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} seconds", seconds);
  return seconds < 3600 ? fmt::format("{:.1f} minutes", seconds / 60) : fmt::format("{:.1f} hours", seconds / 3600);
}

// What a path is, for a guess. Sound without a text beside any is for transcripts all the same: reading it says what is missing.
TaskGuess guess_path(const std::string& path) {
  const FoundManifests found = find_manifests(path);
  if (found.manifests.empty()) return {};
  std::error_code error;
  const bool folder = fs::is_directory(path, error);
  if (found.format->read == read_pairs_of_files && !has_texts_beside(path)) {
    return {TaskGuess::content, path + (folder ? " holds sound files" : " is a sound file")};
  }
  return {TaskGuess::certain,
          fmt::format("{} {} {}", path, folder || found.manifests[0] != path ? "has" : "is", found.format->name)};
}

}  // namespace

std::string ClipSet::words_for_people() const {
  std::string text = counted(clips.size(), "clip") + ", " + length_text(seconds);
  if (speakers > 0) text += ", " + counted(speakers, "speaker");
  return fmt::format("{}, from {}", text, fmt::join(formats, " and "));
}

void add_up(ClipSet& set) {
  std::set<std::string> speakers;
  uint64_t hash = fnv1a64("");
  set.seconds = 0;
  set.empty_texts = set.words = set.characters = 0;
  for (const Clip& clip : set.clips) {
    speakers.insert(clip.speaker);
    set.seconds += clip.seconds;
    set.empty_texts += clip.text.empty();
    if (!clip.text.empty()) set.words += 1 + std::count(clip.text.begin(), clip.text.end(), ' ');
    set.characters += static_cast<int64_t>(decode_utf8(clip.text).size());
    hash = fnv1a64(fmt::format("{}\n{}\n{}\n{}\n{}\n", clip.id, clip.text, clip.speaker, clip.samples, clip.rate), hash);
  }
  set.speakers = speakers.contains("") ? 0 : static_cast<int64_t>(speakers.size());
  set.hash = content_hash(hash);
}

ClipSet read_clips(const std::vector<std::string>& paths, const ClipOptions& options) {
  ClipReader reader(options);
  for (const std::string& path : paths) reader.read(path);
  return reader.take();
}

TaskGuess guess_clips(const std::vector<std::string>& paths) {
  TaskGuess guess;
  for (const std::string& path : paths) {
    TaskGuess one = guess_path(path);
    if (one.confidence == TaskGuess::no) return {};
    if (guess.confidence == TaskGuess::no || one.confidence < guess.confidence) guess = std::move(one);
  }
  return guess;
}

}  // namespace rnn::core
