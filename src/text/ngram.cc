// Why: counts as sorted arrays: one sort of text positions gives the n-grams of every length.
#include "text/ngram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"

namespace rnn::core {
namespace {

constexpr uint32_t kLookEvery = 1 << 16;  // comparisons, positions between looks for an interruption

constexpr int32_t kEnd = -1;  // between streams and after the last one

void check_prune(const std::vector<int>& prune, int order) {
  if (prune.empty()) return;
  const bool rises = std::is_sorted(prune.begin(), prune.end());
  if (prune[0] == 0 && rises && prune.size() <= static_cast<size_t>(order)) return;
  throw Error(Exit::usage, "ngram/prune",
              fmt::format("a model of order {} cannot be pruned at {}", order, fmt::join(prune, " ")),
              "give at most one number per order, the first 0, none below the previous one: 0 0 1 leaves out what is longer "
              "than two "
              "words and occurs once");
}

}  // namespace

NgramModel::NgramModel(const std::vector<std::span<const int32_t>>& streams, int vocabulary, int order,
                       const NgramOptions& options)
    : vocabulary_(vocabulary), begin_(options.begin) {
  if (vocabulary < 1 || order < 1 || order > kMaxNgramOrder || begin_ >= vocabulary) {
    throw Error(Exit::internal, "ngram/order",
                fmt::format("an n-gram model of order {} over {} ids is impossible", order, vocabulary));
  }
  check_prune(options.prune, order);
  const std::vector<int32_t> tokens = join(streams);
  levels_.resize(static_cast<size_t>(order));
  collect(tokens);
  const std::vector<std::vector<bool>> rare = rare_ones(options.prune);
  count_words_before(tokens);
  estimate_discounts();
  sum_contexts(rare);
  if (!rare.empty()) drop(rare);
}

// kEnd, stream, kEnd, stream, ..., kEnd.
std::vector<int32_t> NgramModel::join(const std::vector<std::span<const int32_t>>& streams) const {
  std::vector<int32_t> tokens;
  size_t total = 1;
  for (const auto& stream : streams) total += stream.size() + 2;
  if (total > UINT32_MAX) throw Error(Exit::internal, "ngram/size", "an n-gram model reads at most 4 billion tokens");
  tokens.reserve(total);
  tokens.push_back(kEnd);
  for (const auto& stream : streams) {
    if (begin_ >= 0) tokens.push_back(begin_);
    for (const int32_t id : stream) {
      if (id < 0 || id >= vocabulary_)
        throw Error(Exit::internal, "ngram/id", fmt::format("id {} is not in [0, {})", id, vocabulary_));
      tokens.push_back(id);
    }
    tokens.push_back(kEnd);
  }
  return tokens;
}

void NgramModel::collect(const std::vector<int32_t>& tokens) {
  const size_t order = levels_.size();
  std::vector<uint32_t> positions;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] != kEnd) positions.push_back(static_cast<uint32_t>(i));
  }
  uint32_t compared = 0;
  std::sort(positions.begin(), positions.end(), [&](uint32_t a, uint32_t b) {
    if (++compared % kLookEvery == 0) end_if_interrupted();
    for (size_t k = 0; k < order; ++k) {  // an end is smaller than any id, and ends the comparison
      if (tokens[a + k] != tokens[b + k]) return tokens[a + k] < tokens[b + k];
      if (tokens[a + k] == kEnd) return false;
    }
    return false;
  });
  const uint32_t* before = nullptr;
  for (const uint32_t& p : positions) {
    if (static_cast<size_t>(&p - positions.data()) % kLookEvery == 0) end_if_interrupted();
    bool same = before != nullptr;
    for (size_t k = 0; k < order && tokens[p + k] != kEnd; ++k) {
      same = same && tokens[*before + k] == tokens[p + k];
      Level& level = levels_[k];
      if (same) {
        ++level.count.back();
        continue;
      }
      if (k + 1 < order) level.child.push_back(static_cast<int64_t>(levels_[k + 1].word.size()));
      level.word.push_back(tokens[p + k]);
      level.count.push_back(1);
    }
    before = &p;
  }
  for (size_t k = 0; k + 1 < order; ++k) levels_[k].child.push_back(static_cast<int64_t>(levels_[k + 1].word.size()));
}

// [order][n-gram] true for those that are rare enough to be left out; empty: all are kept. An n-gram that contains another
// one occurs no more often than it, so with ascending thresholds no rare n-gram is the beginning or the end of one that is
// kept.
std::vector<std::vector<bool>> NgramModel::rare_ones(const std::vector<int>& prune) const {
  if (prune.empty() || prune.back() == 0) return {};
  std::vector<std::vector<bool>> rare(levels_.size());
  for (size_t k = 0; k < levels_.size(); ++k) {
    const int32_t most = k == 0 ? -1 : prune[std::min(k, prune.size() - 1)];
    for (const int32_t count : levels_[k].count) rare[k].push_back(count <= most);
  }
  return rare;
}

