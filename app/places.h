// Why: texts and recipes come with the program: where they lie when it is built, installed or moved is known here, once.
#pragma once

#include <string>
#include <vector>

namespace rnn::core::app {

// Folders to look in, in this order: `source` of the tree this program was built from, `installed`, and the folder of that name in
// ../share/rnn beside the program itself.
std::vector<std::string> places_of(const std::string& source, const std::string& installed);

}  // namespace rnn::core::app
