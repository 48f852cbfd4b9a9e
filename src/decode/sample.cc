// Why: sampling costs one pass over the vocabulary and sorts only the part that can be chosen.
#include "decode/sample.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace rnn {
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

Sampler::Sampler(int vocabulary) : candidates_(static_cast<size_t>(std::max(vocabulary, 1))), banned_(candidates_.size()) {
  assert(vocabulary >= 1);
}

// Marks the ids; a ban on everything is taken back.
void Sampler::ban(std::span<const int32_t> ids) noexcept {
  for (const int32_t id : ids)
    if (id >= 0 && static_cast<size_t>(id) < banned_.size()) banned_[static_cast<size_t>(id)] = 1;
  if (!ids.empty() && std::find(banned_.begin(), banned_.end(), uint8_t{0}) == banned_.end()) unban(ids);
}

void Sampler::unban(std::span<const int32_t> ids) noexcept {
  for (const int32_t id : ids)
    if (id >= 0 && static_cast<size_t>(id) < banned_.size()) banned_[static_cast<size_t>(id)] = 0;
}

size_t Sampler::weigh(std::span<const float> logits, double temperature, std::span<const int32_t> banned) noexcept {
  assert(logits.size() == candidates_.size());
  const size_t n = std::min(logits.size(), candidates_.size());
  ban(banned);
  float best = kNever;
  for (size_t i = 0; i < n; ++i)
    if (!banned_[i] && logits[i] > best) best = logits[i];  // false for NaN
  size_t count = 0;
  for (size_t i = 0; i < n; ++i) {
    if (banned_[i]) continue;
    double weight = 1;
    if (best > kNever && logits[i] != best) {
      const bool possible = logits[i] > kNever && best < -kNever;
      weight = possible ? std::exp((static_cast<double>(logits[i]) - best) / temperature) : 0;
    }
    if (weight > 0) candidates_[count++] = {static_cast<int32_t>(i), weight};
  }
  unban(banned);
  return count;
}

// Makes positions [first, last) of the sorted order final, given that [0, first) already are.
void Sampler::sort_first(size_t first, size_t last, size_t count) noexcept {
  const auto begin = candidates_.begin();
  const auto at = [&](size_t i) { return begin + static_cast<ptrdiff_t>(i); };
  if (last < count) std::nth_element(at(first), at(last), at(count), likelier);
  std::sort(at(first), at(last), likelier);
}

size_t Sampler::cut(size_t count, int top_k, double top_p) noexcept {
  const size_t limit = top_k > 0 ? std::min(count, static_cast<size_t>(top_k)) : count;
  if (!(top_p < 1)) {
    sort_first(0, limit, count);
    return limit;
  }
  if (limit < count) sort_first(0, limit, count);
  const double total = mass({candidates_.data(), limit});
  const double wanted = top_p * total - kMassSlack * total;
  double reached = 0;
  // Sorted in growing pieces: most distributions need a few dozen tokens of many thousand.
  for (size_t first = 0, piece = 64; first < limit; piece *= 4) {
    const size_t last = std::min(limit, first + piece);
    if (limit == count) sort_first(first, last, count);
    for (; first < last; ++first) {
      reached += candidates_[first].probability;
      if (reached >= wanted) return first + 1;
    }
  }
  return limit;
}

int32_t Sampler::greedy(std::span<const float> logits, std::span<const uint8_t> banned) noexcept {
  int32_t best = -1;
  for (size_t i = 0; i < logits.size(); ++i)
    if (!banned[i] && logits[i] > (best < 0 ? kNever : logits[static_cast<size_t>(best)])) best = static_cast<int32_t>(i);
  for (size_t i = 0; best < 0 && i < banned.size(); ++i)  // nothing is above -inf: the lowest id that is allowed
    if (!banned[i]) best = static_cast<int32_t>(i);
  return best;
}

std::span<const Candidate> Sampler::distribution(std::span<const float> logits, const SampleOptions& options) noexcept {
  if (!(options.temperature > 0)) {
    Random unused(0, Purpose::sample);
    candidates_[0] = {draw(logits, options, unused), 1};
    return {candidates_.data(), 1};
  }
  const size_t count = cut(weigh(logits, options.temperature, options.banned), options.top_k, options.top_p);
  const std::span<Candidate> kept(candidates_.data(), count);
  divide(kept, mass(kept));
  return kept;
}

int32_t Sampler::draw(std::span<const float> logits, const SampleOptions& options, Random& random) noexcept {
  if (!(options.temperature > 0)) {
    assert(logits.size() == banned_.size());
    ban(options.banned);
    const int32_t id = greedy(logits.first(std::min(logits.size(), banned_.size())), banned_);
    unban(options.banned);
    return id;
  }
  size_t count = weigh(logits, options.temperature, options.banned);
  // Without a cut the order does not matter, and nothing is sorted.
  if (options.top_k > 0 || options.top_p < 1) count = cut(count, options.top_k, options.top_p);
  const std::span<const Candidate> kept(candidates_.data(), count);
  double left = random.uniform() * mass(kept);
  for (const Candidate& c : kept) {
    left -= c.probability;
    if (left < 0) return c.id;
  }
  return kept.back().id;
}

void Sampler::top(std::span<const float> logits, int n, std::vector<Candidate>& out) {
  const size_t count = weigh(logits, 1, {});
  const std::span<Candidate> all(candidates_.data(), count);
  divide(all, mass(all));
  const size_t wanted = std::min(count, static_cast<size_t>(std::max(n, 0)));
  sort_first(0, wanted, count);
  out.assign(candidates_.begin(), candidates_.begin() + static_cast<ptrdiff_t>(wanted));
}

}  // namespace rnn
