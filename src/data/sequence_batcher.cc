// Why: a set of sequences becomes epochs of ragged batches that a resumed run can reproduce.
#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/error.h"
#include "data/frame_augment.h"
#include "data/length_order.h"
#include "data/sequences.h"

namespace rnn::core {
namespace {

class SequenceBatcher final : public Batcher {
 public:
  SequenceBatcher(const SequenceShape& shape, std::span<const SequenceExample> examples, const SequenceBatchOptions& options)
      : shape_(shape), examples_(examples), options_(options) {
    if (!options.shuffle) shape_.weights.clear();
    check_batch(options.batch);
    if (examples.empty()) {
      throw Error(Exit::data, "data/too_short", "there are no sequences", "use a file with one sequence per line");
    }
    for (const SequenceExample& e : examples) {
      if (shape.target == TargetForm::values) ++targets_;
      for (const int32_t label : e.labels) targets_ += label >= 0;
      targets_ += !shape.whole_labels.empty() && e.whole >= 0;
      if (shape.target == TargetForm::numbers)
        targets_ += std::count_if(e.values.begin(), e.values.end(), [](float y) { return !std::isnan(y); });
    }
    plan(0);
  }

  bool next(Batch& batch) override {
    if (position_ >= batches_per_epoch()) return false;
    const std::span<const uint32_t> chosen = plan_.batch(position_);
    pointers_.clear();
    changed_.clear();
    changed_.reserve(chosen.size());  // pointers_ has its elements
    for (const uint32_t i : chosen)
      pointers_.push_back(options_.shuffle && options_.augment.any() ? &change(i) : &examples_[i]);
    fill_sequence_batch(shape_, pointers_, chosen, batch);
    ++position_;
    return true;
  }
  int64_t batches_per_epoch() const override { return static_cast<int64_t>(plan_.starts.size()); }
  int64_t tokens_per_epoch() const override { return targets_; }
  void seek(int64_t epoch, int64_t position) override {
    assert(epoch >= 0 && position >= 0 && position <= batches_per_epoch());
    if (options_.shuffle && epoch != planned_) plan(epoch);
    epoch_ = epoch, position_ = position;
  }

 private:
  void plan(int64_t epoch) {
    plan_.plan(
        examples_.size(),
        {.batch = static_cast<size_t>(options_.batch), .shuffled = options_.shuffle, .seed = options_.seed, .epoch = epoch},
        [&](uint32_t i) { return shape_.steps(examples_[i]); });
    planned_ = epoch;
  }

  const SequenceExample& change(uint32_t i) {
    changed_.push_back(augmented(examples_[i], shape_.width, options_.augment, options_.seed, epoch_, i));
    return changed_.back();
  }

  SequenceShape shape_;
  std::span<const SequenceExample> examples_;
  SequenceBatchOptions options_;
  LengthOrder plan_;
  int64_t planned_ = -1;  // the epoch that plan_ is for
  int64_t targets_ = 0;
  std::vector<const SequenceExample*> pointers_;  // of the current batch
  std::vector<SequenceExample> changed_;          // those of it that are augmented
};

}  // namespace

std::unique_ptr<Batcher> sequence_batcher(const SequenceShape& shape, std::span<const SequenceExample> examples,
                                          const SequenceBatchOptions& options) {
  return std::make_unique<SequenceBatcher>(shape, examples, options);
}

}  // namespace rnn::core
