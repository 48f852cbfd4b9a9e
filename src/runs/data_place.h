// Why: the data of a run is found again when it is resumed from another folder, or when both have moved together.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace rnn::core {

struct ModelFile;
struct RunRequest;

// A path in a checkpoint: the text, or {"base64": ...} of a name that is not UTF-8; and back. Throws nlohmann::json::exception for anything
// else.
nlohmann::json path_to_json(const std::string& path);
nlohmann::json paths_to_json(const std::vector<std::string>& paths);
std::string path_from_json(const nlohmann::json& saved);
// For a checkpoint: the current folder, and the data, valid and test files of the request as seen from the folder of the run.
nlohmann::json data_place(const RunRequest& request);
// The paths that a checkpoint has under `key` ("data", "valid", "test"), as this process finds them: seen from the run, else from where
// it began, else as they are. `place`: data_place() then; null: an earlier version.
std::vector<std::string> found_again(const std::vector<std::string>& paths, const std::string& key,
                                     const nlohmann::json& place, const std::string& run);

// The files under `key` ("train", "valid") in what a model file says of its data, as this process finds them: as above, if the checkpoint
// of its run lies beside it; else as they were typed.
std::vector<std::string> data_of_model(const ModelFile& file, const std::string& key);

}  // namespace rnn::core
