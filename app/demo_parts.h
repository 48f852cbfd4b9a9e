// Why: rnn demo is a list of parts after its three language models; each trains one small network and says what it found.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "inspect/explanation.h"
#include "runs.h"

namespace rnn::core::app {

struct DemoPartRequest {
  std::string folder;  // of the run, with its data and drawings
  double seconds = 0;  // of training, at most
  int threads = 0;
  uint64_t seed = 1;
  std::string command;             // as typed, recorded in the model
  std::vector<std::string> texts;  // the corpus
  Talk talk = Talk::people;
};

// For the page: what the network made of one input, unless `part.kind` is empty, and how good it is beside the simplest method.
struct DemoFound {
  core::Part part;
  WorthRow worth;
};

struct DemoPart {
  std::string_view suffix;       // of the run folder
  std::string_view title, does;  // what it is, and what it learns, for the list at the start
  double share, most;            // of the seconds of the language models; and at most so many
  // Trains and prints what was found. Empty, and nothing printed: a signal ended the training.
  std::optional<DemoFound> (*run)(const DemoPartRequest& request);
};

// In the order in which they run.
std::span<const DemoPart> demo_parts();

std::optional<DemoFound> demo_few_lines(const DemoPartRequest& request);
std::optional<DemoFound> demo_dates(const DemoPartRequest& request);
std::optional<DemoFound> demo_series(const DemoPartRequest& request);
// Digits that a speech program says, and a voice that is new. Without espeak-ng it says so and finds nothing.
std::optional<DemoFound> demo_digits(const DemoPartRequest& request);

// What all parts ask of a run: its folder, time, threads, seed; a folder that is there may be overwritten.
RunRequest part_request(const DemoPartRequest& demo);
// `folder`, which is made. One that cannot be made is reported when the first file is written into it.
std::filesystem::path part_folder(const std::filesystem::path& folder);
// Trains. nullopt: a signal ended it.
std::optional<RunResult> train_part(const DemoPartRequest& demo, const RunRequest& request);
// The rest of a row of the page about a run: how long it was trained, and the size of its numbers.
void add_costs(WorthRow& row, const RunResult& run);

}  // namespace rnn::core::app
