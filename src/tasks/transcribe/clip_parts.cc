// Why: see clip_parts.h.
#include "tasks/transcribe/clip_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/numbers.h"
#include "options/option_list.h"
#include "tasks/transcribe/clips_split.h"

namespace rnn::core {
namespace {

std::set<std::string> names_of(const std::string& list, const std::set<std::string>& speakers, const char* option) {
  std::set<std::string> names;
  for (size_t begin = 0; begin < list.size();) {
    const size_t end = std::min(list.find(',', begin), list.size());
    const std::string name = list.substr(begin, end - begin);
    begin = end + 1;
    if (speakers.count(name) == 0) {
      const std::vector<std::string_view> all(speakers.begin(), speakers.end());
      const std::string near = nearest_name(name, all);
      throw Error(Exit::usage, "usage/speaker", fmt::format("--{}: no clip is of '{}'", option, name),
                  !near.empty() ? "did you mean " + near + "?"
                  : all.empty() ? "the speakers of these clips are not known"
                                : fmt::format("for example {}", all[0]));
    }
    names.insert(name);
  }
  return names;
}

}  // namespace

ClipParts part_clips(const ClipSet& clips, const SpeechOptions& options, double share, std::vector<Clip> valid,
                     std::vector<Clip> test) {
  std::set<std::string> speakers;
  for (const Clip& clip : clips.clips) {
    if (!clip.speaker.empty()) speakers.insert(clip.speaker);
  }
  const std::set<std::string> tested = names_of(options.test_speakers, speakers, "test-speakers");
  const std::set<std::string> chosen = names_of(options.valid_speakers, speakers, "valid-speakers");
  ClipParts parts;
  const bool own = !valid.empty(), found = chosen.empty() && !own;
  std::vector<size_t> rest;
  for (size_t i = 0; i < clips.clips.size(); ++i) {
    const Clip& clip = clips.clips[i];
    if (tested.count(clip.speaker) > 0) {
      parts.test.push_back(clip);
    } else if (chosen.count(clip.speaker) > 0) {
      parts.valid.push_back(clip);
    } else {
      rest.push_back(i);
    }
  }
  ClipSet others = clips_of(clips, rest);
  if (found) {
    const ClipSplit split = split_clips(others, share);
    for (const size_t i : split.valid) parts.valid.push_back(others.clips[i]);
    for (const size_t i : split.train) parts.train.push_back(others.clips[i]);
    parts.words = split.words;
  } else {
    parts.train = std::move(others.clips);
    parts.words = own ? "as given" : fmt::format("by speaker, {} of {} to choose by", chosen.size(), speakers.size());
  }
  if (own) parts.valid = std::move(valid);
  if (!test.empty()) parts.test = std::move(test);
  if (parts.train.empty() || parts.valid.empty())
    throw Error(Exit::data, "data/too_short",
                fmt::format("{} leave no clip {}", counted(clips.clips.size(), "clip"),
                            parts.train.empty() ? "to learn from" : "to choose by"),
                "more clips, or other speakers for the parts");
  return parts;
}

}  // namespace rnn::core
