// Why: sampling costs one pass over the vocabulary and sorts only the part that can be chosen.
#include "decode/sample.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace rnn::core {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();
// A mass counts as reached within this share of the total: cumulative sums in double lose a few units in the last place.
constexpr double kMassSlack = 1e-12;

bool likelier(const Candidate& a, const Candidate& b) noexcept {
  return a.probability != b.probability ? a.probability > b.probability : a.id < b.id;
}

double mass(std::span<const Candidate> candidates) noexcept {
  double sum = 0;
  for (const Candidate& c : candidates) sum += c.probability;
  return sum;
}

void divide(std::span<Candidate> candidates, double total) noexcept {
  for (Candidate& c : candidates) c.probability /= total;
}

}  // namespace

Sampler::Sampler(int vocabulary) : candidates_(static_cast<size_t>(std::max(vocabulary, 1))), marks_(candidates_.size()) {
  assert(vocabulary >= 1);
}

// A ban on everything is ignored.
void Sampler::mark(const SampleOptions& options) noexcept {
  const auto set = [&](std::span<const int32_t> ids, uint8_t bit, bool on) {
    for (const int32_t id : ids) {
      if (id < 0 || static_cast<size_t>(id) >= marks_.size()) continue;
      uint8_t& marks = marks_[static_cast<size_t>(id)];
      marks = static_cast<uint8_t>(on ? marks | bit : marks & ~bit);
    }
  };
  set(options.banned, kBanned, true);
  if (!options.banned.empty() && std::find(marks_.begin(), marks_.end(), uint8_t{0}) == marks_.end())
    set(options.banned, kBanned, false);
  if (options.repetition_penalty != 1) set(options.recent, kRecent, true);
}

void Sampler::unmark(const SampleOptions& options) noexcept {
  for (const auto ids : {options.banned, options.recent}) {
    for (const int32_t id : ids) {
      if (id >= 0 && static_cast<size_t>(id) < marks_.size()) marks_[static_cast<size_t>(id)] = 0;
    }
  }
}

float Sampler::logit(std::span<const float> logits, size_t i, double penalty) const noexcept {
  const float x = logits[i];
  if ((marks_[i] & kRecent) == 0) return x;
  return static_cast<float>(x > 0 ? x / penalty : x * penalty);
}

size_t Sampler::weigh(std::span<const float> logits, const SampleOptions& options) noexcept {
  assert(logits.size() == candidates_.size());
  const size_t n = std::min(logits.size(), candidates_.size());
  const double penalty = options.repetition_penalty;
  mark(options);
  float best = kNever;
  for (size_t i = 0; i < n; ++i) {
    const float x = logit(logits, i, penalty);
    if (!(marks_[i] & kBanned) && x > best) best = x;  // false for NaN
  }
  size_t count = 0;
  for (size_t i = 0; i < n; ++i) {
    if (marks_[i] & kBanned) continue;
    const float x = logit(logits, i, penalty);
    double weight = 1;
    if (best > kNever && x != best) {
      const bool possible = x > kNever && best < -kNever;
      weight = possible ? std::exp((static_cast<double>(x) - best) / options.temperature) : 0;
    }
    if (weight > 0) candidates_[count++] = {static_cast<int32_t>(i), weight};
  }
  unmark(options);
  return count;
}

// Puts positions [first, last) of the sorted order in their final order, given that [0, first) already are.
void Sampler::sort_first(size_t first, size_t last, size_t count) noexcept {
  const auto begin = candidates_.begin();
  const auto at = [&](size_t i) { return begin + static_cast<ptrdiff_t>(i); };
  if (last < count) std::nth_element(at(first), at(last), at(count), likelier);
  std::sort(at(first), at(last), likelier);
}

