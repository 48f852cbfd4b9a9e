// Why: every sentence that states a figure is computed from the figures, so it is right whichever network does better.
#include "pages/sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cells/names.h"
#include "pages/figures.h"
#include "pages/html.h"

namespace rnn::core::pages {
namespace {

Player player_of(std::string_view cell) {
  const NamedCell* named = find_cell(cell);
  if (!named) return {"the " + std::string(cell), std::string(cell), 0, false};
  const bool plain = has_recurrent_matrix(named->kind) && !has_memory_gate(named->kind);
  return {std::string(named->variant.the), std::string(named->variant.label), 0, plain};
}

std::string shown_text(const std::string& word) { return word == "↵" ? "end of line" : word; }
std::string shown(const Figure& figure) { return value(figure.exact, figure.shown, figure.at); }
std::string the(const Figure& figure) { return escape(figure.who.the); }

bool better_than(const Figure& a, const Figure& b, Better better) {
  if (a.shown == b.shown) return false;  // equal as shown on the page
  return better == Better::higher ? a.value > b.value : a.value < b.value;
}

// The last lag that has a figure.
size_t looked_at(const GradientReach& gradient) {
  size_t lag = gradient.state.size();
  while (lag > 0 && gradient.state[lag - 1] == 0) --lag;
  return lag > 0 ? lag - 1 : 0;
}

std::string not_finite(const std::vector<Figure>& figures) {
  std::string out;
  for (const Figure& figure : figures) {
    out += fmt::format(" For {} the figure is {}.", the(figure), std::isnan(figure.value) ? "not a number" : "infinite");
  }
  return out;
}

}  // namespace

size_t best_model(const std::vector<ModelExplanation>& models) {
  size_t best = 0;
  for (size_t i = 1; i < models.size(); ++i) {
    const std::optional<double> a = models[i].val_loss, b = models[best].val_loss;
    if (a && std::isfinite(*a) && (!b || !std::isfinite(*b) || *a < *b)) best = i;
  }
  return best;
}

Figure figure_of(const Player& who, double value, std::string shown, std::string at) {
  return {who, value, std::move(shown), std::move(at), value};
}

std::vector<Player> cast(const std::vector<ModelExplanation>& models) {
  std::map<std::string, int> cells;
  for (const ModelExplanation& model : models) ++cells[model.cell];
  std::vector<Player> players;
  for (size_t i = 0; i < models.size(); ++i) {
    Player player = player_of(models[i].cell);
    if (cells[models[i].cell] > 1) player.the = player.label = models[i].name;
    player.style = static_cast<int>(i);
    players.push_back(player);
  }
  return players;
}

std::vector<Player> cast(const Recall& recall, const std::vector<ModelExplanation>& models) {
  std::vector<Player> players;
  int next = static_cast<int>(models.size());
  for (const RecallCurve& curve : recall.cells) {
    Player player = player_of(curve.cell);
    const auto same = [&](const ModelExplanation& model) { return model.cell == curve.cell; };
    const auto model = std::find_if(models.begin(), models.end(), same);
    player.style = model != models.end() ? static_cast<int>(model - models.begin()) : next++;
    players.push_back(player);
  }
  return players;
}

std::string compare(std::vector<Figure> figures, Better better, const Wording& wording) {
  std::vector<Figure> odd;
  std::erase_if(figures, [&](const Figure& figure) {
    if (!std::isfinite(figure.value)) odd.push_back(figure);
    return !std::isfinite(figure.value);
  });
  const std::string tail = not_finite(odd);
  if (figures.empty()) return tail.empty() ? "" : tail.substr(1);
  std::stable_sort(figures.begin(), figures.end(), [&](const Figure& a, const Figure& b) {
    return better == Better::higher ? a.value > b.value : a.value < b.value;
  });
  const Figure& best = figures.front();
  if (figures.size() == 1) return fmt::format("{} {} {}.", sentence_start(the(best)), wording.alone, shown(best)) + tail;
  std::vector<std::string> winners, rest;
  for (const Figure& figure : figures) {
    if (better_than(best, figure, better)) {
      rest.push_back(fmt::format("{} for {}", shown(figure), the(figure)));
    } else {
      winners.push_back(the(figure));
    }
  }
  if (rest.empty()) {
    return fmt::format("{} are equal here: {} each.", sentence_start(listing(winners)), shown(best)) + tail;
  }
  const bool one = winners.size() == 1;
  return fmt::format("{} {}: {}{}, against {}.", sentence_start(listing(winners)), one ? wording.one : wording.many,
                     shown(best), one ? "" : " each", listing(rest)) +
         tail;
}

std::string plain_wins(const std::vector<Figure>& figures, Better better, std::string_view does) {
  for (const Figure& plain : figures) {
    if (!plain.who.plain || !std::isfinite(plain.value)) continue;
    std::vector<std::string> beaten;
    for (const Figure& other : figures) {
      if (!other.who.plain && std::isfinite(other.value) && better_than(plain, other, better)) beaten.push_back(the(other));
    }
    if (!beaten.empty()) return fmt::format(" Here {} {} than {}.", the(plain), does, listing(beaten));
  }
  return "";
}

// ------------------------------------------------------------------------------------------------------------ summary

std::string next_word_sentence(const Explanation& all, const std::vector<Player>& who) {
  std::vector<std::string> each, with;
  std::string first;
  bool same = true;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const std::vector<ReadStep>& steps = all.models[i].steps;
    if (steps.empty() || steps.back().next.empty()) continue;
    const WordChance& best = steps.back().next.front();
    const std::string p = value(best.p, share(best.p), fmt::format("/models/{}/steps/{}/next/0/p", i, steps.size() - 1));
    const std::string word = shown_text(best.text);
    same = same && (each.empty() || word == first);
    if (each.empty()) first = word;
    each.push_back(fmt::format("{} expects {} ({})", escape(who[i].the), in_quotes(escape(word)), p));
    with.push_back(fmt::format("{} gives it {}", escape(who[i].the), p));
  }
  if (each.empty()) return "";
  const Nouns noun = nouns_of(all);
  if (each.size() == 1) return fmt::format("After these {}, {} as the next one.", noun.many, each.front());
  if (!same) return fmt::format("After these {}, {} as the next one.", noun.many, listing(each));
  const std::string every = each.size() == 2 ? "both" : "all " + in_words(static_cast<int>(each.size()));
  return fmt::format("After these {}, {} networks expect {} as the next one: {}.", noun.many, every,
                     in_quotes(escape(first)), listing(with));
}

