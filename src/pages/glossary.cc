// Why: the ten words of the field that the page cannot do without, in plain words.
#include "pages/cell_texts.h"

namespace rnn::pages {

const std::vector<std::pair<std::string_view, std::string_view>>& glossary() {
  static const std::vector<std::pair<std::string_view, std::string_view>> terms = {
      {"Hidden state",
       "The list of numbers that a network carries from word to word. It is all that the network knows of the text so far."},
      {"Cell state",
       "A second list of numbers that only the LSTM has. At every word a part of it is kept and something is added, so old "
       "content can stay."},
      {"Gate",
       "A valve between 0 (closed) and 1 (open), one for every number of the state. The network itself sets it anew at "
       "every "
       "word."},
      {"Gradient",
       "The correction that learning computes: for every number in the network, in which direction and how strongly it "
       "should "
       "change to make the error smaller."},
      {"Vanishing",
       "Going back through many words, the correction is multiplied at every step. If it shrinks each time, almost nothing "
       "arrives at early words, and the network cannot learn what they mean for later ones."},
      {"Exploding",
       "The opposite: the correction grows at every step until one update throws the network off. The loss jumps up, often "
       "for "
       "good."},
      {"Perplexity",
       "Among how many words the network hesitates, on average, when it predicts the next one. 1 would be certainty. "
       "Smaller is "
       "better."},
      {"Total variation",
       "The share of the probability that moves to other words when a table of next words changes. 0 %: nothing changed. "
       "100 %: "
       "no word is left in common."},
      {"Clipping",
       "A limit on the length of the gradient. A correction that is too long is shortened to the limit and keeps its "
       "direction."},
      {"Loss", "The error that learning makes smaller: how far the network was from expecting the word that really came."},
  };
  return terms;
}

}  // namespace rnn::pages
