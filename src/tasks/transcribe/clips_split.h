// Why: a recogniser is judged on people that it has never heard, always the same ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/transcribe/clips.h"

namespace rnn::core {

struct ClipSplit {
  std::vector<size_t> train, valid, test;  // numbers of clips, ascending
  bool by_speaker = false;
  std::string words;  // "8 of 74 speakers (104 clips) are held out"
};

// Holds out parts for validation and, if test_share > 0, for a test. Where every speaker is known and there are at least three, whole
// speakers: of all, sorted by name and counted from 0 in groups of n = 1 / share, the last of each group for validation, the middle one
// for the test (so with a ninth AN4's 8, 17, ... and 4, 13, ...). Else clips, drawn by their ids. It depends on nothing but names.
// Throws Error{data, "data/too_short"} where a part would be empty, Error{usage, "usage/valid_share"} for shares that leave
// nothing to train on.
ClipSplit split_clips(const ClipSet& set, double valid_share, double test_share = 0);

// The clips of `part` with the totals of theirs alone; findings stay with the whole.
ClipSet clips_of(const ClipSet& set, const std::vector<size_t>& part);

// Clips of `other` whose text, not empty, is also one in `training`; clips whose file is.
struct SharedClips {
  int64_t texts = 0, files = 0;
  std::string first_file;  // "valid.tsv:3: a.wav"
};
SharedClips shared_clips(const ClipSet& training, const ClipSet& other);

}  // namespace rnn::core
