// Why: see ancestral.h.
#include "tasks/forecast/stream/ancestral.h"

#include <algorithm>

#include "base/rng.h"
#include "data/autoregressive_windows.h"
#include "data/hash.h"
#include "decode/sample.h"
#include "heads/sample_quantiles.h"
#include "networks/engine.h"

namespace rnn::core {
namespace {

constexpr size_t kSampledAtOnce = 16;  // windows, each with kAncestralPaths streams
constexpr int kFuturesAtOnce = 4096;
constexpr int kFewDraws = 64;      // at least this many per share of the work
constexpr double kFurthest = 1e6;  // of a normalised value that is read again: a path may not run away

// What is to be drawn of one window.
struct Drawn {
  Window window;
  uint64_t key = 0;
};

// Paths [first, first + count) of each of some windows, drawn side by side.
struct PathRange {
  int first = 0, count = 0;
};

class Ancestral {
 public:
  Ancestral(const Model<float>& model, Pool& pool, std::span<const WindowSeries> series, std::span<const Drawn> windows,
            const WindowOptions& options, PathRange paths)
      : engine_(model, &pool),
        options_(options),
        windows_(windows),
        range_(paths),
        head_(model.config().forecast.head_name(), model.config().forecast.levels) {
    for (const Drawn& d : windows)
      past_.push_back(stepwise_window(series[static_cast<size_t>(d.window.series)], d.window, options));
    inputs_ = window_inputs(*past_[0].series, options);
  }

  // [windows][steps][paths]
  std::vector<std::vector<std::vector<double>>> draw(int steps) {
    const auto paths = static_cast<size_t>(range_.count);
    std::vector<std::vector<std::vector<double>>> drawn(
        past_.size(), std::vector<std::vector<double>>(static_cast<size_t>(steps), std::vector<double>(paths)));
    read_past();
    for (int h = 0; h < steps; ++h) {
      if (h > 0) read_step(h);
      engine_.pool().parallel_for(static_cast<int64_t>(paths_.size()), kFewDraws, [&](int64_t begin, int64_t end) {
        for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
          drawn[i / paths][static_cast<size_t>(h)][i % paths] = draw_value(i, h);
      });
    }
    return drawn;
  }

 private:
  size_t window_of(size_t path) const { return path / static_cast<size_t>(range_.count); }

  // The value of step h of a path, which is then read.
  double draw_value(size_t i, int h) {
    StepwiseWindow& own = paths_[i];
    const size_t window = window_of(i), row = h > 0 ? i : window;
    const int path = range_.first + static_cast<int>(i % static_cast<size_t>(range_.count));
    const auto words =
        random_words(windows_[window].key, Purpose::sample, static_cast<uint64_t>(h), static_cast<uint32_t>(path));
    const double u = (static_cast<double>(words[0]) + 0.5) / 4294967296.0;
    const double v = (static_cast<double>(words[1]) + 0.5) / 4294967296.0, scale = own.scale.scale;
    const float* said = said_.data() + row * static_cast<size_t>(head_.numbers());
    const double y = head_.draw(said, 0, u, v, options_.counts ? scale : 1);
    const double z = std::clamp(options_.counts ? y / scale : y, -kFurthest, kFurthest);
    own.future.push_back(static_cast<float>(z));
    return options_.counts ? std::min(y, kFurthest * scale) : z;
  }

  // The state after the past, and what is said of the first step.
  void read_past() {
    std::vector<int> lengths;
    for (const StepwiseWindow& w : past_) lengths.push_back(static_cast<int>(w.window.origin - w.first) + 1);
    const Seq seq = Seq::ragged(lengths);
    std::vector<float> frames(static_cast<size_t>(seq.rows()) * static_cast<size_t>(inputs_));
    float* to = frames.data();
    std::vector<int> last(past_.size());
    for (int k = 0; k < seq.steps(); ++k) {
      for (int r = 0; r < seq.active(k); ++r, to += inputs_) {
        const auto i = static_cast<size_t>(seq.order[static_cast<size_t>(r)]);
        stepwise_frame(past_[i], past_[i].first + k, options_, to);
        last[i] = seq.start[static_cast<size_t>(k)] + r;
      }
    }
    State<float> state = engine_.model().initial(seq.streams());
    keep(run(seq, frames, state), last);
    std::vector<int> rows;
    for (size_t i = 0; i < past_.size(); ++i) {
      paths_.insert(paths_.end(), static_cast<size_t>(range_.count), past_[i]);
      rows.insert(rows.end(), static_cast<size_t>(range_.count), static_cast<int>(i));
    }
    state_ = state.select(rows);
  }

