// Why: what a run logged, event by event, and the sink that watches it while it trains.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "train/health.h"
#include "train/metrics_file.h"

namespace rnn::core {
namespace {

constexpr size_t kEveryTwentieth = 20;

}  // namespace

// A loss in the log is the mean since the last validation: two entries give the loss between them.
void History::stretch(double step, double mean) {
  if (!(step > told_until) || !std::isfinite(mean)) return;
  const double before = told_until - last_check, all = step - last_check;
  stretches.push_back({told_until, step, (mean * all - told_mean * before) / (all - before)});
  told_until = step, told_mean = mean;
}

void History::add(const Event& event) {
  const double step = number_field(event, "step"), epoch = number_field(event, "epoch"), loss = number_field(event, "loss");
  if (event.type == "start") {
    if (event.fields.contains("config")) config = event.fields.at("config");
  } else if (event.type == "metric" && std::isfinite(step)) {
    stretch(step, loss);
    updates.push_back({step, epoch, loss, number_field(event, "lr"), number_field(event, "grad_norm")});
  } else if (event.type == "eval" && std::isfinite(step)) {
    stretch(step, loss);
    last_check = told_until = step, told_mean = 0;
    const double smoothed = number_field(event, "val_smoothed_loss");
    if (std::isfinite(smoothed)) loss_name = "smoothed validation loss";
    checks.push_back({step, epoch, loss, std::isfinite(smoothed) ? smoothed : number_field(event, "val_loss"),
                      event.fields.flag("best")});
  } else if (event.type == "warning") {
    told.push_back(event.fields.text("code"));
    if (told.back() == "train/diverged") diverged = event.fields.text("message");
  } else if (event.type == "result") {
    stopped = event.fields.text("reason");
    if (event.fields.contains("metrics")) results = event.fields.at("metrics");
  }
}

double History::steps() const {
  return std::max(updates.empty() ? 0 : updates.back().step, checks.empty() ? 0 : checks.back().step);
}

double History::mean_loss(double from, double to) const {
  double sum = 0, weight = 0;
  for (auto s = stretches.rbegin(); s != stretches.rend() && s->to > from; ++s) {
    const double shared = std::min(to, s->to) - std::max(from, s->from);
    if (shared > 0) sum += s->loss * shared, weight += shared;
  }
  return weight > 0 ? sum / weight : std::numeric_limits<double>::quiet_NaN();
}

History read_history(const std::string& path) {
  const auto bad = [&](const std::string& message) {
    return Error(Exit::data, "run/metrics", message, "rnn train writes it into the run folder, line by line");
  };
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) throw bad(path + " is missing");
  History history;
  const int64_t events = read_events(path, [&](nlohmann::json&& event) {
    std::string type = event.at("type").get<std::string>();
    history.add({std::move(type), std::move(event)});
  });
  if (events == 0) throw bad(path + " is empty");
  return history;
}

Event health_warning(const HealthVerdict& verdict, double step) {
  std::string help(verdict.rule->mend);
  if (!verdict.options.empty()) help += ": " + verdict.options;
  return {"warning",
          {{"step", static_cast<int64_t>(step)},
           {"code", verdict.rule->code},
           {"message", std::string(verdict.rule->title) + ": " + verdict.evidence},
           {"help", help}}};
}

HealthWatch::HealthWatch(const Options& options, std::optional<double> chance, std::string metrics, EventStream& out)
    : options_(options), chance_(chance), metrics_(std::move(metrics)), out_(out) {}

void HealthWatch::on(const Event& event) {
  history_.add(event);
  if (event.type != "metric" && event.type != "eval") return;
  const size_t seen = history_.updates.size() + history_.checks.size();
  if (seen < next_look_) return;
  next_look_ = seen + 1 + seen / kEveryTwentieth;
  for (const HealthVerdict& verdict : judge_history(history_, options_, chance_)) {
    const auto& told = history_.told;
    if (verdict.health != Health::bad || !verdict.rule->live) continue;
    if (std::find(told.begin(), told.end(), verdict.rule->code) != told.end()) continue;
    out_.emit(health_warning(verdict, history_.steps()));  // on() receives this event, too, and records it
  }
}

void HealthWatch::truncate_after(int64_t) {
  std::error_code ignored;
  if (!metrics_.empty() && std::filesystem::file_size(metrics_, ignored) > 0 && !ignored) history_ = read_history(metrics_);
}

}  // namespace rnn::core