// The count of an n-gram below the longest: the number of its left extensions, where each beginning of a stream is one. What
// begins every stream is not counted there.
void NgramModel::count_words_before(const std::vector<int32_t>& tokens) {
  for (size_t k = 0; k + 1 < levels_.size(); ++k) std::fill(levels_[k].count.begin(), levels_[k].count.end(), 0);
  std::vector<int32_t> ngram;
  const auto visit = [&](auto&& self, size_t level, Range range) -> void {
    for (int64_t i = range.begin; i < range.end; ++i) {
      ngram.push_back(levels_[level].word[static_cast<size_t>(i)]);
      if (level > 0) ++levels_[level - 1].count[static_cast<size_t>(find(std::span<const int32_t>(ngram).subspan(1)))];
      if (level + 1 < levels_.size()) self(self, level + 1, children(level + 1, i));
      ngram.pop_back();
    }
  };
  visit(visit, 0, children(0, 0));
  for (size_t start = 1; start < tokens.size(); ++start) {
    if (start % kLookEvery == 0) end_if_interrupted();
    if (tokens[start - 1] != kEnd) continue;
    for (size_t k = 0; k < levels_.size() && tokens[start + k] != kEnd; ++k) {
      const bool longest = k + 1 == levels_.size(), marker = k == 0 && begin_ >= 0;
      if (longest == !marker) continue;  // counted already, or never
      const size_t i = static_cast<size_t>(find(std::span<const int32_t>(tokens).subspan(start, k + 1)));
      levels_[k].count[i] += longest ? -1 : 1;
    }
  }
}

// Chen and Goodman 1999, equation 26: D_c = c - (c + 1) Y n_{c+1} / n_c with Y = n_1 / (n_1 + 2 n_2).
void NgramModel::estimate_discounts() {
  for (Level& level : levels_) {
    std::array<double, 5> n{};  // n[c]: n-grams counted c times
    for (const int32_t count : level.count) {
      if (count <= 4) ++n[static_cast<size_t>(count)];
    }
    bool usable = n[1] > 0 && n[2] > 0 && n[3] > 0;
    for (size_t c = 1; usable && c <= 3; ++c) {
      const double number = static_cast<double>(c);
      const double d = number - (number + 1) * n[1] / (n[1] + 2 * n[2]) * n[c + 1] / n[c];
      usable = d > 0 && d < number;
      level.discount[c - 1] = d;
    }
    if (!usable) level.discount = {0.5, 1.0, 1.5};
  }
}

// The continuations of n-gram `index` among those of `length` words; length 0 is the empty context.
NgramModel::Range NgramModel::children(size_t length, int64_t index) const {
  if (length == 0) return {0, static_cast<int64_t>(levels_[0].word.size())};
  const std::vector<int64_t>& child = levels_[length - 1].child;
  return {child[static_cast<size_t>(index)], child[static_cast<size_t>(index) + 1]};
}

int64_t NgramModel::find(size_t level, Range range, int32_t word) const {
  const auto begin = levels_[level].word.begin() + range.begin, end = levels_[level].word.begin() + range.end;
  const auto it = std::lower_bound(begin, end, word);
  return it == end || *it != word ? -1 : it - levels_[level].word.begin();
}

// Index among the n-grams of its length, or -1.
int64_t NgramModel::find(std::span<const int32_t> ngram) const {
  int64_t index = 0;
  for (size_t k = 0; k < ngram.size() && index >= 0; ++k) index = find(k, children(k, index), ngram[k]);
  return index;
}

void NgramModel::sum_contexts(const std::vector<std::vector<bool>>& rare) {
  const auto sum_of = [&](size_t level, Range range) {
    Interpolation sum{0, 0};
    for (int64_t i = range.begin; i < range.end; ++i) {
      const int32_t count = levels_[level].count[static_cast<size_t>(i)];
      sum.total += count;
      sum.reserved += !rare.empty() && rare[level][static_cast<size_t>(i)] ? count : discount(level, count);
    }
    return sum;
  };
  context_.resize(levels_.size());
  context_[0] = {sum_of(0, children(0, 0))};
  for (size_t length = 1; length < levels_.size(); ++length) {
    context_[length].reserve(levels_[length - 1].word.size());
    for (size_t i = 0; i < levels_[length - 1].word.size(); ++i)
      context_[length].push_back(sum_of(length, children(length, static_cast<int64_t>(i))));
  }
}

