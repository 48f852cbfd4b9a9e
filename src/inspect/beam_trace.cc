// Why: a scorer wrapped around the real one records what the search asks for: which rows continue, and with which tokens.
#include "inspect/beam_trace.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/host.h"

namespace rnn::core {
namespace {

// A continuation whose fate is not yet known.
struct Continuation {
  double log_prob;
  int row;
  int32_t id;
};

// The order of the search itself (decode/beam.cc): a total order, so that ties are broken in the same way.
bool likelier(const Continuation& a, const Continuation& b) {
  if (a.log_prob != b.log_prob) return a.log_prob > b.log_prob;
  return a.row != b.row ? a.row < b.row : a.id < b.id;
}

bool contains(std::span<const int32_t> ids, int32_t id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

class Trace final : public Scorer {
 public:
  Trace(Scorer& scorer, const BeamOptions& options, int dropped, BeamTree& tree)
      : scorer_(scorer), o_(options), dropped_(static_cast<size_t>(dropped)), tree_(tree) {}

  int vocabulary() const override { return scorer_.vocabulary(); }
  void start(int n) override {
    scorer_.start(n);
    live_.assign(static_cast<size_t>(n), {});
  }
  View<const float> read(std::span<const int32_t> ids) override { return seen(scorer_.read(ids)); }
  View<const float> step(std::span<const int32_t> ids) override {
    take(ids);
    return seen(scorer_.step(ids));
  }
  void select(const std::vector<int>& rows) override {
    rows_ = rows;
    scorer_.select(rows);
  }
  View<const float> attention() const override { return scorer_.attention(); }
  int looked_at(int row) const override { return scorer_.looked_at(row); }

  // The step after which the search ended: nothing continues from it.
  void end() {
    if (o_.max_tokens > 0) take({});
  }

 private:
  struct Row {
    double log_prob = 0;
    int node = -1;  // index in the step before
  };

  View<const float> seen(View<const float> next) {
    if (next_.rows() != next.rows || next_.cols() != next.cols) next_ = Matrix<float>(next.rows, next.cols);
    for (int r = 0; r < next.rows; ++r) std::copy_n(host(next).row(r), next.cols, next_.row(r));
    return next;
  }

  // The likeliest `count` of the possible continuations, in order.
  std::vector<Continuation> likeliest(size_t count) const {
    const bool early = static_cast<int>(tree_.steps.size()) + 1 < o_.min_tokens;
    std::vector<Continuation> all;
    for (int r = 0; r < next_.rows(); ++r) {
      for (int32_t id = 0; id < next_.cols(); ++id) {
        const float log_p = next_(r, id);
        if (!(log_p > -std::numeric_limits<float>::infinity()) || contains(o_.banned, id)) continue;
        if (early && contains(o_.ends, id)) continue;
        all.push_back({live_[static_cast<size_t>(r)].log_prob + static_cast<double>(log_p), r, id});
      }
    }
    count = std::min(count, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<ptrdiff_t>(count), all.end(), likelier);
    all.resize(count);
    return all;
  }

  // ids: the tokens that continue the selected rows; none: the search has ended.
  void take(std::span<const int32_t> ids) {
    std::vector<Continuation> kept;
    for (size_t k = 0; k < ids.size(); ++k) {
      const int row = rows_[k];
      kept.push_back({live_[static_cast<size_t>(row)].log_prob + next_(row, ids[k]), row, ids[k]});
    }
    const auto beam = static_cast<size_t>(o_.beam);
    const bool last = static_cast<int>(tree_.steps.size()) + 1 == o_.max_tokens;
    std::vector<BeamNode> nodes;
    std::vector<Row> live(kept.size());
    size_t going = 0, dropped = 0, found = 0;
    // The likeliest rows * ends + beam continuations contain enough to fill the beam.
    for (const Continuation& c : likeliest(live_.size() * o_.ends.size() + beam + dropped_)) {
      const auto same = [&](const Continuation& k) { return k.row == c.row && k.id == c.id; };
      const auto at = std::find_if(kept.begin(), kept.end(), same);
      const bool in_beam = last ? found < beam : going < beam;  // at the last step every token gives a result
      ++found;
      BeamFate fate = BeamFate::dropped;
      if (at != kept.end()) {
        fate = BeamFate::kept;
        live[static_cast<size_t>(at - kept.begin())] = {c.log_prob, static_cast<int>(nodes.size())};
      } else if (in_beam && (last || contains(o_.ends, c.id))) {
        fate = BeamFate::finished;
      }
      going += !contains(o_.ends, c.id);
      if (fate == BeamFate::dropped && ++dropped > dropped_) continue;
      nodes.push_back(node_of(c, fate));
    }
    tree_.steps.push_back(std::move(nodes));
    live_ = std::move(live);
  }

  BeamNode node_of(const Continuation& c, BeamFate fate) const {
    BeamNode node;
    node.parent = live_[static_cast<size_t>(c.row)].node, node.id = c.id, node.fate = fate;
    node.p = std::exp(static_cast<double>(next_(c.row, c.id)));
    node.log_prob = c.log_prob;
    node.score = length_score(c.log_prob, tree_.steps.size() + 1, o_);
    return node;
  }

  Scorer& scorer_;
  const BeamOptions& o_;
  size_t dropped_;
  BeamTree& tree_;
  std::vector<Row> live_;  // one per row of the scorer
  std::vector<int> rows_;  // selected most recently
  Matrix<float> next_;     // [live, V] predictions of the next token
};

void mark_winner(const std::vector<int32_t>& ids, BeamTree& tree) {
  int parent = -1;
  for (size_t t = 0; t < ids.size() && t < tree.steps.size(); ++t) {
    std::vector<BeamNode>& nodes = tree.steps[t];
    const auto at = std::find_if(nodes.begin(), nodes.end(), [&](const BeamNode& n) {
      return n.parent == parent && n.id == ids[t] && n.fate != BeamFate::dropped;
    });
    if (at == nodes.end()) return;
    at->won = true;
    parent = static_cast<int>(at - nodes.begin());
  }
}

}  // namespace

std::vector<Hypothesis> traced_search(Scorer& scorer, std::span<const int32_t> prompt, const BeamOptions& options,
                                      int dropped, BeamTree& tree) {
  tree = {options.beam, options.alpha, options.length_rule, {}};
  Trace trace(scorer, options, dropped, tree);
  std::vector<Hypothesis> results = beam_search(trace, prompt, options);
  trace.end();
  if (!results.empty()) mark_winner(results[0].ids, tree);
  return results;
}

}  // namespace rnn::core
