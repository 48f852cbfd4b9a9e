// Why: a folder of data may hold what training wrote there: that is no data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

// A name that training gives to a file of its folder: config.toml, model.safetensors, events.out.tfevents.1, README.md ...
bool is_run_file(std::string_view name);
// A folder with settings, and a model, a checkpoint or metrics.
bool is_run_folder(const std::string& path);

struct FilesBelow {
  std::vector<std::string> paths;  // by name
  bool any_here = false;           // some are in the folder itself
  int64_t runs = 0;                // folders of runs, which are left out
};
// The files below `folder` that `wanted` takes by name; without what is hidden (.git) and what training wrote. Throws Error{data,
// "data/unreadable"}.
FilesBelow files_below(const std::string& folder, bool (*wanted)(std::string_view name));

}  // namespace rnn::core