// The result is unordered.
size_t Sampler::cut_typical(size_t count, double p) noexcept {
  const std::span<Candidate> all(candidates_.data(), count);
  const double total = mass(all);
  double entropy = 0;
  for (const Candidate& c : all) entropy -= c.probability / total * std::log(c.probability / total);
  const auto distance = [&](const Candidate& c) { return std::abs(std::log(c.probability / total) + entropy); };
  std::sort(all.begin(), all.end(), [&](const Candidate& a, const Candidate& b) {
    const double da = distance(a), db = distance(b);
    return da != db ? da < db : likelier(a, b);
  });
  const double wanted = p * total - kMassSlack * total;
  double reached = 0;
  for (size_t i = 0; i < count; ++i) {
    reached += all[i].probability;
    if (reached >= wanted) return i + 1;
  }
  return count;
}

size_t Sampler::cut(size_t count, const SampleOptions& o) noexcept {
  size_t limit = o.top_k > 0 ? std::min(count, static_cast<size_t>(o.top_k)) : count;
  if (limit < count) sort_first(0, limit, count);
  bool sorted = limit < count;
  if (o.typical_p < 1) limit = cut_typical(limit, o.typical_p), sorted = false;
  count = limit;
  if (o.top_p < 1) {
    const double total = mass({candidates_.data(), limit});
    const double wanted = o.top_p * total - kMassSlack * total;
    double reached = 0;
    count = 0;
    // Sorted in growing pieces: most distributions need a few dozen tokens out of many thousand.
    const auto more = [&] { return count == 0 || reached < wanted; };
    for (size_t piece = 64; count < limit && more(); piece *= 4) {
      const size_t last = std::min(limit, count + piece);
      if (!sorted) sort_first(count, last, limit);
      while (count < last && more()) reached += candidates_[count++].probability;
    }
  } else if (!sorted) {
    sort_first(0, limit, limit);
  }
  while (count > 1 && candidates_[count - 1].probability < o.min_p * candidates_[0].probability) --count;
  return count;
}

int32_t Sampler::greedy(std::span<const float> logits, double penalty) const noexcept {
  int32_t best = -1;
  float largest = kNever;
  for (size_t i = 0; i < logits.size(); ++i) {
    const float x = logit(logits, i, penalty);
    if (!(marks_[i] & kBanned) && x > largest) best = static_cast<int32_t>(i), largest = x;
  }
  for (size_t i = 0; best < 0 && i < marks_.size(); ++i)  // nothing is above -inf: the lowest id that is allowed
    if (!(marks_[i] & kBanned)) best = static_cast<int32_t>(i);
  return best;
}

std::span<const Candidate> Sampler::distribution(std::span<const float> logits, const SampleOptions& options) noexcept {
  if (!(options.temperature > 0)) {
    Random unused(0, Purpose::sample);
    candidates_[0] = {draw(logits, options, unused), 1};
    return {candidates_.data(), 1};
  }
  const size_t count = cut(weigh(logits, options), options);
  const std::span<Candidate> kept(candidates_.data(), count);
  divide(kept, mass(kept));
  return kept;
}

int32_t Sampler::draw(std::span<const float> logits, const SampleOptions& options, Random& random) noexcept {
  if (!(options.temperature > 0)) {
    assert(logits.size() == marks_.size());
    mark(options);
    const int32_t id = greedy(logits.first(std::min(logits.size(), marks_.size())), options.repetition_penalty);
    unmark(options);
    return id;
  }
  size_t count = weigh(logits, options);
  // Without a cut the order does not matter, and nothing is sorted.
  const SampleOptions& o = options;
  if (o.top_k > 0 || o.top_p < 1 || o.typical_p < 1 || o.min_p > 0) count = cut(count, o);
  const std::span<const Candidate> kept(candidates_.data(), count);
  double left = random.uniform() * mass(kept);
  for (const Candidate& c : kept) {
    left -= c.probability;
    if (left < 0) return c.id;
  }
  return kept.back().id;
}

void Sampler::top(std::span<const float> logits, int n, std::vector<Candidate>& out) {
  SampleOptions plain;
  plain.temperature = 1;
  const size_t count = weigh(logits, plain);
  const std::span<Candidate> all(candidates_.data(), count);
  divide(all, mass(all));
  const size_t wanted = std::min(count, static_cast<size_t>(std::max(n, 0)));
  sort_first(0, wanted, count);
  out.assign(candidates_.begin(), candidates_.begin() + static_cast<ptrdiff_t>(wanted));
}

}  // namespace rnn::core
