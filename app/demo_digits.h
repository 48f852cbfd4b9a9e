// Why: a part of rnn demo: a speech program says digits in many voices, a network learns to write them down, and hears a voice that is new.
#pragma once

#include <cstdint>
#include <string>

namespace rnn::core::app {

struct DigitsDemo {
  std::string folder;   // of the run, with its clips and its page
  double seconds = 25;  // of training, at most
  int threads = 0;
  uint64_t seed = 1;
  std::string command;  // as typed, recorded in the model
};

// Synthesises, trains, then prints what was said and heard, with times; writes FOLDER/heard.html. Without espeak-ng it says so and does
// nothing. Returns false and prints nothing if a signal ended the training.
bool demo_digits(const DigitsDemo& demo);

}  // namespace rnn::core::app
