// Why: every rule about metrics reports the run it is meant for and no good run; the options it advises are accepted.
#include "train/health.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

#include "runs/option_checks.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

constexpr double kChance = 6.9;  // a vocabulary of a thousand

// A run as the trainer logs it: a metric every `every` updates, whose loss is the mean since the last validation.
struct Story {
  int updates = 1000, per_epoch = 100, every = 10;
  std::function<double(double)> loss = [](double t) { return 3 + 3.5 * std::exp(-t / 200); };
  std::function<double(double)> val = [](double t) { return 3.1 + 3.5 * std::exp(-t / 200); };
  std::function<double(double)> norm = [](double t) { return 1 + 0.5 * std::sin(t); };
  double lr = 2e-3;
  std::string stopped = "epochs";

  std::vector<Event> events() const {
    std::vector<Event> all{{"start", {{"config", options_to_json({})}}}};
    double sum = 0, best = 1e9;
    int count = 0;
    for (int t = 1; t <= updates; ++t) {
      sum += loss(t - 0.5), ++count;
      const double epoch = static_cast<double>(t) / per_epoch;
      if (t % every == 0)
        all.push_back(
            {"metric", {{"step", t}, {"epoch", epoch}, {"loss", sum / count}, {"lr", lr}, {"grad_norm", norm(t)}}});
      if (t % per_epoch != 0) continue;
      const bool is_best = val(t) < best;
      best = std::min(best, val(t));
      all.push_back(
          {"eval", {{"step", t}, {"epoch", epoch}, {"loss", sum / count}, {"val_loss", val(t)}, {"best", is_best}}});
      sum = count = 0;
    }
    if (!stopped.empty()) all.push_back({"result", {{"reason", stopped}}});
    return all;
  }
};

HealthVerdict verdict_of(const History& history, std::string_view code) {
  for (HealthVerdict& v : judge_history(history, {}, kChance))
    if (v.rule->code == code) return v;
  ADD_FAILURE() << "no rule " << code;
  return {};
}

History history_of(const std::vector<Event>& events) {
  History history;
  for (const Event& e : events) history.add(e);
  return history;
}

std::vector<std::string> codes(const History& history, const Options& options, std::optional<double> chance = kChance) {
  std::vector<std::string> result;
  for (const HealthVerdict& v : judge_history(history, options, chance)) {
    EXPECT_FALSE(v.evidence.empty()) << v.rule->code;
    if (v.health != Health::bad) continue;
    result.emplace_back(v.rule->code);
    // Each advised option exists and accepts the value.
    Options changed = options;
    for (size_t at = 0; at < v.options.size();) {
      const size_t name = v.options.find("--", at) + 2, value = v.options.find(' ', name) + 1;
      at = std::min(v.options.find(' ', value), v.options.size());
      EXPECT_NO_THROW(set_option(changed, v.options.substr(name, value - 1 - name), v.options.substr(value, at - value)))
          << v.options;
    }
    EXPECT_NO_THROW(check_options(changed));
  }
  return result;
}

std::vector<std::string> codes(const Story& story, const Options& options = {}, std::optional<double> chance = kChance) {
  return codes(history_of(story.events()), options, chance);
}

using Codes = std::vector<std::string>;

HealthVerdict verdict(const Story& story, std::string_view code, const Options& options = {}) {
  for (const HealthVerdict& v : judge_history(history_of(story.events()), options, kChance))
    if (v.rule->code == code) return v;
  return {};
}

TEST(Stretches, AreTheLossOfTheUpdatesThemselves) {
  Story story;
  story.loss = [](double t) { return t; };
  const History h = history_of(story.events());
  ASSERT_EQ(h.stretches.size(), 100u);
  for (size_t i = 0; i < h.stretches.size(); ++i) {
    EXPECT_EQ(h.stretches[i].from, 10.0 * i);
    EXPECT_EQ(h.stretches[i].to, 10.0 * i + 10);
    EXPECT_NEAR(h.stretches[i].loss, 10.0 * i + 5, 1e-6);
  }
  EXPECT_NEAR(h.mean_loss(200, 400), 300, 1e-6);
  EXPECT_NEAR(h.mean_loss(95, 105), 100, 1e-6);
  EXPECT_TRUE(std::isnan(h.mean_loss(1000, 1100)));
  EXPECT_EQ(h.steps(), 1000);
}

TEST(Healthy, NothingIsSaid) {
  EXPECT_EQ(codes(Story{}), Codes{});
  Options options;
  for (const HealthVerdict& v : judge_history(history_of(Story{}.events()), options, kChance))
    EXPECT_EQ(v.health, Health::good) << v.rule->code << ": " << v.evidence;
}

