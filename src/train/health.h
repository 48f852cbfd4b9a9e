// Why: the rules that find problems in a training run are defined once, for `rnn train`, which warns, and `rnn doctor`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_value.h"
#include "base/numbers.h"
#include "events/events.h"
#include "options/option_list.h"
#include "train/health_limits.h"

namespace rnn::core {

// What a rule looks for. The texts are for people who train models, not for people who write training code.
struct HealthRule {
  std::string_view code;   // "health/exploding": stable
  std::string_view title;  // one line: what is wrong
  std::string_view sign;   // how it shows
  std::string_view mend;   // what to change, with the names of the options
  bool live = false;       // rnn train also warns of it
};

enum class Health { unknown, good, bad, absent };  // absent: the rule does not apply to this kind of run

// The result of one rule.
struct HealthVerdict {
  const HealthRule* rule = nullptr;
  Health health = Health::unknown;
  std::string evidence;  // the figures behind the verdict; unknown, absent: the reason
  std::string options;   // bad: what to add to the command of the run, "--clip 1 --lr 0.002"; may be empty
  bool resume = false;   // bad: the same run can be resumed with these options
};

// The results of a rule; judge_history() and judge_model() add the rule itself.
namespace verdict {
inline HealthVerdict unknown(std::string why) { return {nullptr, Health::unknown, std::move(why), "", false}; }
inline HealthVerdict absent(std::string why) { return {nullptr, Health::absent, std::move(why), "", false}; }
inline HealthVerdict good(std::string evidence) { return {nullptr, Health::good, std::move(evidence), "", false}; }
inline HealthVerdict bad(std::string evidence, std::string options = "", bool resume = false) {
  return {nullptr, Health::bad, std::move(evidence), std::move(options), resume};
}
inline std::string percent(double share) { return short_number(100 * share) + " %"; }
}  // namespace verdict

// The metrics of a run, as in metrics.jsonl.
struct History {
  struct Update {
    double step = 0, epoch = 0, loss = 0, lr = 0, grad_norm = 0;  // loss: mean since the last validation
  };
  struct Check {
    double step = 0, epoch = 0, loss = 0, val_loss = 0;  // val_loss: the one that chooses the best model
    bool best = false;
  };
  // The training loss of just the updates in (from, to].
  struct Stretch {
    double from = 0, to = 0, loss = 0;
  };
  std::vector<Update> updates;
  std::vector<Check> checks;
  std::vector<Stretch> stretches;
  JsonValue config;                           // from the start event, for options_from_json(); null before it
  std::vector<std::string> told;              // codes of the warnings
  std::string loss_name = "validation loss";  // which one the checks have; with label smoothing it may be the smoothed one
  std::string diverged;                       // how training diverged; "" if it did not
  JsonValue results;                          // figures of the model that was kept and of the baselines; null while it runs
  std::string stopped;  // why training ended: "epochs", "patience", ...; "" while it runs or if it was killed
  void add(const Event& event);
  double steps() const;                            // number of updates seen
  double mean_loss(double from, double to) const;  // of the updates in (from, to]; NaN if there are none

  double last_check = 0, told_until = 0, told_mean = 0;  // for add(): the interval and value of the last logged mean
  void stretch(double step, double mean);
};
// Throws Error{data, "run/metrics"}: missing, empty, or a line that is no event, with file:line. Ignores an incomplete last
// line.
History read_history(const std::string& path);

// The rules that need only metrics and options: exploding, learning rate too large, too small, clipping always on,
// overfitting, undertrained.
std::span<const HealthRule> history_rules();
// One verdict per rule, in their order. `chance`: loss of giving every answer the same probability, ln K; for a regression,
// of always answering 0; none: not known.
std::vector<HealthVerdict> judge_history(const History& history, const Options& options, std::optional<double> chance);

// A sink that adds a "warning" event to `out` the first time a live rule finds a problem. Add it after the other sinks, so
// that they receive the event that caused the warning first. It only observes: no number of the training depends on it. It
// checks after each event of a short run and whenever a long one has grown by a twentieth, so its cost stays small.
class HealthWatch final : public EventSink {
 public:
  // `metrics`: the run's metrics.jsonl, which is read when a run is resumed; "": none.
  HealthWatch(const Options& options, std::optional<double> chance, std::string metrics, EventStream& out);
  void on(const Event& event) override;
  void truncate_after(int64_t step) override;

 private:
  Options options_;
  std::optional<double> chance_;
  std::string metrics_;
  EventStream& out_;
  History history_;
  size_t next_look_ = 0;
};

// "health/exploding: title. evidence" as a warning event's fields, with step and help.
Event health_warning(const HealthVerdict& verdict, double step);

}  // namespace rnn::core
