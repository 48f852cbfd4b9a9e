// Why: the last part of rnn demo: a small translator is trained on the spot to read dates, and shows where it looks.
#pragma once

#include <cstdint>
#include <string>

namespace rnn::core::app {

struct DatesDemo {
  std::string folder;   // of the run, with its pairs and drawings
  double seconds = 25;  // of training
  int threads = 0;
  uint64_t seed = 1;
  std::string command;  // as typed, recorded in the model
};

// Trains, then prints how many unseen dates it translates correctly, some translations, and an attention map of each.
// Returns false and prints nothing if a signal ended the training.
bool demo_dates(const DatesDemo& demo);

}  // namespace rnn::core::app
