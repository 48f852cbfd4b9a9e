// Why: a part of rnn demo: a series is made, forecast with a band, and the forecast is judged on days that were kept apart.
#pragma once

#include <cstdint>
#include <string>

namespace rnn::core::app {

struct SeriesDemo {
  std::string folder;   // of the run, with its table and its page
  double seconds = 20;  // of training, at most
  int threads = 0;
  uint64_t seed = 1;
  std::string command;  // as typed, recorded in the model
};

// Trains, then prints the errors beside those of simple rules, and the four weeks to come with their band; writes FOLDER/report.html.
// Returns false and prints nothing if a signal ended the training.
bool demo_series(const SeriesDemo& demo);

}  // namespace rnn::core::app
