// Why: the rules by which a training run is recognised as sick, once: `rnn train` warns by them, `rnn doctor` judges by them.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/events.h"
#include "options/option_list.h"
#include "train/health_limits.h"

namespace rnn::core {

// What a rule looks for. The texts are for people who train models, not for those who write them.
struct HealthRule {
  std::string_view code;   // "health/exploding": stable
  std::string_view title;  // one line: what is wrong
  std::string_view sign;   // how it is recognised
  std::string_view mend;   // what to change, with the names of the options
  bool live = false;       // rnn train warns of it, too
};

enum class Health { unknown, good, bad, absent };  // absent: what it looks for cannot be in this kind of run

// What came of one rule.
struct HealthVerdict {
  const HealthRule* rule = nullptr;
  Health health = Health::unknown;
  std::string evidence;  // the figures it rests on; unknown, absent: why
  std::string options;   // bad: what to add to the command of the run, "--clip 1 --lr 0.002"; may be empty
  bool resume = false;   // bad: the same run can go on with these options
};

// What a rule comes to; judge_history() and judge_model() add the rule.
namespace verdict {
inline HealthVerdict unknown(std::string why) { return {nullptr, Health::unknown, std::move(why), "", false}; }
inline HealthVerdict absent(std::string why) { return {nullptr, Health::absent, std::move(why), "", false}; }
inline HealthVerdict good(std::string evidence) { return {nullptr, Health::good, std::move(evidence), "", false}; }
inline HealthVerdict bad(std::string evidence, std::string options = "", bool resume = false) {
  return {nullptr, Health::bad, std::move(evidence), std::move(options), resume};
}
inline std::string percent(double share) { return short_number(100 * share) + " %"; }
}  // namespace verdict

// The metrics of a run, as metrics.jsonl tells them.
struct History {
  struct Update {
    double step = 0, epoch = 0, loss = 0, lr = 0, grad_norm = 0;  // loss: mean since the last check
  };
  struct Check {
    double step = 0, epoch = 0, loss = 0, val_loss = 0;
    bool best = false;
  };
  // The training loss alone of the updates in (from, to].
  struct Stretch {
    double from = 0, to = 0, loss = 0;
  };
  std::vector<Update> updates;
  std::vector<Check> checks;
  std::vector<Stretch> stretches;
  nlohmann::json config;          // of the start event: what options_from_json reads; null before it
  std::vector<std::string> told;  // codes of the warnings
  std::string diverged;           // how training diverged; "" when it did not
  std::string stopped;            // why training ended: "epochs", "patience", ...; "" while it runs or when it was killed
  void add(const Event& event);
  double steps() const;                            // updates seen
  double mean_loss(double from, double to) const;  // of the updates in (from, to]; NaN when there are none

  double last_check = 0, told_until = 0, told_mean = 0;  // for add(): what the last logged loss was the mean of
  void stretch(double step, double mean);
};
// Throws Error{data, "run/metrics"}: missing, empty, or a line that is no event, with file:line. A last line that was cut is
// left out.
History read_history(const std::string& path);

// The rules that metrics and options decide: exploding, learning rate too large, too small, clipping always on, overfitting,
// under-training.
std::span<const HealthRule> history_rules();
// One verdict per rule, in their order. `chance`: loss of an even guess, ln K, of a regression that of answering 0; 0: not known.
std::vector<HealthVerdict> judge_history(const History& history, const Options& options, double chance);

// A sink that adds a "warning" event to `out` the first time a live rule speaks. Add it behind the others, so that they have the
// event that it speaks about. It only reads: no number of the training depends on it. Looks at each new event of a short run and
// at every twentieth part of a long one, so its cost does not grow with the run.
class HealthWatch final : public EventSink {
 public:
  // `metrics`: the run's metrics.jsonl, read when a run is resumed; "": none.
  HealthWatch(const Options& options, double chance, std::string metrics, EventStream& out);
  void on(const Event& event) override;
  void truncate_after(int64_t step) override;

 private:
  Options options_;
  double chance_;
  std::string metrics_;
  EventStream& out_;
  History history_;
  size_t next_look_ = 0;
};

// "health/exploding: title. evidence" as a warning event's fields, with step and help.
Event health_warning(const HealthVerdict& verdict, double step);

}  // namespace rnn::core