std::string early_word_sentence(const Explanation& all, const std::vector<Player>& who) {
  if (all.models.empty() || all.models[0].influence.empty()) return "";
  const ModelExplanation& first = all.models[0];
  // The word that is changed to compare two sentences; if there is none, the first word that has a figure.
  const int position = first.distances.empty() ? first.influence[0].position : first.distances[0].position;
  std::vector<Figure> figures;
  std::string word;
  int lag = 0;
  for (size_t i = 0; i < all.models.size(); ++i) {
    for (size_t k = 0; k < all.models[i].influence.size(); ++k) {
      const Influence& influence = all.models[i].influence[k];
      if (influence.position != position) continue;
      word = influence.word;
      lag = influence.lag;
      figures.push_back(
          figure_of(who[i], influence.mean, share(influence.mean), fmt::format("/models/{}/influence/{}/mean", i, k)));
    }
  }
  if (figures.empty()) return "";
  const Nouns noun = nouns_of(all);
  const std::string place =
      lag == 0 ? fmt::format(", the last {},", noun.one)
               : fmt::format(", {} {} before the last one,", in_words(lag), lag == 1 ? noun.one : noun.many);
  return fmt::format("We replaced {}{} with other {} and asked for the next {} again. How much of the prediction changes? ",
                     in_quotes(escape(word)), place, noun.many, noun.one) +
         compare(figures, Better::higher,
                 {"changes its mind most", "change their minds most", "changes its prediction by"}) +
         fmt::format(
             " (A change means that something of the {} was still there. Whether it should count is for the text to say.)",
             noun.one);
}

std::string signal_sentence(const Explanation& all, const std::vector<Player>& who) {
  std::vector<Figure> figures;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const GradientReach& gradient = all.models[i].gradient;
    if (gradient.state.size() < 2) continue;
    const std::string at = fmt::format("/models/{}/gradient/half_life", i);
    const size_t looked = looked_at(gradient);
    Figure figure = figure_of(who[i], gradient.half_life, steps(gradient.half_life), at);
    if (gradient.half_life < 0)
      figure.value = 1e300, figure.exact = HUGE_VAL, figure.shown = fmt::format("more than {} steps", looked);
    figures.push_back(figure);
  }
  if (figures.empty()) return "";
  return fmt::format(
             "While a network learns, a correction travels back through the {}. How far does it get before half of it "
             "is lost? ",
             nouns_of(all).many) +
         compare(figures, Better::higher, {"carries it furthest", "carry it furthest", "carries it back over"}) +
         plain_wins(figures, Better::higher);
}

std::string quality_sentence(const Explanation& all, const std::vector<Player>& who) {
  std::vector<Figure> figures;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const std::optional<double> perplexity = all.models[i].val_perplexity;
    if (!perplexity) continue;
    figures.push_back(figure_of(who[i], *perplexity, number(*perplexity), fmt::format("/models/{}/val_perplexity", i)));
  }
  if (figures.empty()) return "";
  return compare(figures, Better::lower,
                 {"predicts new text best, with the lowest perplexity", "predict new text best, with the lowest perplexity",
                  "predicts new text with a perplexity of"}) +
         plain_wins(figures, Better::lower) +
         fmt::format(
             " (New text: text that was not used to train the network. Perplexity: the number of equally likely {} "
             "between which a network is still undecided. Lower is better.)",
             nouns_of(all).many);
}

// ------------------------------------------------------------------------------------------------------------ reading

