// Why: the public face from the past of series to their next values: the numbers of the program, many at once, what is refused.
#include <thread>

#include "series_case.h"
#include "tasks/forecast/stream/ready_forecaster.h"

namespace rnn_api {
namespace {

using Doubles = std::vector<double>;
using Use = rnn::CovariateInfo::Use;
const Doubles kLevels = {0.05, 0.25, 0.5, 0.9, 0.975};

TEST(ApiForecaster, SaysWhatItReads) {
  const rnn::Forecaster forecaster(shop_model());
  EXPECT_EQ(forecaster.horizon(), kAhead);
  EXPECT_GE(forecaster.context(), 21);
  EXPECT_EQ(forecaster.season(), 7);
  EXPECT_EQ(forecaster.frequency(), "daily");
  EXPECT_EQ(forecaster.names(), (std::vector<std::string>{"north, east", "south"}));
  EXPECT_TRUE(forecaster.knows("south"));
  EXPECT_FALSE(forecaster.knows("new") || forecaster.knows(""));
  std::vector<std::string> seen;
  for (const rnn::CovariateInfo& c : forecaster.covariates()) {
    std::string text = c.name + (c.use == Use::fixed ? " fixed" : c.use == Use::past ? " past" : " known");
    for (const std::string& category : c.categories) text += " " + category;
    EXPECT_EQ(c.category, !c.categories.empty());
    seen.push_back(text);
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<std::string>{"kind known holiday plain sale", "price known", "rain past",
                                            "region fixed land sea"}));
  EXPECT_TRUE(shop_model().forecasts());
  EXPECT_FALSE(shop_model().labels_sequences() || shop_model().is_language_model() || shop_model().translates());
  EXPECT_FALSE(trained_model().forecasts());
  EXPECT_EQ(shop_model().info().task, "forecast");
}

// What `rnn forecast` prints, before it is rounded.
std::vector<rnn::Forecast> of_program(const std::string& run, const std::string& table, const Doubles& levels,
                                      bool network = true) {
  namespace core = rnn::core;
  const core::ReadyForecaster ready(core::load_model(run), 1);
  EXPECT_EQ(ready.front().share > 0, network) << "which part has a say";
  const core::SeriesSet set = ready.read({table}, ready.options());
  const core::SeriesBank bank(ready.front(), set);
  std::vector<rnn::Forecast> found;
  for (core::Forecast& f :
       const_cast<core::ReadyForecaster&>(ready).forecaster().forecast(bank, ready.next_windows(set, bank), levels))
    found.push_back({f.point, f.quantile});
  return found;
}

void expect_same(const rnn::Forecast& a, const rnn::Forecast& b) {
  EXPECT_EQ(a.point, b.point);
  EXPECT_EQ(a.quantiles, b.quantiles);
}

TEST(ApiForecaster, HasTheNumbersOfTheProgram) {
  // Longer than at the training, shorter than a window, and one that the model does not know.
  const std::vector<rnn::SeriesHistory> histories = {history_of(0, kSteps + 9), history_of(1, 12),
                                                     history_of(2, kSteps + 3)};
  const rnn::Forecaster forecaster(shop_model());
  write_all("next.csv", table_of(histories, true));
  const std::vector<rnn::Forecast> expected = of_program("shops_run", "next.csv", kLevels);
  ASSERT_EQ(expected.size(), 3u);
  const std::vector<rnn::Forecast> found = forecaster.forecast(histories, kLevels);
  for (size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(found[i].point.size(), static_cast<size_t>(kAhead));
    ASSERT_EQ(found[i].quantiles.size(), kAhead * kLevels.size());
    expect_same(found[i], expected[i]);
    expect_same(forecaster.forecast(histories[i], kLevels), expected[i]);
  }
  const rnn::Forecaster plain(plain_model());
  EXPECT_EQ(plain.names(), std::vector<std::string>{""});
  expect_same(plain.forecast({.values = plain_values(kSteps)}, kLevels), of_program("plain_run", "plain.csv", kLevels)[0]);
}

TEST(ApiForecaster, ColumnsMatter) {
  const rnn::Forecaster forecaster(shop_model());
  const rnn::SeriesHistory history = history_of(0);
  const rnn::Forecast found = forecaster.forecast(history);
  for (size_t c = 0; c < 2; ++c) {  // what is known ahead
    rnn::SeriesHistory other = history;
    for (size_t t = kSteps; t < kSteps + kAhead; ++t)
      c == 0 ? void(other.covariates[c].numbers[t] += 5) : void(other.covariates[c].categories[t] = "sale");
    EXPECT_NE(forecaster.forecast(other).point, found.point) << c;
  }
  // A category that was not trained on is none, whatever its name; the order of the columns is free.
  rnn::SeriesHistory other = history;
  for (std::string& kind : other.covariates[1].categories)
    if (kind == "festival") kind = "zzz";
  std::reverse(other.covariates.begin(), other.covariates.end());
  expect_same(forecaster.forecast(other), found);
}

TEST(ApiForecaster, LevelsInAnyOrder) {
  const rnn::Forecaster forecaster(plain_model());
  const Doubles values = plain_values(60);
  const rnn::Forecast up = forecaster.forecast({.values = values}, {0.1, 0.5, 0.9});
  const rnn::Forecast down = forecaster.forecast({.values = values}, {0.9, 0.5, 0.1, 0.5});
  for (size_t h = 0; h < kAhead; ++h) {
    EXPECT_LE(up.quantiles[h * 3], up.point[h]);
    EXPECT_GE(up.quantiles[h * 3 + 2], up.point[h]);
    EXPECT_LT(up.quantiles[h * 3], up.quantiles[h * 3 + 2]);
    for (size_t l = 0; l < 4; ++l) EXPECT_EQ(down.quantiles[h * 4 + l], up.quantiles[h * 3 + (l == 3 ? 1 : 2 - l)]);
  }
  EXPECT_TRUE(forecaster.forecast({.values = values}, Doubles()).quantiles.empty());
  EXPECT_EQ(forecaster.forecast({.values = values}).quantiles.size(), 2u * kAhead);
  for (const double level : {0.0, 1.0, -1.0, kNone})
    expect_error(Exit::usage, "forecast/levels", [&] { forecaster.forecast({.values = values}, {0.5, level}); });
}

TEST(ApiForecaster, ManyAtOnceAreOneByOneOnAnyThreads) {
  std::vector<rnn::SeriesHistory> histories;
  for (int i = 0; i < 300; ++i) {  // more than one pass takes
    histories.push_back(history_of(i % 3, 5 + i % 140));
    histories.back().name += i % 2 == 0 ? "" : std::to_string(i);
  }
  const rnn::Forecaster one(shop_model());
  std::vector<rnn::Forecast> expected;
  for (const rnn::SeriesHistory& h : histories) expected.push_back(one.forecast(h));
  for (const int threads : {1, 2, 3}) {
    const std::vector<rnn::Forecast> found = rnn::Forecaster(shop_model(), threads).forecast(histories);
    for (size_t i = 0; i < histories.size(); ++i) expect_same(found[i], expected[i]);
  }
  // One forecaster, asked by several threads at the same time.
  const rnn::Forecaster shared(shop_model(), 2);
  std::vector<std::vector<rnn::Forecast>> got(3);
  std::vector<std::thread> users;
  for (auto& mine : got)
    users.emplace_back([&] {
      for (size_t i = 0; i < 60; ++i) mine.push_back(shared.forecast(histories[i]));
    });
  for (std::thread& user : users) user.join();
  for (const auto& mine : got)
    for (size_t i = 0; i < mine.size(); ++i) expect_same(mine[i], expected[i]);
  EXPECT_TRUE(one.forecast(std::span<const rnn::SeriesHistory>()).empty());
}

TEST(ApiForecaster, RefusesWhatDoesNotFit) {
  const rnn::Forecaster forecaster(shop_model()), plain(plain_model());
  const double inf = std::numeric_limits<double>::infinity();
  const auto with = [&](auto&& change) {
    rnn::SeriesHistory h = history_of(1, 40);
    change(h);
    return [&forecaster, h] { forecaster.forecast(h); };
  };
  expect_error(Exit::data, "data/series", [&] { plain.forecast(rnn::SeriesHistory{}); });
  expect_error(Exit::data, "data/series", [&] { plain.forecast({.values = {kNone, kNone}}); });
  expect_error(Exit::data, "data/number", [&] { plain.forecast({.values = {1, inf}}); });
  expect_error(Exit::data, "data/covariate", [&] { plain.forecast(history_of(1)); });
  expect_error(Exit::data, "data/number", with([&](auto& h) { h.covariates[0].numbers[3] = -inf; }));
  expect_error(Exit::data, "data/covariate", with([](auto& h) { h.covariates.pop_back(); }));
  expect_error(Exit::data, "data/covariate", with([](auto& h) { h.covariates.push_back({"wind", {1}}); }));
  expect_error(Exit::data, "data/covariate", with([](auto& h) { h.covariates[2].numbers.pop_back(); }));
  expect_error(Exit::data, "data/covariate", with([](auto& h) { h.covariates[0].categories.resize(60, "x"); }));
  expect_error(Exit::data, "data/covariate", with([](auto& h) {
                 h.covariates[2] = {"rain", {}, std::vector<std::string>(60, "x")};
               }));
  expect_error(Exit::data, "data/known", with([](auto& h) { h.covariates[0].numbers.pop_back(); }));
  try {
    with([](auto& h) { h.covariates[1].categories.resize(41); })();
  } catch (const rnn::Error& e) {
    EXPECT_NE(std::string(e.what()).find("'kind' has 41 steps, but 47 are needed"), std::string::npos) << e.what();
  }
  expect_error(Exit::usage, "session/size", [] { rnn::Forecaster(plain_model(), -1); });
}

TEST(ApiForecaster, ACalendarNeedsDates) {
  const rnn::Forecaster forecaster(calendar_model());
  const auto first = [&](const std::string& text) {
    return [&forecaster, text] { forecaster.forecast({.values = plain_values(60), .first = text}); };
  };
  for (const char* text : {"", "tomorrow", "2021-02-30", "2021-13-01", "01/02/2021", "2021", "99999-01-01"})
    expect_error(Exit::data, "data/date", first(text));
  expect_error(Exit::data, "data/date", [&] { forecaster.start("x"); });
  try {
    first("")();
  } catch (const rnn::Error& e) {
    EXPECT_EQ(std::string(e.what()), "the model reads the calendar (week, month), but the series has no first date");
  }
  expect_same(forecaster.forecast({.values = plain_values(kSteps), .first = day_text(0)}, kLevels),
              of_program("dated_run", "dated.csv", kLevels, false)[0]);
  // A time of day says nothing of days, and a model without a calendar does not read the date.
  expect_same(forecaster.forecast({.values = plain_values(60), .first = "2021-01-05 13:00"}),
              forecaster.forecast({.values = plain_values(60), .first = "2021-01-05"}));
  const rnn::Forecaster plain(plain_model());
  EXPECT_TRUE(plain.calendar().empty());
  expect_same(plain.forecast({.values = plain_values(60), .first = "no date"}),
              plain.forecast({.values = plain_values(60)}));
}

TEST(ApiForecaster, ModelsOfOtherKinds) {
  expect_error(Exit::model, "model/task", [] { rnn::Forecaster forecaster(trained_model()); });
  expect_error(Exit::model, "model/task", [] { rnn::Forecaster forecaster(bare_model()); });
  expect_error(Exit::model, "model/task", [] { rnn::Session session(plain_model()); });
  expect_error(Exit::model, "model/task", [] { rnn::Labeller labeller(plain_model()); });
  expect_error(Exit::model, "model/task", [] { rnn::Writer writer(plain_model()); });
  expect_error(Exit::model, "model/task", [] { rnn::Translator translator(plain_model()); });
  expect_error(Exit::model, "model/task", [] { rnn::evaluate(plain_model(), "plain.csv"); });
}

TEST(ApiForecaster, TrainsByTheOptionsOfSeries) {
  plain_model();
  rnn::TrainRequest request = series_request("plain.csv", "short_run");
  request.set("horizon", "3").set("head", "huber").set("normalise", "mean").set("linear", "off");
  const rnn::TrainSummary run = rnn::train(request);
  ASSERT_TRUE(run.mase && run.mae && run.coverage);
  EXPECT_GT(*run.mae, 0);
  EXPECT_GE(*run.coverage, 0);
  EXPECT_LE(*run.coverage, 1);
  EXPECT_EQ(rnn::Forecaster(rnn::Model::load("short_run")).horizon(), 3);
  EXPECT_NE(rnn::Model::load("short_run").info().about.find("\"normalise\":\"mean\""), std::string::npos);
  request.valid = "plain.csv";
  expect_error(Exit::usage, "usage/files", [&] { rnn::train(request); });
  request.valid.clear(), request.data = {"none.csv"};
  expect_error(Exit::data, "data/missing", [&] { rnn::train(request); });
}

}  // namespace
}  // namespace rnn_api
