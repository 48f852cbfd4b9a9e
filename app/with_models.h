// Why: several verbs take models beside the first one.
#pragma once

#include <list>
#include <string>
#include <vector>

#include "command.h"
#include "tasks/scorers.h"

namespace rnn::core::app {

// --with MODEL, as often as wanted, and --with-weights: declared, loaded, handed on.
class WithArguments {
 public:
  // The weights are shown by --help-all only: call declare_weights() behind Command::more().
  void declare(Command& command, const std::string& help);
  void declare_weights(Command& command);
  bool given() const { return !paths_.empty(); }
  // Loads them; stays valid as long as this object. Throws as load_model(), and Error{usage, "usage/option"}.
  WithModels load();

 private:
  std::vector<std::string> paths_;
  std::string weights_;
  std::list<ModelFile> files_;
};

}  // namespace rnn::core::app
