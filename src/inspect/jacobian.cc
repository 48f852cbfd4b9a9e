// Why: unit gradients are propagated back side by side, as streams of one text; each gives a row of the matrix.
#include "inspect/jacobian.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "inspect/blocks.h"
#include "inspect/gradients.h"
#include "inspect/spectrum.h"

namespace rnn::core {
namespace {

constexpr int kRowsAtOnce = 64;

// The model without its output layer, on which no state depends; frames stay frames, ids keep their embedding.
template <class T>
std::unique_ptr<Model<T>> without_outputs(const Model<T>& model, Pool& pool) {
  ModelConfig config = model.config();
  if (model.has_head()) {
    config.task = "tag", config.output = 1, config.tied = false, config.softmax = {};
    config.crf = false, config.places.clear(), config.whole_labels = 0;
  }
  auto rest = std::make_unique<Model<T>>(config);
  for (ParamId id = 0; id < static_cast<ParamId>(rest->table().all().size()); ++id) {
    const ParamInfo& info = rest->table()[id];
    if (info.use.stack == "output") continue;
    const std::span<const T> from = model.params().values(model.table().find(info.name));
    std::copy(from.begin(), from.end(), rest->params().values(id).begin());
  }
  rest->pack(pool, true);
  return rest;
}

// The last `steps` steps of `from`, which has one stream, as `streams` equal streams.
Batch repeated(const Batch& from, int steps, int streams) {
  Batch batch;
  batch.in.seq = Seq::uniform_batch(streams, steps);
  batch.in.width = from.in.width, batch.in.columns = from.in.columns;
  for (int t = from.in.seq.steps() - steps; t < from.in.seq.steps(); ++t) {
    for (int s = 0; s < streams; ++s) {
      const auto ids = from.in.ids.begin() + static_cast<ptrdiff_t>(t) * from.in.columns;
      if (from.in.width == 0) batch.in.ids.insert(batch.in.ids.end(), ids, ids + from.in.columns);
      const auto frame = from.in.frames.begin() + static_cast<ptrdiff_t>(t) * from.in.width;
      batch.in.frames.insert(batch.in.frames.end(), frame, frame + from.in.width);
    }
  }
  return batch;
}

// The state before the last `steps` steps.
template <class T>
State<T> state_before(const Model<T>& model, Pool& pool, const Batch& window, int steps) {
  State<T> state = model.initial(1);
  Arena arena;
  Context<T> context{pool, arena};
  Batch head = repeated(window, window.in.seq.steps(), 1);
  head.in.seq = Seq::uniform_batch(1, window.in.seq.steps() - steps);
  if (head.in.seq.steps() > 0) {
    head.in.ids.resize(window.in.width == 0 ? static_cast<size_t>(head.in.seq.rows()) * window.in.columns : 0);
    head.in.frames.resize(static_cast<size_t>(head.in.seq.rows()) * window.in.width);
    model.forward(context, head, state, nullptr);
  }
  return state;
}

}  // namespace

template <class T>
std::vector<std::pair<int, double>> worst_directions(const Model<T>& model, Pool& pool, const Batch& window,
                                                     const WorstOptions& options) {
  const int S = model.recurrent().state_width();
  if (S > options.max_state) return {};
  const auto rest = without_outputs(model, pool);
  const double embedding = static_cast<double>(rest->config().vocabulary) * rest->config().rnn.input;
  const double step =
      4 * S * (static_cast<double>(rest->table().count()) - embedding);  // forward, two products back, weight gradients
  std::vector<int> lags;
  for (const int lag : options.lags) {
    if (lag >= 1 && lag < window.in.seq.steps() && lag * step <= options.max_work) lags.push_back(lag);
  }
  if (lags.empty()) return {};
  const int longest = *std::max_element(lags.begin(), lags.end());
  const State<T> before = state_before(*rest, pool, window, longest);
  std::vector<Matrix<double>> jacobians;
  for (size_t i = 0; i < lags.size(); ++i) jacobians.emplace_back(S, S);
  in_blocks(pool, S, kRowsAtOnce, [&](int first, int rows, Pool& own) {
    const State<T> initial = before.select(std::vector<int>(static_cast<size_t>(rows), 0));
    State<T> unit(rows, S);
    for (int r = 0; r < rows; ++r) unit.row(r)[first + r] = 1;
    walk_back<T>(*rest, own, repeated(window, longest, rows), {&initial, &unit, {}},
                 [&](int lag, const StateGradient<T>& g) {
                   const auto at = std::find(lags.begin(), lags.end(), lag);
                   if (at == lags.end()) return;
                   Matrix<double>& jacobian = jacobians[static_cast<size_t>(at - lags.begin())];
                   for (int r = 0; r < rows; ++r) {
                     for (int i = 0; i < S; ++i)
                       jacobian(first + r, i) = std::scalbn(static_cast<double>(g.gradient.row(r)[i]), g.exponent[r]);
                   }
                 });
  });
  std::vector<std::pair<int, double>> result;
  for (size_t i = 0; i < lags.size(); ++i) result.emplace_back(lags[i], largest_singular_value(jacobians[i].view()));
  return result;
}

template std::vector<std::pair<int, double>> worst_directions(const Model<float>&, Pool&, const Batch&, const WorstOptions&);
template std::vector<std::pair<int, double>> worst_directions(const Model<double>&, Pool&, const Batch&,
                                                              const WorstOptions&);

}  // namespace rnn::core
