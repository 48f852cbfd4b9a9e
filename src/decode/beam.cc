// Why: beam search in one loop, for several searches at once: extend all, rank, finish some, select the states of the rest.
#include "decode/beam.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <exception>
#include <limits>

#include "base/cancel.h"
#include "base/error.h"
#include "kernels/host.h"

namespace rnn::core {
namespace {

// A hypothesis with one more token.
struct Extension {
  double log_prob;
  int parent;
  int32_t id;
};

// A total order: one result, whatever is sorted or skipped on the way.
constexpr auto kLikelier = [](const Extension& a, const Extension& b) {
  if (a.log_prob != b.log_prob) return a.log_prob > b.log_prob;
  return a.parent != b.parent ? a.parent < b.parent : a.id < b.id;
};

bool better(const Hypothesis& a, const Hypothesis& b) {
  if (a.score != b.score) return a.score > b.score;
  return a.ids < b.ids;
}

// The likeliest of the extensions that are offered, at most `limit` of them.
class Likeliest {
 public:
  void clear(size_t limit) { limit_ = limit, kept_.clear(); }
  // For a hypothesis of log-probability `before`: a token at or below this value cannot be one of them, one above it may be.
  // The margin is larger than the rounding errors in the value and in the sum of an extension.
  float bar(double before) const {
    if (kept_.size() < limit_) return -std::numeric_limits<float>::infinity();
    const double last = kept_.front().log_prob;
    return static_cast<float>(last - before - 1e-6 * (1 + std::abs(last) + std::abs(before)));
  }
  void offer(const Extension& e) {
    if (kept_.size() < limit_) {
      kept_.push_back(e);
      if (kept_.size() == limit_) std::make_heap(kept_.begin(), kept_.end(), kLikelier);  // the last of the order in front
    } else if (kLikelier(e, kept_.front())) {
      std::pop_heap(kept_.begin(), kept_.end(), kLikelier);
      kept_.back() = e;
      std::push_heap(kept_.begin(), kept_.end(), kLikelier);
    }
  }
  std::vector<Extension>& all() { return kept_; }  // in no order

 private:
  size_t limit_ = 0;
  std::vector<Extension> kept_;  // a heap once it is full
};

// Decides what may follow a hypothesis.
class Rules {
 public:
  explicit Rules(int vocabulary) : forbidden_(static_cast<size_t>(vocabulary)), allowed_(forbidden_.size()) {}

  void set(const BeamOptions& o, const std::vector<int32_t>& written) {
    for (const int32_t id : marked_) forbidden_[static_cast<size_t>(id)] = 0;
    marked_.clear();
    if (o.allow) std::fill(allowed_.begin(), allowed_.end(), uint8_t{0});
    ruled_ = o.allow && o.allow(written, allowed_);
    for (const int32_t id : o.banned) forbid(id);
    if (static_cast<int>(written.size()) + 1 < o.min_tokens) {
      for (const int32_t id : o.ends) forbid(id);
    }
    if (o.no_repeat > 0) forbid_repetition(written, static_cast<size_t>(o.no_repeat));
  }
  bool allow(int32_t id) const {
    const auto i = static_cast<size_t>(id);
    return !forbidden_[i] && (!ruled_ || allowed_[i]);
  }

 private:
  void forbid(int32_t id) {
    if (id < 0 || static_cast<size_t>(id) >= forbidden_.size()) return;
    forbidden_[static_cast<size_t>(id)] = 1;
    marked_.push_back(id);
  }
  // Forbids the tokens that would complete an n-gram that is already there.
  void forbid_repetition(const std::vector<int32_t>& ids, size_t n) {
    if (ids.size() + 1 < n) return;
    const auto tail = ids.end() - static_cast<ptrdiff_t>(n - 1);
    for (size_t at = 0; at + n <= ids.size(); ++at) {
      const auto begin = ids.begin() + static_cast<ptrdiff_t>(at);
      if (std::equal(tail, ids.end(), begin)) forbid(ids[at + n - 1]);
    }
  }