TEST(Healthy, ScatterOfBatchesAndChecksIsNoDisease) {
  Story story;
  story.loss = [](double t) { return (3 + 3.5 * std::exp(-t / 200)) * (1 + 0.05 * std::sin(17 * t)); };
  story.val = [](double t) { return (3.1 + 3.5 * std::exp(-t / 200)) * (1 + 0.02 * std::sin(t)); };
  story.norm = [](double t) { return std::fmod(t, 100) == 0 ? 8 : 0.9; };  // 9 times the median
  Options options;
  options.train.clip = 0;
  EXPECT_EQ(codes(story, options), Codes{});
  // A loss near 0 may jump by many per cent.
  story.loss = [](double t) { return 0.01 + 2 * std::exp(-t / 60) + (std::fmod(t, 300) > 280 ? 0.02 : 0); };
  story.val = [](double t) { return 0.01 + 2 * std::exp(-t / 60) + (std::fmod(t, 200) > 100 ? 0.01 : 0); };
  EXPECT_EQ(codes(story, options, std::log(8)), Codes{});
  EXPECT_EQ(codes(story, options, std::nullopt), Codes{});
}

TEST(Healthy, ShortRunsAreNotJudged) {
  Story story;
  story.updates = 40, story.per_epoch = 20, story.every = 1;
  story.loss = [](double t) { return 6.9 + t / 100; };
  story.norm = [](double) { return 20; };
  story.stopped = "";
  EXPECT_EQ(codes(story), Codes{});
  for (const HealthVerdict& v : judge_history(history_of(story.events()), {}, kChance))
    if (v.rule->code != "health/exploding") {
      EXPECT_EQ(v.health, Health::unknown) << v.rule->code << ": " << v.evidence;
    }
}

TEST(Exploding, ASpikeWithoutClipping) {
  Story story;
  story.norm = [](double t) { return t == 700 ? 900 : 1; };
  EXPECT_EQ(codes(story), Codes{});  // clipped
  Options options;
  options.train.clip = 0;
  EXPECT_EQ(codes(story, options), Codes{"health/exploding"});
  EXPECT_EQ(verdict(story, "health/exploding", options).evidence,
            "gradient norm: median 1, largest 900, 900 times as large, and nothing clips it");
  EXPECT_EQ(verdict(story, "health/exploding", options).options, "--clip 2");
  options.train.clip_value = 0.1;
  EXPECT_EQ(codes(story, options), Codes{});
}

TEST(Exploding, DivergedWithoutClipping) {
  Options options;
  options.train.clip = 0;
  History h =
      history_of({{"warning", {{"code", "train/diverged"}, {"message", "training diverged at update 3: loss 1e5"}}}});
  EXPECT_EQ(codes(h, options), Codes{"health/exploding"});
  EXPECT_EQ(judge_history(h, options, std::nullopt)[0].evidence, "training diverged at update 3: loss 1e5");
  options.train.lr = 50;
  EXPECT_EQ(codes(h, options), (Codes{"health/exploding", "health/lr_large"}));
  EXPECT_EQ(judge_history(h, options, std::nullopt)[0].options, "--clip 1 --lr 0.002");
  options.train.clip = 1;
  EXPECT_EQ(codes(h, options), Codes{"health/lr_large"});
}

TEST(RateTooLarge, TheLossRisesAgain) {
  Story story;
  story.loss = [](double t) { return t < 500 ? 3.5 + 3.5 * std::exp(-t / 100) : 5; };
  story.stopped = "";
  EXPECT_EQ(codes(story), Codes{"health/lr_large"});
  EXPECT_EQ(codes(story, {}, std::nullopt), Codes{"health/lr_large"});  // regression: chance is not known
  const HealthVerdict v = verdict(story, "health/lr_large");
  EXPECT_EQ(v.evidence, "the training loss rose from 3.53 (updates 450 to 500) to 5 (the last 50)");
  EXPECT_EQ(v.options, "--lr 0.0005");
}

// The loss of a density may be below zero; that it wavers a little is no sign of anything.
TEST(RateTooLarge, ASoundRunBelowZeroIsSound) {
  Story story;
  story.loss = [](double t) { return -5 + 3.5 * std::exp(-t / 200); };
  story.val = [](double t) { return -4.9 + 0.001 * std::cos(t / 100 * 3.14159265) + 3.5 * std::exp(-t / 50); };
  EXPECT_EQ(codes(story, {}, std::nullopt), Codes{});
}

