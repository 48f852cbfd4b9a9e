// Why: the order of batches depends only on (seed, epoch, position), so a stopped run resumes exactly.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/length_order.h"
#include "nn/batch.h"

namespace rnn::core {

// Batches, epoch by epoch. The next batch depends only on epoch() and position(). One thread.
class Batcher {
 public:
  virtual ~Batcher() = default;
  // Fills `batch`, whose buffers are reused; at the end of the epoch returns false and leaves it unchanged.
  virtual bool next(Batch& batch) = 0;
  virtual int64_t batches_per_epoch() const = 0;  // of the current epoch
  // Of the first `epochs` epochs together.
  virtual int64_t batches_in(int64_t epochs) const { return epochs * batches_per_epoch(); }
  virtual int64_t tokens_per_epoch() const = 0;  // counted targets (weight above 0)
  // Moves to the point after `position` calls of next() in `epoch` (from 0); position: 0 to batches_per_epoch() of that
  // epoch.
  virtual void seek(int64_t epoch, int64_t position) = 0;

  void start_epoch(int64_t epoch) { seek(epoch, 0); }
  int64_t epoch() const { return epoch_; }
  int64_t position() const { return position_; }  // batches given in this epoch

 protected:
  int64_t epoch_ = 0, position_ = 0;
};

// Throws Error{usage, "usage/batch"} below 1.
void check_batch(int batch);

// Sentences as separate sequences, each ending in the end-of-line id: inputs "\n" w1 .. wn, targets w1 .. wn "\n", from the
// zero state. `chosen` are their numbers, longest first, at least one; stream i is sentence chosen[i], which is also its
// seq.id. Throws as Seq::checked_rows does.
void fill_sentences(const std::vector<std::vector<int32_t>>& sentences, std::span<const uint32_t> chosen, Batch& batch);

struct StreamOptions {
  int streams = 1;         // B: rows of a batch, each a contiguous part of the text; >= 1
  int window = 64;         // T: steps of truncated back-propagation; >= 1
  bool keep_tail = false;  // false: equal streams of N / B tokens each, the rest dropped (training). true: every target is
                           // counted once, streams may differ by one step (evaluation; streams = 1 is exact)
  int32_t begin = -1;      // >= 0: this id is put before each document, so that its first token is also predicted
  bool random_windows = false;  // lengths around `window`, different in every epoch (random_windows.h); window >= 10
  uint64_t seed = 1;            // for these lengths
};

// Documents, concatenated, split into B contiguous streams and read in windows of T steps; the state is carried from window
// to window. A document that begins inside a window has its reset bit; the step at a document's end predicts nothing (weight
// 0). Row s of a batch is stream s, which is also its seq.id. All weights of a batch may be 0 (window 1, end of a document).
class StreamBatcher final : public Batcher {
 public:
  // Throws Error{data, "data/too_short"}: fewer than B * (T + 1) tokens (keep_tail: fewer than 2); Error{usage,
  // "usage/batch"}.
  StreamBatcher(const std::vector<std::vector<int32_t>>& documents, const StreamOptions& options);

  bool next(Batch& batch) override;
  int64_t batches_per_epoch() const override;
  // With random windows: exact for the epochs of the first kExactDraws draws, then estimated from their mean.
  int64_t batches_in(int64_t epochs) const override;
  static constexpr int64_t kExactDraws = 1 << 22;
  int64_t tokens_per_epoch() const override { return counted_; }
  void seek(int64_t epoch, int64_t position) override;

 private:
  struct Stream {
    int64_t begin, steps;  // first input, number of inputs
  };
  void cut_streams(const StreamOptions& options);
  bool begins_document(int64_t token) const { return !begins_.empty() && begins_[static_cast<size_t>(token)]; }

  std::vector<int32_t> tokens_;  // of all documents
  std::vector<bool> begins_;     // [tokens + 1]: a document begins here; empty for a single document
  std::vector<Stream> streams_;  // longest first
  int64_t counted_ = 0;
  int window_;
  bool random_;
  uint64_t seed_;
  std::vector<int64_t> begins_of_windows_;  // random windows: those of epoch planned_, and the end
  int64_t planned_ = 0;
};

struct SentenceOptions {
  int batch = 32;       // sentences
  bool shuffle = true;  // false: longest first, the same in every epoch (evaluation)
  uint64_t seed = 1;
};

// Each sentence w1 .. wn "\n" is a separate ragged sequence, from the zero state: inputs "\n" w1 .. wn, targets w1 .. wn
// "\n". Shuffled by (seed, epoch), sorted by length within pools of 64 batches, split, batches shuffled: each sentence once
// per epoch. seq.id is the number of the sentence.
class SentenceBatcher final : public Batcher {
 public:
  // Every sentence must end in the end-of-line id. Throws Error{data, "data/too_short"} if there are none, Error{usage,
  // "usage/batch"}.
  SentenceBatcher(std::vector<std::vector<int32_t>> sentences, const SentenceOptions& options);

  bool next(Batch& batch) override;
  int64_t batches_per_epoch() const override { return static_cast<int64_t>(order_.starts.size()); }
  int64_t tokens_per_epoch() const override { return tokens_; }
  void seek(int64_t epoch, int64_t position) override;

 private:
  void plan(int64_t epoch);

  std::vector<std::vector<int32_t>> sentences_;
  LengthOrder order_;
  SentenceOptions options_;
  int64_t planned_ = -1;  // the epoch that order_ is for
  int64_t tokens_ = 0;
};

// Splits tokens after each end of line; a missing last one is added; blank lines are left out.
std::vector<std::vector<int32_t>> split_sentences(std::span<const int32_t> tokens, int32_t newline_id);

}  // namespace rnn::core
