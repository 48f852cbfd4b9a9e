// Why: the technical terms that a page cannot do without, in plain words.
#include "pages/cell_texts.h"
#include "pages/translation_parts.h"

namespace rnn::core::pages {

const std::vector<std::pair<std::string_view, std::string_view>>& glossary() {
  static const std::vector<std::pair<std::string_view, std::string_view>> terms = {
      {"Hidden state",
       "The list of numbers that a network carries from word to word. A plain RNN and a GRU keep nothing else of the text "
       "so "
       "far; an LSTM also keeps its cell state."},
      {"Cell state",
       "A second list of numbers that only the LSTM has. At every word a part of it is kept and something is added, so old "
       "content can stay."},
      {"Gate",
       "A valve between 0 (closed) and 1 (open), one for every number of the state. The network itself sets it again at "
       "every word."},
      {"Gradient",
       "The correction that learning computes: for every number in the network, in which direction and how strongly it "
       "should change to make the error smaller."},
      {"Vanishing",
       "On its way back through many words, the correction is multiplied at every step. If it shrinks each time, almost "
       "nothing "
       "arrives at early words, and the network cannot learn what they mean for later ones."},
      {"Exploding",
       "The opposite: the correction grows at every step until one update throws the network off. The loss jumps up, often "
       "for "
       "good."},
      {"Perplexity",
       "The number of equally likely words between which the network is still undecided, on average, when it predicts the "
       "next one. 1 would be certainty. Lower is better."},
      {"Total variation",
       "The share of the probability that moves to other words when the prediction of the next word changes. 0 %: nothing "
       "changed. 100 %: the two predictions have no word in common."},
      {"Clipping",
       "A limit on the length of the gradient. A correction that is too long is shortened to the limit and keeps its "
       "direction."},
      {"Loss", "The error that learning makes smaller: how far the network was from expecting the word that actually came."},
  };
  return terms;
}

const std::vector<std::pair<std::string_view, std::string_view>>& translation_glossary() {
  static const std::vector<std::pair<std::string_view, std::string_view>> terms = {
      {"Encoder",
       "The network that reads. For every word it makes a list of numbers that represents what the word means in this "
       "sentence."},
      {"Decoder",
       "The network that writes, a word at a time. It reads what it has just written and, with attention, looks back at the "
       "encoder’s lists of numbers."},
      {"Hidden state",
       "The list of numbers that a network carries from word to word, as its memory of what came before. An LSTM also "
       "carries "
       "its cell state, and attention looks at the encoder’s lists as well."},
      {"Bridge", "The link from the encoder to the decoder: it gives the decoder its state before it has written anything."},
      {"Attention",
       "For every word that is written, how much the decoder takes from each word of the sentence. These shares add up to "
       "100 %. They show where the network looked: a hint, but no proof, of why it wrote what it wrote."},
      {"Beam search",
       "Several unfinished translations are continued side by side, so that an early mistake can still be corrected."},
      {"Greedy", "The search that always takes the likeliest next word and never considers another."},
      {"Score",
       "The number by which finished translations are compared: the logarithm of the probability, adjusted so that long "
       "sentences are not at a disadvantage. Closer to 0 is better."},
      {"Bit",
       "A measure of lost probability: if one bit is lost, a half is left; after two bits a quarter, after ten bits about a "
       "thousandth."},
      {"Perplexity",
       "The number of equally likely words between which the network is still undecided, on average, when it predicts the "
       "next one. 1 would be certainty. Lower is better."},
      {"BLEU",
       "How many words and sequences of up to four words the translations share with the reference translations, from 0 to "
       "100. Higher is better."},
  };
  return terms;
}

}  // namespace rnn::core::pages
