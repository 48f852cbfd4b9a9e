// Why: one forward call and one tape per step, so that the gradient can be observed between any two steps.
#include "inspect/gradients.h"

#include <algorithm>
#include <cmath>

#include "heads/head.h"
#include "inspect/blocks.h"
#include "kernels/host.h"

namespace rnn::core {
namespace {

constexpr double kArenaNumbers = 48e6;  // a walk keeps all activations: if not all streams fit, they are processed in blocks

template <class T>
class Walk {
 public:
  Walk(const Model<T>& model, Pool& pool, const Batch& window)
      : model_(model), window_(window), step_(Seq::uniform_batch(window.in.seq.streams(), 1)), context_{pool, arena_} {}

  void forward(const WalkOptions<T>& options) {
    State<T> state = options.initial ? *options.initial : model_.initial(streams());
    tapes_.resize(static_cast<size_t>(steps()));
    for (int t = 0; t < steps(); ++t) outputs_.push_back(forward_step(t, state));
    last_ = std::move(state);
  }

  void backward(const WalkOptions<T>& options, const std::function<void(int, const StateGradient<T>&)>& visit) {
    StateGradient<T> g{model_.initial(streams()), std::vector<int>(static_cast<size_t>(streams()), 0)};
    if (options.dstate_last) {
      g.gradient = *options.dstate_last;
      clear(outputs_.back());
      rescale(g);
    } else {
      loss_gradient(options);
      by_last_state(outputs_.back(), g.gradient);
    }
    visit(0, g);
    Params<T> none;  // gradients of the weights are not needed
    for (int t = steps() - 1; t >= 0; --t) {
      const bool last = t == steps() - 1;
      const State<T> after = std::move(g.gradient);
      g.gradient = model_.initial(streams());
      const bool by_loss = last && !options.dstate_last;  // then the gradient comes in through the outputs, not the state
      const View<T> doutput = last || !model_.has_head() ? outputs_[t] : View<T>{};
      if (!last) clear(doutput);
      model_.backward(context_, step_, tapes_[t], doutput, none, by_loss ? nullptr : &after, &g.gradient);
      rescale(g);
      visit(steps() - t, g);
    }
  }

 private:
  int streams() const { return window_.in.seq.streams(); }
  int steps() const { return window_.in.seq.steps(); }
  static void clear(View<T> view) { std::fill_n(host(view).data, static_cast<int64_t>(view.rows) * view.stride, T(0)); }

  View<T> forward_step(int t, State<T>& state) {
    const int64_t row = static_cast<int64_t>(t) * streams();
    if (window_.in.width == 0)
      return model_.forward(context_, step_, window_.in.ids.data() + row * window_.in.columns, state, &tapes_[t]);
    const View<T> frames = arena_.matrix<T>(streams(), window_.in.width);
    std::copy_n(window_.in.frames.begin() + row * window_.in.width, static_cast<int64_t>(streams()) * window_.in.width,
                host(frames).data);
    return model_.forward_frames(context_, step_, frames, state, &tapes_[t]);
  }

  void loss_gradient(const WalkOptions<T>& options) {
    if (options.last) return options.last(context_, outputs_.back());
    Batch last;
    last.in.seq = step_, last.to.width = window_.to.width, last.to.last_step = window_.to.last_step;
    const int64_t first = window_.to.last_step ? 0 : static_cast<int64_t>(steps() - 1) * streams();
    const auto cut = [&](const auto& from, auto& to, int64_t width) {
      if (!from.empty()) to.assign(from.begin() + first * width, from.begin() + (first + streams()) * width);
    };
    cut(window_.to.ids, last.to.ids, 1);
    cut(window_.to.values, last.to.values, window_.to.width);
    cut(window_.to.weights, last.to.weights, 1);
    LossOptions loss;
    loss.gradient = true;
    model_.head().loss_of(context_, outputs_.back(), last.to, loss);
  }

