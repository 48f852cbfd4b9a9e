// Why: the program finds its own location, so that an installed tree may be moved.
#include "places.h"

#include <filesystem>

namespace rnn::core::app {

std::vector<std::string> places_of(const std::string& source, const std::string& installed) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  return {source, installed, (program / "../share/rnn" / fs::path(installed).filename()).string()};
}

}  // namespace rnn::core::app
