// Why: what the gates and the letters of a cell's equations mean, in plain words.
#include "pages/cell_texts.h"

#include <algorithm>
#include <cstddef>

#include "base/numbers.h"
#include "cells/names.h"

namespace rnn::core::pages {
namespace {

constexpr std::string_view kAll = "", kOneState = "1", kTwoStates = "2";
struct Symbol {
  std::string_view letter, meaning, only;  // only: cells with one state, or with two
};
constexpr Symbol kStates[] = {
    {"x", "the word that is being read, as a list of numbers", kAll},
    {"h", "the hidden state before this word", kAll},
    {"h'", "the hidden state after this word", kAll},
    {"c", "the cell state before this word: the LSTM’s long-term memory", kTwoStates},
    {"c'", "the cell state after this word", kTwoStates},
};
constexpr Symbol kOthers[] = {
    {"W", "learned numbers (weights) that the word is multiplied by", kAll},
    {"R", "learned numbers (weights) that the state is multiplied by: they link one step to the next", kAll},
    {"b", "learned numbers that are added", kAll},
    {"c", "more learned numbers that are added", kOneState},
    {"sigmoid", "squeezes any number into the range from 0 (closed) to 1 (open)", kAll},
    {"tanh", "squeezes any number into the range from −1 to 1", kAll},
    {"relu", "keeps positive numbers and replaces negative ones by 0", kAll},
    {"*", "unit by unit: each number times the number in the same position", kAll},
};

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
  const NamedCell* named = find_cell(cell);
  if (!named || gate.size() != 1) return nullptr;
  const size_t at = named->info().gate_names.find(gate);
  if (at == std::string_view::npos) return nullptr;
  const GateText& text = named->info().gate_texts[at];
  return text.name.empty() ? nullptr : &text;
}

bool has_one_sum(std::string_view cell) {
  const NamedCell* named = find_cell(cell);
  return named && named->info().gates == 1;
}

std::string_view cell_in_a_sentence(std::string_view cell) {
  const NamedCell* named = find_cell(cell);
  return named ? named->info().in_words : "";
}

std::vector<std::pair<std::string, std::string>> symbols_of(std::string_view cell,
                                                            const std::vector<std::string>& equations) {
  std::vector<std::string> found;
  for (const std::string& line : equations) {
    if (line.starts_with("(")) continue;  // a note about an option
    for (std::string& letter : letters_in(line)) found.push_back(std::move(letter));
  }
  std::vector<std::pair<std::string, std::string>> out;
  const NamedCell* named = find_cell(cell);
  if (!named) return out;
  const CellInfo& info = named->info();
  const auto add = [&](std::string_view letter, std::string_view meaning) {
    if (std::find(found.begin(), found.end(), letter) != found.end()) out.emplace_back(letter, meaning);
  };
  const auto add_all = [&](const auto& symbols) {
    for (const Symbol& s : symbols) {
      if (s.only == kAll || (s.only == kTwoStates) == (info.states > 1)) add(s.letter, s.meaning);
    }
  };
  add_all(kStates);
  for (size_t g = 0; g < info.gate_names.size(); ++g) {
    if (!info.gate_texts[g].name.empty()) add(info.gate_names.substr(g, 1), "the " + std::string(info.gate_texts[g].name));
  }
  if (!info.unit.letter.empty()) add(info.unit.letter, info.unit.meaning);
  add_all(kOthers);
  return out;
}

}  // namespace rnn::core::pages
