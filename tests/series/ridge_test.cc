// Why: the normal equations are never summed window by window, so every sum is compared with NumPy's, which does.
#include "series/ridge.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/rng.h"
#include "forecast_golden.h"

namespace rnn::core {
namespace {

using test::numbers;
using Values = std::vector<double>;
const double kNaN = std::numeric_limits<double>::quiet_NaN();

struct GoldenRidge {
  std::vector<Values> values;
  std::vector<std::vector<Values>> covariates;
  Values scales;
  RidgeSums sums(RidgeShape shape, int64_t first, int64_t end) const {
    RidgeSums out(shape);
    for (size_t i = 0; i < values.size(); ++i) {
      RidgeSeries series{values[i], {}, scales[i]};
      for (const Values& c : covariates[i]) {
        if (shape.covariates > 0) series.covariates.emplace_back(c);
      }
      out.add(series, first, end);
    }
    return out;
  }
};

TEST(Ridge, WeightsAndErrorsAreNumPys) {
  const nlohmann::json& golden = test::forecast_golden()["ridge"];
  GoldenRidge data;
  for (const auto& s : golden["series"]) {
    data.values.push_back(numbers(s["values"]));
    data.covariates.emplace_back();
    for (const auto& c : s["covariates"]) data.covariates.back().push_back(numbers(c));
    data.scales.push_back(s["scale"].get<double>());
  }
  const int64_t train_end = golden["train_end"].get<int64_t>();
  for (const auto& e : golden["cases"]) {
    const RidgeShape shape{golden["context"].get<int>(), golden["horizon"].get<int>(), e["covariates"].get<bool>() ? 2 : 0};
    const RidgeSums training = data.sums(shape, 0, train_end), validation = data.sums(shape, train_end, 1000);
    EXPECT_EQ(training.windows(), e["windows"].get<int64_t>());
    const double lambda = e["lambda"].get<double>();
    const RidgeModel model = solve_ridge(training, lambda);
    for (int h = 0; h < shape.horizon; ++h) {
      Values found;
      for (int i = 0; i < shape.inputs(); ++i) found.push_back(static_cast<double>(model.weights()(h, i)));
      test::expect_near(found, numbers(e["weights"][static_cast<size_t>(h)]), 1e-6, "lambda " + std::to_string(lambda));
    }
    test::expect_near(ridge_errors(validation, model), numbers(e["errors"]), 1e-6, "errors");
  }
}

// A series with a spike, covariates of it, and the windows one by one.
TEST(Ridge, TheErrorOfSumsIsThatOfItsForecasts) {
  Random random(4, Purpose::test);
  Values y, c, d;
  for (int i = 0; i < 300; ++i) {
    y.push_back(1000 + 5 * std::sin(0.3 * i) + random.normal() + (i == 100 ? 1e5 : 0));
    c.push_back(random.normal()), d.push_back(i % 7 == 3 ? 1 : 0);
  }
  const RidgeShape shape{24, 10, 2};
  RidgeSums training(shape), all(shape), rest(shape);
  const double scale = 4;
  const RidgeSeries series{y, {c, d}, scale};
  training.add(series, 0, 200);
  rest.add(series, 190, 300);  // windows with targets before 200 among them
  all.add(series, 0, 300);
  EXPECT_EQ(training.windows(), 200 - 24 - 10 + 1);
  EXPECT_EQ(rest.windows(), 110 - 10 + 1);
  EXPECT_EQ(all.windows(), 300 - 24 - 10 + 1);
  const RidgeModel model = solve_ridge(training, 2);
  Values expected(10, 0), out(10);
  for (size_t at = 190; at + 10 <= 300; ++at) {
    const std::span<const double> known[] = {std::span(c).subspan(at - 1, 11), std::span(d).subspan(at - 1, 11)};
    model.predict(std::span(y).subspan(at - 24, 24), known, scale, out);
    for (size_t h = 0; h < 10; ++h) expected[h] += (out[h] - y[at + h]) * (out[h] - y[at + h]) / 101 / scale / scale;
  }
  test::expect_near(ridge_errors(rest, model), expected, 1e-7, "errors");
  const RidgeModel again = solve_ridge(training, 2);
  EXPECT_EQ(std::memcmp(&again.weights()(0, 0), &model.weights()(0, 0), sizeof(float)), 0);
  RidgeSums sum(shape);
  sum.add(training), sum.add(rest);
  EXPECT_EQ(sum.windows(), training.windows() + rest.windows());
}

TEST(Ridge, ALineAndASeasonAreExact) {
  Values y;
  for (int i = 0; i < 80; ++i) y.push_back(3 + 0.5 * i + (i % 4 == 1 ? 10 : 0));
  RidgeSums sums({8, 6, 0});
  sums.add({y, {}, 1}, 0, 80);
  const RidgeModel model = solve_ridge(sums, 0);
  Values out(6), expected;
  model.predict(std::span(y).last(8), out);
  for (int i = 80; i < 86; ++i) expected.push_back(3 + 0.5 * i + (i % 4 == 1 ? 10 : 0));
  test::expect_near(out, expected, 1e-6, "goes on");
}

TEST(Ridge, AnIteratedModelReadsItsOwnForecasts) {
  Values y;
  for (int i = 0; i < 60; ++i) y.push_back(std::sin(0.7 * i) + 0.3 * std::sin(12.9898 * i * i));
  RidgeSums sums({5, 1, 0});
  sums.add({y, {}, 1}, 0, 60);
  const RidgeModel one = solve_ridge(sums, 0.1), all = iterate_ridge(one, 9);
  EXPECT_TRUE(all.kind() == RidgeKind::iterated && one.kind() == RidgeKind::direct);
  EXPECT_EQ(all.shape(), (RidgeShape{5, 9, 0}));
  Values found(9), window(y.end() - 5, y.end()), expected;
  all.predict(window, found);
  for (int h = 0; h < 9; ++h) {
    Values next(1);
    one.predict(std::span(window).last(5), next);
    window.push_back(next[0]), expected.push_back(next[0]);
  }
  test::expect_near(found, expected, 1e-6, "step by step");
  EXPECT_EQ(iterate_ridge(one, 1).weights()(0, 3), one.weights()(0, 3));
}

TEST(Ridge, AnAutoregressionIsThatOfItsOwn) {
  Values y;
  for (int i = 0; i < 60; ++i) y.push_back(3 + std::sin(0.7 * i) + 0.3 * std::sin(12.9898 * i * i));
  const Autoregression one = fit_autoregression(y, 7);
  const RidgeModel model = model_of_autoregression(one, 9);
  Values found(9);
  model.predict(std::span(y).last(7), found);
  test::expect_near(found, iterated_forecast(one, y, 9), 1e-5, "step by step, with its level");
}

TEST(Ridge, WithoutWindowsItIsTheNaiveForecast) {
  Values out(2);
  const RidgeShape shape{3, 2, 0};
  for (const Values& y : {Values(20, 4.0), Values{1, 2, 3, 4}, Values{1, 2, kNaN, 4, 5, 6, kNaN, 8, 9, 10, 11}}) {
    RidgeSums sums(shape);
    sums.add({y, {}, 0}, 0, static_cast<int64_t>(y.size()));
    EXPECT_EQ(sums.windows(), y.size() == 20 ? 16 : 0);
    for (const double lambda : {0.0, 1.0}) solve_ridge(sums, lambda).predict(Values{1, 5, 3}, out);
    EXPECT_EQ(out, (Values{3, 3}));
    EXPECT_EQ(std::isnan(ridge_errors(sums, solve_ridge(sums, 1))[0]), sums.windows() == 0);
  }
  RidgeModel model(shape, 1);
  model.weights()(0, 0) = 1;
  model.predict(Values{kNaN, 5, kNaN}, out);
  EXPECT_EQ(out, (Values{5, 5}));
  model.predict(Values{4, 5, kNaN}, out);
  EXPECT_EQ(out, (Values{4, 5}));
  model.predict(Values{kNaN, kNaN, kNaN}, out);
  EXPECT_TRUE(std::isnan(out[0]));
  EXPECT_THROW(RidgeSums({0, 1, 0}), Error);
  EXPECT_THROW(RidgeSums(shape).add(RidgeSums({4, 2, 0})), Error);
}

TEST(Ridge, ChoosesTheLambdaOfTheLeastValidationError) {
  Random random(5, Purpose::test);
  Values y(400);
  for (double& v : y) v = random.normal();  // noise: the mean of the window is best, and many weights overfit
  const RidgeShape shape{40, 3, 0};
  RidgeSums training(shape), validation(shape);
  training.add({y, {}, 1}, 0, 120), validation.add({y, {}, 1}, 120, 400);
  const Values lambdas = {0, 1, 10, 1e9};
  const RidgeChoice choice = choose_ridge(training, validation, lambdas);
  ASSERT_EQ(choice.errors.size(), 4U);
  EXPECT_EQ(choice.model.lambda(), 10);
  EXPECT_LT(choice.errors[2], choice.errors[0]);
  double naive = 0;
  for (size_t at = 120; at + 3 <= 400; ++at) {
    for (size_t h = 0; h < 3; ++h) naive += (y[at + h] - y[at - 1]) * (y[at + h] - y[at - 1]) / 278 / 3;
  }
  EXPECT_NEAR(choice.errors[3], naive, 1e-4) << "weights of nearly 0";
  EXPECT_EQ(choose_ridge(training, RidgeSums(shape), lambdas).model.lambda(), 1e9) << "without validation the most cautious";
}

}  // namespace
}  // namespace rnn::core
