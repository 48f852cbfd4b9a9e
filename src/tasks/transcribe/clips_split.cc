// Why: see clips_split.h.
#include "tasks/transcribe/clips_split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <unordered_set>

#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/split.h"

namespace rnn::core {
namespace {

constexpr int64_t kFewestSpeakers = 3;

std::vector<std::string> sorted_speakers(const ClipSet& set) {
  std::set<std::string> names;
  for (const Clip& clip : set.clips) names.insert(clip.speaker);
  return {names.begin(), names.end()};
}

// Every n-th of `count`, from `first`.
std::set<size_t> every(size_t n, size_t first, size_t count) {
  std::set<size_t> chosen;
  for (size_t i = first; i < count; i += n) chosen.insert(i);
  return chosen;
}

size_t group_size(double share, size_t most) {
  return std::clamp<size_t>(static_cast<size_t>(std::llround(1 / share)), 2, most);
}

ClipSplit by_speaker(const ClipSet& set, double valid_share, double test_share) {
  const std::vector<std::string> names = sorted_speakers(set);
  const size_t n = group_size(valid_share, names.size());
  const std::set<size_t> valid = every(n, n - 1, names.size());
  std::set<size_t> test;
  if (test_share > 0) {
    const size_t m = group_size(test_share, names.size());
    test = every(m, (m - 1) / 2, names.size());
    for (const size_t speaker : valid) test.erase(speaker);
  }
  ClipSplit split;
  split.by_speaker = true;
  for (size_t i = 0; i < set.clips.size(); ++i) {
    const auto speaker =
        static_cast<size_t>(std::lower_bound(names.begin(), names.end(), set.clips[i].speaker) - names.begin());
    (valid.contains(speaker) ? split.valid : test.contains(speaker) ? split.test : split.train).push_back(i);
  }
  const auto part = [](const std::set<size_t>& speakers, const std::vector<size_t>& clips, const char* what) {
    return fmt::format("{} ({}) for {}", counted(speakers.size(), "speaker"), counted(clips.size(), "clip"), what);
  };
  split.words = fmt::format("of {} speakers {}", names.size(), part(valid, split.valid, "validation"));
  if (test_share > 0) split.words += ", " + part(test, split.test, "the test");
  return split;
}

std::vector<size_t> drawn(const ClipSet& set, const std::vector<size_t>& from, double share) {
  std::vector<SplitItem> items;
  for (const size_t clip : from) items.push_back({fnv1a64(set.clips[clip].id), 0});
  std::vector<size_t> held = require_held_out(SplitRule::shuffled, items, share, "the list", "clip");
  for (size_t& number : held) number = from[number];
  return held;
}

void take_out(std::vector<size_t>& from, const std::vector<size_t>& taken) {
  std::erase_if(from, [&](size_t i) { return std::binary_search(taken.begin(), taken.end(), i); });
}

ClipSplit by_clip(const ClipSet& set, double valid_share, double test_share) {
  ClipSplit split;
  for (size_t i = 0; i < set.clips.size(); ++i) split.train.push_back(i);
  if (test_share > 0) {
    split.test = drawn(set, split.train, test_share);
    take_out(split.train, split.test);
  }
  split.valid = drawn(set, split.train, valid_share / (1 - test_share));
  take_out(split.train, split.valid);
  split.words = fmt::format("{} drawn for validation", counted(split.valid.size(), "clip"));
  if (test_share > 0) split.words += fmt::format(", {} for the test", grouped(static_cast<int64_t>(split.test.size())));
  split.words += set.speakers == 0 ? ", as not all speakers are known"
                                   : fmt::format(", as there {} only {}", set.speakers == 1 ? "is" : "are",
                                                 counted(set.speakers, "speaker"));
  return split;
}

}  // namespace

ClipSplit split_clips(const ClipSet& set, double valid_share, double test_share) {
  if (!(valid_share > 0) || !(test_share >= 0) || !(valid_share + test_share < 1)) {
    throw Error(Exit::usage, "usage/valid_share", "the shares that are held out leave nothing to train on",
                "shares are above 0 and together below 1, for example 0.1");
  }
  ClipSplit split =
      set.speakers >= kFewestSpeakers ? by_speaker(set, valid_share, test_share) : by_clip(set, valid_share, test_share);
  if (!split.train.empty() && !split.valid.empty() && (test_share == 0 || !split.test.empty())) return split;
  throw Error(Exit::data, "data/too_short",
              fmt::format("{} of {} are too few to hold some out", counted(set.clips.size(), "clip"),
                          counted(set.speakers, "speaker")),
              "give more, or validation data with --valid");
}

ClipSet clips_of(const ClipSet& set, const std::vector<size_t>& part) {
  ClipSet out;
  for (const size_t i : part) out.clips.push_back(set.clips[i]);
  out.formats = set.formats, out.files = set.files, out.rate = set.rate, out.width = set.width;
  out.listed = static_cast<int64_t>(out.clips.size());
  add_up(out);
  return out;
}

SharedClips shared_clips(const ClipSet& training, const ClipSet& other) {
  const auto file = [](const Clip& clip) { return std::filesystem::path(clip.path).lexically_normal().string(); };
  std::unordered_set<std::string> texts, files;
  for (const Clip& clip : training.clips) {
    texts.insert(clip.text);
    files.insert(file(clip));
  }
  SharedClips shared;
  for (const Clip& clip : other.clips) {
    shared.texts += !clip.text.empty() && texts.contains(clip.text);
    if (!files.contains(file(clip))) continue;
    if (shared.files++ == 0) shared.first_file = clip.place() + ": " + clip.path;
  }
  return shared;
}

}  // namespace rnn::core
