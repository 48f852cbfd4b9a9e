// Why: what language says of a hypothesis, for every decoder of speech alike: models of words and of units, a list of words, hot words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decode/spelling.h"
#include "decode/word_scorer.h"
#include "decode/word_trie.h"

namespace rnn::core {

class PrefixTree;

// score = ln P(rows) + alpha ln P(words) + beta words + unit_alpha ln P(units) + bonus of hot words. A weight of 0 asks its model
// nothing: the result has the bits of no model. All but the weights must outlive the decoder.
struct FusionOptions {
  const Spelling* spelling = nullptr;  // null: units spell no words, and of the rest unit_alpha alone counts
  const WordScorer* words = nullptr;
  double alpha = 0;  // >= 0, of words: once for every finished word; for the unfinished last one at the end
  double beta = 0;   // for every word, with or without a model
  UnitScorer* units = nullptr;
  double unit_alpha = 0;           // >= 0
  const WordTrie* list = nullptr;  // only its words can be spelt; null: any
  // A word or phrase has the bonus of its weight for each of its units. While it is being spelt, that of the highest weight it may get;
  // none any more when it goes on as something else or ends too early. Units that spell other words have none.
  const WordTrie* hot = nullptr;
};

// What a hypothesis has of a hot word.
struct HotPlace {
  int32_t node = WordTrie::kNone;  // in the tree; kNone: it spells none
  int32_t units = 0;               // spelt of it
  double banked = 0;               // of the longest hot word that is finished within it
  double settled = 0;              // of hot words before it
};

// All that language knows of a prefix: a value that depends on its units alone.
struct FusionPlace {
  WordState words;                 // after the finished words
  bool in_word = false;            // a letter of the next one was spelt
  int32_t list = WordTrie::kRoot;  // the place of the next one in the list
  int32_t word_units = 0;          // of the next one
  HotPlace hot;
  double log_prob = 0;  // weighted sum of all models, without the bonus of hot words
};

// A word that a prefix would finish, scored once however often the question comes.
struct FinishedWord {
  bool known = false;
  double log_prob = 0;
  WordState next;
};

class Fusion {
 public:
  explicit Fusion(const FusionOptions& options) : options_(options) {}
  const FusionOptions& options() const { return options_; }

  FusionPlace start() const;
  // `place`: out, of the prefix `node` of the tree with one more unit. False: that unit is not allowed.
  bool extend(PrefixTree& tree, int32_t node, int32_t unit, FusionPlace& place);
  // What is added to a prefix's probability while it is compared with others.
  double score(const FusionPlace& place) const { return place.log_prob + hot_bonus(place.hot); }
  // The same at the end of the text: with its last word and the end of the sentence; -inf: it cannot end here.
  double final_score(PrefixTree& tree, int32_t node);

 private:
  bool finish_word(PrefixTree& tree, int32_t node, FusionPlace& place);
  bool spell(PrefixTree& tree, int32_t node, int32_t unit, FusionPlace& place);
  void spell_hot(PrefixTree& tree, int32_t node, std::string_view text, FusionPlace& place);
  void end_hot_word(HotPlace& hot) const;
  double hot_bonus(const HotPlace& hot) const;
  const std::string& word_of(const PrefixTree& tree, int32_t node);

  FusionOptions options_;
  std::string word_;  // scratch, as the next one
  std::vector<int32_t> units_;
};

}  // namespace rnn::core
