// Why: making a folder either succeeds or says that another process has it.
#include "run_name.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/numbers.h"
#include "data/inputs/data_file.h"
#include "signals.h"

namespace rnn::core::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRuns = "runs";

std::string stem_of(const std::string& data) {
  const fs::path path = fs::path(data).lexically_normal();
  std::string stem = path.filename().empty() ? path.parent_path().filename().string() : path.filename().string();
  stem = stem.substr(0, stem.find('.', 1));
  return stem.empty() || stem == "." || stem == ".." || is_pipe(data) ? "run" : stem;
}

int highest_number(const std::string& stem) {
  int highest = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(kRuns, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(stem + "-")) continue;
    std::string_view number = std::string_view(name).substr(stem.size() + 1);
    highest = std::max(highest, take_number<int>(number).value_or(0));
  }
  return highest;
}

void remove_empty(std::vector<std::string>& folders) {
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) ::rmdir(folder->c_str());
  folders.clear();
}

[[noreturn]] void cannot_make(const std::string& folder) {
  throw Error(Exit::internal, "io/write", fmt::format("cannot create the folder {}: {}", folder, std::strerror(errno)),
              "choose another folder with -o");
}

}  // namespace

RunName::RunName(const std::string& data, const std::vector<std::string>& endings) : endings_(endings) {
  if (endings_.empty()) endings_.emplace_back();
  const std::string stem = stem_of(data);
  int number = highest_number(stem);
  do path_ = fmt::format("{}/{}-{:03}", kRuns, stem, ++number);
  while (!take());
  end_on_signals(&made_);
}

RunName::~RunName() {
  forget_folders();
  remove_empty(made_);
}

// False: another process has the number.
bool RunName::take() {
  if (::mkdir(kRuns, 0777) == 0) {
    made_.emplace_back(kRuns);
  } else if (errno != EEXIST) {
    cannot_make(kRuns);
  }
  for (const std::string& ending : endings_) {
    const std::string folder = path_ + ending;
    while (::mkdir(folder.c_str(), 0777) != 0) {
      if (errno == ENOENT && (::mkdir(kRuns, 0777) == 0 || errno == EEXIST))
        continue;  // removed by another process that ended
      const bool taken = errno == EEXIST;
      if (!taken) cannot_make(folder);
      made_.erase(std::remove(made_.begin(), made_.end(), kRuns), made_.end());
      remove_empty(made_);
      return false;
    }
    made_.push_back(folder);
  }
  return true;
}

}  // namespace rnn::core::app
