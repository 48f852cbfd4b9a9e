// Why: the learning-rate schedules, side by side.
#include "optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "base/error.h"

namespace rnn::core {
namespace {

struct Name {
  ScheduleKind kind;
  const char* text;
};
constexpr Name kNames[] = {{ScheduleKind::constant, "constant"},
                           {ScheduleKind::stall, "stall"},
                           {ScheduleKind::decay, "decay"},
                           {ScheduleKind::cosine, "cosine"},
                           {ScheduleKind::steps, "steps"}};

[[noreturn]] void refuse(const char* option, double value, const char* expected) {
  throw Error(
      Exit::usage, std::string("options/") + option,
      std::string("the schedule cannot use ") + option + " " + nlohmann::json(value).dump() + ": expected " + expected);
}

}  // namespace

ScheduleKind schedule_kind(const std::string& name) {
  std::string all;
  for (const Name& n : kNames) {
    if (name == n.text) return n.kind;
    all += std::string(all.empty() ? "" : ", ") + n.text;
  }
  throw Error(Exit::usage, "options/schedule", "there is no schedule '" + name + "'", "choose one of " + all);
}

const char* schedule_name(ScheduleKind kind) {
  for (const Name& n : kNames)
    if (n.kind == kind) return n.text;
  return "";
}

Schedule::Schedule(const ScheduleOptions& options) : options_(options) {
  const ScheduleOptions& o = options_;
  if (!(o.lr > 0) || !std::isfinite(o.lr)) refuse("lr", o.lr, "a number above 0");
  if (!(o.min_lr >= 0 && o.min_lr <= o.lr)) refuse("min-lr", o.min_lr, "0 to lr");
  if (!(o.decay > 0 && o.decay <= 1)) refuse("decay", o.decay, "a factor above 0, at most 1");
  if (o.decay_from < 0) refuse("decay-from", o.decay_from, "0 or more epochs");
  if (o.kind == ScheduleKind::steps && o.decay_at.empty())
    throw Error(Exit::usage, "options/decay-at", "the schedule 'steps' needs the epochs after which the rate falls",
                "for example --schedule steps --decay-at 25,35 --decay 0.1");
  for (size_t i = 0; i < o.decay_at.size(); ++i) {
    if (o.decay_at[i] < 1 || (i > 0 && o.decay_at[i] <= o.decay_at[i - 1]))
      refuse("decay-at", o.decay_at[i], "ascending epochs from 1");
  }
  if (o.warmup < 0) refuse("warmup", static_cast<double>(o.warmup), "0 or more updates");
  if (o.kind == ScheduleKind::cosine && o.total_updates <= 0)
    throw Error(Exit::usage, "options/schedule", "the cosine schedule needs to know how many updates the run will have",
                "give --epochs or --max-updates, or choose --schedule decay");
}

double Schedule::rate(int64_t update, int64_t epoch) const {
  const ScheduleOptions& o = options_;
  double rate = o.lr;
  switch (o.kind) {
    case ScheduleKind::constant:
      break;
    case ScheduleKind::stall:
      rate = std::max(o.min_lr, o.lr * std::pow(o.decay, static_cast<double>(stalls_)));
      break;
    case ScheduleKind::decay:
      rate = std::max(o.min_lr, o.lr * std::pow(o.decay, static_cast<double>(std::max<int64_t>(0, epoch - o.decay_from))));
      break;
    case ScheduleKind::steps: {
      const auto over = std::count_if(o.decay_at.begin(), o.decay_at.end(), [&](int at) { return epoch > at; });
      rate = std::max(o.min_lr, o.lr * std::pow(o.decay, static_cast<double>(over)));
      break;
    }
    case ScheduleKind::cosine: {
      const double length = static_cast<double>(std::max<int64_t>(1, o.total_updates - o.warmup));
      const double share = std::clamp(static_cast<double>(update - o.warmup) / length, 0.0, 1.0);
      rate = o.min_lr + (o.lr - o.min_lr) * 0.5 * (1 + std::cos(std::numbers::pi * share));
      break;
    }
  }
  if (update < o.warmup) rate *= static_cast<double>(update + 1) / static_cast<double>(o.warmup);
  return rate;
}

bool Schedule::evaluated(double loss) {
  if (options_.kind != ScheduleKind::stall) return false;
  if (loss < best_) {
    best_ = loss;
    return false;
  }
  const double before = rate(options_.warmup, 1);
  ++stalls_;
  return rate(options_.warmup, 1) < before;
}

nlohmann::json Schedule::to_json() const {
  nlohmann::json state = {{"stalls", stalls_}};
  if (std::isfinite(best_)) state["best"] = best_;
  return state;
}

void Schedule::from_json(const nlohmann::json& state) {
  const auto stalls = state.find("stalls"), best = state.find("best");
  const bool valid = state.is_object() && stalls != state.end() && stalls->is_number_integer() && *stalls >= 0 &&
                     (best == state.end() || best->is_number());
  if (!valid)
    throw Error(Exit::model, "model/corrupt", "the state of the learning-rate schedule is not valid: " + state.dump());
  stalls_ = stalls->get<int64_t>();
  best_ = best == state.end() ? std::numeric_limits<double>::infinity() : best->get<double>();
}

}  // namespace rnn::core
