// Why: where each stream begins, which sentences go together, and how both are packed into time-major rows.
#include "data/batcher.h"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <numeric>

#include "base/error.h"
#include "base/numbers.h"
#include "base/rng.h"
#include "data/random_windows.h"

namespace rnn::core {
namespace {

void clear(Seq& seq) {
  seq.start.assign(1, 0);
  seq.order.clear();
  seq.reset.clear();
  seq.id.clear();
}

void clear(Batch& batch) {
  clear(batch.in.seq);
  clear(batch.source.seq);
  batch.in.ids.clear();
  batch.to.ids.clear();
  batch.to.weights.clear();
  batch.source.ids.clear();
}

}  // namespace

void check_batch(int batch) {
  if (batch < 1)
    throw Error(Exit::usage, "usage/batch", fmt::format("a batch of {} is impossible", batch), "give 1 or more");
}

void fill_sentences(const std::vector<std::vector<int32_t>>& sentences, std::span<const uint32_t> chosen, Batch& batch) {
  int64_t rows = 0;
  for (const uint32_t s : chosen) rows += static_cast<int64_t>(sentences[s].size());
  Seq::checked_rows(rows);
  clear(batch);
  batch.carried = false;
  for (size_t r = 0; r < chosen.size(); ++r) {
    batch.in.seq.order.push_back(static_cast<int>(r));
    batch.in.seq.id.push_back(chosen[r]);
  }
  const size_t longest = sentences[chosen[0]].size();
  for (size_t t = 0; t < longest; ++t) {
    for (const uint32_t s : chosen) {
      const std::vector<int32_t>& sentence = sentences[s];
      if (t >= sentence.size()) break;
      batch.in.ids.push_back(t == 0 ? sentence.back() : sentence[t - 1]);
      batch.to.ids.push_back(sentence[t]);
    }
    batch.in.seq.start.push_back(static_cast<int>(batch.in.ids.size()));
  }
}

StreamBatcher::StreamBatcher(const std::vector<std::vector<int32_t>>& documents, const StreamOptions& options)
    : window_(options.window), random_(options.random_windows), seed_(options.seed) {
  check_batch(options.streams);
  const int shortest = random_ ? kShortestRandomBptt : 1;
  if (window_ < shortest) {
    throw Error(Exit::usage, "usage/bptt", fmt::format("a window of {} steps is impossible", window_),
                fmt::format("give {} or more", shortest));
  }
  if (!options.keep_tail) Seq::checked_rows(options.streams * (random_ ? longest_window(window_) : int64_t{window_}));
  size_t total = 0, full = 0;
  for (const auto& document : documents) {
    if (document.empty()) continue;
    total += document.size() + (options.begin >= 0 ? 1 : 0);
    ++full;
  }
  tokens_.reserve(total);
  if (full > 1) begins_.resize(total + 1);
  for (const auto& document : documents) {
    if (document.empty()) continue;
    if (full > 1) begins_[tokens_.size()] = true;
    if (options.begin >= 0) tokens_.push_back(options.begin);
    tokens_.insert(tokens_.end(), document.begin(), document.end());
  }
  cut_streams(options);
  if (random_) begins_of_windows_ = random_windows(seed_, 0, window_, streams_[0].steps);
  for (const Stream& stream : streams_) {
    for (int64_t i = stream.begin; i < stream.begin + stream.steps; ++i) counted_ += begins_document(i + 1) ? 0 : 1;
  }
}

void StreamBatcher::cut_streams(const StreamOptions& options) {
  const int64_t total = static_cast<int64_t>(tokens_.size()), wanted = options.streams;
  const int64_t needed = options.keep_tail ? 2 : wanted * (int64_t{window_} + 1);
  if (total < needed) {
    const std::string shape = options.keep_tail
                                  ? "evaluation needs"
                                  : fmt::format("{} of {} {}", counted_things(wanted, "stream"),
                                                counted_things(window_, "step"), word_for(wanted, "needs", "need"));
    throw Error(Exit::data, "data/too_short",
                fmt::format("the text has {}, but {} {}", counted_things(total, "token"), shape, grouped(needed)),
                options.keep_tail ? "use more text" : "lower --batch or --bptt, or use more text");
  }
  if (!options.keep_tail) {
    const int64_t length = total / wanted;
    for (int64_t s = 0; s < wanted; ++s) streams_.push_back({s * length, length - 1});
    return;
  }
  const int64_t targets = total - 1, count = std::min(wanted, targets);
  for (int64_t s = 0, begin = 0; s < count; ++s) {
    const int64_t steps = targets / count + (s < targets % count ? 1 : 0);
    streams_.push_back({begin, steps});
    begin += steps;
  }
}

int64_t StreamBatcher::batches_per_epoch() const {
  return random_ ? static_cast<int64_t>(begins_of_windows_.size()) - 1 : (streams_[0].steps + window_ - 1) / window_;
}

int64_t StreamBatcher::batches_in(int64_t epochs) const {
  if (!random_) return Batcher::batches_in(epochs);
  int64_t sum = 0, epoch = 0;
  for (; epoch < epochs && sum < kExactDraws; ++epoch) {
    sum += static_cast<int64_t>(random_windows(seed_, epoch, window_, streams_[0].steps).size()) - 1;
  }
  return epoch > 0 ? sum + (epochs - epoch) * (sum / epoch) : 0;
}

void StreamBatcher::seek(int64_t epoch, int64_t position) {
  if (random_ && epoch != planned_) {
    begins_of_windows_ = random_windows(seed_, epoch, window_, streams_[0].steps);
    planned_ = epoch;
  }
  assert(epoch >= 0 && position >= 0 && position <= batches_per_epoch());
  epoch_ = epoch, position_ = position;
}

bool StreamBatcher::next(Batch& batch) {
  if (position_ >= batches_per_epoch()) return false;
  const auto at = static_cast<size_t>(position_);
  const int64_t first = random_ ? begins_of_windows_[at] : position_ * window_;
  const int64_t last = random_ ? begins_of_windows_[at + 1] : std::min(first + window_, streams_[0].steps);
  const int count = static_cast<int>(streams_.size());
  Seq::checked_rows(count * (last - first));
  clear(batch);
  batch.carried = position_ > 0;
  for (int s = 0; s < count; ++s) {
    batch.in.seq.order.push_back(s);
    batch.in.seq.id.push_back(static_cast<uint32_t>(s));
  }
  bool resets = false, ends = false;
  for (int64_t t = first; t < last; ++t) {
    for (const Stream& stream : streams_) {
      if (t >= stream.steps) break;  // longest first: all that follow have ended, too
      const int64_t i = stream.begin + t;
      batch.in.ids.push_back(tokens_[static_cast<size_t>(i)]);
      batch.to.ids.push_back(tokens_[static_cast<size_t>(i + 1)]);
      if (begins_.empty()) continue;
      const bool begin = begins_document(i), end = begins_document(i + 1);
      batch.in.seq.reset.push_back(begin ? 1 : 0);
      batch.to.weights.push_back(end ? 0.0f : 1.0f);
      resets = resets || begin, ends = ends || end;
    }
    batch.in.seq.start.push_back(static_cast<int>(batch.in.ids.size()));
  }
  if (!resets) batch.in.seq.reset.clear();
  if (!ends) batch.to.weights.clear();
  ++position_;
  return true;
}

SentenceBatcher::SentenceBatcher(std::vector<std::vector<int32_t>> sentences, const SentenceOptions& options)
    : sentences_(std::move(sentences)), options_(options) {
  check_batch(options.batch);
  if (sentences_.empty())
    throw Error(Exit::data, "data/too_short", "the text has no sentences", "use a text with one sentence per line");
  for (const auto& sentence : sentences_) {
    if (sentence.empty()) throw Error(Exit::internal, "internal/sentence", "a sentence lacks its end of line");
    tokens_ += static_cast<int64_t>(sentence.size());
  }
  plan(0);
}

void SentenceBatcher::plan(int64_t epoch) {
  order_.plan(
      sentences_.size(),
      {.batch = static_cast<size_t>(options_.batch), .shuffled = options_.shuffle, .seed = options_.seed, .epoch = epoch},
      [&](uint32_t i) { return sentences_[i].size(); });
  planned_ = epoch;
}

void SentenceBatcher::seek(int64_t epoch, int64_t position) {
  assert(epoch >= 0 && position >= 0 && position <= batches_per_epoch());
  if (options_.shuffle && epoch != planned_) plan(epoch);
  epoch_ = epoch, position_ = position;
}

bool SentenceBatcher::next(Batch& batch) {
  if (position_ >= batches_per_epoch()) return false;
  fill_sentences(sentences_, order_.batch(position_), batch);
  ++position_;
  return true;
}

std::vector<std::vector<int32_t>> split_sentences(std::span<const int32_t> tokens, int32_t newline_id) {
  std::vector<std::vector<int32_t>> sentences;
  std::vector<int32_t> sentence;
  for (size_t i = 0; i <= tokens.size(); ++i) {
    if (i < tokens.size() && tokens[i] != newline_id) {
      sentence.push_back(tokens[i]);
    } else if (!sentence.empty()) {
      sentence.push_back(newline_id);
      sentences.push_back(std::move(sentence));
      sentence.clear();
    }
  }
  return sentences;
}

}  // namespace rnn::core
