// Why: windows in the order of an epoch, each checked before the first batch.
#include "data/window_batcher.h"

#include <cassert>
#include <cmath>
#include <string>

#include "base/error.h"
#include "base/numbers.h"
#include "data/window_rows.h"

namespace rnn::core {
namespace {

class WindowBatcher final : public Batcher {
 public:
  WindowBatcher(std::span<const WindowSeries> series, std::span<const Window> windows, const WindowOptions& options)
      : series_(series), windows_(windows), options_(options) {
    check_batch(options.batch);
    if (windows.empty())
      throw Error(Exit::data, "data/too_short", "there is no window to learn from: no series is long enough",
                  "a shorter horizon, or longer series");
    for (const Window& window : windows) check(window);
    plan(0);
  }

  bool next(Batch& batch) override {
    if (position_ >= batches_per_epoch()) return false;
    const std::span<const uint32_t> chosen = plan_.batch(position_);
    chosen_.clear();
    for (const uint32_t i : chosen) chosen_.push_back(windows_[i]);
    fill_windows(series_, chosen_, chosen, options_, batch);
    ++position_;
    return true;
  }
  int64_t batches_per_epoch() const override { return static_cast<int64_t>(plan_.starts.size()); }
  int64_t tokens_per_epoch() const override { return targets_; }
  void seek(int64_t epoch, int64_t position) override {
    assert(epoch >= 0 && position >= 0 && position <= batches_per_epoch());
    if (options_.shuffle && epoch != planned_) plan(epoch);
    epoch_ = epoch, position_ = position;
  }

 private:
  // Counts the rows of targets of which one value is there.
  void check(const Window& window) {
    const WindowSeries& series = series_[static_cast<size_t>(window.series)];
    assert(window.origin >= 0 && window.origin <= static_cast<int64_t>(series.y.size()));
    for (const auto& known : series.known) {
      const int64_t needed = window.origin + options_.horizon, there = static_cast<int64_t>(known.size());
      if (there < needed)
        throw Error(Exit::data, "data/known",
                    "a covariate that is known ahead has " + counted(there, "step") + " in series " +
                        std::to_string(window.series + 1) + ", but a forecast of " + counted(options_.horizon, "step") +
                        " after " + counted(window.origin, "step") + " needs " + std::to_string(needed),
                    "give its values up to there, or make it a past covariate");
    }
    if (options_.network == ForecastNetwork::autoregressive && options_.past_targets) {
      for (int64_t t = window.origin - steps_of_past(window.origin, options_); t < window.origin; ++t)
        count_row(series, window, t, 1);
    }
    const int width = values_of_row(options_);
    for (int64_t row = 0; row < future_rows(options_); ++row) count_row(series, window, window.origin + row * width, width);
  }

  // Values [from, from + width) are a row of targets.
  void count_row(const WindowSeries& series, const Window& window, int64_t from, int64_t width) {
    bool some = false;
    for (int64_t t = from; t < from + width; ++t) {
      const float y = target_at(series, window, t, options_);
      some = some || !std::isnan(y);
      if (options_.counts && y < 0)
        throw Error(Exit::data, "data/counts",
                    "series " + std::to_string(window.series + 1) + " has a negative value, but counts are at least 0",
                    "use another head, for example student-t");
    }
    targets_ += some;
  }

  void plan(int64_t epoch) {
    plan_.plan(
        windows_.size(),
        {.batch = static_cast<size_t>(options_.batch), .shuffled = options_.shuffle, .seed = options_.seed, .epoch = epoch},
        [&](uint32_t i) { return past_rows(windows_[i].origin, options_); });
    planned_ = epoch;
  }

  std::span<const WindowSeries> series_;
  std::span<const Window> windows_;
  WindowOptions options_;
  LengthOrder plan_;
  int64_t planned_ = -1;  // the epoch that plan_ is for
  int64_t targets_ = 0;
  std::vector<Window> chosen_;  // of the current batch
};

}  // namespace

std::unique_ptr<Batcher> window_batcher(std::span<const WindowSeries> series, std::span<const Window> windows,
                                        const WindowOptions& options) {
  return std::make_unique<WindowBatcher>(series, windows, options);
}

}  // namespace rnn::core
