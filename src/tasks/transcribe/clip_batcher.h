// Why: clips become ragged batches of frames, heard a little differently in every epoch, which a resumed run can reproduce.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/augment.h"
#include "base/float_store.h"
#include "data/batcher.h"
#include "tasks/transcribe/sound_effects.h"
#include "tasks/transcribe/stream/speech_front.h"

namespace rnn::core {

// A clip as a network hears it.
struct HeardClip {
  std::vector<KeptFloats> frames;        // normalised, [frames, bank.width()], one for each speed
  std::vector<int32_t> labels;           // classes: 1 to K - 1
  std::vector<KeptFloats> samples = {};  // at the front's rate, one for each speed; none where there are no effects
  bool ready = false;                    // the frames come from a file of frames: nothing is known of their loudness
};

struct ClipBatchOptions {
  int batch = 16;      // clips
  bool train = false;  // false: longest first, at the first speed, without masks, as loud as it is
  int masks_from =
      0;  // the first epoch whose clips are masked; -1: none. A network that hears holes before words learns blanks for long
  double mask_width = 1;  // SpecAugmentOptions::scaled
  uint64_t seed = 1;
  double volume = 0;                      // decibels: a clip of a training batch is louder or softer by up to so much
  const SoundEffects* effects = nullptr;  // of clips with samples, in training; must outlive the batcher
};

// The first epoch is sorted by length, shortest first: the network learns where to write before it meets long clips (Amodei et al. 2016).
// Streams of a batch are in the order of the clips that it names; seq.id is the number of the clip. `clips` must outlive the batcher.
std::unique_ptr<Batcher> clip_batcher(const SpeechFront& front, std::span<const HeardClip> clips,
                                      const ClipBatchOptions& options);

// One batch of clips at the first speed, without masks: stream i is clip chosen[i].
void fill_clip_batch(const SpeechFront& front, std::span<const HeardClip> clips, std::span<const uint32_t> chosen,
                     Batch& batch);

}  // namespace rnn::core
