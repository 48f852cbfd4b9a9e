// Why: every sentence that states a figure is computed from the figures, so it is right whichever network does better.
// All results are HTML: numbers are in <data> elements with their exact values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inspect/explanation.h"

namespace rnn::core::pages {

// What the tokens of a network are called: "word", "words".
struct Nouns {
  std::string_view one, many;
  bool words = true;  // they are whole words
};
Nouns nouns_of(std::string_view tokenizer);
Nouns nouns_of(const Explanation& all);
// A text of ours about words, told of these tokens.
std::string told_of(const Nouns& nouns, std::string_view text);
// The same in HTML: tags, quotations and the elements that hold words of the reader (cells of tables, labels, tokens) stay.
std::string told_html(const Nouns& nouns, std::string_view html);

// How the sentences refer to a network.
struct Player {
  std::string the;     // "the plain RNN"; "demo-rnn-2" if two networks have the same cell
  std::string label;   // "plain RNN"
  int style = 0;       // its colour, dash and marker everywhere on the page
  bool plain = false;  // no gates
};
std::vector<Player> cast(const std::vector<ModelExplanation>& models);
// The cells of a recall table; a cell that a model has gets the model's colour.
std::vector<Player> cast(const Recall& recall, const std::vector<ModelExplanation>& models);

// The network that predicts unseen text best, or the first one.
size_t best_model(const std::vector<ModelExplanation>& models);

struct Figure {
  Player who;
  double value = 0;   // determines the order
  std::string shown;  // "43 %"
  std::string at;     // JSON pointer, or empty
  double exact = 0;   // the value in the data (usually the same as value)
};
Figure figure_of(const Player& who, double value, std::string shown, std::string at = {});

enum class Better { higher, lower };
// "The LSTM keeps the most: 43 %, against 12 % for the GRU and 3 % for the plain RNN."
struct Wording {
  std::string_view one, many, alone;  // "keeps the most", "keep the most", "keeps"
};
// Figures that look equal as shown are a tie; those that are not finite are named at the end. For one figure the wording is
// `alone`.
std::string compare(std::vector<Figure> figures, Better better, const Wording& wording);
// "Here the plain RNN does better than the GRU and the LSTM.", or "" if it does not. `does` is "does better".
std::string plain_wins(const std::vector<Figure>& figures, Better better, std::string_view does = "does better");

// Of the networks together.
std::string next_word_sentence(const Explanation& all, const std::vector<Player>& who);
std::string early_word_sentence(const Explanation& all, const std::vector<Player>& who);
std::string signal_sentence(const Explanation& all, const std::vector<Player>& who);
std::string quality_sentence(const Explanation& all, const std::vector<Player>& who);

// Reading.
std::string surprise_sentence(const ModelExplanation& model, const Player& who, size_t index);
std::string movement_sentence(const ModelExplanation& model, size_t index);

// Remembering. `pair` is the index of the comparison of two sentences (StateDistance).
std::string influence_sentence(const ModelExplanation& model, const Player& who, size_t index);
std::string distance_sentence(const Explanation& all, const std::vector<Player>& who, size_t pair);

// Long texts.
std::string reach_sentence(const Explanation& all, const std::vector<Player>& who);    // what is left some steps back
std::string verdict_sentence(const Explanation& all, const std::vector<Player>& who);  // vanishing, steady, exploding
std::string worst_sentence(const Explanation& all, const std::vector<Player>& who);
std::string recall_sentence(const Recall& recall, const std::vector<Player>& who);
std::string recall_reach_sentence(const Recall& recall, const std::vector<Player>& who);
std::string clipping_sentence(const Clipping& clipping);

// Side by side.
std::string size_sentence(const Explanation& all, const std::vector<Player>& who);
std::string speed_sentence(const Explanation& all, const std::vector<Player>& who);

// The lag that the sentences about long sequences use: the largest of 2, 5, 10, 20, 50, 100 that every model has and at
// which the best still keeps a twentieth, so that the models differ visibly; otherwise the smallest of them; 0: none.
int telling_lag(const std::vector<ModelExplanation>& models);
// The longest delay up to which the accuracy stays at least half way between guessing and always right; 0: none.
int recall_reach(const Recall& recall, const RecallCurve& curve);
// Mean over the last tenth of the updates, at least one.
double tail_mean(const std::vector<double>& losses);

}  // namespace rnn::core::pages
