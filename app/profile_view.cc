// Why: the layout of the tables of phases.
#include "profile_view.h"

#include <fmt/format.h>

#include "events/events.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

std::string name_of(Phase phase) { return std::string(kPhaseNames[static_cast<size_t>(phase)]); }

std::string share_text(double share) { return fmt::format("{:.1f} %", 100 * share); }

}  // namespace

std::string profile_table(const Profile& profile) {
  if (profile.calls() == 0 || profile.total() <= 0) return {};
  Table table({"where the time went", "share", "seconds", "ms per update", "GFLOP/s"});
  const auto add = [&](const std::string& name, double seconds, double flops) {
    table.add({name, share_text(seconds / profile.total()), fmt::format("{:.2f}", seconds),
               fmt::format("{:.3f}", seconds / static_cast<double>(profile.calls()) * 1e3),
               flops > 0 ? fmt::format("{:.0f}", flops / seconds * 1e-9) : ""});
  };
  for (const Phase phase : profile.largest_first()) add(name_of(phase), profile.seconds(phase), profile.flops(phase));
  add("all", profile.total(), 0);
  return table.text();
}

std::string profile_shares(const std::vector<std::pair<std::string, const Profile*>>& rows, const std::string& head) {
  std::vector<Phase> phases;
  for (size_t i = 0; i < kPhases; ++i) {
    const auto phase = static_cast<Phase>(i);
    for (const auto& row : rows) {
      if (row.second->seconds(phase) > 0) {
        phases.push_back(phase);
        break;
      }
    }
  }
  std::vector<std::string> names{head};
  for (const Phase phase : phases) names.push_back(name_of(phase));
  Table table(names);
  for (const auto& [name, profile] : rows) {
    std::vector<std::string> cells{name};
    for (const Phase phase : phases) {
      const double seconds = profile->seconds(phase);
      cells.push_back(seconds > 0 ? share_text(seconds / profile->total()) : "");
    }
    table.add(cells);
  }
  return table.text();
}

}  // namespace rnn::core::app
