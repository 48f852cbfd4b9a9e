// Why: see clip_batcher.h.
#include "tasks/transcribe/clip_batcher.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/error.h"
#include "data/length_order.h"

namespace rnn::core {
namespace {

// Labels in the packed order of their own lengths.
void fill_labels(std::span<const HeardClip> clips, std::span<const uint32_t> chosen, Targets& to) {
  std::vector<int> lengths;
  for (const uint32_t i : chosen) lengths.push_back(static_cast<int>(clips[i].labels.size()));
  to = {};
  to.seq = Seq::ragged(lengths);
  to.ids.resize(static_cast<size_t>(to.seq.rows()));
  for (int r = 0; r < to.seq.streams(); ++r) {
    const std::vector<int32_t>& labels = clips[chosen[static_cast<size_t>(to.seq.order[static_cast<size_t>(r)])]].labels;
    for (size_t t = 0; t < labels.size(); ++t) to.ids[static_cast<size_t>(to.seq.start[t] + r)] = labels[t];
  }
}

// frames[i]: of the clip chosen[i], normalised.
void fill_frames(const SpeechFront& front, std::span<const std::span<const float>> frames, std::span<const uint32_t> chosen,
                 Rows& in) {
  const auto width = static_cast<size_t>(front.width());
  std::vector<int> lengths;
  for (const std::span<const float> f : frames) lengths.push_back(static_cast<int>(front.steps_of(f)));
  in.seq = Seq::ragged(lengths);
  in.seq.id.assign(chosen.begin(), chosen.end());
  in.ids.clear();
  in.width = front.width();
  in.frames.resize(static_cast<size_t>(in.seq.rows()) * width);
  for (int r = 0; r < in.seq.streams(); ++r) {
    const auto stream = static_cast<size_t>(in.seq.order[static_cast<size_t>(r)]);
    for (int t = 0; t < lengths[stream]; ++t)
      speech_step(
          front, frames[stream], t,
          std::span(in.frames).subspan(static_cast<size_t>(in.seq.start[static_cast<size_t>(t)] + r) * width, width));
  }
}

// Normalised frames [n, bank.width()] as if the clip were so much louder: the logarithms of all bands grow alike (where a band is silent,
// its floor would not).
void shift_volume(const SpeechFront& front, double decibels, std::vector<float>& frames) {
  const auto shift = static_cast<float>(decibels * std::log(10.0) / 10);
  const auto width = static_cast<size_t>(front.bank.width()), first = static_cast<size_t>(front.bank.energy);
  for (size_t at = 0; at < frames.size(); at += width) {
    for (size_t i = first; i < first + static_cast<size_t>(front.bank.bins); ++i) frames[at + i] += shift * front.inverse[i];
  }
}

class ClipBatcher final : public Batcher {
 public:
  ClipBatcher(const SpeechFront& front, std::span<const HeardClip> clips, const ClipBatchOptions& options)
      : front_(front), clips_(clips), options_(options) {
    check_batch(options.batch);
    for (const HeardClip& clip : clips) labels_ += std::max<int64_t>(std::ssize(clip.labels), 1);
    plan(0);
  }

  bool next(Batch& batch) override {
    if (position_ >= batches_per_epoch()) return false;
    const std::span<const uint32_t> chosen = plan_.batch(position_);
    frames_.clear(), masked_.resize(chosen.size());
    for (size_t i = 0; i < chosen.size(); ++i) frames_.push_back(heard(chosen[i], masked_[i]));
    if (position_ + 1 < batches_per_epoch()) {
      for (const uint32_t i : plan_.batch(position_ + 1)) source(i).will_read();  // while the network works on this one
    }
    fill_frames(front_, frames_, chosen, batch.in);
    fill_labels(clips_, chosen, batch.to);
    batch.carried = false;
    ++position_;
    return true;
  }
  int64_t batches_per_epoch() const override { return static_cast<int64_t>(plan_.starts.size()); }
  int64_t tokens_per_epoch() const override { return labels_; }
  void seek(int64_t epoch, int64_t position) override {
    assert(epoch >= 0 && position >= 0 && position <= batches_per_epoch());
    if (options_.train && epoch != planned_) plan(epoch);
    epoch_ = epoch, position_ = position;
  }