  // The output layer alone: dL/dh of the last step.
  void by_last_state(View<const T> doutput, State<T>& gradient) {
    const Recurrent<T>& rnn = model_.recurrent();
    const int at = rnn.state_offset(rnn.options().layers - 1, 0, 0), width = rnn.output();
    const ArenaScope scope(arena_);
    const View<T> h = arena_.matrix<T>(streams(), width), dh = arena_.matrix<T>(streams(), width);
    for (int s = 0; s < streams(); ++s) {
      std::copy_n(last_.row(s) + at, width, host(h).row(s));
      if (!model_.has_head()) std::copy_n(host(doutput).row(s), width, host(dh).row(s));
    }
    Params<T> none;
    if (model_.has_head()) model_.backward_output(context_, h, doutput, dh, none);
    for (int s = 0; s < streams(); ++s) {
      for (int i = 0; i < width; ++i) gradient.row(s)[at + i] += host(dh)(s, i);
    }
  }

  // Scales each row so that its largest number is in [1, 2); a power of two leaves all mantissas unchanged.
  void rescale(StateGradient<T>& g) const {
    for (int s = 0; s < streams(); ++s) {
      T* row = g.gradient.row(s);
      T largest = 0;
      for (int i = 0; i < g.gradient.width(); ++i) largest = std::max(largest, std::abs(row[i]));
      if (!(largest > 0) || !std::isfinite(largest)) continue;
      const int exponent = std::ilogb(largest);
      for (int i = 0; i < g.gradient.width(); ++i) row[i] = std::scalbn(row[i], -exponent);
      g.exponent[s] += exponent;
    }
  }

