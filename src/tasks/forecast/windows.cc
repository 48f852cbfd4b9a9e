// Why: see windows.h.
#include "tasks/forecast/windows.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

std::vector<Window> latest_windows(const SeriesBank& bank, int horizon, const WindowChoice& choice) {
  std::vector<int64_t> first, last;
  for (size_t s = 0; s < bank.size(); ++s) {
    last.push_back(bank.length(s));
    first.push_back(choice.last > 0 ? std::max<int64_t>(bank.length(s) - choice.last, 1) : 1);
  }
  const int stride = choice.stride > 0 ? static_cast<int>(choice.stride) : horizon;
  return windows_between(bank, first, last, horizon, stride,
                         choice.windows > 0 ? choice.windows : std::numeric_limits<int64_t>::max());
}

}  // namespace

MeasuredWindows windows_to_measure(const ForecastFront& front, const SeriesSet& set, int horizon,
                                   const WindowChoice& choice) {
  std::vector<int64_t> seen(set.series.size(), 0);
  {
    const SeriesBank all(front, set);
    for (const Window& w : latest_windows(all, horizon, choice)) {
      int64_t& of = seen[static_cast<size_t>(w.series)];
      of = of == 0 ? w.origin : std::min(of, w.origin);
    }
  }
  MeasuredWindows found{std::make_unique<SeriesBank>(front, set, seen), {}};
  found.windows = latest_windows(*found.bank, horizon, choice);
  if (!found.windows.empty()) return found;
  int64_t most = 0;
  for (const Series& s : set.series) most = std::max(most, std::ssize(s.y));
  throw Error(Exit::data, "data/too_short",
              fmt::format("no window fits: the longest series has {}, a window needs {} and one before them",
                          counted(most, "value"), horizon),
              "give longer series, or a model with a shorter --horizon");
}

std::vector<Window> spread_windows(const SeriesBank& bank, std::span<const int64_t> first, std::span<const int64_t> last,
                                   int horizon, int64_t most) {
  const std::vector<Window> all = windows_between(bank, first, last, horizon, 1, std::numeric_limits<int64_t>::max());
  if (std::ssize(all) <= most) return all;
  const auto stride = static_cast<int>((std::ssize(all) + most - 1) / most);
  return windows_between(bank, first, last, horizon, stride, most);
}

int64_t windows_learnt_from(const ForecastFront& front, const SeriesSet& set, const std::vector<Window>& windows) {
  return std::count_if(windows.begin(), windows.end(), [&](const Window& w) {
    const Series& series = set.series[static_cast<size_t>(w.series)];
    return front.find(series.id) >= 0 && set.grid.stamp(series.first + w.origin).utc <= front.until;
  });
}

}  // namespace rnn::core