std::string surprise_sentence(const ModelExplanation& model, const Player& who, size_t index) {
  size_t most = 0, least = 0;  // the first step is not a word, so 0 means none
  for (size_t t = 1; t < model.steps.size(); ++t) {
    const double bits = model.steps[t].surprise;
    if (bits < 0 || !std::isfinite(bits)) continue;
    if (most == 0 || bits > model.steps[most].surprise) most = t;
    if (least == 0 || bits < model.steps[least].surprise) least = t;
  }
  if (most == 0) return "";
  const auto chance = [&](size_t t) {
    return value(model.steps[t].surprise, share(std::exp2(-model.steps[t].surprise)),
                 fmt::format("/models/{}/steps/{}/surprise", index, t));
  };
  if (most == least) return "";
  return fmt::format(
      "The {0} that surprised {1} most was {2}: it had given this {0} a chance of {3}. The {0} it expected most was {4}, "
      "with {5}.",
      nouns_of(model.tokenizer).one, escape(who.the), in_quotes(escape(shown_text(model.steps[most].text))), chance(most),
      in_quotes(escape(shown_text(model.steps[least].text))), chance(least));
}

std::string movement_sentence(const ModelExplanation& model, size_t index) {
  size_t most = 0, top = 0;
  for (size_t t = 1; t < model.steps.size(); ++t) {  // the start of line moves the state away from zero: not comparable
    if (model.steps[t].layers.empty()) return "";
    top = model.steps[t].layers.size() - 1;
    if (most == 0 || model.steps[t].layers.back().update_norm > model.steps[most].layers.back().update_norm) most = t;
  }
  if (most == 0) return "";
  const LayerStep& layer = model.steps[most].layers.back();
  const std::string at = fmt::format("/models/{}/steps/{}/layers/{}/", index, most, top);
  return fmt::format(
      "The {} {} changed the state most: the change has a size of {}, and the whole state after it has a size of {}.",
      nouns_of(model.tokenizer).one, in_quotes(escape(shown_text(model.steps[most].text))),
      value(layer.update_norm, number(layer.update_norm), at + "update_norm"),
      value(layer.state_norm, number(layer.state_norm), at + "state_norm"));
}

// -------------------------------------------------------------------------------------------------------- remembering

std::string influence_sentence(const ModelExplanation& model, const Player& who, size_t index) {
  const std::vector<Influence>& all = model.influence;
  if (all.empty()) return "";
  size_t most = 0, least = 0;
  for (size_t k = 1; k < all.size(); ++k) {
    if (all[k].mean > all[most].mean) most = k;
    if (all[k].mean < all[least].mean) least = k;
  }
  const auto named = [&](size_t k) {
    return fmt::format("{} ({})", in_quotes(escape(shown_text(all[k].word))),
                       value(all[k].mean, share(all[k].mean), fmt::format("/models/{}/influence/{}/mean", index, k)));
  };
  const std::string_view noun = nouns_of(model.tokenizer).one;
  if (share(all[most].mean) == share(all[least].mean)) {
    return all.size() == 1 ? fmt::format("For {}, {} is the only {}.", escape(who.the), named(most), noun)
                           : fmt::format("For {}, every {} counts about as much as {}.", escape(who.the), noun, named(most));
  }
  return fmt::format("For {}, the {} that counts most is {}, and the one that counts least is {}.", escape(who.the), noun,
                     named(most), named(least));
}

std::string distance_sentence(const Explanation& all, const std::vector<Player>& who, size_t pair) {
  std::vector<Figure> figures;
  for (size_t i = 0; i < all.models.size(); ++i) {
    if (pair >= all.models[i].distances.size()) continue;
    const StateDistance& distance = all.models[i].distances[pair];
    figures.push_back(
        figure_of(who[i], distance.kept, share(distance.kept), fmt::format("/models/{}/distances/{}/kept", i, pair)));
  }
  if (figures.empty()) return "";
  return fmt::format("How much of the difference right after the changed {0} is left after the last {0}? ",
                     nouns_of(all).one) +
         compare(figures, Better::higher, {"keeps the largest part", "keep the largest part", "keeps"}) +
         plain_wins(figures, Better::higher, "keeps more");
}

// ------------------------------------------------------------------------------------------------------- side by side

std::string size_sentence(const Explanation& all, const std::vector<Player>& who) {
  std::vector<Figure> figures;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const long long n = all.models[i].parameters;
    figures.push_back(figure_of(who[i], static_cast<double>(n), count(n), fmt::format("/models/{}/parameters", i)));
  }
  return compare(figures, Better::lower,
                 {"has the fewest learned numbers (parameters)", "have the fewest learned numbers (parameters)",
                  "has this many learned numbers (parameters):"});
}

std::string speed_sentence(const Explanation& all, const std::vector<Player>& who) {
  std::vector<Figure> figures;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const double time = all.models[i].step_microseconds;
    if (!(time > 0)) continue;
    figures.push_back(figure_of(who[i], time, microseconds(time), fmt::format("/models/{}/step_microseconds", i)));
  }
  const std::string_view noun = nouns_of(all).one;
  const std::string one = fmt::format("reads a {} fastest", noun), many = fmt::format("read a {} fastest", noun),
                    alone = fmt::format("reads a {} in", noun);
  return compare(figures, Better::lower, {one, many, alone});
}

}  // namespace rnn::core::pages
