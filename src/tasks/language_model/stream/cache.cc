// Why: the votes of the cache, as one matrix product with the stored states.
#include "tasks/language_model/stream/cache.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "decode/sample.h"
#include "kernels/rows.h"

namespace rnn::core {

// h . h_i [rows, n - begin], i from `begin` on.
View<float> TextCache::scores(Context<float>& context, View<const float> h, int begin) const {
  const int n = stored() - begin;
  const PackForm form = PackForm::forward({n}, width_, width_);
  float* packed = context.arena.take<float>(form.size(context.kernels.lanes));
  context.kernels.pack(context.pool, form, states_.data() + static_cast<ptrdiff_t>(begin) * width_, packed);
  const View<float> scores = context.arena.matrix<float>(h.rows, n);
  context.kernels.gemm(context.pool, {h, packed, nullptr, false, {n}, scores});
  return scores;
}

// visit(i, e) for i in [begin, end), e: the vote before normalisation; returns the sum of all votes.
template <class Visit>
double TextCache::each_vote(const float* scores, int begin, int end, const Visit& visit) const {
  const double top = *std::max_element(scores + begin, scores + end);
  double all = 0;
  for (int i = begin; i < end; ++i) {
    const double e = std::exp(options_.sharpness * (static_cast<double>(scores[i]) - top));
    all += e;
    visit(i, e);
  }
  return all;
}

double TextCache::mix(Context<float>& context, View<const float> h, const std::vector<int32_t>& targets,
                      const std::vector<double>& nll) {
  const int old = stored(), rows = h.rows;
  const size_t kept = states_.size();
  states_.resize(kept + static_cast<size_t>(rows) * width_);
  read_rows(h, states_.data() + kept);
  next_.insert(next_.end(), targets.begin(), targets.end());
  const View<const float> all = scores(context, h, 0);
  double sum = 0;
  for (int t = 0; t < rows; ++t) {
    const int end = old + t, begin = std::max(0, end - options_.size);
    const auto row = static_cast<size_t>(t);
    double p = std::exp(-nll[row]), right = 0;
    if (begin < end) {
      const double total = each_vote(row_of(all, t).data(), begin, end, [&](int i, double e) {
        if (next_[static_cast<size_t>(i)] == targets[row]) right += e;
      });
      p = (1 - options_.weight) * p + options_.weight * right / total;
    }
    sum -= std::log(p);
  }
  keep_last(options_.size);
  return sum;
}

void TextCache::mix(Context<float>& context, View<const float> h, std::span<float> log_p) const {
  const int begin = std::max(0, stored() - options_.size), n = stored() - begin;
  if (n == 0) return;
  std::vector<double> votes(static_cast<size_t>(n)), shares(log_p.size());
  const ArenaScope scope(context.arena);
  const double total =
      each_vote(row_of(scores(context, h, begin)).data(), 0, n, [&](int i, double e) { votes[static_cast<size_t>(i)] = e; });
  for (size_t i = 0; i < votes.size(); ++i)
    shares[static_cast<size_t>(next_[static_cast<size_t>(begin) + i])] += votes[i] / total;
  for (size_t id = 0; id < shares.size(); ++id) {
    const double model = std::exp(static_cast<double>(log_p[id]));
    log_p[id] = static_cast<float>(std::log((1 - options_.weight) * model + options_.weight * shares[id]));
  }
}

void TextCache::add(std::span<const float> h, int32_t next) {
  states_.insert(states_.end(), h.begin(), h.end());
  next_.push_back(next);
  if (stored() >= 3 * options_.size) keep_last(2 * options_.size);
}

void TextCache::keep_last(int count) {
  const int surplus = stored() - count;
  if (surplus <= 0) return;
  states_.erase(states_.begin(), states_.begin() + static_cast<ptrdiff_t>(surplus) * width_);
  next_.erase(next_.begin(), next_.begin() + surplus);
  dropped_ += surplus;
}

void TextCache::rewind(int64_t position) {
  const auto count = static_cast<size_t>(std::clamp<int64_t>(position - dropped_, 0, stored()));
  next_.resize(count);
  states_.resize(count * static_cast<size_t>(width_));
  dropped_ = position - static_cast<int64_t>(count);
}

std::string TextCache::save() const {
  const int begin = std::max(0, stored() - options_.size);
  const uint32_t head[2] = {static_cast<uint32_t>(stored() - begin), static_cast<uint32_t>(width_)};
  const auto raw = [](const void* data, size_t bytes) { return std::string(static_cast<const char*>(data), bytes); };
  return raw(head, sizeof head) + raw(next_.data() + begin, head[0] * sizeof(int32_t)) +
         raw(states_.data() + static_cast<ptrdiff_t>(begin) * width_, head[0] * static_cast<size_t>(width_) * sizeof(float));
}

void TextCache::load(std::string_view bytes, int vocabulary) {
  const auto bad = [](const std::string& how) {
    throw Error(Exit::model, "state/corrupt", "the cache of this saved state is damaged: " + how, "save the state again");
  };
  uint32_t head[2] = {0, 0};
  if (bytes.size() < sizeof head) bad("it has " + std::to_string(bytes.size()) + " bytes");
  std::memcpy(head, bytes.data(), sizeof head);
  if (head[1] != static_cast<uint32_t>(width_)) {
    throw Error(
        Exit::model, "state/size",
        "a cache of " + std::to_string(head[1]) + " numbers per token does not fit a model with " + std::to_string(width_),
        "use the model that saved this state");
  }
  bytes.remove_prefix(sizeof head);
  const size_t count = head[0], per_token = sizeof(int32_t) + static_cast<size_t>(width_) * sizeof(float);
  if (bytes.size() != count * per_token)
    bad(std::to_string(bytes.size()) + " bytes for " + std::to_string(count) + " tokens");
  std::vector<int32_t> next(count);
  std::vector<float> states(count * static_cast<size_t>(width_));
  if (count > 0) {
    std::memcpy(next.data(), bytes.data(), count * sizeof(int32_t));
    std::memcpy(states.data(), bytes.data() + count * sizeof(int32_t), states.size() * sizeof(float));
  }
  for (const int32_t id : next) {
    if (id < 0 || id >= vocabulary) bad("no token has the id " + std::to_string(id));
  }
  next_ = std::move(next), states_ = std::move(states);
  dropped_ = 0;
  keep_last(options_.size);
}

}  // namespace rnn::core
