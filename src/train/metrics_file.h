// Why: a run's metrics.jsonl is read in one way, whoever wants its events.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace rnn::core {

// Calls `take` with each event of the file, an object with a "type", in order; an incomplete last line is ignored. Returns how many there
// were. Throws Error{data, "run/metrics"}: a line that is no event, with file:line; Error as read_file().
int64_t read_events(const std::string& path, const std::function<void(nlohmann::json&&)>& take);

}  // namespace rnn::core
