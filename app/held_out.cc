// Why: the pairs of lines that test a network's memory come with the program; no training reads them.
#include "held_out.h"

#include <filesystem>

#include "base/file.h"
#include "places.h"

namespace rnn::core::app {

std::vector<EarlyPair> held_out_pairs() {
  std::error_code error;
  for (const std::string& folder : places_of(RNN_SOURCE_HELD_OUT, RNN_INSTALLED_HELD_OUT)) {
    const std::string path = (std::filesystem::path(folder) / "early_words.tsv").string();
    if (std::filesystem::exists(path, error)) return read_early_pairs(read_file(path), path);
  }
  return {};
}

}  // namespace rnn::core::app
