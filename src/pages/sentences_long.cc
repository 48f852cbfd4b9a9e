// Why: the sentences of the section on long sequences: what is left of a signal, which cells recall it, what clipping does.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "pages/figures.h"
#include "pages/html.h"
#include "pages/sentences.h"

namespace rnn::core::pages {
namespace {

// Strength `lag` steps back, relative to one step back; NaN if it is not defined.
double left_of(const GradientReach& gradient, int lag) {
  const size_t k = static_cast<size_t>(lag);
  return k < gradient.state.size() && gradient.state[1] > 0 && gradient.state[k] > 0 ? gradient.state[k] / gradient.state[1]
                                                                                     : std::nan("");
}

std::string word_for(double left) { return left < 0.5 ? "vanishes" : left > 2 ? "explodes" : "stays about equally strong"; }

struct Course {    // how a loss develops over the updates
  size_t bad = 0;  // first update whose loss is not finite; size(): none
  double end = 0;
};
Course course_of(const std::vector<double>& losses) {
  Course course;
  while (course.bad < losses.size() && std::isfinite(losses[course.bad])) ++course.bad;
  course.end = tail_mean(losses);
  return course;
}

std::string course_words(const Course& course, const std::vector<double>& losses, std::string_view member) {
  if (course.bad < losses.size()) {
    return fmt::format("the loss stops being a number at update {}",
                       value(static_cast<double>(course.bad) + 1, count(static_cast<long long>(course.bad) + 1)));
  }
  const size_t peak = static_cast<size_t>(std::max_element(losses.begin(), losses.end()) - losses.begin());
  return fmt::format("the loss ends at {} (its highest value was {})", value(course.end, spoken(course.end)),
                     value(losses[peak], spoken(losses[peak]), fmt::format("/clipping/{}/{}", member, peak)));
}

}  // namespace

int telling_lag(const std::vector<ModelExplanation>& models) {
  constexpr double kTold = 0.05;
  int lag = 0;
  for (const int candidate : {2, 5, 10, 20, 50, 100}) {
    const auto has = [&](const ModelExplanation& model) {
      const std::vector<double>& state = model.gradient.state;  // 0: too few positions have that many steps before them
      return static_cast<size_t>(candidate) < state.size() && state[static_cast<size_t>(candidate)] != 0;
    };
    const auto keeps = [&](const ModelExplanation& model) { return left_of(model.gradient, candidate) >= kTold; };
    if (models.empty() || !std::all_of(models.begin(), models.end(), has)) break;
    if (lag == 0 || std::any_of(models.begin(), models.end(), keeps)) lag = candidate;
  }
  return lag;
}

int recall_reach(const Recall& recall, const RecallCurve& curve) {
  const double half_way = (1 + recall.chance) / 2;
  int reach = 0;
  for (size_t i = 0; i < recall.lags.size() && i < curve.accuracy.size(); ++i) {
    if (!(curve.accuracy[i] >= half_way)) break;
    reach = recall.lags[i];
  }
  return reach;
}

double tail_mean(const std::vector<double>& losses) {
  if (losses.empty()) return std::nan("");
  const size_t n = std::max<size_t>(1, losses.size() / 10);
  double sum = 0;
  for (size_t i = losses.size() - n; i < losses.size(); ++i) sum += losses[i];
  return sum / static_cast<double>(n);
}

std::string reach_sentence(const Explanation& all, const std::vector<Player>& who) {
  const int lag = telling_lag(all.models);
  if (lag < 2) return "";
  std::vector<Figure> figures;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const double left = left_of(all.models[i].gradient, lag);
    figures.push_back(figure_of(who[i], left, part(left)));
  }
  return fmt::format("Of the strength that a correction has one step back, how much is left {} steps back? ",
                     in_words(lag)) +
         compare(figures, Better::higher, {"keeps the most", "keep the most", "keeps"}) +
         plain_wins(figures, Better::higher, "keeps more");
}

std::string verdict_sentence(const Explanation& all, const std::vector<Player>& who) {
  const int lag = telling_lag(all.models);
  if (lag < 2) return "";
  std::vector<std::string> kinds, each;
  std::map<std::string, std::vector<std::string>> of_kind;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const double left = left_of(all.models[i].gradient, lag);
    if (!std::isfinite(left)) continue;
    const std::string kind = word_for(left);
    if (of_kind[kind].empty()) kinds.push_back(kind);
    of_kind[kind].push_back(escape(who[i].the));
  }
  for (const std::string& kind : kinds) each.push_back(fmt::format("it {} in {}", kind, listing(of_kind[kind])));
  if (each.empty()) return "";
  return fmt::format("So over these {} steps {}. (Vanishes: less than half is left. Explodes: it has more than doubled.)",
                     in_words(lag), listing(each));
}

