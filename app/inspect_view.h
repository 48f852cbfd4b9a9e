// Why: an explanation as text for the terminal, and as drawings for a report.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "inspect/explanation.h"

namespace rnn::core::app {

// Each ends with a newline; "" if there is nothing to show.
std::string model_view(const ModelExplanation& m);
std::string words_view(const ModelExplanation& m, int top);  // word by word: surprise, state, units that moved, next words
std::string gates_by_word_view(const ModelExplanation& m);
std::string memory_view(const ModelExplanation& m);  // what is left of a word; how each word affects the last prediction
std::string gradient_view(const ModelExplanation& m, const std::string& over);  // over: "32 positions of new.txt"
std::string gate_use_view(const ModelExplanation& m);
std::string norms_view(const ModelExplanation& m);
std::string spectra_view(const ModelExplanation& m);

// File name and SVG text of every drawing: gradient.svg, gates.svg, norms.svg, spectrum.svg.
std::vector<std::pair<std::string, std::string>> drawings(const ModelExplanation& m, const std::string& over);

}  // namespace rnn::core::app