  std::vector<uint8_t> forbidden_, allowed_;  // [V]
  std::vector<int32_t> marked_;               // those that are set in forbidden_
  bool ruled_ = false;                        // whether allowed_ applies
};

// Working memory of a step of a search, kept for nobody: one for each thread.
struct Scratch {
  explicit Scratch(int vocabulary) : rules(vocabulary) {}
  Rules rules;
  Likeliest likeliest;
};

constexpr int kBlock = 64;  // tokens compared at a time

// Without an early exit, so that it compiles to a few vector instructions.
bool any_above(const float* x, float bar) {
  int any = 0;
  for (int i = 0; i < kBlock; ++i) any |= x[i] > bar ? 1 : 0;
  return any != 0;
}

// Sum over the positions of a source of log(min(1, sum of the attention there)) (Wu et al. 2016, equation 14). Published
// programs have no floor (OpenNMT-py) or leave a sum of 0 out, as if it were covered (CTranslate2). Here every sum counts as
// it is, and 0, which float rounds very small sums to, as the smallest normal float: the worst possible, but a number.
double uncovered(const std::vector<double>& sums) {
  constexpr double kLeast = std::numeric_limits<float>::min();
  double sum = 0;
  for (const double looked : sums) sum += std::log(std::min(std::max(kLeast, looked), 1.0));  // NaN: kLeast
  return sum;
}

class Search {
 public:
  explicit Search(const BeamOptions& options) : o_(options), live_(1), covered_(1) {
    assert(o_.beam >= 1 && o_.n_best >= 1 && o_.n_best <= o_.beam && o_.alpha >= 0 && o_.coverage >= 0);
  }

  bool ended() const { return live_.empty(); }
  int rows() const { return static_cast<int>(live_.size()); }
  const std::vector<int>& parents() const { return parents_; }
  const std::vector<int32_t>& last_ids() const { return last_ids_; }

  // One more token. next [rows, V]: what follows the live hypotheses. attention [rows, longest]: with which they choose it; row r uses
  // looked_at(r) columns.
  template <class LookedAt>
  void step(View<const float> next, View<const float> attention, const LookedAt& looked_at, Scratch& scratch) {
    if (o_.max_tokens == 0) {
      results_ = live_;
      return end();
    }
    if (o_.coverage > 0) look(attention, looked_at);
    extend(next, scratch);
    rank(++length_ == o_.max_tokens, scratch.likeliest.all());
    if (!live_.empty() && hopeless()) end();
  }

  std::vector<Hypothesis> take_results() {
    std::sort(results_.begin(), results_.end(), better);
    if (results_.size() > static_cast<size_t>(o_.n_best)) results_.resize(static_cast<size_t>(o_.n_best));
    return std::move(results_);
  }

 private:
  void end() { live_.clear(), covered_.clear(), parents_.clear(), last_ids_.clear(); }

  template <class LookedAt>
  void look(View<const float> attention, const LookedAt& looked_at) {
    for (int row = 0; row < rows(); ++row) {
      std::vector<double>& sums = covered_[static_cast<size_t>(row)];
      sums.resize(static_cast<size_t>(looked_at(row)));
      const float* shares = host(attention).row(row);
      for (size_t j = 0; j < sums.size(); ++j) sums[j] += shares[j];
    }
  }

  // The tokens that may follow the live hypotheses. At most rows * ends extensions finish one by their id, so the likeliest
  // rows * ends + beam contain `beam` others, and rank() needs no more. The result of `finished` is not known yet: then all.
  void extend(View<const float> next, Scratch& scratch) {
    Likeliest& likeliest = scratch.likeliest;
    likeliest.clear(o_.finished ? SIZE_MAX : live_.size() * o_.ends.size() + static_cast<size_t>(o_.beam));
    for (int row = 0; row < next.rows; ++row) {
      const Hypothesis& h = live_[static_cast<size_t>(row)];
      scratch.rules.set(o_, h.ids);
      const float* log_p = host(next).row(row);
      for (int begin = 0; begin < next.cols; begin += kBlock) {
        const int block_end = std::min(begin + kBlock, next.cols);
        const float bar = likeliest.bar(h.log_prob);
        if (block_end - begin == kBlock && !any_above(log_p + begin, bar)) continue;
        for (int32_t id = begin; id < block_end; ++id) {
          if (log_p[id] > bar && scratch.rules.allow(id)) likeliest.offer({h.log_prob + log_p[id], row, id});
        }
      }
    }
  }