TEST(RateTooLarge, WorseThanKnowingNothing) {
  Story story;
  story.loss = [](double t) { return 9 + std::sin(t); };
  EXPECT_EQ(codes(story), Codes{"health/lr_large"});
  story.updates = 30, story.every = 30;  // an explosion is reported at once
  story.loss = [](double) { return 400; };
  EXPECT_EQ(codes(story), Codes{"health/lr_large"});
  story.updates = 1000;  // large weights at the start; the loss falls
  story.loss = [](double t) { return 8 + 3 * std::exp(-t / 300); };
  EXPECT_EQ(codes(story), Codes{});
}

TEST(RateTooLarge, TheValidationLossJumps) {
  Story story;
  story.val = [](double t) { return std::fmod(t, 200) < 100 ? 3.5 : 4.2; };
  EXPECT_EQ(codes(story), Codes{"health/lr_large"});
  story.val = [](double t) { return t == 300 || t == 700 ? 4.2 : 3.5; };  // twice is normal
  EXPECT_EQ(codes(story), Codes{});
  story.val = [](double t) { return 6 + t / 500; };  // worse from the first validation on
  story.loss = [](double) { return 5.8; };
  EXPECT_EQ(codes(story), Codes{"health/lr_large"});
}

TEST(RateTooSmall, AStraightLineOrNothing) {
  Story story;
  story.loss = story.val = [](double t) { return 6.9 - t / 2000; };
  EXPECT_EQ(codes(story), Codes{});  // at the usual rate: the task is hard
  Options options;
  options.train.lr = 1e-5;
  EXPECT_EQ(codes(story, options), Codes{"health/lr_small"});
  EXPECT_EQ(verdict(story, "health/lr_small", options).options, "--lr 0.002");
  story.loss = story.val = [](double) { return 6.9; };
  EXPECT_EQ(codes(story, options), Codes{"health/lr_small"});
  story.loss = story.val = [](double t) { return 3 + 3.5 * std::exp(-t / 100); };  // it learns nevertheless
  EXPECT_EQ(codes(story, options), Codes{});
  story.loss = story.val = [](double t) { return 2 - t / 20000; };  // starts from a trained model
  EXPECT_EQ(codes(story, options), Codes{});
}

TEST(ClippingAlways, FarBelowTheUsualNorm) {
  Story story;
  story.norm = [](double t) { return 1.2 + 0.1 * std::sin(t); };
  EXPECT_EQ(codes(story), Codes{});  // always clipped, by a little
  Options options;
  options.train.clip = 0.01;
  EXPECT_EQ(codes(story, options), Codes{"health/clip_always"});
  EXPECT_EQ(verdict(story, "health/clip_always", options).options, "--clip 5");
  story.norm = [](double t) { return std::fmod(t, 50) == 0 ? 0.005 : 1; };  // four fifths are clipped
  EXPECT_EQ(codes(story, options), Codes{});
}

TEST(Overfitting, TheValidationLossRises) {
  Story story;
  story.loss = [](double t) { return 6 * std::exp(-t / 400); };
  story.val = [](double t) { return 4 + std::abs(t - 300) / 1000; };
  EXPECT_EQ(codes(story), Codes{"health/overfitting"});
  EXPECT_EQ(verdict(story, "health/overfitting").options, "--dropout 0.3");
  story.updates = 500;  // twice: it may yet fall again
  EXPECT_EQ(codes(story), Codes{});
  // Stopped in time.
  story.val = [](double t) { return 4 + std::abs(t - 300) / 4000; };
  EXPECT_EQ(codes(story), Codes{});
}

TEST(Undertrained, TheLastCheckStillGains) {
  Story story;
  story.loss = story.val = [](double t) { return 6 - 2 * t / 1000; };
  EXPECT_EQ(codes(story), Codes{"health/undertrained"});
  HealthVerdict v = verdict(story, "health/undertrained");
  EXPECT_EQ(v.options, "--epochs 20");
  EXPECT_TRUE(v.resume);
  Options options;
  options.train.max_updates = 1000;
  options.train.schedule = "cosine";  // the schedule fixes its end from the beginning
  story.stopped = "updates";
  v = verdict(story, "health/undertrained", options);
  EXPECT_EQ(v.options, "--max-updates 2000");
  EXPECT_FALSE(v.resume);
  story.stopped = "";
  EXPECT_EQ(verdict(story, "health/undertrained").health, Health::unknown);
  story.stopped = "epochs";  // a solved task still gains many per cent of almost nothing
  story.loss = story.val = [](double t) { return 0.003 - 0.002 * t / 1000; };
  EXPECT_EQ(codes(story), Codes{});
}

// Records what a HealthWatch adds to the stream, as the sinks before it receive it.
class Keeper final : public EventSink {
 public:
  explicit Keeper(std::vector<Event>* events) : events_(events) {}
  void on(const Event& event) override { events_->push_back(event); }

 private:
  std::vector<Event>* events_;
};