 private:
  // The speed at which this epoch hears a clip.
  uint32_t speed_of(uint32_t clip) const {
    if (!options_.train) return 0;
    ClipRandom speed(options_.seed, static_cast<uint32_t>(epoch_), clip, ClipRandom::Use::speed);
    return speed.below(static_cast<uint32_t>(clips_[clip].frames.size()));
  }
  bool has_effects(uint32_t clip) const { return options_.train && options_.effects && !clips_[clip].samples.empty(); }
  // What heard() reads.
  const KeptFloats& source(uint32_t clip) const {
    const HeardClip& from = clips_[clip];
    return has_effects(clip) ? from.samples[speed_of(clip)] : from.frames[speed_of(clip)];
  }

  // As it is heard in this epoch; `scratch` holds what is not kept.
  std::span<const float> heard(uint32_t clip, std::vector<float>& scratch) const {
    const HeardClip& from = clips_[clip];
    const std::span<const float> kept = source(clip).values();
    if (!options_.train) return kept;
    const auto epoch = static_cast<uint32_t>(epoch_);
    const bool effects = has_effects(clip);
    const bool masked = options_.masks_from >= 0 && epoch_ >= options_.masks_from;
    const bool shifted = options_.volume > 0 && !from.ready && front_.bank.kind == FrontKind::fbank;
    if (!effects && !masked && !shifted) return kept;
    if (effects) {
      std::vector<float> samples(kept.begin(), kept.end());
      apply_effects(*options_.effects, options_.seed, epoch, clip, samples);
      scratch = front_end_frames(front_.bank, samples);
      normalise_frames(front_, scratch);
    } else {
      scratch.assign(kept.begin(), kept.end());
    }
    if (shifted) {
      const ClipRandom random(options_.seed, epoch, clip, ClipRandom::Use::volume);
      shift_volume(front_, draw_volume(options_.volume, random), scratch);
    }
    if (masked)
      spec_augment(scratch, front_.bank.width(), SpecAugmentOptions().scaled(options_.mask_width),
                   ClipRandom(options_.seed, epoch, clip, ClipRandom::Use::masks));
    return scratch;
  }

  void plan(int64_t epoch) {
    plan_.plan(clips_.size(),
               {.batch = static_cast<size_t>(options_.batch),
                .shuffled = options_.train && epoch > 0,
                .seed = options_.seed,
                .epoch = epoch},
               [&](uint32_t i) { return clips_[i].frames[0].size(); });
    if (options_.train && epoch == 0)
      std::reverse(plan_.starts.begin(), plan_.starts.end()), std::reverse(plan_.ends.begin(), plan_.ends.end());
    planned_ = epoch;
  }

  SpeechFront front_;
  std::span<const HeardClip> clips_;
  ClipBatchOptions options_;
  LengthOrder plan_;
  int64_t planned_ = -1;  // the epoch that plan_ is for
  int64_t labels_ = 0;
  std::vector<std::span<const float>> frames_;  // of the current batch
  std::vector<std::vector<float>> masked_;
};

}  // namespace

std::unique_ptr<Batcher> clip_batcher(const SpeechFront& front, std::span<const HeardClip> clips,
                                      const ClipBatchOptions& options) {
  return std::make_unique<ClipBatcher>(front, clips, options);
}

void fill_clip_batch(const SpeechFront& front, std::span<const HeardClip> clips, std::span<const uint32_t> chosen,
                     Batch& batch) {
  std::vector<std::span<const float>> frames;
  for (const uint32_t i : chosen) frames.emplace_back(clips[i].frames[0]);
  fill_frames(front, frames, chosen, batch.in);
  fill_labels(clips, chosen, batch.to);
  batch.carried = false;
}

}  // namespace rnn::core
