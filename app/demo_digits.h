// Why: a part of rnn demo: a recogniser is trained on the spot on digits that a synthetic voice speaks.
#pragma once

#include <cstdint>
#include <string>

namespace rnn::core::app {

struct DigitsDemo {
  std::string folder;   // of the run, with its clips
  double seconds = 40;  // of training, at most
  int threads = 0;
  uint64_t seed = 1;
  std::string command;  // as typed, recorded in the model
};

// Speaks, trains, and transcribes strings by a voice, speed and pitch that were not trained on, with times. Returns false and prints
// nothing if a signal ended the training; without the program espeak-ng it says so and does nothing.
bool demo_digits(const DigitsDemo& demo);

}  // namespace rnn::core::app