void NgramModel::drop(const std::vector<std::vector<bool>>& rare) {
  for (size_t k = levels_.size(); k-- > 0;) {
    Level& level = levels_[k];
    const bool inner = k + 1 < levels_.size();
    size_t kept = 0;
    for (size_t i = 0; i < level.word.size(); ++i) {
      if (rare[k][i]) continue;
      level.word[kept] = level.word[i], level.count[kept] = level.count[i];
      if (inner) context_[k + 1][kept] = context_[k + 1][i], level.child[kept] = level.child[i];
      ++kept;
    }
    level.word.resize(kept), level.count.resize(kept);
    level.word.shrink_to_fit(), level.count.shrink_to_fit();
    if (!inner) continue;
    level.child[kept] = level.child.back();
    level.child.resize(kept + 1), context_[k + 1].resize(kept);
    std::vector<int64_t> before(rare[k + 1].size() + 1);  // how many of the next length are kept before the i-th
    for (size_t i = 0; i < rare[k + 1].size(); ++i) before[i + 1] = before[i] + (rare[k + 1][i] ? 0 : 1);
    for (int64_t& child : level.child) child = before[static_cast<size_t>(child)];
  }
}

// The weight that a context, n-gram `index` of `length` words, gives to shorter ones; 1 when nothing was seen after it.
double NgramModel::back_off(size_t length, int64_t index) const {
  const Interpolation sum = context_[length][static_cast<size_t>(index)];
  return sum.total == 0 ? 1 : sum.reserved / sum.total;
}

void NgramModel::each(const std::function<void(const Entry&)>& take) const {
  std::vector<double> shorter, own;  // probabilities of the n-grams of the previous length and of this one
  std::vector<int32_t> ngram;
  for (size_t top = 0; top < levels_.size(); ++top) {
    own.assign(levels_[top].word.size(), 0);
    const auto tell = [&](int64_t context, int64_t i) {
      const Interpolation sum = context_[top][static_cast<size_t>(context)];
      const int32_t count = levels_[top].count[static_cast<size_t>(i)];
      double p = 1.0 / vocabulary_;
      if (top > 0) p = shorter[static_cast<size_t>(find(std::span<const int32_t>(ngram).subspan(1)))];
      if (sum.total > 0) p = p * sum.reserved / sum.total + (count - discount(top, count)) / sum.total;
      own[static_cast<size_t>(i)] = p;
      take({ngram, std::log(p), top + 1 < levels_.size() ? std::log(back_off(top + 1, i)) : 0});
    };
    const auto walk = [&](auto&& self, size_t level, int64_t context) -> void {
      const Range range = children(level, context);
      for (int64_t i = range.begin; i < range.end; ++i) {
        ngram.push_back(levels_[level].word[static_cast<size_t>(i)]);
        if (level == top) {
          tell(context, i);
        } else {
          self(self, level + 1, i);
        }
        ngram.pop_back();
      }
    };
    walk(walk, 0, 0);
    shorter.swap(own);
  }
}

double NgramModel::log_prob(std::span<const int32_t> context, int32_t id) const {
  double p = 1.0 / vocabulary_;
  const size_t longest = std::min(context.size(), levels_.size() - 1);
  for (size_t length = 0; length <= longest; ++length) {
    const int64_t index = find(context.last(length));
    if (index < 0) break;  // an unseen n-gram has no longer forms either
    const Interpolation sum = context_[length][static_cast<size_t>(index)];
    if (sum.total == 0) break;  // seen at the end of a stream only
    const int64_t i = find(length, children(length, index), id);
    p *= sum.reserved / sum.total;
    if (i >= 0) {
      const int32_t count = levels_[length].count[static_cast<size_t>(i)];
      p += (count - discount(length, count)) / sum.total;
    }
  }
  return std::log(p);
}

double NgramModel::loss(std::span<const int32_t> tokens) const {
  double sum = 0;
  const size_t reach = levels_.size() - 1;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const size_t length = std::min(i, reach);
    sum -= log_prob(tokens.subspan(i - length, length), tokens[i]);
  }
  return tokens.empty() ? 0 : sum / static_cast<double>(tokens.size());
}

int64_t NgramModel::bytes() const {
  size_t sum = 0;
  for (const Level& level : levels_) {
    sum += (level.word.capacity() + level.count.capacity()) * sizeof(int32_t) + level.child.capacity() * sizeof(int64_t);
  }
  for (const auto& contexts : context_) sum += contexts.capacity() * sizeof(Interpolation);
  return static_cast<int64_t>(sum);
}

int64_t NgramModel::ngrams() const {
  int64_t sum = 0;
  for (const Level& level : levels_) sum += static_cast<int64_t>(level.word.size());
  return sum;
}

}  // namespace rnn::core
