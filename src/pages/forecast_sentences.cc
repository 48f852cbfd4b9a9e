// Why: what the page of a forecast claims is computed from its figures, so it is right whichever forecast is better.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pages/figures.h"
#include "pages/forecast_parts.h"
#include "pages/html.h"
#include "series/methods.h"

namespace rnn::core::pages {
namespace {

constexpr double kClose = 0.02;  // errors that differ by less are nearly equal
constexpr double kHolds = 0.03;  // a band whose coverage differs by less holds its level
constexpr double kLeans = 0.01;  // of the values' size
constexpr double kLeansMuch = 0.1;
constexpr double kSteady = 0.10;  // errors of steps that differ by less are about equal

std::optional<double> row_error(const ForecastReport& r, size_t row) {
  return r.scaled ? r.rows[row].scores.mase : r.rows[row].scores.mae;
}

std::string row_figure(const ForecastReport& r, size_t row) { return optional_figure(row_error(r, row), error_at(r, row)); }

std::string whole_figure(int64_t n, std::string_view at) { return value(static_cast<double>(n), count(n), at); }

// What to type for the forecast of a row.
std::string advice(const ForecastReport& r, size_t row) {
  const std::string& name = r.rows[row].name;
  for (const ForecastMethod& m : forecast_methods())
    if (m.title == name)
      return fmt::format(" <code>rnn forecast {} DATA --method {}</code> makes that forecast.", escape(r.name), m.name);
  return " Training again with <code>--network none</code> leaves the network out.";
}

std::string window_text(const ForecastReport& r) {
  if (!r.simple || r.compared_windows == 0) return "";
  return fmt::format(" In {} of {} past forecasts its error is smaller than that of the {} forecast.",
                     whole_figure(r.won_windows, "/won_windows"), whole_figure(r.compared_windows, "/compared_windows"),
                     simple_name(r));
}

}  // namespace

std::string series_name(const std::string& id) { return id.empty() ? "the series" : escape(id); }
std::string simple_name(const ForecastReport& r) { return r.simple ? escape(r.rows[*r.simple].name) : "simple"; }
std::string error_title(const ForecastReport& r) { return r.scaled ? "MASE" : "mean absolute error"; }
std::string error_at(const ForecastReport& r, size_t row) {
  return fmt::format("/rows/{}/{}", row, r.scaled ? "mase" : "mae");
}

std::string steps_figure(const ForecastReport& r, double n, std::string_view at) {
  return value(n, count(std::llround(n)), at) + "\u00A0" + escape(r.step) + (n == 1 ? "" : "s");
}

std::string one_decimal(double share) {
  const std::string text = fmt::format("{:.1f}\u00A0%", std::fabs(100 * share));
  return (share < 0 && !text.starts_with("0.0") ? "−" : "") + text;
}

std::string optional_figure(std::optional<double> exact, std::string_view at) {
  return exact ? value(*exact, number(*exact), at) : "–";
}

std::string forecast_headline(const ForecastReport& r) {
  std::string of;
  if (r.series_count > 1) of = fmt::format(" of {} series", whole_figure(r.series_count, "/series_count"));
  if (r.series_count == 1 && !r.drawn.empty() && !r.drawn[0].id.empty()) of = " of " + escape(r.drawn[0].id);
  const std::string next =
      r.horizon == 1 ? "The next " + escape(r.step) : "The next " + steps_figure(r, r.horizon, "/horizon");
  if (!r.ratio) return next + of;
  return fmt::format("{}{}: errors are {} {} those of the {} forecast", next, of,
                     value(*r.ratio, number(*r.ratio), "/ratio"), *r.ratio < 1 ? "of" : "times", simple_name(r));
}

std::string better_sentence(const ForecastReport& r) {
  if (r.rows.size() < 2 || !row_error(r, 0)) return "";
  std::string text;
  if (r.best == 0) {
    text = fmt::format("This model has the smallest errors of the {} forecasts compared: its {} is {}",
                       in_words(static_cast<int>(r.rows.size())), error_title(r), row_figure(r, 0));
    if (r.runner_up && row_error(r, *r.runner_up)) {
      text += fmt::format(", that of the next best ({}) {}", escape(r.rows[*r.runner_up].name), row_figure(r, *r.runner_up));
      const bool close = *row_error(r, *r.runner_up) * (1 - kClose) < *row_error(r, 0);
      text += close ? ". The two are nearly equal." : ".";
    } else {
      text += ".";
    }
  } else {
    text = fmt::format("{} is better here: {} {}, against {} of this model.", "“" + escape(r.rows[r.best].name) + "”",
                       error_title(r), row_figure(r, r.best), row_figure(r, 0));
    if (r.best_ratio && *r.best_ratio > 1 - kClose) text += " The difference is small.";
    text += advice(r, r.best);
  }
  return text + window_text(r);
}

std::string level_sentence(const ForecastReport& r) {
  const std::vector<BandScore>& bands = r.rows.empty() ? std::vector<BandScore>{} : r.rows[0].scores.bands;
  for (size_t b = 0; b < bands.size(); ++b) {
    if (std::abs(bands[b].level - r.level) > 1e-9) continue;
    const double off = bands[b].coverage - r.level;
    // Values of one window go up and down together, so a window counts as one observation.
    const double chance = 2 * std::sqrt(r.level * (1 - r.level) / static_cast<double>(std::max<int64_t>(r.windows, 1)));
    const std::string level = share(r.level);
    std::string text =
        fmt::format("The {} band held {} of {} values: ", value(r.level, level, "/level"),
                    value(bands[b].coverage, one_decimal(bands[b].coverage), fmt::format("/rows/0/bands/{}/coverage", b)),
                    whole_figure(r.rows[0].scores.targets, "/rows/0/targets"));
    if (std::abs(off) <= kHolds) return text + "it keeps what it promises.";
    if (std::abs(off) <= chance)
      return text + fmt::format("with {} past forecast{} that may be chance.", whole_figure(r.windows, "/windows"),
                                r.windows == 1 ? "" : "s");
    return text + (off < 0 ? "it is too narrow, and values fall outside it more often than promised."
                           : "it is wider than it would have to be.");
  }
  return "";
}

std::string distance_ahead_sentence(const ForecastReport& r) {
  if (r.rows.empty() || r.horizon < 2) return "";
  const auto& steps = r.rows[0].by_step;
  if (steps.empty() || !steps.front() || !steps.back() || !r.worst_step) return "";
  const double first = *steps.front(), last = *steps.back();
  const std::string_view how = last > first * (1 + kSteady)   ? "Errors grow with the distance"
                               : last < first * (1 - kSteady) ? "Errors do not grow with the distance"
                                                              : "Errors hardly depend on the distance";
  const auto at = [](size_t h) { return fmt::format("/rows/0/by_step/{}", h); };
  std::string text = fmt::format(
      "{}: the {} is {} one {} ahead and {} at {}", how, error_title(r), optional_figure(steps.front(), at(0)),
      escape(r.step), optional_figure(steps.back(), at(steps.size() - 1)), steps_figure(r, r.horizon, "/horizon"));
  if (*r.worst_step + 1 == steps.size() || *r.worst_step == 0) return text + ".";
  return text + fmt::format("; it is largest at {} {}s ({}).", *r.worst_step + 1, escape(r.step),
                            optional_figure(steps[*r.worst_step], at(*r.worst_step)));
}

std::string series_sentence(const ForecastReport& r) {
  if (r.measured_series < 2) return "";
  size_t last = 0;
  for (size_t s = 0; s < r.series.size(); ++s)
    if (r.series[s].error) last = s;
  const auto figure_at = [&](size_t s) { return optional_figure(r.series[s].error, fmt::format("/series/{}/error", s)); };
  std::string text = fmt::format("Of all series, {} has the largest errors ({} {})", series_name(r.series[0].id),
                                 error_title(r), figure_at(0));
  if (r.measured_series <= static_cast<int64_t>(r.series.size()))
    text += fmt::format(", {} the smallest ({})", series_name(r.series[last].id), figure_at(last));
  if (!r.simple) return text + ".";
  return text + fmt::format(". In {} of {} series the {} forecast is better.",
                            whole_figure(r.beaten_series, "/beaten_series"),
                            whole_figure(r.measured_series, "/measured_series"), simple_name(r));
}

std::string bias_sentence(const ForecastReport& r) {
  if (r.rows.empty() || !r.rows[0].scores.relative_bias) return "";
  const double bias = *r.rows[0].scores.relative_bias;
  std::string text = fmt::format("The mean error (forecast less value) is {} of the mean size of the values: {}.",
                                 value(bias, one_decimal(bias), "/rows/0/relative_bias"),
                                 std::abs(bias) < kLeans ? "the forecasts lean neither up nor down"
                                 : bias > 0              ? "the forecasts are too high on average"
                                                         : "the forecasts are too low on average");
  if (std::abs(bias) >= kLeansMuch)  // the median of values that are often 0 is below their mean
    text += " Sums over several steps would be off by as much: a forecast that is often close can still miss the total.";
  if (r.residuals.count == 0) return text;
  return text + fmt::format(" {} of them were too high, {} too low.",
                            value(r.residuals.too_high, one_decimal(r.residuals.too_high), "/residuals/too_high"),
                            value(r.residuals.too_low, one_decimal(r.residuals.too_low), "/residuals/too_low"));
}

std::string learnt_sentence(const ForecastReport& r) {
  const std::string all = whole_figure(r.windows, "/windows");
  if (r.learnt_windows == 0)
    return fmt::format("Yes: the model has learnt from none of the values of the {} past forecast{}{}.", all,
                       r.windows == 1 ? "" : "s",
                       r.learnt_until.empty() ? "" : ", which all lie after " + escape(r.learnt_until));
  return fmt::format(
      "Not quite: {} of the {} past forecasts begin in what the model has learnt from, up to {}. Errors on new values will "
      "be "
      "larger. <code>rnn train DATA --test-steps {}</code> keeps the last values apart.",
      whole_figure(r.learnt_windows, "/learnt_windows"), all, escape(r.learnt_until),
      r.horizon * std::max<int64_t>(1, std::min<int64_t>(8, r.windows / std::max<int64_t>(1, r.series_count))));
}

std::string undrawn_sentence(const ForecastReport& r) {
  const int64_t drawn = std::ssize(r.drawn);
  if (drawn >= r.series_count) return "";
  return fmt::format(
      "Charts show {} of {} series; the others are in the table of series, and <code>rnn report --show NAME</code> draws "
      "the "
      "ones that are named.",
      in_words(static_cast<int>(drawn)), whole_figure(r.series_count, "/series_count"));
}

}  // namespace rnn::core::pages
