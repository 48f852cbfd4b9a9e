// Why: a model without its data, command, seed and measured worth cannot be judged; the card is written by the run itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rnn::core {

// Everything a model card says. Empty strings and lists leave their line or section out; nothing is made up.
struct ModelCard {
  // One row of the table of results: this model, or a baseline on the same text.
  struct Result {
    std::string name;                                       // "this model", "Kneser-Ney 5-gram", "zstd -19"
    bool own = false;                                       // goes into the machine-readable header too
    std::optional<double> loss, perplexity, bits_per_byte;  // nats per token; exp(loss); bits
    std::optional<double> accuracy = {};                    // share of right answers
    std::optional<double> bleu = {}, chrf = {};             // of translations
  };
  struct DataFile {
    std::string path;
    std::string role;  // "training", "validation", "test"
    uint64_t bytes = 0;
    std::string hash;  // with the name of its algorithm: "sha256:..."
  };

  std::string task = "language-model";                     // others: no text to generate
  std::string loss_title = "loss (nats/token)";            // what the column of losses holds
  std::string name;                                        // of the run: "story-001"
  std::string summary;                                     // one sentence: what it is
  std::string license;                                     // SPDX identifier
  std::vector<std::string> languages;                      // ISO 639-1
  std::vector<std::string> tags;                           // "lstm", "word-level"
  std::string dataset;                                     // name of the data; needed for the header's model-index
  std::string split = "validation";                        // what the results were measured on
  std::vector<std::pair<std::string, std::string>> facts;  // "layers" -> "2", "parameters" -> "4,653,200"
  std::vector<Result> results;
  std::vector<DataFile> data;
  std::string command;  // that trained it
  uint64_t seed = 0;
  bool trained = true;                      // false: made by the command from trained models; no seed then
  std::string model = "model.safetensors";  // file name, beside the card
  std::string run;                          // the run folder, for the commands
  std::string prompt;                       // for the example
  std::string evaluate;                     // for the example of a translator: the data behind rnn eval MODEL
  std::string sample;                       // what the model wrote
  std::vector<std::string> limits;          // what it cannot do
  std::string version;                      // of the program
};

// README.md of a run folder: a YAML header that model hubs read, then text. UTF-8; the same card gives the same bytes.
std::string model_card(const ModelCard& card);

// One word of a POSIX shell, quoted where needed.
std::string shell_word(const std::string& text);

}  // namespace rnn::core
