// Why: the rules that need only metrics and options, one function each, in one list.
#include "train/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/numbers.h"
#include "optim/optimizer.h"

namespace rnn::core {
namespace {

using namespace verdict;

struct Case {
  const History& h;
  const Options& o;
  std::optional<double> chance;  // loss of giving every answer the same probability

  double steps() const { return h.steps(); }
  double own_rate() const { return default_learning_rate(o.train.optimizer); }
  double rate() const { return o.train.lr > 0 ? o.train.lr : own_rate(); }
  bool wild_rate() const { return rate() >= limit::kWildRate.value * own_rate(); }
  bool clips() const { return o.train.clip > 0 || o.train.clip_value > 0; }
  // Earlier updates are ignored.
  double settled() const { return std::max<double>(limit::kSettled.value, o.train.warmup); }
  // The unit for changes of a loss, which may be below zero: near 0 even a change of many per cent means nothing.
  double scale() const { return chance ? *chance : h.stretches.empty() ? 1 : std::abs(h.stretches.front().loss); }
};

std::vector<double> gradient_norms(const Case& c, double from) {
  std::vector<double> norms;
  for (const auto& u : c.h.updates)
    if (u.step > from && std::isfinite(u.grad_norm)) norms.push_back(u.grad_norm);
  return norms;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// 1, 2 or 5 times a power of ten, not below `value`.
double round_up(double value) {
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (const double m : {1.0, 2.0, 5.0})
    if (m * power >= value * 0.999) return m * power;
  return 10 * power;
}

std::string lower_rate(const Case& c) {
  return fmt::format("--lr {:.3g}", lower_learning_rate(c.rate(), c.o.train.optimizer));
}

HealthVerdict exploding(const Case& c) {
  const std::vector<double> norms = gradient_norms(c, 0);
  if (!c.h.diverged.empty() && !c.clips())
    return bad(c.h.diverged, c.wild_rate() ? "--clip 1 " + lower_rate(c) : "--clip 1");
  if (norms.size() < static_cast<size_t>(limit::kLooks.value))
    return unknown(fmt::format("{} gradient norms were logged, but {} are needed", norms.size(), limit::kLooks.value));
  const double middle = median(norms), largest = *std::max_element(norms.begin(), norms.end());
  const std::string figures =
      fmt::format("gradient norm: median {}, largest {}", short_number(middle), short_number(largest));
  if (c.clips()) return good(figures + ", limited by clipping");
  if (largest < limit::kSpikeNorm.value || largest < limit::kSpike.value * middle) return good(figures);
  return bad(fmt::format("{}, {} times as large, and nothing clips it", figures, short_number(largest / middle)),
             fmt::format("--clip {:.3g}", round_up(2 * middle)));
}

// Training loss above that of a model that knows nothing.
HealthVerdict above_chance(const Case& c, double recent, double window) {
  if (!c.chance) return good("");
  const bool early = c.steps() <= 2 * limit::kSettled.value;
  if (!(recent > (early ? limit::kBurst.value : limit::kAboveChance.value) * *c.chance)) return good("");
  // A large loss that falls, or hardly moves at a low rate, only means large initial weights.
  if (!c.wild_rate() && (c.rate() < c.own_rate() / 2 || recent < 0.97 * c.h.mean_loss(0, c.steps() / 4))) return good("");
  return bad(fmt::format("the training loss is {} over the last {:.0f} updates; a model that knows nothing has {}",
                         short_number(recent), window, short_number(*c.chance)),
             lower_rate(c));
}

// Training loss that was lower before.
HealthVerdict risen(const Case& c, double recent, double window) {
  double best = recent, where = c.steps();
  for (double to = c.steps() - window; to - window >= c.settled(); to -= window) {
    const double loss = c.h.mean_loss(to - window, to);
    if (loss < best) best = loss, where = to;
  }
  if (recent - best < limit::kRise.value * c.scale()) return good("");
  return bad(fmt::format("the training loss rose from {} (updates {:.0f} to {:.0f}) to {} (the last {:.0f})",
                         short_number(best), where - window, where, short_number(recent), window),
             lower_rate(c));
}

// Validation loss that jumps up and down, or rises from the start while the training loss does not fall.
HealthVerdict unsteady(const Case& c) {
  std::vector<History::Check> checks;
  for (const auto& check : c.h.checks)
    if (check.step > c.settled() && std::isfinite(check.val_loss)) checks.push_back(check);
  int rises = 0, falls = 0;
  for (size_t i = 1; i < checks.size(); ++i) {
    const double before = checks[i - 1].val_loss, change = checks[i].val_loss - before;
    if (std::abs(change) < limit::kSwing.value * std::max(std::abs(before), 0.2 * c.scale())) continue;
    change > 0 ? ++rises : falls += rises > 0;
  }
  if (rises >= limit::kSwings.value && falls >= limit::kSwings.value - 1) {
    return bad(fmt::format("the {} rose {} times by more than {} from one validation to the next, and fell again",
                           c.h.loss_name, rises, percent(limit::kSwing.value)),
               lower_rate(c));
  }
  const bool worse = checks.size() > 3 && std::all_of(checks.begin() + 1, checks.end(), [&](const History::Check& check) {
                       return check.val_loss > checks[0].val_loss + 0.02 * std::abs(checks[0].val_loss) &&
                              check.loss > 0.99 * checks[0].loss;
                     });
  if (!worse) return good("");
  return bad(fmt::format("the {} was {} at first and is {} now; the training loss does not fall", c.h.loss_name,
                         short_number(checks[0].val_loss), short_number(checks.back().val_loss)),
             lower_rate(c));
}

HealthVerdict rate_too_large(const Case& c) {
  if (!c.h.diverged.empty() && (c.clips() || c.wild_rate())) return bad(c.h.diverged, lower_rate(c));
  if (c.steps() < limit::kBurstUpdates.value)
    return unknown(fmt::format("the run has {:.0f} updates, but {} are needed", c.steps(), limit::kBurstUpdates.value));
  const double window = std::min(c.steps(), std::max(limit::kSettled.value, limit::kRiseShare.value * c.steps()));
  const double recent = c.h.mean_loss(c.steps() - window, c.steps());
  if (!std::isfinite(recent)) return unknown("no training loss was logged");
  HealthVerdict verdict = above_chance(c, recent, window);
  if (verdict.health == Health::bad) return verdict;
  if (c.steps() < c.settled() + 2 * window)
    return unknown(fmt::format("the run has {:.0f} updates, but {:.0f} are needed", c.steps(), c.settled() + 2 * window));
  verdict = risen(c, recent, window);
  if (verdict.health != Health::bad) verdict = unsteady(c);
  if (verdict.health == Health::bad) return verdict;
  return good(fmt::format("the training loss went from {} (the first {:.0f} updates) to {} (the last)",
                          short_number(c.h.mean_loss(0, window)), window, short_number(recent)));
}

HealthVerdict rate_too_small(const Case& c) {
  const double begin = std::max<double>(0, c.o.train.warmup), length = c.steps() - begin;
  if (length < limit::kSlowUpdates.value)
    return unknown(
        fmt::format("the run has {:.0f} updates, but {:.0f} are needed", c.steps(), begin + limit::kSlowUpdates.value));
  double quarter[4];
  for (int q = 0; q < 4; ++q) quarter[q] = c.h.mean_loss(begin + length * q / 4, begin + length * (q + 1) / 4);
  const double fall = quarter[0] - quarter[3];
  const std::string figures = fmt::format(
      "with --lr {:.3g} the training loss went from {:.4g} (the first quarter of the updates) to {:.4g} (the last)",
      c.rate(), quarter[0], quarter[3]);
  if (!std::isfinite(fall)) return unknown("too little of the training loss was logged");
  if (c.rate() > limit::kSlowRate.value * c.own_rate()) return good(figures);
  if (c.chance && quarter[3] < limit::kSlowChance.value * *c.chance) return good(figures);
  const bool stands = std::abs(fall) < limit::kStill.value * std::abs(quarter[0]);
  const bool falls = quarter[0] > quarter[1] && quarter[1] > quarter[2] && quarter[2] > quarter[3];
  const bool even = (quarter[1] + quarter[2]) / 2 - quarter[3] > limit::kSlowHalf.value * fall &&
                    fall < limit::kSlowFall.value * std::abs(quarter[0]);
  if (!stands && !(falls && even)) return good(figures);
  return bad(figures + (stands ? "" : ", as fast at the end as at the beginning"), fmt::format("--lr {:.3g}", c.own_rate()));
}

HealthVerdict clipping_always(const Case& c) {
  const double clip = c.o.train.clip;
  if (!(clip > 0)) return absent("--clip is off");
  const std::vector<double> norms = gradient_norms(c, c.settled());
  if (norms.size() < static_cast<size_t>(limit::kLooks.value)) {
    return unknown(fmt::format("{} gradient norms were logged after update {:.0f}, but {} are needed", norms.size(),
                               c.settled(), limit::kLooks.value));
  }
  const auto above = std::count_if(norms.begin(), norms.end(), [&](double norm) { return norm > clip; });
  const double share = static_cast<double>(above) / static_cast<double>(norms.size()), middle = median(norms);
  const std::string figures = fmt::format("{} of {} logged gradients were clipped at {:.3g}; their median norm is {}",
                                          percent(share), norms.size(), clip, short_number(middle));
  if (share <= limit::kClipped.value || middle < limit::kClipFactor.value * clip) return good(figures);
  return bad(figures, fmt::format("--clip {:.3g}", round_up(2 * middle)));
}

HealthVerdict overfitting(const Case& c) {
  const auto& checks = c.h.checks;
  if (checks.size() <= static_cast<size_t>(limit::kOverfitChecks.value)) {
    return unknown(fmt::format("the run has {}, but {} are needed", counted(checks.size(), "validation"),
                               limit::kOverfitChecks.value + 1));
  }
  const auto best =
      std::min_element(checks.begin(), checks.end(), [](const auto& a, const auto& b) { return a.val_loss < b.val_loss; });
  const History::Check& last = checks.back();
  const std::string figures = fmt::format("best {} {} (epoch {}), last {}; training loss {} then, {} at the end",
                                          c.h.loss_name, short_number(best->val_loss), short_number(best->epoch),
                                          short_number(last.val_loss), short_number(best->loss), short_number(last.loss));
  // It has to last: of the latest validations, all after the best one, the least rise counts.
  const auto latest = checks.end() - static_cast<ptrdiff_t>(limit::kOverfitChecks.value);
  const bool since = best < latest;
  double rise = last.val_loss - best->val_loss;
  for (auto check = latest; check != checks.end(); ++check) rise = std::min(rise, check->val_loss - best->val_loss);
  if (!since || !(rise > limit::kOverfit.value * std::abs(best->val_loss)) ||
      !(rise > limit::kOverfitFloor.value * c.scale()) ||
      !(best->loss - last.loss > limit::kOverfitTrain.value * std::abs(best->loss))) {
    return good(figures);
  }
  return bad(figures, fmt::format("--dropout {:.2g}", std::clamp(c.o.model.dropout + 0.2, 0.3, 0.7)));
}

HealthVerdict undertrained(const Case& c) {
  const auto& checks = c.h.checks;
  if (c.h.stopped.empty()) return unknown("the run has not ended");
  if (checks.size() < 2) return unknown("the run has fewer than 2 validations");
  const History::Check &last = checks.back(), &before = checks[checks.size() - 2];
  const double gain = (before.val_loss - last.val_loss) / std::abs(before.val_loss);
  const std::string figures =
      fmt::format("the last two {}es: {:.4g}, {:.4g}; stopped by --{}", c.h.loss_name, before.val_loss, last.val_loss,
                  c.h.stopped == "updates" ? "max-updates"
                  : c.h.stopped == "time"  ? "max-time"
                                           : c.h.stopped);
  if (c.h.stopped == "patience" || !last.best || !(gain > limit::kStillFalling.value) ||
      !(before.val_loss - last.val_loss > limit::kGainFloor.value * c.scale())) {
    return good(figures);
  }
  const TrainOptions& o = c.o.train;
  std::string more = fmt::format("--epochs {}", 2 * static_cast<int64_t>(o.epochs));
  if (c.h.stopped == "updates") more = fmt::format("--max-updates {}", 2 * o.max_updates);
  if (c.h.stopped == "time") more = fmt::format("--max-time {:.0f}", 2 * std::max(1.0, o.max_seconds));
  return bad(
      fmt::format("the last validation still gained {}: {:.4g}, then {:.4g}", percent(gain), before.val_loss, last.val_loss),
      more, o.schedule != "cosine");
}

constexpr HealthRule kRules[] = {
    {"health/exploding", "the gradient explodes",
     "without clipping, training diverges or the gradient norm is at some point far above its median",
     "clip the gradient (--clip); a lower --lr also helps", true},
    {"health/lr_large", "the learning rate is too large",
     "the training loss rises again or stays above chance, or the validation loss jumps up and down",
     "lower the learning rate (--lr), or let it rise slowly at the start (--warmup)", true},
    {"health/lr_small", "the learning rate is too small",
     "it is far below the optimizer's default, and the training loss falls in a slow straight line or not at all",
     "raise the learning rate (--lr)", true},
    {"health/clip_always", "nearly every gradient is clipped",
     "the gradient norm is above --clip in nearly all updates, and its median is several times --clip: all steps have the "
     "same length",
     "clip at a larger norm (--clip)", true},
    {"health/overfitting", "the model memorises the training text",
     "the validation loss has risen since its best value while the training loss fell",
     "more data, more --dropout, a smaller --hidden, --weight-decay; --patience stops in time", true},
    {"health/undertrained", "training stopped too early",
     "the last validation was the best and gained much over the one before",
     "train longer (--epochs, --max-updates or --max-time)", false},
};
constexpr HealthVerdict (*kJudges[])(const Case&) = {exploding,       rate_too_large, rate_too_small,
                                                     clipping_always, overfitting,    undertrained};
static_assert(std::size(kRules) == std::size(kJudges));

}  // namespace

std::span<const HealthRule> history_rules() { return kRules; }

std::vector<HealthVerdict> judge_history(const History& history, const Options& options, std::optional<double> chance) {
  const Case c{history, options, chance};
  std::vector<HealthVerdict> verdicts;
  for (size_t i = 0; i < std::size(kRules); ++i) {
    verdicts.push_back(kJudges[i](c));
    verdicts.back().rule = &kRules[i];
  }
  return verdicts;
}

}  // namespace rnn::core
