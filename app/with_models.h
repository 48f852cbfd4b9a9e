// Why: several verbs accept further models.
#pragma once

#include <list>
#include <string>
#include <vector>

#include "command.h"
#include "io/text_scorer.h"

namespace rnn::core::app {

// --with MODEL, any number of times, and --with-weights: declares, loads and passes them on.
class WithArguments {
 public:
  // The weights are shown by --help-all only: call declare_weights() after Command::more().
  void declare(Command& command, const std::string& help);
  void declare_weights(Command& command);
  bool given() const { return !paths_.empty(); }
  // Loads them; the result is valid as long as this object. Throws as load_model(), and Error{usage, "usage/option"}.
  WithModels load();

 private:
  std::vector<std::string> paths_;
  std::string weights_;
  std::list<ModelFile> files_;
};

}  // namespace rnn::core::app
