// Why: see data_place.h.
#include "runs/data_place.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "io/model_file.h"
#include "runs/model_head.h"
#include "runs/request.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

fs::path whole(const fs::path& path) {
  std::error_code error;
  return fs::absolute(path, error).lexically_normal();
}

std::string text_of_place(const nlohmann::json* value) {
  return value && (value->is_string() || value->is_object()) ? path_from_json(*value) : "";
}

const nlohmann::json* part(const nlohmann::json& place, const std::string& key) {
  const auto found = place.is_object() ? place.find(key) : place.end();
  return place.is_object() && found != place.end() ? &*found : nullptr;
}

nlohmann::json seen_from(const std::string& run, const std::vector<std::string>& paths) {
  nlohmann::json seen = nlohmann::json::array();
  for (const std::string& path : paths)
    seen.push_back(path_to_json(path == "-" ? "" : whole(path).lexically_relative(whole(run)).string()));
  return seen;
}

// The first candidate that is there, as seen from here; a path that means the same file here stays as it is.
std::string first_there(const std::string& path, const std::vector<fs::path>& candidates) {
  std::error_code error;
  for (const fs::path& there : candidates) {
    if (!fs::exists(there, error)) continue;
    return fs::exists(path, error) && fs::equivalent(path, there, error)
               ? path
               : whole(there).lexically_proximate(whole("")).string();
  }
  return path;
}

}  // namespace

nlohmann::json path_to_json(const std::string& path) {
  if (utf8_error(path) == std::string::npos) return path;
  return nlohmann::json::object({{"base64", to_base64(path)}});
}

nlohmann::json paths_to_json(const std::vector<std::string>& paths) {
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& path : paths) list.push_back(path_to_json(path));
  return list;
}

std::string path_from_json(const nlohmann::json& saved) {
  return saved.is_object() ? from_base64(saved.at("base64").get<std::string>()).value_or("") : saved.get<std::string>();
}

nlohmann::json data_place(const RunRequest& request) {
  std::error_code error;
  return {{"folder", path_to_json(fs::current_path(error).string())},
          {"data", seen_from(request.folder, request.data)},
          {"valid", seen_from(request.folder, request.valid)},
          {"test", seen_from(request.folder, request.test)}};
}

std::vector<std::string> found_again(const std::vector<std::string>& paths, const std::string& key,
                                     const nlohmann::json& place, const std::string& run) {
  const std::string began = text_of_place(part(place, "folder"));
  const nlohmann::json* seen = part(place, key);
  std::vector<std::string> found;
  for (size_t i = 0; i < paths.size(); ++i) {
    const bool absolute = fs::path(paths[i]).is_absolute();  // it stays so
    std::vector<fs::path> candidates;
    if (absolute) candidates.emplace_back(paths[i]);
    const std::string from_run = seen && seen->is_array() && i < seen->size() ? text_of_place(&(*seen)[i]) : "";
    if (!from_run.empty()) candidates.push_back(fs::path(run) / from_run);
    if (!absolute && !began.empty()) candidates.push_back(fs::path(began) / paths[i]);
    found.push_back(paths[i] == "-" ? paths[i] : first_there(paths[i], candidates));
  }
  return found;
}

std::vector<std::string> data_of_model(const ModelFile& file, const std::string& key) {
  const nlohmann::json& said = file.about.at("data").at(key);
  std::vector<std::string> paths;
  if (said.is_array()) {
    paths = said.get<std::vector<std::string>>();
  } else if (!said.get_ref<const std::string&>().empty()) {
    paths = {said.get<std::string>()};
  }
  const fs::path folder = fs::path(file.path).parent_path();
  const nlohmann::json run = head_part(read_model_head((folder / "last.ckpt.safetensors").string()), "rnn.checkpoint");
  const nlohmann::json* request = part(run, "request");
  const nlohmann::json* place = request ? part(*request, "place") : nullptr;
  if (!place) return paths;
  return found_again(paths, key == "train" ? "data" : key, *place, folder.empty() ? "." : folder.string());
}

}  // namespace rnn::core