  // Goes through the extensions from the best: those that finish are results, the first `beam` others live on.
  void rank(bool last, std::vector<Extension>& extensions) {
    const auto beam = static_cast<size_t>(o_.beam);
    std::vector<Hypothesis> live;
    std::vector<std::vector<double>> covered;
    parents_.clear(), last_ids_.clear();
    size_t sorted = 0, cut = 0;
    for (size_t i = 0; i < extensions.size() && live.size() < beam; ++i) {
      if (i == sorted) {  // in pieces: only a few of V times the beam are needed
        const auto at = [&](size_t k) { return extensions.begin() + static_cast<ptrdiff_t>(k); };
        sorted = std::min(extensions.size(), sorted + 2 * beam);
        std::nth_element(at(i), at(sorted - 1), extensions.end(), kLikelier);
        std::sort(at(i), at(sorted), kLikelier);
      }
      const Extension& e = extensions[i];
      const auto parent = static_cast<size_t>(e.parent);
      Hypothesis h = live_[parent];
      h.ids.push_back(e.id);
      h.log_prob = e.log_prob;
      h.finished = std::find(o_.ends.begin(), o_.ends.end(), e.id) != o_.ends.end() || (o_.finished && o_.finished(h.ids));
      if (h.finished && length_ < o_.min_tokens) continue;
      if (h.finished || last) {
        h.score = length_score(h.log_prob, h.ids.size(), o_);
        if (o_.coverage > 0) h.score += o_.coverage * uncovered(covered_[parent]);
        add_result(std::move(h), last);
        // The last tokens in the order of their log-probability: after the first `beam` no result can be better. With a
        // coverage penalty one could, but as at every step the beam is chosen by log-probability.
        if (last && ++cut >= beam) break;
        continue;
      }
      parents_.push_back(e.parent), last_ids_.push_back(e.id);
      live.push_back(std::move(h));
      covered.push_back(covered_[parent]);
    }
    live_ = std::move(live), covered_ = std::move(covered);
  }

  void add_result(Hypothesis h, bool last) {
    results_.push_back(std::move(h));
    if (last || results_.size() < 4 * static_cast<size_t>(o_.beam)) return;
    std::sort(results_.begin(), results_.end(), better);
    results_.resize(static_cast<size_t>(o_.n_best));
  }

  // Whether no live hypothesis can become one of the n best: more tokens do not raise the probability, only the divisor, and
  // a coverage penalty is never above 0.
  bool hopeless() {
    const auto n = static_cast<size_t>(o_.n_best);
    if (results_.size() < n) return false;
    std::sort(results_.begin(), results_.end(), better);
    return length_score(live_[0].log_prob, static_cast<size_t>(o_.max_tokens), o_) < results_[n - 1].score;
  }

