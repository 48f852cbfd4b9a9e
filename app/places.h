// Why: texts and recipes come with the program: their location in a built, installed or moved tree is defined here, once.
#pragma once

#include <string>
#include <vector>

namespace rnn::core::app {

// Folders to search, in this order: `source` of the tree this program was built from, `installed`, and the folder of that
// name in ../share/rnn relative to the program itself.
std::vector<std::string> places_of(const std::string& source, const std::string& installed);

}  // namespace rnn::core::app