  const Model<T>& model_;
  const Batch& window_;
  Seq step_;
  Arena arena_;
  Context<T> context_;
  std::vector<Tape> tapes_;
  State<T> last_;
  std::vector<View<T>> outputs_;  // of each step; later the gradient with respect to them
};

template <class T>
double norm(const StateGradient<T>& g, int stream, int offset, int width) {
  double sum = 0;
  const T* row = g.gradient.row(stream) + offset;
  for (int i = 0; i < width; ++i) sum += static_cast<double>(row[i]) * static_cast<double>(row[i]);
  return std::scalbn(std::sqrt(sum), g.exponent[stream]);
}

}  // namespace

template <class T>
void walk_back(const Model<T>& model, Pool& pool, const Batch& window, const WalkOptions<T>& options,
               const std::function<void(int lag, const StateGradient<T>& g)>& visit) {
  if (model.config().rnn.bidirectional) {
    throw Error(Exit::model, "inspect/bidirectional",
                "a model that reads in both directions has no state that is passed from step to step",
                "train one without --bidirectional to see how far it remembers");
  }
  assert(window.in.seq.uniform() && window.in.seq.steps() > 0 && model.params().size() > 0);
  const FlushDenormals flush;
  Walk<T> walk(model, pool, window);
  walk.forward(options);
  walk.backward(options, visit);
}

template <class T>
GradientNorms gradient_norms(const Model<T>& model, Pool& pool, const Batch& window) {
  const RecurrentOptions& o = model.config().rnn;
  const int streams = window.in.seq.streams(), lags = window.in.seq.steps();
  GradientNorms norms;
  for (int l = 0; l < o.layers; ++l) {
    norms.h.emplace_back(streams, lags);
    if (o.states() > 1) norms.c.emplace_back(streams, lags);
  }
  norms.state = Matrix<double>(streams, lags);
  const double row = model.outputs() + o.input + o.layers * 8.0 * o.hidden;  // numbers that a stream keeps per step, about
  const int block = std::max(1, static_cast<int>(kArenaNumbers / (row * std::max(lags, 1))));
  in_blocks(pool, streams, block, [&](int first, int count, Pool& own) {
    const Batch part = select_streams(window, first, count);
    walk_back<T>(model, own, part, {}, [&](int lag, const StateGradient<T>& g) {
      if (lag == lags) return;
      for (int s = 0; s < count; ++s) {
        for (int l = 0; l < o.layers; ++l) {
          const RecurrentOptions one = o.of_layer(l);
          norms.h[l](first + s, lag) = norm(g, s, model.recurrent().state_offset(l, 0, 0), one.output());
          if (o.states() > 1) norms.c[l](first + s, lag) = norm(g, s, model.recurrent().state_offset(l, 0, 1), one.hidden);
        }
        norms.state(first + s, lag) = norm(g, s, 0, g.gradient.width());
      }
    });
  });
  return norms;
}

namespace {

std::vector<double> geometric_means(const Matrix<double>& norms) {
  std::vector<double> means;
  for (int lag = 0; lag < norms.cols(); ++lag) {
    double sum = 0;
    int alive = 0;
    for (int s = 0; s < norms.rows(); ++s) {
      if (norms(s, lag) == 0) continue;
      sum += std::log(norms(s, lag));
      ++alive;
    }
    means.push_back(2 * alive < norms.rows() || alive == 0 ? 0 : std::exp(sum / alive));
  }
  return means;
}

}  // namespace

GradientReach gradient_reach(const GradientNorms& norms) {
  GradientReach reach;
  for (const Matrix<double>& layer : norms.h) reach.h.push_back(geometric_means(layer));
  for (const Matrix<double>& layer : norms.c) reach.c.push_back(geometric_means(layer));
  reach.state = geometric_means(norms.state);
  reach.half_life = half_life(reach.state);
  reach.steps = norms.state.rows();
  return reach;
}

double half_life(std::span<const double> norms) {
  if (norms.size() < 2 || !(norms[1] > 0)) return -1;
  const double half = norms[1] / 2;
  for (size_t k = 2; k < norms.size(); ++k) {
    if (!(norms[k] <= half)) continue;
    if (!(norms[k] > 0)) return static_cast<double>(k) - 1;
    const double above = std::log(norms[k - 1] / half), below = std::log(half / norms[k]);
    return static_cast<double>(k) - 2 + above / (above + below);
  }
  return -1;
}

Batch one_window(std::span<const int32_t> ids) {
  Batch batch;
  if (ids.size() < 2) return batch;
  batch.in.seq = Seq::uniform_batch(1, static_cast<int>(ids.size()) - 1);
  batch.in.ids.assign(ids.begin(), ids.end() - 1);
  batch.to.ids.assign(ids.begin() + 1, ids.end());
  return batch;
}

Batch gradient_windows(const std::vector<std::vector<int32_t>>& documents, int steps, int targets) {
  size_t longest = 0;
  for (const auto& document : documents) longest = std::max(longest, document.size());
  steps = std::min(steps, static_cast<int>(longest) - 1);
  Batch batch;
  if (steps < 2) return batch;
  std::vector<const int32_t*> begins;  // every position where a window fits
  for (const auto& document : documents) {
    for (size_t i = 0; i + static_cast<size_t>(steps) < document.size(); ++i) begins.push_back(document.data() + i);
  }
  const auto count = std::min<size_t>(static_cast<size_t>(targets), begins.size());
  batch.in.seq = Seq::uniform_batch(static_cast<int>(count), steps);
  for (int t = 0; t < steps; ++t) {
    for (size_t i = 0; i < count; ++i) {
      const int32_t* window = begins[count > 1 ? i * (begins.size() - 1) / (count - 1) : 0];
      batch.in.ids.push_back(window[t]);
      batch.to.ids.push_back(window[t + 1]);
    }
  }
  return batch;
}

template void walk_back(const Model<float>&, Pool&, const Batch&, const WalkOptions<float>&,
                        const std::function<void(int, const StateGradient<float>&)>&);
template void walk_back(const Model<double>&, Pool&, const Batch&, const WalkOptions<double>&,
                        const std::function<void(int, const StateGradient<double>&)>&);
template GradientNorms gradient_norms(const Model<float>&, Pool&, const Batch&);
template GradientNorms gradient_norms(const Model<double>&, Pool&, const Batch&);

}  // namespace rnn::core
