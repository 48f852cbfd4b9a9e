// Why: what the gates and the letters of a cell's equations mean, in plain words.
#include "pages/cell_texts.h"

#include <algorithm>
#include <cstddef>

#include "base/numbers.h"

namespace rnn::core::pages {
namespace {

struct Row {
  std::string_view cell, gate;
  GateText text;
};
constexpr Row kGates[] = {
    {"lstm", "i", {"input gate", "how much of the new content is written into the memory", true}},
    {"lstm", "f", {"forget gate", "how much of the old memory is kept", true}},
    {"lstm", "g", {"new content", "what would be written, from\u00A0−1\u00A0to\u00A01", false}},
    {"lstm", "o", {"output gate", "how much of the memory is shown to the rest of the network", true}},
    {"gru", "r", {"reset gate", "how much of the past goes into the new content", true}},
    {"gru", "z", {"update gate", "how much of the old state is kept", true}},
    {"gru", "n", {"new content", "what would replace the old state, from\u00A0−1\u00A0to\u00A01", false}},
};

struct Symbol {
  std::string_view letter, meaning, only;  // only: the cell family it applies to; empty: all
};
constexpr Symbol kSymbols[] = {
    {"x", "the word that is being read, as a list of numbers", ""},
    {"h", "the hidden state before this word", ""},
    {"h'", "the hidden state after this word", ""},
    {"c", "the cell state before this word: the LSTM’s long-term memory", "lstm"},
    {"c'", "the cell state after this word", "lstm"},
    {"i", "the input gate", "lstm"},
    {"f", "the forget gate", "lstm"},
    {"g", "the new content", "lstm"},
    {"o", "the output gate", "lstm"},
    {"r", "the reset gate", "gru"},
    {"z", "the update gate", "gru"},
    {"n", "the new content", "gru"},
    {"W", "learned numbers (weights) that the word is multiplied by", ""},
    {"R", "learned numbers (weights) that the state is multiplied by: they link one step to the next", ""},
    {"b", "learned numbers that are added", ""},
    {"c", "more learned numbers that are added", "rnn"},
    {"sigmoid", "squeezes any number into the range from 0 (closed) to 1 (open)", ""},
    {"tanh", "squeezes any number into the range from −1 to 1", ""},
    {"relu", "keeps positive numbers and replaces negative ones by 0", ""},
    {"*", "unit by unit: each number times the number in the same position", ""},
};

// "gru-reset-before" is a GRU, "rnn-relu" a plain RNN.
std::string_view family(std::string_view cell) { return cell.substr(0, cell.find('-')); }

// "Wi", "Rn", "bf" count as W, R, b; "cf" as b: a second bias. Gates and states keep their names.
std::vector<std::string> letters_in(const std::string& line) {
  std::vector<std::string> letters;
  for (size_t i = 0; i < line.size();) {
    if (line[i] == '*') letters.emplace_back("*");
    size_t end = i;
    while (end < line.size() && (is_letter(line[end]) || line[end] == '\'')) ++end;
    if (end == i) {
      ++i;
      continue;
    }
    std::string word = line.substr(i, end - i);
    if (word.size() == 2 && (word[0] == 'W' || word[0] == 'R' || word[0] == 'b')) word.resize(1);
    if (word.size() == 2 && word[0] == 'c' && word[1] != '\'') word = "b";
    letters.push_back(std::move(word));
    i = end;
  }
  return letters;
}

}  // namespace

const GateText* gate_text(std::string_view cell, std::string_view gate) {
  for (const Row& row : kGates) {
    if (row.cell == family(cell) && row.gate == gate) return &row.text;
  }
  return nullptr;
}

std::string_view cell_in_a_sentence(std::string_view cell) {
  if (cell.starts_with("rnn")) {
    return "At every word the plain RNN mixes the word with its whole state and rewrites the whole state. Nothing protects "
           "what was there before.";
  }
  if (cell == "lstm") {
    return "The LSTM has a second memory, the cell state. It is not rewritten: at every word a part of it is kept and "
           "something is added. Three gates decide, unit by unit, what is kept, what is added and what is shown.";
  }
  if (cell == "lstm-coupled") {
    return "The coupled LSTM has a second memory, the cell state. At every word a part of it is kept, and new content fills "
           "exactly the part that was given up. Two gates decide, unit by unit, what is kept and what is shown.";
  }
  if (family(cell) == "gru") {
    return "The GRU has one state and two gates. Unit by unit, its update gate decides how much of the old state stays as "
           "it is.";
  }
  return "";
}

std::vector<std::pair<std::string, std::string>> symbols_of(std::string_view cell,
                                                            const std::vector<std::string>& equations) {
  std::vector<std::string> found;
  for (const std::string& line : equations) {
    if (line.starts_with("(")) continue;  // a note about an option
    for (std::string& letter : letters_in(line)) found.push_back(std::move(letter));
  }
  std::vector<std::pair<std::string, std::string>> out;
  for (const Symbol& symbol : kSymbols) {
    if (!symbol.only.empty() && symbol.only != family(cell)) continue;
    if (std::find(found.begin(), found.end(), symbol.letter) != found.end()) out.emplace_back(symbol.letter, symbol.meaning);
  }
  return out;
}

}  // namespace rnn::core::pages
