// Why: the errors of one forecast go together: who is too low at step 3 mostly is so at step 4. Bands do not say it, past windows do.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace rnn::core {

// The errors of past forecasts as ranks: of each window and step how many windows had a smaller error at that step. Within a step every
// rank from 0 to windows - 1 occurs once. The template of a Schaake shuffle (Clark et al. 2004).
struct ErrorRanks {
  static constexpr int kMost = 200;           // windows
  std::vector<std::vector<uint8_t>> windows;  // [windows][horizon]
  bool present() const { return !windows.empty(); }
  bool fits(int horizon) const;  // what the comment above says
};

// errors [windows][horizon]; NaN: no value at that step, which then has the rank of the nearest step of its window that has one. Windows
// without any are left out. Equal errors are ranked by a random number that the window and the step decide.
ErrorRanks rank_errors(std::vector<std::vector<double>> errors);

nlohmann::json error_ranks_to_json(const ErrorRanks& ranks);
// false: not what error_ranks_to_json() writes. Null gives none.
bool error_ranks_from_json(const nlohmann::json& json, ErrorRanks* ranks);

}  // namespace rnn::core
