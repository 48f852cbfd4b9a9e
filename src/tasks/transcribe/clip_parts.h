// Why: a recogniser is measured on voices that it has not heard: parts of a corpus share no speaker where speakers are known.
#pragma once

#include <string>
#include <vector>

#include "options/options.h"
#include "tasks/transcribe/clips.h"

namespace rnn::core {

struct ClipParts {
  std::vector<Clip> train, valid, test;  // each in the order of the clips
  std::string words;                     // "by speaker, 8 of 74 to choose by"
};

// By the speakers that the options name; validation without a name: every eighth of the other speakers, by name, or with fewer than three
// speakers every clip whose turn it is by a hash of its id, `share` of all. `valid`, `test`: clips of lists of their own, which then are
// these parts. Throws Error{usage, "usage/speaker"} for a name that nobody has, Error{data, "data/too_short"} where a part is empty.
ClipParts part_clips(const ClipSet& clips, const SpeechOptions& options, double share, std::vector<Clip> valid,
                     std::vector<Clip> test);

}  // namespace rnn::core
