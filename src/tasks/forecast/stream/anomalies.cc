// Why: see anomalies.h.
#include "tasks/forecast/stream/anomalies.h"

#include <algorithm>
#include <cmath>

#include "series/observed.h"

namespace rnn::core {
namespace {

constexpr double kLow = 0.05, kHigh = 0.95;
constexpr double kLeastWidth = 1e-6;  // half of a band, scaled

}  // namespace

std::vector<JudgedStep> judge_steps(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank,
                                    size_t series, int64_t from, int64_t to, int ahead, int smooth, double usual) {
  std::vector<Window> windows;
  const WindowSeries& view = bank.views()[series];
  for (int64_t t = std::max<int64_t>(from - smooth + 1, ahead); t < to; ++t) {
    if (!std::isnan(view.y[static_cast<size_t>(t)])) windows.push_back({static_cast<int32_t>(series), t - ahead + 1});
  }
  const SeriesScale& scale = bank.scale(series);
  const auto own = [&](double z) { return front.backward(scale.centre + scale.scale * z); };
  std::vector<JudgedStep> found;
  std::vector<double> distances;  // with their sign, in half widths
  for (size_t begin = 0; begin < windows.size(); begin += Forecaster::kWindowsAtOnce) {
    const auto some =
        std::span(windows).subspan(begin, std::min<size_t>(Forecaster::kWindowsAtOnce, windows.size() - begin));
    const std::vector<ForecastParts> parts = forecaster.parts(bank, some, ahead);
    for (size_t i = 0; i < some.size(); ++i) {
      const int64_t t = some[i].origin + ahead - 1;
      const double y = view.y[static_cast<size_t>(t)];
      const double middle = forecaster.scaled_quantile(parts[i], ahead - 1, 0.5);
      const double low = forecaster.scaled_quantile(parts[i], ahead - 1, kLow);
      const double high = forecaster.scaled_quantile(parts[i], ahead - 1, kHigh);
      const double half = std::max((high - low) / 2, kLeastWidth);
      distances.push_back((y - middle) / half);
      double sum = 0;
      const auto last = static_cast<int64_t>(distances.size());
      const int64_t count = std::min<int64_t>(smooth, last);
      for (int64_t k = last - count; k < last; ++k) sum += distances[static_cast<size_t>(k)];
      if (t < from) continue;
      JudgedStep step;
      step.step = t, step.value = own(y), step.expected = own(middle);
      step.low = own(middle - usual * half), step.high = own(middle + usual * half);
      step.score = std::abs(sum / static_cast<double>(count)) / usual;
      found.push_back(step);
    }
  }
  return found;
}

double largest_score(Forecaster& forecaster, const ForecastFront& front, const SeriesBank& bank,
                     std::span<const int64_t> from, std::span<const int64_t> to, int ahead, int smooth) {
  double largest = 0;
  for (size_t s = 0; s < bank.size(); ++s) {
    for (const JudgedStep& step : judge_steps(forecaster, front, bank, s, from[s], to[s], ahead, smooth, 1))
      largest = std::max(largest, step.score);
  }
  return largest > 0 ? largest : 1;
}

}  // namespace rnn::core
