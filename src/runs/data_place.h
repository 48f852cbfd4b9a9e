// Why: the data of a run is found again when it is resumed from another folder, or when both have moved together.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace rnn::core {

struct RunRequest;

// For a checkpoint: the current folder, and the data, valid and test files of the request as seen from the folder of the run.
nlohmann::json data_place(const RunRequest& request);
// The paths that a checkpoint has under `key` ("data", "valid", "test"), as this process finds them: seen from the run, else from where
// it began, else as they are. `place`: data_place() then; null: an earlier version.
std::vector<std::string> found_again(const std::vector<std::string>& paths, const std::string& key,
                                     const nlohmann::json& place, const std::string& run);

}  // namespace rnn::core
