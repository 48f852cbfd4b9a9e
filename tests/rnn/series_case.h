// Why: common to the tests of forecasts: series that a formula gives, as a table and as vectors, and the model that learnt them.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "api_case.h"

namespace rnn_api {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr int kSteps = 150, kAhead = 7;

// Series `s` (0 and 1 are trained on, 2 is not), daily with a week, with a gap; a past, two known columns and a fixed one.
inline rnn::SeriesHistory history_of(int s, int steps = kSteps, int ahead = kAhead) {
  const char* kinds[] = {"plain", "sale", "holiday"};
  rnn::SeriesHistory h;
  h.name = s == 0 ? "north, east" : s == 1 ? "south" : "new";
  rnn::CovariateValues price{"price"}, kind{"kind"}, rain{"rain"}, region{"region"};
  for (int t = 0; t < steps + ahead; ++t) {
    const double noise = std::sin(12.9898 * (t + 1) * (s + 1) * (s + 1));
    const int k = (t * (s + 2)) % 5 < 3 ? 0 : (t + s) % 3;
    price.numbers.push_back(2 + (t + s) % 4);
    // From the first step after the training data on, a category that it did not have.
    kind.categories.push_back(t >= kSteps && t % 3 == 0 ? "festival" : t == 20 ? "" : kinds[k]);
    if (t >= steps) continue;
    h.values.push_back(t % 41 == 17 ? kNone : 50 * (s + 1) + 10 * ((t + s) % 7) + 5 * k - price.numbers.back() + 4 * noise);
    rain.numbers.push_back(t % 13 == 5 ? kNone : 3 + 2 * std::sin(0.3 * t + s));
  }
  region.categories = {s == 2 ? "moon" : s == 0 ? "land" : "sea"};
  h.covariates = {price, kind, rain, region};
  return h;
}

inline std::string number_cell(double v) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", v);
  return std::isnan(v) ? "" : text;
}

// Days of January and on, without leap years to care for.
inline std::string day_text(int t) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int month = 0;
  for (; t >= kDays[month]; ++month) t -= kDays[month];
  char text[40];
  std::snprintf(text, sizeof text, "2021-%02d-%02d", month + 1, t + 1);
  return text;
}

// `ahead`: rows without a value after the end.
inline std::string table_of(const std::vector<rnn::SeriesHistory>& series, bool ahead) {
  std::string text = "unique_id,ds,y,price,kind,rain,region\n";
  for (const rnn::SeriesHistory& h : series) {
    const size_t steps = h.values.size();
    for (size_t t = 0; t < steps + (ahead ? kAhead : 0); ++t) {
      const auto& c = h.covariates;
      text +=
          "\"" + h.name + "\"," + day_text(static_cast<int>(t)) + "," + (t < steps ? number_cell(h.values[t]) : "") + ",";
      text += number_cell(c[0].numbers[t]) + "," + c[1].categories[t] + "," +
              (t < steps ? number_cell(c[2].numbers[t]) : "") + "," + c[3].categories[0] + "\n";
    }
  }
  return text;
}

inline rnn::TrainRequest series_request(const std::string& table, const std::string& folder) {
  rnn::TrainRequest request;
  request.task = "forecast", request.data = {table}, request.folder = folder, request.force = true;
  request.set("horizon", std::to_string(kAhead))
      .set("hidden", "8")
      .set("epochs", "1")
      .set("threads", "1")
      .set("calendar", "off");
  return request;
}

// Trained once. Columns beside the values; a linear part and a network, both with a say.
inline const rnn::Model& shop_model() {
  static const rnn::Model model = [] {
    write_all("shops.csv", table_of({history_of(0), history_of(1)}, false));
    rnn::TrainRequest request = series_request("shops.csv", "shops_run");
    request.set("known", "price,kind").set("past", "rain").set("static", "region").set("context", "21");
    // A linear part that leaves much to the network, and enough windows to see that it helps.
    request.set("ridge", "100000").set("epochs", "40").set("lr", "0.01").set("valid-steps", "42");
    rnn::train(request);
    return rnn::Model::load("shops_run");
  }();
  return model;
}

// A single series without a name and without columns, of its logarithm.
inline std::vector<double> plain_values(int steps) {
  std::vector<double> values;
  for (int t = 0; t < steps; ++t) values.push_back((100 + t) * (1 + 0.3 * std::sin(0.9 * t)) + 3 * std::sin(7.1 * t * t));
  return values;
}

inline const rnn::Model& plain_model() {
  static const rnn::Model model = [] {
    std::string text = "ds,y\n";
    const std::vector<double> values = plain_values(kSteps);
    for (int t = 0; t < kSteps; ++t) text += day_text(t) + "," + number_cell(values[static_cast<size_t>(t)]) + "\n";
    write_all("plain.csv", text);
    rnn::TrainRequest request = series_request("plain.csv", "plain_run");
    rnn::train(request.set("transform", "log").set("linear", "off").set("context", "14").set("test-steps", "10"));
    return rnn::Model::load("plain_run");
  }();
  return model;
}

// Of the same series, of whose days the week and the month are known, forecast by the linear part.
inline const rnn::Model& calendar_model() {
  static const rnn::Model model = [] {
    std::string text = "ds,y\n";
    const std::vector<double> values = plain_values(kSteps);
    for (int t = 0; t < kSteps; ++t) text += day_text(t) + "," + number_cell(values[static_cast<size_t>(t)]) + "\n";
    write_all("dated.csv", text);
    rnn::TrainRequest request = series_request("dated.csv", "dated_run");
    request.set("calendar", "week,month")
        .set("ridge", "100000")
        .set("epochs", "40")
        .set("lr", "0.01")
        .set("valid-steps", "42");
    rnn::train(request.set("context", "21").set("transform", "none"));
    return rnn::Model::load("dated_run");
  }();
  return model;
}

// Of the same series: lags that lie before the context, read by segments and by a network that samples.
inline const rnn::Model& lagged_model(bool samples) {
  const auto train = [](const char* network, const char* folder) {
    std::string text = "ds,y\n";
    const std::vector<double> values = plain_values(kSteps);
    for (int t = 0; t < kSteps; ++t) text += day_text(t) + "," + number_cell(values[static_cast<size_t>(t)]) + "\n";
    write_all("lagged.csv", text);
    rnn::TrainRequest request = series_request("lagged.csv", folder);
    rnn::train(request.set("network", network).set("linear", "off").set("context", "14").set("lags", "3,30"));
    return rnn::Model::load(folder);
  };
  static const rnn::Model segments = train("segments", "lagged_run"), sampled = train("autoregressive", "sampled_run");
  return samples ? sampled : segments;
}

}  // namespace rnn_api
