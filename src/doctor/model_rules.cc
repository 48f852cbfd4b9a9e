// Why: the rules about what a model does with data, one function each, in one list.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "base/numbers.h"
#include "cells/names.h"
#include "doctor/doctor.h"
#include "doctor/patient.h"
#include "networks/session.h"
#include "optim/optimizer.h"

namespace rnn::core {
namespace {

using namespace verdict;

struct Case {
  const Patient& p;
  Pool& pool;
  const GradientReach& reach;
  const History& history;
};

bool plain(const Case& c) { return !has_memory_gate(c.p.model().config().rnn.cell); }

HealthVerdict vanishing(const Case& c) {
  const std::vector<double>& norms = c.reach.state;
  if (norms.size() < 3 || !(norms[1] > 0)) return unknown("there are no two steps whose gradients could be compared");
  const int steps = static_cast<int>(norms.size()) - 1;
  const int wanted = c.p.model().answers_at_end() ? static_cast<int>(limit::kReachShare.value * steps)
                                                  : static_cast<int>(limit::kReachSteps.value);
  int gone = 2;
  while (gone <= steps && norms[static_cast<size_t>(gone)] > limit::kGone.value * norms[1]) ++gone;
  const int shown = std::min(gone, steps);
  const std::string figures = fmt::format("of the gradient one step back, {} is left after {}",
                                          percent(norms[static_cast<size_t>(shown)] / norms[1]), counted(shown, "step"));
  if (steps <= wanted || gone > wanted) return good(figures);
  const std::string where = c.p.model().answers_at_end() ? "; the answer comes after " + counted(steps, "step") : "";
  if (plain(c)) return bad(figures + where, "--cell lstm --forget-bias 1");
  return bad(figures + where, c.p.model().answers_at_end() ? fmt::format("--chrono {}", std::max(2, steps)) : "");
}

// Share of a gate's values within `margin` of the ends of its range; the range of a signed gate is twice as wide.
double share_at_ends(const Case& c, int layer, size_t gate, double margin) {
  const RecurrentOptions& o = c.p.model().config().rnn;
  const bool is_signed = gate_range(o.cell, o.flags, static_cast<int>(gate)) == GateRange::bounded;
  const double low = is_signed ? -1 + 2 * margin : margin, high = is_signed ? 1 - 2 * margin : 1 - margin;
  int64_t ends = 0, all = 0;
  for (const auto& layers : c.p.gates) {
    const Matrix<float>& values = layers[static_cast<size_t>(layer)].values[gate];
    all += static_cast<int64_t>(values.size());
    ends += std::count_if(values.data(), values.data() + values.size(), [&](float v) { return v < low || v > high; });
  }
  return static_cast<double>(ends) / static_cast<double>(std::max<int64_t>(all, 1));
}

// Weights or biases that start this large saturate the gates at any learning rate.
std::string freer_gates(const Case& c) {
  if (uniform_range(c.p.options.model.init).value_or(0) > limit::kWideStart.value) return "--init pytorch";
  if (c.p.options.model.forget_bias > limit::kWideBias.value) return "--forget-bias 1";
  const double own = default_learning_rate(c.p.options.train.optimizer);
  const double rate = c.p.options.train.lr > 0 ? c.p.options.train.lr : own;
  return fmt::format("--lr {:.3g}", std::min(rate / 4, own));
}

// A unit that stores something keeps a gate or two shut or open: bad is a layer without a free gate, or a gate without
// slope. A gate whose values have no ends does not count.
HealthVerdict saturated(const Case& c) {
  const RecurrentOptions& o = c.p.model().config().rnn;
  if (o.flags & kRelu) return absent("relu does not saturate");
  const auto& names = cell_info(o.cell).gate_names;
  double most = -1;
  std::string evidence, dead;
  for (int l = 0; l < o.layers; ++l) {
    double least = 2;
    size_t freest = 0;
    const size_t gates = c.p.gates[0][static_cast<size_t>(l)].values.size();
    const auto has_ends = [&](size_t g) { return gate_range(o.cell, o.flags, static_cast<int>(g)) != GateRange::any; };
    const auto name = [&](size_t g) { return names.size() > 1 ? fmt::format("gate {}", names[g]) : std::string("h"); };
    size_t counted = 0;
    for (size_t g = 0; g < gates; ++g) {
      if (!has_ends(g)) continue;
      ++counted;
      const double share = share_at_ends(c, l, g, limit::kGateEnds.value);
      if (share < least) least = share, freest = g;
      const double flat = share_at_ends(c, l, g, limit::kGateFlat.value);
      if (flat <= limit::kSaturated.value || !dead.empty()) continue;
      dead =
          fmt::format("{} of the values of {} in layer {} are within {:.0e} of an end of its range: it has no slope there",
                      percent(flat), name(g), l + 1, limit::kGateFlat.value);
    }
    if (counted == 0) return absent("no gate of the cell has values with ends");
    if (least <= most) continue;
    most = least;
    evidence =
        fmt::format("{} of the values of {} in layer {} are at the ends of its range", percent(least), name(freest), l + 1);
    if (counted > 1) evidence += ", and more of those of the other gates";
  }
  if (!dead.empty()) return bad(dead, freer_gates(c));
  return most <= limit::kSaturated.value ? good(evidence) : bad(evidence, freer_gates(c));
}

HealthVerdict dead_relu(const Case& c) {
  const RecurrentOptions& o = c.p.model().config().rnn;
  if (!(o.flags & kRelu)) return absent("the cell has no relu");
  if (c.p.steps < limit::kProbe.value)
    return unknown(fmt::format("the data have {}, but {} are needed", counted(c.p.steps, "step"), limit::kProbe.value));
  int dead = 0, all = 0;
  for (int l = 0; l < o.layers; ++l) {
    for (int u = 0; u < o.width(l); ++u, ++all) {
      const bool silent = std::all_of(c.p.gates.begin(), c.p.gates.end(), [&](const auto& layers) {
        const Matrix<float>& h = layers[static_cast<size_t>(l)].values[0];
        for (int t = 0; t < h.rows(); ++t)
          if (h(t, u) > 0) return false;
        return true;
      });
      dead += silent;
    }
  }
  const std::string figures = fmt::format("{} of {} {} 0 at all {}", grouped(dead), counted(all, "unit"),
                                          word_for(dead, "is", "are"), counted(c.p.steps, "step"));
  if (dead <= limit::kDead.value * all) return good(figures);
  return bad(figures, fmt::format("--cell {}", cell_name(o.cell, o.flags & ~kRelu)));
}

HealthVerdict scale_of_frames(const Case& c) {
  const SequenceData& data = c.p.sequences;
  const int width = data.shape.width;
  for (int k = 0; k < width; ++k) {
    double n = 0, sum = 0, squares = 0;
    for (const SequenceExample& e : data.valid) {
      for (size_t i = static_cast<size_t>(k); i < e.frames.size(); i += static_cast<size_t>(width)) {
        const double x = e.frames[i];
        ++n, sum += x, squares += x * x;
      }
    }
    const double mean = sum / n, deviation = std::sqrt(std::max(0.0, squares / n - mean * mean));
    const std::string figures = fmt::format("input {} of {}: mean {}, standard deviation {}", k + 1, width,
                                            short_number(mean), short_number(deviation));
    const bool constant = deviation == 0;
    const bool odd = std::abs(mean) > limit::kInputMean.value * std::max(1.0, deviation) ||
                     deviation > limit::kInputLarge.value || (!constant && deviation < limit::kInputSmall.value);
    if (odd) return bad(figures);
    if (k + 1 == width) return good(figures);
  }
  return good("");
}

HealthVerdict input_scale(const Case& c) {
  if (!c.p.model().reads_ids()) return scale_of_frames(c);
  const Model<float>& model = c.p.model();
  const std::span<const float> e = model.params().values(model.embedding());
  double squares = 0;
  for (const float x : e) squares += static_cast<double>(x) * x;
  const double size = std::sqrt(squares / static_cast<double>(e.size()));
  const std::string figures = fmt::format("the numbers of the embedding have a magnitude of {}", short_number(size));
  if (size <= limit::kEmbeddingLarge.value && size >= limit::kEmbeddingSmall.value) return good(figures);
  return bad(figures, "--init pytorch");
}

// Compares the loss of the first tokens of each line with the state carried over (as in the reading) and from a zero state.
HealthVerdict carried_state(const Case& c) {
  if (!c.p.is_text()) return absent("every sequence starts from a zero state");
  if (c.p.lines) return absent("every line starts from a zero state");
  const int32_t newline = c.p.file.tokenizer->newline_id();
  Session fresh(c.p.model());
  std::vector<double> saved, table;
  for (const Reading& carried : c.p.readings) {
    const std::vector<int32_t>& ids = carried.ids;
    int since = -1;
    double gain = 0;
    for (size_t t = 0; t + 1 < ids.size(); ++t) {
      if (ids[t] == newline && t > 0) fresh.reset(), since = 0, gain = 0;
      if (since < 0) continue;
      softmax(row_of(fresh.push(ids[t])), table);
      gain += carried.surprise[t + 1] * std::log(2.0) + std::log(table[static_cast<size_t>(ids[t + 1])]);
      if (++since == limit::kLineTokens.value || ids[t + 1] == newline) saved.push_back(gain / since), since = -1;
    }
  }
  if (saved.size() < 10) return unknown(fmt::format("the tested text has {} line starts, but 10 are needed", saved.size()));
  const double n = static_cast<double>(saved.size());
  double mean = 0, squares = 0;
  for (const double s : saved) mean += s / n;
  for (const double s : saved) squares += (s - mean) * (s - mean) / (n - 1);
  const double error = std::sqrt(squares / n);
  const std::string figures = fmt::format(
      "over {} line starts, a zero state would {} {:.3f} ± {:.3f} nats per token among the first {:.0f} of the line",
      saved.size(), mean >= 0 ? "save" : "cost", std::abs(mean), error, limit::kLineTokens.value);
  if (mean < limit::kLineGain.value || mean < limit::kLineSure.value * error) return good(figures);
  return bad(figures, "--mode sentence");
}

HealthVerdict short_window(const Case& c) {
  if (!c.p.is_text()) return absent("sequences are read whole");
  if (c.p.lines) return absent("lines are read whole");
  const int window = c.p.options.train.bptt;
  const std::vector<double>& norms = c.reach.state;
  if (window + 1 > kLongestWindow)
    return good(fmt::format("windows of {} steps are as long as this rule looks back", window));
  if (static_cast<int>(norms.size()) <= window || !(norms[1] > 0))
    return unknown(fmt::format("the tested text is shorter than a window of {} steps", window));
  const double left = norms[static_cast<size_t>(window)] / norms[1];
  const std::string figures = fmt::format(
      "of the gradient one step back, {} is left at the end of the window, {} steps back", percent(left), window);
  if (left <= limit::kAlive.value) return good(figures);
  return bad(figures, fmt::format("--bptt {}", std::max(8, 4 * window)));
}

HealthVerdict unknown_words(const Case& c) {
  if (!c.p.is_text())
    return absent("rnn eval refuses symbols that the model does not know; rnn predict reads them as nothing");
  const int32_t mark = c.p.file.tokenizer->unknown_id();
  if (mark < 0) return absent("its tokens can represent every text");
  int64_t count = 0, all = 0;
  for (const auto& document : c.p.text) {
    all += static_cast<int64_t>(document.size());
    count += std::count(document.begin(), document.end(), mark);
  }
  const double share = static_cast<double>(count) / static_cast<double>(all);
  const std::string figures = fmt::format("{} of {} tokens are the unknown word", percent(share), all);
  if (share <= limit::kUnknown.value) return good(figures);
  const ModelOptions& o = c.p.options.model;
  if (o.max_vocabulary > 0) return bad(figures, fmt::format("--max-vocabulary {}", 4 * o.max_vocabulary));
  return bad(figures, o.min_count > 1 ? "--min-count 1" : "--tokens char");
}

// The length that 95 of 100 sequences do not exceed.
int usual_length(const SequenceData& data) {
  std::vector<int> lengths;
  for (const SequenceExample& e : data.valid) lengths.push_back(data.shape.steps(e));
  const auto at = lengths.begin() + static_cast<ptrdiff_t>(lengths.size() * 95 / 100);
  std::nth_element(lengths.begin(), at, lengths.end());
  return std::max(2, *at);
}

// Twice as many epochs; the run can be resumed with them.
HealthVerdict more_epochs(const Case& c, std::string evidence) {
  return bad(std::move(evidence), fmt::format("--epochs {}", 2 * std::max<int64_t>(1, c.p.options.train.epochs)), true);
}

bool still_improving(const History& history) { return !history.checks.empty() && history.checks.back().best; }

HealthVerdict guessing(const Case& c) {
  const ModelForm& form = *find_form(c.p.task);  // these rules look at results: the model itself may not run step by step
  if (form.writes) return absent("it is for models of sequences");
  if (c.history.results.is_null()) return unknown("training has not ended");
  const double own = c.history.results.number("val_loss"), guess = c.history.results.number("constant_loss");
  if (!std::isfinite(own) || !std::isfinite(guess)) return unknown("the run has no loss of a constant answer");
  const std::string figures =
      fmt::format("validation loss {}, of a constant answer {}", short_number(own), short_number(guess));
  if (own <= limit::kGuess.value * guess) return good(figures);
  const NamedCell* cell = find_cell(c.p.options.model.cell);
  if (cell && !has_memory_gate(cell->kind)) return bad(figures, "--cell gru");
  if (form.reads == RowsRead::last && c.p.options.model.chrono == 0 && !c.p.sequences.valid.empty())
    return bad(figures, fmt::format("--chrono {}", usual_length(c.p.sequences)));
  return more_epochs(c, figures);
}

HealthVerdict counting(const Case& c) {
  const ModelForm& form = *find_form(c.p.task);
  if (!form.writes) return absent("it is for models of text");
  if (c.history.results.is_null()) return unknown("training has not ended");
  const auto of = [&](const char* key) { return c.history.results.number(key); };
  std::string figures;
  bool worse = false;
  if (form.encoder) {
    if (!std::isfinite(of("val_bleu")) || !std::isfinite(of("nearest_bleu")))
      return unknown("the run has no BLEU of the nearest sentence");
    figures = fmt::format("BLEU {:.1f}, of the nearest known sentence {:.1f}", of("val_bleu"), of("nearest_bleu"));
    worse = of("val_bleu") < of("nearest_bleu");
  } else {
    const double counted = std::fmin(of("trigram_loss"), of("ngram_loss"));
    if (!std::isfinite(of("val_loss")) || !std::isfinite(counted)) return unknown("the run has no loss of n-grams");
    figures = fmt::format("validation loss {}, of n-grams {}", short_number(of("val_loss")), short_number(counted));
    worse = of("val_loss") > limit::kCounted.value * counted;
  }
  if (!worse) return good(figures);
  if (still_improving(c.history)) return more_epochs(c, figures);
  const bool by_heart = c.history.checks.size() > 1 && c.history.checks.back().loss < 0.8 * c.history.checks.back().val_loss;
  if (by_heart && c.p.options.model.dropout == 0) return bad(figures, "--dropout 0.3");
  return bad(figures, by_heart ? "" : fmt::format("--hidden {}", 2 * c.p.options.model.hidden));
}

constexpr HealthRule kRules[] = {
    {"health/vanishing", "the gradient vanishes on its way back",
     "within a few steps, or a quarter of the sequence, it falls to a thousandth: nothing older is learnt",
     "a cell with gates (--cell lstm or gru), gates that start open (--forget-bias, --chrono), --init orthogonal", false},
    {"health/saturated", "the gates are saturated",
     "nearly all values of every gate of a layer are shut or wide open, where they hardly learn, or one gate has no slope "
     "left",
     "train again with a smaller --lr; check the scale of the inputs and --init", false},
    {"health/dead_relu", "units are dead", "units of a relu layer are 0 for every input: they will never learn again",
     "the tanh cell (--cell rnn), a smaller --lr, --init identity", false},
    {"health/input_scale", "the inputs are badly scaled",
     "numbers that the first layer reads are far from 0, very large or very small",
     "scale every input to about mean 0 and standard deviation 1 before training; for text --init pytorch", false},
    {"health/carried_state", "the state is carried over where it should be reset",
     "the first words of a line are predicted better from a zero state than from the state of the line before",
     "start each line from a zero state (--mode sentence)", false},
    {"health/short_window", "the training windows are too short",
     "at the end of the window much of the gradient is still left: what it would teach is cut off",
     "longer windows (--bptt)", false},
    {"health/unknown_words", "too many words are unknown", "more than one in twenty tokens of the text is the unknown word",
     "a larger vocabulary (--max-vocabulary, --min-count), or --tokens char", false},
    {"health/guessing", "it answers no better than guessing",
     "on validation data the loss is that of always giving the shares of the answers, or their mean, whatever the input",
     "a cell with gates that start open for as long as a sequence is (--chrono), more epochs, a higher --lr", false},
    {"health/counting", "counting does better",
     "n-grams of the training text, or the nearest known sentence, beat the model",
     "more epochs while it still gets better, --dropout once it learns by heart, more data, a larger --hidden", false},
};
constexpr HealthVerdict (*kJudges[])(const Case&) = {vanishing,    saturated,     dead_relu, input_scale, carried_state,
                                                     short_window, unknown_words, guessing,  counting};
static_assert(std::size(kRules) == std::size(kJudges));
constexpr size_t kOfResults = 2;  // the last rules look at the results of the run, not at data

}  // namespace

std::span<const HealthRule> model_rules() { return kRules; }

std::vector<HealthVerdict> judge_model(const Patient& p, const History& history, Pool& pool) {
  GradientReach reach;
  if (p.no_data.empty() && p.window.in.seq.steps() > 1) reach = gradient_reach(gradient_norms(p.model(), pool, p.window));
  std::vector<HealthVerdict> verdicts;
  for (size_t i = 0; i < std::size(kRules); ++i) {
    const bool possible = i + kOfResults < std::size(kRules) ? p.no_data.empty() : find_form(p.task) != nullptr;
    verdicts.push_back(possible ? kJudges[i]({p, pool, reach, history}) : unknown(p.no_data));
    verdicts.back().rule = &kRules[i];
  }
  return verdicts;
}

}  // namespace rnn::core
