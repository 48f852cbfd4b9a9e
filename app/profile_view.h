// Why: how the time was spent, as a table: one run phase by phase, or many measurements side by side.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/profile.h"

namespace rnn::core::app {

// The largest phase first, with its share, time per update and speed of its products. Empty without updates.
std::string profile_table(const Profile& profile);

// One row per measurement: its name and the share of every phase that occurs in any of them.
std::string profile_shares(const std::vector<std::pair<std::string, const Profile*>>& rows, const std::string& head);

}  // namespace rnn::core::app
