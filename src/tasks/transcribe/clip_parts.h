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

// By the speakers that the options name; where none is named for validation as split_clips() does it, with `share`. `valid`, `test`: clips
// of lists of their own, which then are these parts. Throws as split_clips(), Error{usage, "usage/speaker"} for a name that nobody has,
// Error{data, "data/too_short"} where a part is empty.
ClipParts part_clips(const ClipSet& clips, const SpeechOptions& options, double share, std::vector<Clip> valid,
                     std::vector<Clip> test);

}  // namespace rnn::core
