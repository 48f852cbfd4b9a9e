// Why: the last part of rnn demo: a small translator learns on the spot to read dates, and shows where it looks.
#pragma once

#include <cstdint>
#include <string>

namespace rnn::core::app {

struct DatesDemo {
  std::string folder;   // of the run; its pairs and drawings go there, too
  double seconds = 25;  // of training
  int threads = 0;
  uint64_t seed = 1;
  std::string command;  // as typed, for the record
};

// Trains, then prints how many dates that it has never seen it gets right, some translations, and the map of where it looked for
// each. Returns false, with nothing printed, when a signal ended the training.
bool demo_dates(const DatesDemo& demo);

}  // namespace rnn::core::app
