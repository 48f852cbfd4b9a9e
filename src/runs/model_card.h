// Why: a model without its data, command, seed and measured quality cannot be judged; the run itself writes its card.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/figure.h"

namespace rnn::core {

// How cards speak of the models of a task.
struct CardWords {
  std::string_view pipeline = {};       // of model hubs: "text-generation"; empty: none
  std::string_view index_type = {};     // the kind of task in the header's results; empty: the name of the task
  std::string_view index_name = {};     // its name there; empty: none
  std::string_view data = "sequences";  // what it was measured on, for the header
  std::string_view measured = "sequences; a lower loss is better.";
  std::string_view contents = "alphabets";  // what the file has besides weights and configuration
  std::string_view use =
      "rnn predict {run} NEW.jsonl\nrnn eval {run} DATA.jsonl\nrnn info {run}\n";  // commands; {run}, {prompt}, {evaluate}
  std::string_view sample = {};                                                    // before the sample
};

// The content of a model card. Empty strings and lists omit their line or section; nothing is made up.
struct ModelCard {
  struct DataFile {
    std::string path;
    std::string role;  // "training", "validation", "test"
    uint64_t bytes = 0;
    std::string hash;  // with the name of its algorithm: "sha256:..."
  };

  std::string task;                                        // its name
  CardWords words;                                         // how cards of this task speak
  std::string name;                                        // of the run: "story-001"
  std::string summary;                                     // one sentence that describes the model
  std::string license;                                     // SPDX identifier
  std::vector<std::string> languages;                      // ISO 639-1
  std::vector<std::string> tags;                           // "lstm", "word-level"
  std::string dataset;                                     // name of the data; required by the header's model-index
  std::string split = "validation";                        // the data that the results were measured on
  std::vector<std::pair<std::string, std::string>> facts;  // "layers" -> "2", "parameters" -> "4,653,200"
  std::optional<ResultRow> result;                         // of this model; also written to the machine-readable header
  std::vector<ResultRow> baselines;                        // on the same data
  std::vector<DataFile> data;
  std::string command;  // the training command
  uint64_t seed = 0;
  bool trained = true;                      // false: computed by the command from trained models, without a seed
  std::string model = "model.safetensors";  // file name, next to the card
  std::string run;                          // the run folder, for the commands
  std::string prompt;                       // for the example
  std::string evaluate;                     // for the example of a translator: the data after rnn eval MODEL
  std::string sample;                       // text that the model generated
  std::vector<std::string> limits;          // limitations
  std::string version;                      // version of the program
};

// README.md of a run folder: a YAML header for model hubs, then text. UTF-8; the same card gives the same bytes.
std::string model_card(const ModelCard& card);

// One POSIX shell word, quoted if necessary.
std::string shell_word(const std::string& text);

}  // namespace rnn::core
