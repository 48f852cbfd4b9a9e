// Why: beam search in one loop: extend all, rank, finish some, select the states of the rest.
#include "decode/beam.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace rnn {
namespace {

// A hypothesis with one more token.
struct Extension {
  double log_prob;
  int parent;
  int32_t id;
};

bool better(const Hypothesis& a, const Hypothesis& b) {
  if (a.score != b.score) return a.score > b.score;
  return a.ids < b.ids;
}

class Search {
 public:
  Search(Scorer& scorer, const BeamOptions& options)
      : scorer_(scorer), o_(options), vocabulary_(scorer.vocabulary()), allowed_(static_cast<size_t>(vocabulary_)) {
    assert(o_.beam >= 1 && o_.n_best >= 1 && o_.n_best <= o_.beam && o_.alpha >= 0);
  }

  std::vector<Hypothesis> run(std::span<const int32_t> prompt) {
    scorer_.start(1);
    View<const float> next = scorer_.read(prompt);
    live_.resize(1);
    if (o_.max_tokens == 0) return live_;
    for (int length = 1; !live_.empty(); ++length) {
      extend(next);
      rank(length == o_.max_tokens);
      if (live_.empty() || hopeless()) break;
      scorer_.select(parents_);
      next = scorer_.step(last_ids_);
    }
    std::sort(results_.begin(), results_.end(), better);
    if (results_.size() > static_cast<size_t>(o_.n_best)) results_.resize(static_cast<size_t>(o_.n_best));
    return std::move(results_);
  }

 private:
  // All tokens that may follow any live hypothesis.
  void extend(View<const float> next) {
    extensions_.clear();
    for (int row = 0; row < next.rows; ++row) {
      const Hypothesis& h = live_[static_cast<size_t>(row)];
      mark_allowed(h.ids);
      const float* log_p = next.row(row);
      for (int32_t id = 0; id < vocabulary_; ++id) {
        if (allowed_[static_cast<size_t>(id)] && log_p[id] > -std::numeric_limits<float>::infinity())
          extensions_.push_back({h.log_prob + log_p[id], row, id});
      }
    }
  }

  void mark_allowed(const std::vector<int32_t>& ids) {
    std::fill(allowed_.begin(), allowed_.end(), uint8_t{0});
    if (!o_.allow || !o_.allow(ids, allowed_)) std::fill(allowed_.begin(), allowed_.end(), uint8_t{1});
    const auto forbid = [&](int32_t id) {
      if (id >= 0 && id < vocabulary_) allowed_[static_cast<size_t>(id)] = 0;
    };
    for (const int32_t id : o_.banned) forbid(id);
    if (static_cast<int>(ids.size()) + 1 < o_.min_tokens) {
      for (const int32_t id : o_.ends) forbid(id);
    }
    if (o_.no_repeat > 0) forbid_repetition(ids, forbid);
  }

  // The tokens that would complete an n-gram that is there already.
  template <class Forbid>
  void forbid_repetition(const std::vector<int32_t>& ids, const Forbid& forbid) const {
    const auto n = static_cast<size_t>(o_.no_repeat);
    if (ids.size() + 1 < n) return;
    const auto tail = ids.end() - static_cast<ptrdiff_t>(n - 1);
    for (size_t at = 0; at + n <= ids.size(); ++at) {
      const auto begin = ids.begin() + static_cast<ptrdiff_t>(at);
      if (std::equal(tail, ids.end(), begin)) forbid(ids[at + n - 1]);
    }
  }

  // Walks the extensions from the best: what finishes is a result, the first `beam` others live on.
  void rank(bool last) {
    const auto likelier = [](const Extension& a, const Extension& b) {
      if (a.log_prob != b.log_prob) return a.log_prob > b.log_prob;
      return a.parent != b.parent ? a.parent < b.parent : a.id < b.id;
    };
    const auto beam = static_cast<size_t>(o_.beam);
    std::vector<Hypothesis> live;
    parents_.clear(), last_ids_.clear();
    size_t sorted = 0;
    for (size_t i = 0; i < extensions_.size() && live.size() < beam; ++i) {
      if (i == sorted) {  // in pieces: a few of V times the beam are looked at
        const auto at = [&](size_t k) { return extensions_.begin() + static_cast<ptrdiff_t>(k); };
        sorted = std::min(extensions_.size(), sorted + 2 * beam);
        std::nth_element(at(i), at(sorted - 1), extensions_.end(), likelier);
        std::sort(at(i), at(sorted), likelier);
      }
      const Extension& e = extensions_[i];
      Hypothesis h = live_[static_cast<size_t>(e.parent)];
      h.ids.push_back(e.id);
      h.log_prob = e.log_prob;
      h.finished = std::find(o_.ends.begin(), o_.ends.end(), e.id) != o_.ends.end() || (o_.finished && o_.finished(h.ids));
      if (h.finished && static_cast<int>(h.ids.size()) < o_.min_tokens) continue;
      if (h.finished || last) {
        h.score = length_score(h.log_prob, h.ids.size(), o_);
        add_result(std::move(h), last);
        // The last tokens in the order of their log-probability: behind `beam` of them no result can be better.
        if (last && ++cut_ >= beam) break;
        continue;
      }
      parents_.push_back(e.parent), last_ids_.push_back(e.id);
      live.push_back(std::move(h));
    }
    live_ = std::move(live);
  }

  void add_result(Hypothesis h, bool last) {
    results_.push_back(std::move(h));
    if (last || results_.size() < 4 * static_cast<size_t>(o_.beam)) return;
    std::sort(results_.begin(), results_.end(), better);
    results_.resize(static_cast<size_t>(o_.n_best));
  }

  // Whether no live hypothesis can become one of the n best: more tokens bring no probability, only a larger divisor.
  bool hopeless() {
    const auto n = static_cast<size_t>(o_.n_best);
    if (results_.size() < n) return false;
    std::sort(results_.begin(), results_.end(), better);
    return length_score(live_[0].log_prob, static_cast<size_t>(o_.max_tokens), o_) < results_[n - 1].score;
  }

  Scorer& scorer_;
  const BeamOptions& o_;
  int vocabulary_;
  std::vector<Hypothesis> live_, results_;  // live ones have equal lengths and are ordered by log-probability
  std::vector<Extension> extensions_;
  std::vector<int> parents_;       // of the live ones, among the live ones before
  std::vector<int32_t> last_ids_;  // their last tokens
  std::vector<uint8_t> allowed_;   // [V]
  size_t cut_ = 0;
};

}  // namespace

double length_score(double log_prob, size_t tokens, const BeamOptions& options) {
  const auto n = static_cast<double>(tokens);
  const double base = options.length_rule == LengthRule::wu ? (5 + n) / 6 : n;
  return options.alpha == 0 ? log_prob : log_prob / std::pow(base, options.alpha);
}

std::function<bool(std::span<const int32_t>, std::vector<uint8_t>&)> begin_with(std::vector<int32_t> ids) {
  return [ids = std::move(ids)](std::span<const int32_t> written, std::vector<uint8_t>& allowed) {
    if (written.size() >= ids.size()) return false;
    allowed.at(static_cast<size_t>(ids[written.size()])) = 1;
    return true;
  };
}

std::vector<Hypothesis> beam_search(Scorer& scorer, std::span<const int32_t> prompt, const BeamOptions& options) {
  return Search(scorer, options).run(prompt);
}

}  // namespace rnn
