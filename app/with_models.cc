// Why: see with_models.h.
#include "with_models.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/numbers.h"

namespace rnn::core::app {
namespace {

std::string_view trimmed(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of(' '), word.size()));
  return word.substr(0, word.find_last_not_of(' ') + 1);  // npos + 1 is 0
}

std::vector<double> numbers(const std::string& list) {
  std::vector<double> values;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find(',', begin), list.size());
    const std::string word = list.substr(begin, end - begin);
    const std::optional<double> value = parse_number<double>(trimmed(word));
    if (!value) {
      throw Error(Exit::usage, "usage/option", fmt::format("--with-weights: '{}' is not a number", word),
                  "for example: --with B --with C --with-weights 2,1,1");
    }
    values.push_back(*value);
    begin = end + 1;
  }
  return values;
}

}  // namespace

void WithArguments::declare(Command& command, const std::string& help) { command.texts("--with", &paths_, "MODEL", help); }

void WithArguments::declare_weights(Command& command) {
  command.text("--with-weights", &weights_, "LIST", "weights of MODEL and the others, such as 2,1,1 (all equal)");
}

WithModels WithArguments::load() {
  WithModels with;
  if (!weights_.empty()) with.weights = numbers(weights_);
  if (!weights_.empty() && !given()) throw Error(Exit::usage, "usage/option", "--with-weights needs at least one --with");
  for (const std::string& path : paths_) {
    files_.push_back(load_model(path));
    with.files.push_back(&files_.back());
  }
  return with;
}

}  // namespace rnn::core::app