std::vector<Event> watched(const std::vector<Event>& story, const Options& options) {
  std::vector<Event> seen;
  EventStream stream;
  stream.add(std::make_unique<Keeper>(&seen));
  stream.add(std::make_unique<HealthWatch>(options, kChance, "", stream));
  for (const Event& event : story) stream.emit(event);
  return seen;
}

TEST(Watch, SaysEachThingOnceBehindTheEventThatShowsIt) {
  Story story;
  story.norm = [](double t) { return t >= 700 ? 900 : 1; };
  Options options;
  options.train.clip = 0;
  const std::vector<Event> told = story.events(), seen = watched(told, options);
  ASSERT_EQ(seen.size(), told.size() + 1);
  size_t at = 0;
  while (seen[at].type == told[at].type) ++at;
  EXPECT_EQ(seen[at].type, "warning");
  EXPECT_EQ(seen[at].fields.at("code"), "health/exploding");
  EXPECT_EQ(seen[at].fields.at("help"), "clip the gradient (--clip); a lower --lr also helps: --clip 2");
  EXPECT_GE(seen[at].fields.at("step"), 700);
  EXPECT_LE(seen[at].fields.at("step"), 750);
  for (size_t i = at; i < told.size(); ++i) EXPECT_EQ(event_json(seen[i + 1]), event_json(told[i]));
}

TEST(Watch, IsSilentOnAGoodRunAndAboutItsEnd) {
  EXPECT_EQ(watched(Story{}.events(), {}).size(), Story{}.events().size());
  Story story;  // undertrained: no warning while it trains
  story.loss = story.val = [](double t) { return 6 - 2 * t / 1000; };
  EXPECT_EQ(watched(story.events(), {}).size(), story.events().size());
}

TEST(Watch, DoesNotRepeatItselfWhenARunIsResumed) {
  const std::string path = (std::filesystem::temp_directory_path() / "rnn_health_watch.jsonl").string();
  Story story;
  story.loss = [](double t) { return 9 + std::sin(t); };
  story.stopped = "";
  std::ofstream file(path);
  for (const Event& event : watched(story.events(), {})) file << event_json(event) << '\n';
  file.close();
  EventStream stream;
  std::vector<Event> seen;
  stream.add(std::make_unique<Keeper>(&seen));
  stream.add(std::make_unique<HealthWatch>(Options{}, kChance, path, stream));
  stream.truncate_after(1000);
  stream.emit({"metric", {{"step", 1010}, {"loss", 9}, {"grad_norm", 1}}});
  EXPECT_EQ(seen.size(), 1u);
  std::filesystem::remove(path);
}

TEST(Metrics, ReadingNamesTheLine) {
  const std::string path = (std::filesystem::temp_directory_path() / "rnn_health_metrics.jsonl").string();
  const auto failure = [&](const char* text) {
    std::ofstream(path) << text;
    return failure_of([&] { read_history(path); });
  };
  EXPECT_EQ(failure("").code, "run/metrics");
  EXPECT_EQ(failure("{\"type\":\"start\"}\nnonsense\n").message, path + ":2 is not a line of metrics");
  EXPECT_EQ(failure("{\"kind\":\"start\"}\n").exit, Exit::data);
  EXPECT_EQ(failure("[1]\n").code, "run/metrics");
  EXPECT_EQ(failure("{\"type\":\"start\"}\n{\"type\":\"met").code, "none");  // the run is still writing it
  std::filesystem::remove(path);
  EXPECT_EQ(failure_of([&] { read_history(path); }).message, path + " is missing");
}

// Label smoothing makes the plain loss rise while the smoothed one, which chooses the best model, still falls.
TEST(Health, WithLabelSmoothingTheSmoothedLossIsJudged) {
  Story story;
  story.loss = [](double t) { return 1 + 5 * std::exp(-t / 300); };
  story.val = [](double t) { return 2 + 4 * std::exp(-t / 100) + t / 500; };
  std::vector<Event> events = story.events();
  const HealthVerdict plain = verdict_of(history_of(events), "health/overfitting");
  EXPECT_EQ(plain.health, Health::bad);
  EXPECT_EQ(plain.evidence.find("smoothed"), std::string::npos);
  double smoothed = 6;
  for (Event& e : events)
    if (e.type == "eval") e.fields["val_smoothed_loss"] = smoothed -= 0.1;
  const HealthVerdict judged = verdict_of(history_of(events), "health/overfitting");
  EXPECT_EQ(judged.health, Health::good);
  EXPECT_EQ(judged.evidence.rfind("best smoothed validation loss ", 0), 0u) << judged.evidence;
}

}  // namespace
}  // namespace rnn::core