  // Reads the values of step h - 1; said_ is then of step h.
  void read_step(int h) {
    const auto streams = static_cast<int>(paths_.size());
    const Seq seq = Seq::uniform_batch(streams, 1);
    std::vector<float> frames(paths_.size() * static_cast<size_t>(inputs_));
    std::vector<int> rows(paths_.size());
    for (size_t i = 0; i < paths_.size(); ++i) {
      stepwise_frame(paths_[i], paths_[i].window.origin + h, options_, frames.data() + i * static_cast<size_t>(inputs_));
      rows[i] = static_cast<int>(i);
    }
    keep(run(seq, frames, state_), rows);
  }

  void keep(View<float> outputs, const std::vector<int>& rows) {
    said_.clear();
    for (const int row : rows) {
      const auto from = row_of(outputs, row);
      said_.insert(said_.end(), from.begin(), from.end());
    }
  }

  View<float> run(const Seq& seq, const std::vector<float>& frames, State<float>& state) {
    return engine_.outputs({seq, nullptr, View<const float>(frames.data(), seq.rows(), inputs_, inputs_)}, state);
  }

  Engine engine_;
  const WindowOptions& options_;
  std::span<const Drawn> windows_;
  PathRange range_;
  Distribution head_;
  int inputs_ = 0;
  std::vector<StepwiseWindow> past_, paths_;  // [windows], [windows * paths]
  State<float> state_;                        // of the paths
  std::vector<float> said_;                   // of the windows at the first step, of the paths at the others: [.., numbers]
};

uint64_t key_of_past(std::span<const float> past) {
  return fnv1a64({reinterpret_cast<const char*>(past.data()), past.size() * sizeof(float)});
}

}  // namespace

std::vector<std::vector<float>> sample_windows(const Model<float>& model, Pool& pool, const SeriesBank& bank,
                                               std::span<const Window> windows, const WindowOptions& options, int steps) {
  std::vector<std::vector<float>> found;
  for (size_t begin = 0; begin < windows.size(); begin += kSampledAtOnce) {
    std::vector<Drawn> some;
    for (const Window& w : windows.subspan(begin, std::min(kSampledAtOnce, windows.size() - begin)))
      some.push_back({w, key_of_past(window_past(bank.views()[static_cast<size_t>(w.series)], w.origin, options.context))});
    for (auto& of : Ancestral(model, pool, bank.views(), some, options, {0, kAncestralPaths}).draw(steps)) {
      std::vector<float>& said = found.emplace_back(of.size() * kSampleQuantiles);
      for (size_t h = 0; h < of.size(); ++h) sample_quantiles(of[h], said.data() + h * kSampleQuantiles);
    }
  }
  return found;
}

std::vector<std::vector<double>> sample_futures(const Model<float>& model, Pool& pool, const SeriesBank& bank,
                                                const Window& window, const WindowOptions& options, uint64_t key,
                                                int count) {
  std::vector<std::vector<double>> found(static_cast<size_t>(count), std::vector<double>());
  const Drawn drawn{window, key};
  for (int first = 0; first < count; first += kFuturesAtOnce) {
    const PathRange range{first, std::min(kFuturesAtOnce, count - first)};
    const auto steps = Ancestral(model, pool, bank.views(), {&drawn, 1}, options, range).draw(options.horizon)[0];
    for (int i = 0; i < range.count; ++i)
      for (const auto& step : steps) found[static_cast<size_t>(first + i)].push_back(step[static_cast<size_t>(i)]);
  }
  return found;
}

}  // namespace rnn::core
