// Why: hours of samples become batches of stretches whose state is carried from window to window, so that long memories can be learnt.
#include <algorithm>
#include <cassert>

#include "base/error.h"
#include "tasks/effect/effect_data.h"

namespace rnn::core {
namespace {

class SoundBatcher final : public Batcher {
 public:
  SoundBatcher(const std::vector<SoundPart>& parts, const SoundBatchOptions& options) : options_(options) {
    check_batch(std::max(options.streams, 1));
    check_batch(options.window);
    size_t samples = 0;
    for (const SoundPart& p : parts) samples += p.in.size();
    for (const SoundPart& p : parts) {
      if (p.in.empty()) continue;
      const double share =
          static_cast<double>(options.streams) * static_cast<double>(p.in.size()) / static_cast<double>(samples);
      const size_t cuts = std::clamp<size_t>(static_cast<size_t>(share + 0.5), 1, p.in.size()), length = p.in.size() / cuts;
      for (size_t i = 0; i < cuts; ++i) {
        const size_t n = options.streams == 0 ? p.in.size() : length;
        stretches_.push_back({p.in.subspan(i * length, n), p.out.subspan(i * length, n),
                              (p.base.empty() ? p.in : p.base).subspan(i * length, n)});
      }
    }
    if (stretches_.empty())
      throw Error(Exit::data, "data/too_short", "there is no sound to learn from", "record at least some seconds");
    // Longest first, as a packed batch has them; the state of stream s is carried in row s.
    std::stable_sort(stretches_.begin(), stretches_.end(),
                     [](const SoundPart& a, const SoundPart& b) { return a.in.size() > b.in.size(); });
    for (const SoundPart& s : stretches_) counted_ += static_cast<int64_t>(s.in.size());
  }

  bool next(Batch& batch) override {
    if (position_ >= batches_per_epoch()) return false;
    const auto begin = static_cast<size_t>(position_) * static_cast<size_t>(options_.window);
    std::vector<int> lengths;
    for (const SoundPart& s : stretches_)
      lengths.push_back(
          static_cast<int>(std::min(s.in.size() - std::min(s.in.size(), begin), static_cast<size_t>(options_.window))));
    batch = Batch();
    batch.in.seq = Seq::ragged(lengths);
    batch.in.width = batch.to.width = 1;
    const auto rows = static_cast<size_t>(batch.in.seq.rows());
    batch.in.frames.resize(rows), batch.to.values.resize(rows);
    const auto scale = static_cast<float>(options_.scale);
    for (int t = 0; t < batch.in.seq.steps(); ++t) {
      for (int r = 0; r < batch.in.seq.active(t); ++r) {
        const SoundPart& s = stretches_[static_cast<size_t>(batch.in.seq.order[static_cast<size_t>(r)])];
        const size_t at = begin + static_cast<size_t>(t),
                     row = static_cast<size_t>(batch.in.seq.start[static_cast<size_t>(t)] + r);
        batch.in.frames[row] = s.in[at];
        batch.to.values[row] = scale * (s.out[at] - s.base[at]);
      }
    }
    batch.carried = position_ > 0;
    ++position_;
    return true;
  }
  int64_t batches_per_epoch() const override {
    const auto window = static_cast<int64_t>(options_.window);
    return (static_cast<int64_t>(stretches_[0].in.size()) + window - 1) / window;
  }
  int64_t tokens_per_epoch() const override { return counted_; }
  void seek(int64_t epoch, int64_t position) override {
    assert(epoch >= 0 && position >= 0 && position <= batches_per_epoch());
    epoch_ = epoch, position_ = position;
  }

 private:
  SoundBatchOptions options_;
  std::vector<SoundPart> stretches_;
  int64_t counted_ = 0;
};

}  // namespace

std::unique_ptr<Batcher> sound_batcher(const std::vector<SoundPart>& parts, const SoundBatchOptions& options) {
  return std::make_unique<SoundBatcher>(parts, options);
}

}  // namespace rnn::core
