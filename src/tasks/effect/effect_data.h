// Why: an effect is learnt from what goes in and what comes out: pairs of recordings that belong together sample by sample.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/batcher.h"
#include "runs/data_report.h"

namespace rnn::core {

struct SoundPair {
  std::string dry, wet;        // paths
  std::vector<float> in, out;  // of one size; several channels are their mean
  int channels = 1;
};

struct SoundPairs {
  std::vector<SoundPair> pairs;
  int rate = 0;      // of all
  std::string hash;  // of the samples
  double seconds() const;
};

// Paths: dry, wet, dry, wet ... Throws Error{usage, "usage/pairs"} for an odd number; Error{data}: as AudioReader; "audio/rate",
// "audio/channels", "audio/length" where the two of a pair, or two pairs, do not belong together; "audio/silent" for a wet one without a
// sound. rate: 0, or the one that they must have.
SoundPairs read_sound_pairs(const std::vector<std::string>& paths, int rate = 0);

// By how many samples the wet signal is behind the dry one, by the largest correlation in the loudest stretch; 0 where there is none.
int delay_of(const SoundPair& pair);
std::vector<int> delays_of(const SoundPairs& pairs);  // of each: half a billion products, so ask once
// Samples of the signal at full scale, as a share.
double clipped_share(std::span<const float> samples);
// What is odd, with the delay of each pair: clipping, several channels, a wet signal that is ahead or far behind.
std::vector<Finding> judge_sounds(const SoundPairs& pairs, const std::vector<int>& delays);

// A stretch of a pair.
struct SoundPart {
  std::span<const float> in, out;
  std::span<const float> base = {};  // what is heard without the network, of their size; empty: `in`
};
// The first part of every pair but the share at its end, and that share.
struct SoundSplit {
  std::vector<SoundPart> train, valid;
};
SoundSplit split_sounds(const SoundPairs& pairs, double valid_share);
std::vector<SoundPart> whole_sounds(const SoundPairs& pairs);

// 1 / the root of the mean energy of the pre-emphasised wet signals (heads/esr.h).
double energy_scale(const std::vector<SoundPart>& parts);

struct SoundBatchOptions {
  int streams = 16;   // of a batch, for all parts together; at least one for each. 0: one for each, and nothing is left out
  int window = 1024;  // samples whose gradient is propagated back
  double scale = 1;   // of the targets, which are what the effect adds to SoundPart::base
};
// Every part is cut into stretches of one length, which are read side by side, window after window with carried state; the rest of a part,
// shorter than a stretch, is left out. Throws Error{data, "data/too_short"}, Error{usage, "usage/batch"}. What `parts` show must outlive
// the batcher.
std::unique_ptr<Batcher> sound_batcher(const std::vector<SoundPart>& parts, const SoundBatchOptions& options);

}  // namespace rnn::core
