// Why: the sections on what past forecasts were worth: against simple rules, by series, by distance, and how all this was measured.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/figures.h"
#include "pages/forecast_parts.h"
#include "pages/html.h"
#include "pages/page_parts.h"

namespace rnn::core::pages {
namespace {

std::string share_figure(std::optional<double> exact, std::string_view at) {
  return exact ? value(*exact, one_decimal(*exact), at) : "–";
}

std::optional<size_t> judged_band(const ForecastReport& r, size_t row) {
  for (size_t b = 0; b < r.rows[row].scores.bands.size(); ++b)
    if (std::abs(r.rows[row].scores.bands[b].level - r.level) < 1e-9) return b;
  return {};
}

std::string rows_table(const ForecastReport& r) {
  Table rows{"Errors of past forecasts; smaller is better", {"forecast"}, {}};
  for (const std::string_view head : {"MASE", "MAE", "RMSE", "sMAPE", "bias"}) rows.columns.emplace_back(head);
  rows.columns.push_back("in the " + share(r.level) + " band");
  for (size_t i = 0; i < r.rows.size(); ++i) {
    const ForecastScores& s = r.rows[i].scores;
    const auto at = [&](std::string_view key) { return fmt::format("/rows/{}/{}", i, key); };
    const std::optional<size_t> band = judged_band(r, i);
    rows.rows.push_back({escape(r.rows[i].name), optional_figure(s.mase, at("mase")), optional_figure(s.mae, at("mae")),
                         optional_figure(s.rmse, at("rmse")), optional_figure(s.smape, at("smape")),
                         optional_figure(s.bias, at("bias")),
                         band ? share_figure(s.bands[*band].coverage, at(fmt::format("bands/{}/coverage", *band))) : "–"});
  }
  return table(rows, "tight");
}

std::string rows_chart(const ForecastReport& r) {
  svg::BarChart chart;
  chart.id = "rows-chart";
  chart.title = "Errors of the forecasts compared";
  chart.description = "One bar for each forecast; a shorter bar is better.";
  chart.x_label = r.scaled ? "MASE: mean absolute error in units of the simple rule’s on the values before the test"
                           : "mean absolute error";
  chart.series = {error_title(r)};
  chart.styles = {0};
  for (size_t i = 0; i < r.rows.size(); ++i) {
    const std::optional<double> error = r.scaled ? r.rows[i].scores.mase : r.rows[i].scores.mae;
    if (error) chart.groups.push_back({r.rows[i].name, {*error}, {error_at(r, i)}});
  }
  return both(chart);
}

std::string series_table(const ForecastReport& r) {
  Table all{"Errors by series, largest first", {"series", error_title(r), simple_name(r), "ratio", "MAE", "bias"}, {}};
  all.columns.push_back("in the " + share(r.level) + " band");
  all.columns.emplace_back("values");
  all.columns.emplace_back("best forecast");
  for (size_t s = 0; s < r.series.size(); ++s) {
    const SeriesFigures& f = r.series[s];
    const auto at = [&](std::string_view key) { return fmt::format("/series/{}/{}", s, key); };
    all.rows.push_back({series_name(f.id), optional_figure(f.error, at("error")),
                        optional_figure(f.simple_error, at("simple_error")), optional_figure(f.ratio, at("ratio")),
                        optional_figure(f.mae, at("mae")), share_figure(f.relative_bias, at("relative_bias")),
                        share_figure(f.coverage, at("coverage")),
                        value(static_cast<double>(f.values), count(f.values), at("values")), escape(f.best)});
  }
  return table_details(fmt::format("Table of {} series", r.series.size()), all);
}

svg::Series step_line(std::string name, const std::vector<std::optional<double>>& by_step, int style, std::string at) {
  svg::Series line;
  line.name = std::move(name), line.style = style, line.at = std::move(at);
  for (size_t h = 0; h < by_step.size(); ++h)
    line.x.push_back(static_cast<double>(h + 1)), line.y.push_back(by_step[h].value_or(std::nan("")));
  return line;
}

std::string steps_chart(const ForecastReport& r) {
  svg::LineChart chart;
  chart.id = "steps-chart";
  chart.title = "Errors by distance";
  chart.description = "How large errors are at each step of the horizon; lower is better.";
  chart.x_label = r.step + "s ahead";
  chart.y_label = error_title(r);
  const auto add = [&](size_t row, int style) {
    chart.series.push_back(step_line(r.rows[row].name, r.rows[row].by_step, style, fmt::format("/rows/{}/by_step", row)));
  };
  add(0, 0);
  if (r.simple) add(*r.simple, 1);
  if (r.runner_up && r.runner_up != r.simple) add(*r.runner_up, 2);
  return both(chart, 320);
}

std::string coverage_chart(const ForecastReport& r) {
  svg::LineChart chart;
  chart.id = "coverage-chart";
  chart.title = "The band by distance";
  chart.description =
      fmt::format("Which share of the values lay in the {} band, at each step of the horizon.", share(r.level));
  chart.x_label = r.step + "s ahead";
  chart.percent = true;
  svg::Series line = step_line("in the band", r.coverage_by_step, 0, "/coverage_by_step");
  line.unlabelled = true;
  chart.levels.push_back({r.level, "promised: " + share(r.level)});
  double least = r.level;
  for (const double y : line.y)
    if (std::isfinite(y)) least = std::min(least, y);
  chart.y_min = std::max(0.0, std::floor(10 * least - 0.5) / 10), chart.y_max = 1.02;
  chart.series.push_back(std::move(line));
  return both(chart, 260);
}

std::string residual_chart(const ForecastReport& r) {
  const Residuals& all = r.residuals;
  svg::BarChart chart;
  chart.id = "residuals-chart";
  chart.title = "How far forecasts were off";
  chart.description = "One bar for each range of forecast less value; below zero the forecast was too low.";
  chart.x_label = "share of the forecast values";
  chart.series = {"share"};
  chart.styles = {3};
  chart.percent = true;
  for (size_t i = 0; i < all.shares.size(); ++i) {
    const auto edge = [&](size_t e) { return plain(all.edges[e]); };
    const std::string label = i == 0                       ? "below " + edge(0)
                              : i + 1 == all.shares.size() ? edge(i - 1) + " or more"
                                                           : edge(i - 1) + " to " + edge(i);
    chart.groups.push_back({label, {all.shares[i]}, {fmt::format("/residuals/shares/{}", i)}});
  }
  return both(chart);
}

std::string definitions(const ForecastReport& r) {
  const std::string back = r.season > 1 ? counted_steps(r, r.season) : counted_steps(r, 1);
  std::string html = "<dl class=\"glossary\">\n";
  const auto add = [&](std::string_view term, const std::string& meaning) {
    html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", term, meaning);
  };
  add("MASE",
      fmt::format(
          "|value − forecast| divided by the mean of |value − the value {} before| over the values before the test of the "
          "series. A window’s is the mean over its values, a series’ the mean over its windows, the total the mean "
          "over series. A series that never changes has none.",
          back));
  add("MAE, RMSE",
      "Mean of |value − forecast|; root of the mean of its square. Over all values of all series, in their own unit.");
  add("sMAPE", "Mean of 200 |value − forecast| / (|value| + |forecast|), from 0 to 200; where both are 0 it counts as 0.");
  add("Bias", "Mean of forecast − value; in the table of series the sum of forecast − value divided by the sum of |value|.");
  add("In the band", "Share of the values that lie in the band or on its edge.");
  add("By distance", "As if each past forecast had that step alone, over all windows whatever their series.");
  return html + "</dl>\n";
}

// The linear part as the beginning of a sentence; the name of its method for the facts.
struct LinearWords {
  std::string_view kind, sentence, method;
};

const LinearWords& linear_words(const ForecastReport& r) {
  static constexpr LinearWords words[] = {
      {"direct", "A ridge regression on the latest values less the last one", "ridge regression"},
      {"level", "A ridge regression on the latest values, whose forecasts return to a level", "ridge regression to a level"},
      {"iterated", "A ridge regression that forecasts one step and then reads its own forecasts",
       "ridge regression of one step"},
      {"autoregression", "An autoregression, which forecasts one step and then reads its own forecasts", "autoregression"},
      {"mean", "The mean of the latest values", "mean of the latest values"},
  };
  const auto found = std::ranges::find(words, r.linear_kind, &LinearWords::kind);
  return found == std::end(words) ? words[0] : *found;
}

std::string model_words(const ForecastReport& r) {
  if (r.network == "autoregressive") {
    return "A recurrent network that reads the latest values one by one and says what the next may be. What comes further "
           "on "
           "is sampled: a value is drawn and read as if it had been seen, and so on, many times; the forecast is the middle "
           "of "
           "what was drawn.";
  }
  const std::string reads = r.network == "stacked" ? "the latest values one by one" : "the latest values in segments";
  if (!r.has_linear()) return "A recurrent network that reads " + reads + " and forecasts all of what comes at once.";
  const std::string calendar = r.linear_waves ? " (what the calendar says is taken off first)" : "";
  return std::string(linear_words(r).sentence) + calendar + ", and a recurrent network that reads " + reads +
         " and forecasts what the linear part leaves. The network counts only as much as it helped on values kept for "
         "choosing.";
}

std::string model_facts(const ForecastReport& r) {
  std::string html = "<dl class=\"facts\">";
  if (r.has_linear()) html += fact("Linear part", linear_words(r).method);
  if (r.share > 0) html += fact("Network", escape(r.cell));
  if (r.has_linear()) html += fact("Share of the network", value(r.share, share(r.share), "/network_share"));
  html += fact("Parameters of the network", value(static_cast<double>(r.parameters), count(r.parameters), "/parameters"));
  return html + "</dl>\n";
}

}  // namespace

std::string counted_steps(const ForecastReport& r, int n) {
  return fmt::format("{} {}{}", n, escape(r.step), n == 1 ? "" : "s");
}

std::string rows_section(const ForecastReport& r) {
  if (r.rows.empty()) return "";
  std::string html = paragraph(
      "A forecast is worth its trouble only if a simple rule does not do as well. So every past forecast was also made by "
      "rules "
      "that need no training, from the same values.");
  html += paragraph(better_sentence(r));
  html +=
      figure(rows_chart(r) + rows_table(r), fmt::format("Mean over {} past forecasts. {}", count(r.windows),
                                                        r.scaled ? "A MASE of 1 is the mean error of the " + simple_name(r) +
                                                                       " forecast on the values of training."
                                                                 : ""));
  if (!r.left_out.empty()) html += paragraph("Not run: " + escape(r.left_out) + ".", "small");
  return section("rows", "Against simple rules", html);
}

std::string errors_section(const ForecastReport& r) {
  if (r.rows.empty()) return "";
  std::string html;
  if (r.series_count > 1) html += paragraph(series_sentence(r)) + series_table(r);
  if (r.horizon > 1) {
    html += block("<h3>By distance</h3>\n" + paragraph(distance_ahead_sentence(r)),
                  figure(steps_chart(r), "The error at each step ahead, over all past forecasts."));
    if (std::any_of(r.coverage_by_step.begin(), r.coverage_by_step.end(), [](const auto& c) { return c.has_value(); }))
      html += block("<h3>The band</h3>\n" + paragraph(level_sentence(r)),
                    figure(coverage_chart(r), "The share of the values inside the band at each step ahead."));
  }
  if (r.residuals.count > 0) {
    const std::string unit =
        r.residuals.scaled
            ? "Each series is in units of its own: the error of the simple rule on its values before the test. "
            : "";
    html += block("<h3>Too high or too low</h3>\n" + paragraph(bias_sentence(r)),
                  figure(residual_chart(r), unit + "Forecast less value: below zero the forecast was too low."));
  }
  return section("errors", "Where the errors are", html);
}

std::string measured_section(const ForecastReport& r) {
  std::string html = paragraph(
      fmt::format("The model forecast {} from {} points of the past, the latest ones of each series, {} apart. Each time it "
                  "saw the values "
                  "before that point alone.",
                  steps_figure(r, r.horizon, "/horizon"),
                  value(static_cast<double>(r.windows), count(r.windows), "/windows"), counted_steps(r, r.horizon)));
  html += paragraph(learnt_sentence(r));
  html += "<details><summary>What the figures mean, exactly</summary>\n" + definitions(r) + "</details>\n";
  html += "<details><summary>What the model is</summary>\n" +
          paragraph(model_words(r) + " Bands are as wide as errors on further values ask for (conformal prediction).") +
          model_facts(r) + "</details>\n";
  return section("measured", "How it was measured", html);
}

}  // namespace rnn::core::pages
