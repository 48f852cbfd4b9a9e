// Why: see error_ranks.h.
#include "tasks/forecast/stream/error_ranks.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <string>

#include "base/base64.h"
#include "base/rng.h"

namespace rnn::core {
namespace {

// Missing errors become those of the nearest step, the earlier one of two; false: there is none.
bool fill_missing(std::vector<double>& errors) {
  const auto steps = std::ssize(errors);
  const std::vector<double> given = errors;
  for (int64_t h = 0; h < steps; ++h) {
    const auto at = [&](int64_t step) {
      return step < 0 || step >= steps ? std::nan("") : given[static_cast<size_t>(step)];
    };
    double& error = errors[static_cast<size_t>(h)];
    for (int64_t d = 1; std::isnan(error) && d < steps; ++d) error = std::isnan(at(h - d)) ? at(h + d) : at(h - d);
    if (std::isnan(error)) return false;
  }
  return steps > 0;
}

}  // namespace

bool ErrorRanks::fits(int horizon) const {
  const size_t n = windows.size();
  if (n > kMost) return false;
  for (const auto& window : windows)
    if (std::ssize(window) != horizon) return false;
  for (size_t h = 0; h < static_cast<size_t>(horizon) && n > 0; ++h) {
    std::vector<bool> seen(n);
    for (const auto& window : windows) {
      if (window[h] >= n || seen[window[h]]) return false;
      seen[window[h]] = true;
    }
  }
  return true;
}

ErrorRanks rank_errors(std::vector<std::vector<double>> errors) {
  std::erase_if(errors, [](std::vector<double>& of) { return !fill_missing(of); });
  assert(errors.size() <= ErrorRanks::kMost);
  ErrorRanks found;
  if (errors.empty()) return found;
  const size_t n = errors.size(), steps = errors[0].size();
  found.windows.assign(n, std::vector<uint8_t>(steps));
  for (size_t h = 0; h < steps; ++h) {
    std::vector<size_t> order(n);
    std::iota(order.begin(), order.end(), size_t{0});
    const auto chance = [&](size_t i) { return random_words(0, Purpose::sample, i, static_cast<uint32_t>(h))[0]; };
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      if (errors[a][h] != errors[b][h]) return errors[a][h] < errors[b][h];
      return chance(a) != chance(b) ? chance(a) < chance(b) : a < b;
    });
    for (size_t rank = 0; rank < n; ++rank) found.windows[order[rank]][h] = static_cast<uint8_t>(rank);
  }
  return found;
}

nlohmann::json error_ranks_to_json(const ErrorRanks& ranks) {
  std::string bytes;
  for (const auto& window : ranks.windows) bytes.append(window.begin(), window.end());
  return {{"windows", ranks.windows.size()}, {"ranks", to_base64(bytes)}};
}

bool error_ranks_from_json(const nlohmann::json& json, ErrorRanks* ranks) {
  *ranks = {};
  if (json.is_null()) return true;
  const auto windows = json.at("windows").get<int64_t>();
  const std::optional<std::string> bytes = from_base64(json.at("ranks").get<std::string>());
  if (!bytes || windows < 0 || windows > ErrorRanks::kMost) return false;
  if (windows == 0) return bytes->empty();
  if (bytes->empty() || std::ssize(*bytes) % windows != 0) return false;
  const auto steps = std::ssize(*bytes) / windows;
  for (int64_t w = 0; w < windows; ++w)
    ranks->windows.emplace_back(bytes->begin() + w * steps, bytes->begin() + (w + 1) * steps);
  return true;
}

}  // namespace rnn::core
