// Why: what is wrong with recordings and their transcripts is said before hours of training, with the file of each.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "runs/data_report.h"
#include "tasks/transcribe/clips.h"

namespace rnn::core {

// What one reading of a recording tells.
struct SoundFacts {
  int64_t samples = 0;
  double peak = 0, rms = 0;  // full scale is 1
  double clipped = 0;        // share of samples in runs of three or more at full scale
};
SoundFacts sound_facts(const std::string& path);  // throws as AudioReader

// Rows that a network reads of a clip at this rate, three frames of 10 ms in one; and those that CTC needs for its characters.
int64_t rows_of_clip(const Clip& clip, int rate);
int64_t rows_needed(const Clip& clip);

// The numbers of values whose logarithm is more than `deviations` robust standard deviations (1.4826 times the median distance from the
// median) from the median. Values are above 0. Nothing where most values are equal, or for fewer than 20.
std::vector<size_t> odd_values(std::span<const double> values, double deviations);

// For `rnn data check`: reads all sound once, one file at a time. The codes of findings, beside those of read_clips():
//   data/silent, data/clipped, data/too_short_clip, data/speaking_rate, data/not_finite, data/damaged_clip,
//   data/shared_text, data/unseen_characters, data/little
DataReport check_clips(const std::vector<std::string>& data, const ClipOptions& how, double valid_share);

}  // namespace rnn::core
