// Why: see folders.h.
#include "data/inputs/folders.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRunFiles[] = {"config.toml",
                                          "model.safetensors",
                                          "last.ckpt.safetensors",
                                          "best.ckpt.safetensors",
                                          "metrics.jsonl",
                                          "metrics.csv",
                                          "train.log",
                                          "README.md",
                                          "MODEL_CARD.md",
                                          "data.json",
                                          "run.lock"};

}  // namespace

bool is_run_file(std::string_view name) {
  return name.starts_with("events.out.tfevents.") ||
         std::find(std::begin(kRunFiles), std::end(kRunFiles), name) != std::end(kRunFiles);
}

bool is_run_folder(const std::string& path) {
  std::error_code ignored;
  const auto there = [&](const char* name) { return fs::is_regular_file(fs::path(path) / name, ignored); };
  return there("config.toml") && (there("model.safetensors") || there("last.ckpt.safetensors") || there("metrics.jsonl"));
}

FilesBelow files_below(const std::string& folder, bool (*wanted)(std::string_view name)) {
  FilesBelow found;
  const bool is_run = is_run_folder(folder);
  std::error_code error;
  fs::recursive_directory_iterator it(folder, error), end;
  for (; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    if (it->is_directory(ignored)) {
      const bool hidden = name.starts_with("."), run = !hidden && is_run_folder(it->path().string());
      if (hidden || run) it.disable_recursion_pending();
      if (run) ++found.runs;
      continue;
    }
    if (name.starts_with(".") || !it->is_regular_file(ignored) || !wanted(name)) continue;
    if (it.depth() == 0 && is_run && is_run_file(name)) continue;
    found.any_here = found.any_here || it.depth() == 0;
    found.paths.push_back(it->path().string());
  }
  if (error) throw Error(Exit::data, "data/unreadable", "cannot read the folder " + folder + ": " + error.message());
  std::sort(found.paths.begin(), found.paths.end());
  return found;
}

}  // namespace rnn::core
