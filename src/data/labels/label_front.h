// Why: what stands between a text, words or frames and the symbols that a network reads; saved in the model file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

// none: lines of JSON, whose symbols stand for themselves. text: a tokenizer. words: a word and what it looks like. frames: scaled numbers.
enum class InputKind { none, text, words, frames };
constexpr std::string_view kFrontNames[] = {"none", "text", "words", "frames"};

// A further column of a table of texts (table_inputs.h).
struct InputColumn {
  std::string name;
  std::vector<double> cuts;  // of numbers: where the parts begin that they are read by, rising; empty: categories
  bool operator==(const InputColumn&) const = default;
};

struct LabelFront {
  InputKind kind = InputKind::none;
  bool keep_case = false;             // text, words: a and A differ
  bool affixes = false;               // words: a step has several ids: the word, its shape, beginnings and endings
  std::string text, label;            // the columns that it was trained on
  std::vector<InputColumn> inputs;    // texts of a table: what is read before them
  std::vector<std::string> letters;   // words: read letter by letter; of all others, "" comes first
  double threshold = 0.5;             // several answers: from this probability on a label is one
  std::string between;                // several answers: what stands between labels in a cell; empty: nothing
  std::string scheme;                 // words: how tags say spans: bio, bioes, tags
  std::vector<std::string> names;     // frames: of the columns
  std::vector<float> offset, factor;  // frames [width]: what is subtracted, and multiplied with the rest
  std::string id, time;               // columns of a table that is followed; empty: it has none
  float mean = 0, deviation = 1;      // of the numbers that are followed: targets are scaled by them
  double temperature = 1;             // by which the outputs of its weights were divided (tasks/sequences/calibrate.h) ...
  int64_t calibrated = 0;             // ... and the answers by which it was found; 0: they were not
  bool operator==(const LabelFront&) const = default;
};

}  // namespace rnn::core
