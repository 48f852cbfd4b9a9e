// Why: the calendar is known of every step: it enters networks and regressions alike, is kept only where it helps, and never looks ahead of
// the values.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <tuple>

#include "series/calendar.h"
#include "support/failure.h"
#include "tasks/forecast/cycles.h"
#include "tasks/forecast_series.h"

namespace rnn::core::test {
namespace {

// Days from 2019-01-01 on: noise around a level that the season gives, or around none; from day `turns` on it stays where it was.
std::string days_of(int days, double season, uint64_t seed = 6, int turns = 1 << 30) {
  Random random(seed, Purpose::test);
  std::string text = "ds,y\n";
  double drift = 0;
  for (int t = 0; t < days; ++t) {
    const CivilTime at = civil_time((days_from_civil(2019, 1, 1) + t) * kDay);
    drift = 0.5 * drift + random.uniform(-4, 4);
    const double level = season * std::cos(2 * std::numbers::pi * (std::min(t, turns) - 20) / 365.25);
    text += std::to_string(at.year) + (at.month < 10 ? "-0" : "-") + std::to_string(at.month) + (at.day < 10 ? "-0" : "-") +
            std::to_string(at.day) + "," + std::to_string(20 + level + drift) + "\n";
  }
  return text;
}

SeriesOptions daily_options(const std::string& calendar) {
  SeriesOptions options;
  options.horizon = 28, options.season = 7, options.calendar = calendar;
  return options;
}

TinySeries fit_days(const std::string& calendar, double season = 8) {
  return fit_series(days_of(1096, season), daily_options(calendar));
}

TEST(ForecastCalendar, ChannelsReachTheHorizon) {
  const TinySeries t = fit_days("week,year");
  ASSERT_EQ(t.front.channels.size(), 10u);
  EXPECT_EQ(t.front.ahead, 28);
  EXPECT_EQ(t.front.cycles(), (std::vector<Cycle>{Cycle::week, Cycle::year}));
  const WindowSeries& view = t.bank->views()[0];
  ASSERT_EQ(view.known.size(), 10u);
  for (const auto& wave : view.known) EXPECT_EQ(wave.size(), 1096u + 28);
  const Grid& grid = t.set.grid;
  for (const int64_t step : {int64_t{0}, int64_t{700}, int64_t{1123}})
    for (size_t k = 0; k < 10; ++k)
      EXPECT_EQ(view.known[k][static_cast<size_t>(step)],
                static_cast<float>(wave_value(*t.front.channels[k].wave, grid.local(step))));
  EXPECT_EQ(t.bank->covered(0), 1096) << "the calendar says nothing of how far values may be forecast";
}

TEST(ForecastCalendar, FilesKeepIt) {
  const TinySeries t = fit_days("week,year");
  ASSERT_EQ(t.front.linear.waves.size(), 1u);
  const nlohmann::json json = front_to_json(t.front);
  const ForecastFront again = front_from_json(json);
  EXPECT_EQ(front_to_json(again), json);
  ForecastOptions network = model_of(t, ForecastNetwork::segments, ForecastHead::quantiles)->config().forecast;
  check_front(again, network);
  const auto refused = [&](auto&& change) {
    nlohmann::json other = json;
    change(other);
    return failure_of([&] { check_front(front_from_json(other), network); }).code == "model/corrupt";
  };
  EXPECT_TRUE(refused([](auto& j) { j["channels"][0]["cycle"] = "day"; })) << "days have no hours";
  EXPECT_TRUE(refused([](auto& j) { j["channels"][0]["cycle"] = "moon"; }));
  EXPECT_TRUE(refused([](auto& j) { j["channels"][0]["harmonic"] = 4; }));
  EXPECT_TRUE(refused([](auto& j) { j["channels"].erase(0); }));
  EXPECT_TRUE(refused([](auto& j) { j["ahead"] = 27; }));
  EXPECT_TRUE(refused([](auto& j) { j.erase("ahead"); }));
  EXPECT_TRUE(refused([](auto& j) { j["linear"].erase("waves"); }));
  EXPECT_TRUE(refused([](auto& j) { j["linear"]["waves"][0].erase(0); }));
  EXPECT_TRUE(refused([](auto& j) { j["linear"]["waves"][0][0] = 1e39; }));
  EXPECT_TRUE(refused([](auto& j) { j["grid"]["origin"] = int64_t{1} << 61; }));
  EXPECT_TRUE(refused([](auto& j) { j["grid"]["unit"] = "steps"; }));
  // Without a calendar the file says nothing of one.
  const nlohmann::json off = front_to_json(fit_days("off").front);
  EXPECT_FALSE(off.contains("ahead") || off["linear"].contains("waves"));
}

TEST(ForecastCalendar, ARegressionReturnsToTheSeason) {
  const TinySeries with = fit_days("year"), without = fit_days("off");
  const auto error = [](const TinySeries& t) {
    WindowOptions how;
    how.context = 1, how.horizon = 28;
    std::vector<double> base(28);
    double sum = 0, count = 0;
    for (const Window& w : windows_between(*t.bank, t.split.calibration, t.split.all, 28, 1, 1000)) {
      linear_base(t.front, *t.bank, w, how, base);
      for (size_t h = 0; h < 28; ++h) {
        const double e = base[h] - static_cast<double>(t.bank->views()[0].y[static_cast<size_t>(w.origin) + h]);
        sum += e * e, ++count;
      }
    }
    return sum / count;
  };
  // The test rows are seen by nothing.
  SeriesOptions options = daily_options("year");
  options.test_steps = 200;
  const TinySeries a = fit_series(days_of(1096, 8), options);
  options.calendar = "off";
  const TinySeries b = fit_series(days_of(1096, 8), options);
  EXPECT_LT(error(a), 0.9 * error(b));
  // What it says of the season in scaled units: 8 of a deviation of about 5.8.
  double largest = 0;
  for (int64_t t = 0; t < 365; ++t)
    largest = std::max(largest, calendar_level(with.bank->views()[0], with.front.linear.waves[0], t));
  EXPECT_NEAR(largest * with.front.scales[0].scale, 8, 1);
  EXPECT_TRUE(without.front.linear.waves.empty());
}

TEST(ForecastCalendar, KeepsWhatHelps) {
  const auto chosen = [](const std::string& text, int test_steps = 0) {
    SeriesOptions options = daily_options("auto");
    options.test_steps = test_steps;
    TinySeries t;
    t.set = series_of(text);
    decide_series_options(t.set, &options);
    return choose_calendar(t.set, split_series(t.set, options), options, Transform::none);
  };
  EXPECT_EQ(chosen(days_of(1096, 8)).calendar, "year");
  EXPECT_EQ(chosen(days_of(1096, 8), 60).calendar, "year");
  EXPECT_NE(chosen(days_of(1096, 8)).note.find("year: the validation error is "), std::string::npos);
  EXPECT_EQ(chosen(days_of(800, 8)).calendar, "off") << "the training rows have less than two years";
  for (const uint64_t seed : {1u, 2u, 3u}) EXPECT_EQ(chosen(days_of(1096, 0, seed)).calendar, "off");
  EXPECT_EQ(chosen(days_of(120, 8)).note, "") << "too few windows to choose by";
  std::string steps = "y\n";
  for (int t = 0; t < 400; ++t) steps += std::to_string(t % 7) + "\n";
  EXPECT_EQ(chosen(steps).calendar, "off");
}

// Whether a season that went away would have paid over all validation rows is not the question: it does not pay in their second half.
TEST(ForecastCalendar, KeepsOnlyWhatHelpsInBothHalves) {
  const auto fitted = [](const std::string& text, const std::string& calendar) {
    SeriesOptions options = daily_options(calendar);
    options.valid_steps = 360;
    TinySeries t;
    t.set = series_of(text);
    decide_series_options(t.set, &options);
    const SeriesSplit split = split_series(t.set, options);
    const ForecastFront front = fit_front(t.set, split, options, Transform::none, false);
    const SeriesBank bank(front, t.set);
    const LinearFit fit = fit_linear(front, bank, split, options, calendar != "off");
    return std::tuple(fit.error, half_errors(fit.part, bank, split),
                      choose_calendar(t.set, split, options, Transform::none).calendar);
  };
  const std::string stays = days_of(1300, 5), ends = days_of(1300, 5, 6, 1060);  // rows 810 to 1170 choose
  const auto [error, halves, chosen] = fitted(ends, "year");
  const auto [error_without, halves_without, chosen_without] = fitted(ends, "off");
  EXPECT_LT(halves[0], 0.9 * halves_without[0]);
  EXPECT_GT(halves[1], halves_without[1]);
  EXPECT_LT(error, 0.95 * error_without) << "together it seems to pay";
  EXPECT_EQ(chosen_without, "off");
  EXPECT_EQ(std::get<2>(fitted(stays, "off")), "month,year");
}

TEST(ForecastCalendar, NamesOfCycles) {
  EXPECT_EQ(cycles_of("year,day"), (std::vector<Cycle>{Cycle::day, Cycle::year}));
  EXPECT_EQ(cycles_text(cycles_of("year,week")), "week,year");
  EXPECT_EQ(cycles_text({}), "off");
  EXPECT_TRUE(cycles_of("off").empty() && cycles_of("auto").empty());
  for (const char* text : {"moon", "week,moon", "week,week", "week,off", ","})
    EXPECT_EQ(failure_of([&] { cycles_of(text); }).code, "usage/option") << text;
  const Grid daily = series_of(days_of(10, 0)).grid, steps = series_of("y\n1\n2\n").grid;
  EXPECT_EQ(failure_of([&] { require_cycles(daily, "week,month,year"); }).code, "none");
  EXPECT_EQ(failure_of([&] { require_cycles(daily, "day"); }).message,
            "--calendar day: steps are daily, too long for the cycle of a day");
  EXPECT_EQ(failure_of([&] { require_cycles(steps, "week"); }).code, "usage/option");
}

// All forecasts of a table are those of the same rows in a table that begins later, on a grid of its own.
TEST(ForecastCalendar, AForecastDependsOnDatesNotOnRows) {
  const std::string text = days_of(1096, 8);
  const TinySeries t = fit_days("week,year");
  for (const ForecastNetwork network : {ForecastNetwork::segments, ForecastNetwork::stacked}) {
    ReadyPair ready(t, network, ForecastHead::quantiles);
    size_t cut = 0;
    for (int line = 0; line < 500; ++line) cut = text.find('\n', cut) + 1;
    const SeriesSet later = series_of("ds,y\n" + text.substr(cut));
    ASSERT_EQ(later.series[0].y.size(), 1096u - 499);
    ASSERT_NE(later.grid.spec().origin, t.set.grid.spec().origin);
    const SeriesBank bank(t.front, later);
    constexpr double kLevels[] = {0.1, 0.9};
    const Forecast whole = ready.forecaster.forecast(*t.bank, std::vector<Window>{{0, 1096}}, kLevels)[0];
    const Forecast part = ready.forecaster.forecast(bank, std::vector<Window>{{0, 1096 - 499}}, kLevels)[0];
    EXPECT_EQ(whole.point, part.point);
    EXPECT_EQ(whole.quantile, part.quantile);
  }
}

TEST(ForecastCalendar, FitsAgainFromItsOwnRows) {
  SeriesOptions options = daily_options("year");
  options.test_steps = 150;
  const TinySeries t = fit_series(days_of(1096, 8), options);
  const LinearPart same = refit_linear(t.front.linear, *t.bank, t.split.train);
  ForecastFront again = t.front;
  again.linear = same;
  EXPECT_EQ(front_to_json(again)["linear"], front_to_json(t.front)["linear"]);
  const LinearPart more = refit_linear(t.front.linear, *t.bank, t.split.calibration);
  EXPECT_NE(more.waves, t.front.linear.waves);
  // What comes later changes nothing.
  TinySeries spoilt = fit_series(days_of(1096, 8), options);
  for (size_t i = static_cast<size_t>(t.split.calibration[0]); i < 1096; ++i) spoilt.set.series[0].y[i] = 1e6;
  const SeriesBank bank(t.front, spoilt.set);
  again.linear = refit_linear(t.front.linear, bank, t.split.calibration);
  ForecastFront clean = t.front;
  clean.linear = more;
  EXPECT_EQ(front_to_json(again)["linear"], front_to_json(clean)["linear"]);
}

}  // namespace
}  // namespace rnn::core::test
