// Why: the words of the field that a page cannot do without, in plain words.
#include "pages/cell_texts.h"
#include "pages/translation_parts.h"

namespace rnn::core::pages {

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

const std::vector<std::pair<std::string_view, std::string_view>>& translation_glossary() {
  static const std::vector<std::pair<std::string_view, std::string_view>> terms = {
      {"Encoder",
       "The network that reads. For every word it makes a list of numbers that says what the word means in this sentence."},
      {"Decoder",
       "The network that writes, a word at a time. It reads what it has just written and, with attention, looks back at "
       "what the encoder said."},
      {"Hidden state",
       "The list of numbers that a network carries from word to word. It is all that the network itself knows of what came "
       "before."},
      {"Bridge", "The way from the encoder to the decoder: what the decoder’s state is before it has written anything."},
      {"Attention",
       "For every word that is written, how much the decoder takes of each word of the sentence. The shares of a row add up "
       "to 100 %. It shows where the network looked, which is a hint, not a proof, of why it wrote what it wrote."},
      {"Beam search",
       "Several beginnings of a translation go on side by side, so that an early mistake can still be mended."},
      {"Greedy", "The search that always takes the likeliest next word and never looks at another."},
      {"Score",
       "What finished translations are compared by: the logarithm of the probability, made fair to long sentences. Closer "
       "to 0 is better."},
      {"Bit", "A measure of lost probability: one bit is a half, two bits are a quarter, ten bits about a thousandth."},
      {"Perplexity",
       "Among how many words the network hesitates, on average, when it predicts the next one. 1 would be certainty. "
       "Smaller is better."},
      {"BLEU",
       "How many words and runs of up to four words the translations share with those of people, from 0 to 100. Larger is "
       "better."},
  };
  return terms;
}

}  // namespace rnn::core::pages