std::string worst_sentence(const Explanation& all, const std::vector<Player>& who) {
  const int longest = std::max(telling_lag(all.models), 1);
  std::vector<std::string> each;
  for (size_t i = 0; i < all.models.size(); ++i) {
    const auto& worst = all.models[i].gradient.worst;
    size_t w = worst.size();
    while (w > 0 && worst[w - 1].first > longest) --w;
    if (w == 0) continue;
    const auto& [lag, gain] = worst[w - 1];
    const bool small = gain > 0 && gain < 0.01;
    const std::string at = fmt::format("/models/{}/gradient/worst/{}/1", i, w - 1);
    const std::string times = !std::isfinite(gain) ? std::string("a size beyond all bounds")
                              : small              ? value(gain, part(gain), at) + " of its size"
                                                   : value(gain, spoken(gain), at) + " times its size";
    each.push_back(
        fmt::format("{} {} {} later in {}", times, in_words(lag), lag == 1 ? "step" : "steps", escape(who[i].the)));
  }
  if (each.empty()) return "";
  return fmt::format(
      "Looking forward: in the direction that is preserved best, a small change of the state grows or shrinks to {} "
      "(measured at one place in the text).",
      listing(each));
}

std::string recall_sentence(const Recall& recall, const std::vector<Player>& who) {
  if (recall.lags.empty()) return "";
  const size_t last = recall.lags.size() - 1;
  std::vector<Figure> figures;
  std::vector<std::string> each;
  bool all_guess = true;
  for (size_t c = 0; c < recall.cells.size(); ++c) {
    if (recall.cells[c].accuracy.size() <= last) continue;
    const double accuracy = recall.cells[c].accuracy[last];
    figures.push_back(figure_of(who[c], accuracy, share(accuracy), fmt::format("/recall/cells/{}/accuracy/{}", c, last)));
    each.push_back(fmt::format("{} for {}", value(accuracy, share(accuracy), figures.back().at), escape(who[c].the)));
    all_guess = all_guess && accuracy < recall.chance + 0.05;
  }
  if (figures.empty()) return "";
  const std::string head =
      fmt::format("When {} more symbols follow the first one, blind guessing is right {} of the time. ",
                  value(recall.lags[last], count(recall.lags[last]), fmt::format("/recall/lags/{}", last)),
                  value(recall.chance, share(recall.chance), "/recall/chance"));
  if (all_guess) return head + fmt::format("At this distance no cell does clearly better: {}.", listing(each));
  return head + compare(figures, Better::higher, {"is right most often", "are right most often", "is right this often:"}) +
         plain_wins(figures, Better::higher);
}

std::string recall_reach_sentence(const Recall& recall, const std::vector<Player>& who) {
  if (recall.lags.empty() || recall.cells.empty()) return "";
  std::vector<Figure> figures;
  std::vector<std::string> never;
  for (size_t c = 0; c < recall.cells.size(); ++c) {
    const int reach = recall_reach(recall, recall.cells[c]);
    if (reach == 0) {  // how far it reaches below the shortest delay was not measured
      const std::vector<double>& accuracy = recall.cells[c].accuracy;
      if (accuracy.empty()) continue;
      never.push_back(fmt::format("{} with {}", escape(who[c].the),
                                  value(accuracy[0], share(accuracy[0]), fmt::format("/recall/cells/{}/accuracy/0", c))));
      continue;
    }
    const std::string_view bound = reach == recall.lags.back() ? "at least " : "";  // longer delays were not tried
    figures.push_back(figure_of(who[c], reach, fmt::format("{}{} steps", bound, count(reach))));
  }
  const std::string others =
      never.empty() ? ""
                    : fmt::format("{}Even after the shortest delay that was tried, {} steps, this is not reached by {}.",
                                  figures.empty() ? "" : " ", value(recall.lags[0], count(recall.lags[0]), "/recall/lags/0"),
                                  listing(never));
  return fmt::format(
             "How long does a cell remember reliably (at least {} right, half way between guessing and always right)? ",
             share((1 + recall.chance) / 2)) +
         compare(figures, Better::higher, {"remembers longest", "remember longest", "remembers for"}) +
         plain_wins(figures, Better::higher) + others;
}

std::string clipping_sentence(const Clipping& clipping) {
  if (clipping.with.empty() || clipping.without.empty()) return "";
  const Course with = course_of(clipping.with), without = course_of(clipping.without);
  const bool with_ok = with.bad == clipping.with.size(), without_ok = without.bad == clipping.without.size();
  std::string verdict;
  if (with_ok && !without_ok) {
    verdict = "Clipping saved this run.";
  } else if (!with_ok && without_ok) {
    verdict = "Here clipping did not help: only the run without it stayed within bounds.";
  } else if (!with_ok) {
    verdict = "Both runs failed: clipping alone was not enough here.";
  } else if (number(with.end) == number(without.end)) {
    verdict = "Clipping made no difference here.";
  } else if (with.end < without.end) {
    verdict = "With clipping the loss ends lower.";
  } else {
    verdict = "Here clipping did not help: without it the loss ends lower.";
  }
  return fmt::format("Without clipping, {}. With the gradient clipped to a length of {}, {}. {}",
                     course_words(without, clipping.without, "without"),
                     value(clipping.clip, plain(clipping.clip), "/clipping/clip"), course_words(with, clipping.with, "with"),
                     verdict);
}

}  // namespace rnn::core::pages