  BeamOptions o_;
  std::vector<Hypothesis> live_, results_;    // live ones have equal lengths and are ordered by log-probability
  std::vector<std::vector<double>> covered_;  // [live, source] sums of their attention; empty without a coverage penalty
  std::vector<int> parents_;                  // of the live ones, among the previous live ones
  std::vector<int32_t> last_ids_;             // their last tokens
  int length_ = 0;                            // tokens of a live one
};

void require_attention(const Scorer& scorer, std::span<const BeamOptions> each) {
  for (const BeamOptions& o : each) {
    if (!(o.coverage > 0) || scorer.attention().rows > 0) continue;
    throw Error(Exit::usage, "search/coverage",
                "a coverage penalty needs a model with attention to its source, and this one has none",
                "search without the penalty");
  }
}

// How many threads are worth waking to go through so many numbers.
int workers(const Scorer& scorer, size_t searches, View<const float> next) {
  constexpr int64_t kNumbers = 1 << 16;
  const bool worth = searches > 1 && int64_t{next.rows} * next.cols > kNumbers;
  return worth && scorer.pool() ? scorer.pool()->size() : 1;
}

// One more token of every search, whose live hypotheses are the rows of `next` from first[i] on. Throws what a rule throws.
void step_all(std::vector<Search>& searches, View<const float> next, const std::vector<int>& first, const Scorer& scorer,
              std::vector<Scratch>& scratch) {
  const auto threads = static_cast<size_t>(workers(scorer, searches.size(), next));
  while (scratch.size() < threads) scratch.emplace_back(scorer.vocabulary());
  std::vector<std::exception_ptr> failures(threads);
  const auto part = [&](int worker) {
    const auto own = static_cast<size_t>(worker);
    try {
      for (size_t i = own; i < searches.size(); i += threads) {
        Search& search = searches[i];
        if (search.ended()) continue;
        const View<const float> attention = scorer.attention();
        search.step(
            next.middle(first[i], search.rows()),
            attention.rows > 0 ? attention.middle(first[i], search.rows()) : View<const float>{},
            [&](int row) { return scorer.looked_at(first[i] + row); }, scratch[own]);
      }
    } catch (...) {
      failures[own] = std::current_exception();
    }
  };
  threads > 1 ? scorer.pool()->run(part) : part(0);
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace

struct BeamSearch::Core {
  Search search;
  Scratch scratch;
};

BeamSearch::BeamSearch(const BeamOptions& options, int vocabulary) : core_(new Core{Search(options), Scratch(vocabulary)}) {}
BeamSearch::BeamSearch(const BeamSearch& other) : core_(new Core(*other.core_)) {}
BeamSearch::~BeamSearch() = default;
bool BeamSearch::ended() const { return core_->search.ended(); }
const std::vector<int>& BeamSearch::parents() const { return core_->search.parents(); }
const std::vector<int32_t>& BeamSearch::last_ids() const { return core_->search.last_ids(); }
std::vector<Hypothesis> BeamSearch::take_results() { return core_->search.take_results(); }

void BeamSearch::step(View<const float> next, View<const float> attention, int looked_at) {
  core_->search.step(
      next, attention, [&](int) { return looked_at; }, core_->scratch);
}

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

std::vector<std::vector<Hypothesis>> beam_search(Scorer& scorer, std::span<const int32_t> prompt,
                                                 std::span<const BeamOptions> each) {
  if (each.empty()) return {};
  View<const float> next = start_behind(scorer, static_cast<int>(each.size()), prompt);
  require_attention(scorer, each);
  std::vector<Search> searches(each.begin(), each.end());
  std::vector<Scratch> scratch;
  std::vector<int> first(searches.size());  // row of each search
  std::vector<int> rows;                    // that continue, search after search
  std::vector<int32_t> ids;
  for (;;) {
    check_cancelled(each[0].cancel);
    for (size_t i = 1; i < searches.size(); ++i) first[i] = first[i - 1] + searches[i - 1].rows();
    step_all(searches, next, first, scorer, scratch);
    rows.clear(), ids.clear();
    for (size_t i = 0; i < searches.size(); ++i) {
      for (const int parent : searches[i].parents()) rows.push_back(first[i] + parent);
      ids.insert(ids.end(), searches[i].last_ids().begin(), searches[i].last_ids().end());
    }
    if (rows.empty()) break;
    scorer.select(rows);
    next = scorer.step(ids);
  }
  std::vector<std::vector<Hypothesis>> results;
  results.reserve(searches.size());
  for (Search& search : searches) results.push_back(search.take_results());
  return results;
}

std::vector<Hypothesis> beam_search(Scorer& scorer, std::span<const int32_t> prompt, const BeamOptions& options) {
  return std::move(beam_search(scorer, prompt, std::span<const BeamOptions>(&options, 1))[0]);
}

}  // namespace rnn::core
