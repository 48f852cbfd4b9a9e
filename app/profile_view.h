// Why: where the time went, as a table: one run phase by phase, or many measurements side by side.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/profile.h"

namespace rnn::core::app {

// The largest phase first, with its share, time per update and speed of products. Empty without updates.
std::string profile_table(const Profile& profile);

// A row per measurement: its name and the share of every phase that any of them has.
std::string profile_shares(const std::vector<std::pair<std::string, const Profile*>>& rows, const std::string& head);

}  // namespace rnn::core::app
