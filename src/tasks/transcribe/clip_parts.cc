// Why: see clip_parts.h.
#include "tasks/transcribe/clip_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "options/option_list.h"

namespace rnn::core {
namespace {

constexpr size_t kEverySpeaker = 8, kFewestSpeakers = 3;

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
  std::set<std::string> chosen = names_of(options.valid_speakers, speakers, "valid-speakers");
  ClipParts parts;
  const bool own = !valid.empty(), found = chosen.empty() && !own;
  const bool by_speaker = clips.speakers > 0 && speakers.size() >= kFewestSpeakers + tested.size();
  if (found && by_speaker) {
    size_t turn = 0;
    for (const std::string& name : speakers) {
      if (tested.count(name) > 0) continue;
      if (turn++ % kEverySpeaker == kEverySpeaker / 2 || (turn == speakers.size() - tested.size() && chosen.empty()))
        chosen.insert(name);
    }
  }
  const double part = std::max(share, 0.1);
  for (const Clip& clip : clips.clips) {
    const double place = static_cast<double>(fnv1a64(clip.id) % 100000) / 100000;
    const bool by_hash = found && !by_speaker && place < part;
    if (tested.count(clip.speaker) > 0) {
      parts.test.push_back(clip);
    } else if (chosen.count(clip.speaker) > 0 || by_hash) {
      parts.valid.push_back(clip);
    } else {
      parts.train.push_back(clip);
    }
  }
  if (found && !by_speaker && parts.valid.empty() && parts.train.size() > 1) {
    parts.valid.push_back(std::move(parts.train.back()));
    parts.train.pop_back();
  }
  if (own) parts.valid = std::move(valid);
  if (!test.empty()) parts.test = std::move(test);
  parts.words = own                    ? "as given"
                : !found || by_speaker ? fmt::format("by speaker, {} of {} to choose by", chosen.size(), speakers.size())
                                       : "by clip, for fewer than three speakers are known";
  if (parts.train.empty() || parts.valid.empty())
    throw Error(Exit::data, "data/too_short",
                fmt::format("{} leave no clip {}", counted(clips.clips.size(), "clip"),
                            parts.train.empty() ? "to learn from" : "to choose by"),
                "more clips, or other speakers for the parts");
  return parts;
}

}  // namespace rnn::core
