// Why: see fusion.h.
#include "decode/fusion.h"

#include <algorithm>

#include "decode/prefix_tree.h"

namespace rnn::core {

FusionPlace Fusion::start() const {
  FusionPlace place;
  if (options_.words && options_.alpha != 0) place.words = options_.words->start();
  return place;
}

// The letters since the last word ended.
const std::string& Fusion::word_of(const PrefixTree& tree, int32_t node) {
  units_.clear();
  for (int32_t n = tree[node].place.word_units; n > 0; --n, node = tree[node].parent) units_.push_back(tree[node].unit);
  word_.clear();
  for (auto unit = units_.rbegin(); unit != units_.rend(); ++unit) word_ += options_.spelling->of(*unit);
  return word_;
}

bool Fusion::finish_word(PrefixTree& tree, int32_t node, FusionPlace& place) {
  if (options_.list && !options_.list->is_word(place.list)) return false;
  if (options_.words && options_.alpha != 0) {
    if (!tree[node].finished.known) {
      FinishedWord word{true, 0, place.words};
      word.log_prob = options_.words->word(place.words, word_of(tree, node), word.next);
      tree[node].finished = word;
    }
    const FinishedWord& word = tree[node].finished;
    place.log_prob += options_.alpha * word.log_prob;
    place.words = word.next;
  }
  place.log_prob += options_.beta;
  if (options_.hot) end_hot_word(place.hot);
  place.in_word = false;
  return place.log_prob != kLogZero;
}

bool Fusion::spell(PrefixTree& tree, int32_t node, int32_t unit, FusionPlace& place) {
  const Spelling& spelling = *options_.spelling;
  const bool space = unit == spelling.space;
  if (space || spelling.begins_word(unit)) {
    if (place.in_word && !finish_word(tree, node, place)) return false;
    place.list = WordTrie::kRoot, place.word_units = 0;
  }
  if (space) return true;
  const std::string& text = spelling.of(unit);
  if (options_.list) {
    place.list = options_.list->walk(place.list, text);
    if (place.list == WordTrie::kNone) return false;
  }
  if (options_.hot && !text.empty()) spell_hot(tree, node, text, place);
  ++place.word_units;
  place.in_word = place.in_word || !text.empty();
  return true;
}

bool Fusion::extend(PrefixTree& tree, int32_t node, int32_t unit, FusionPlace& place) {
  place = tree[node].place;
  if (options_.spelling && !spell(tree, node, unit, place)) return false;
  if (options_.units && options_.unit_alpha != 0)
    place.log_prob +=
        options_.unit_alpha * static_cast<double>(options_.units->next(tree[node].slot)[static_cast<size_t>(unit)]);
  return place.log_prob != kLogZero;
}

double Fusion::final_score(PrefixTree& tree, int32_t node) {
  FusionPlace place = tree[node].place;
  if (options_.spelling && place.in_word && !finish_word(tree, node, place)) return kLogZero;
  if (options_.spelling && options_.words && options_.alpha != 0)
    place.log_prob += options_.alpha * options_.words->end(place.words);
  if (options_.units && options_.unit_alpha != 0)
    place.log_prob += options_.unit_alpha * options_.units->end(tree[node].slot);
  return place.log_prob + place.hot.settled + place.hot.banked;
}

// ------------------------------------------------------------------------------------------------------------------ hot words

double Fusion::hot_bonus(const HotPlace& hot) const {
  if (hot.node == WordTrie::kNone || hot.units == 0) return hot.settled + hot.banked;
  return hot.settled + std::max(hot.banked, hot.units * options_.hot->highest(hot.node));
}

void Fusion::spell_hot(PrefixTree& tree, int32_t node, std::string_view text, FusionPlace& place) {
  HotPlace& hot = place.hot;
  const bool begins = !place.in_word;
  const bool goes_on = hot.node != WordTrie::kNone;  // a hot word, or a phrase after its first words
  if (!begins && !goes_on) return;
  if (goes_on) {
    hot.node = options_.hot->walk(hot.node, text), ++hot.units;
    if (hot.node != WordTrie::kNone) return;
    hot.settled += hot.banked, hot.banked = 0;
  }
  // This word may be a hot one by itself: the first of its own, or after a phrase that went on differently.
  std::string word = begins ? std::string() : word_of(tree, node);
  word += text;
  hot.node = options_.hot->walk(WordTrie::kRoot, word);
  hot.units = hot.node == WordTrie::kNone ? 0 : place.word_units + 1;
}

void Fusion::end_hot_word(HotPlace& hot) const {
  if (hot.node == WordTrie::kNone) return;
  if (options_.hot->is_word(hot.node)) hot.banked = hot.units * options_.hot->weight(hot.node);
  hot.node = options_.hot->walk(hot.node, " ");
  if (hot.node != WordTrie::kNone) {
    ++hot.units;
    return;
  }
  hot.settled += hot.banked;
  hot.banked = 0, hot.units = 0;
}

}  // namespace rnn::core
