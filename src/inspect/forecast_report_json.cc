// Why: one place defines how the report of a forecast is written as JSON.
#include <nlohmann/json.hpp>

#include "inspect/forecast_report.h"
#include "inspect/json_numbers.h"

namespace rnn::core {
namespace {

using nlohmann::ordered_json;

ordered_json number_list(const std::vector<double>& values) {
  ordered_json list = ordered_json::array();
  for (const double v : values) list.push_back(json_number(v));
  return list;
}

ordered_json number_list(const std::vector<std::optional<double>>& values) {
  ordered_json list = ordered_json::array();
  for (const std::optional<double>& v : values) list.push_back(json_number(v));
  return list;
}

ordered_json index_json(std::optional<size_t> index) { return index ? ordered_json(*index) : ordered_json(); }

ordered_json report_json(const BandScore& b) {
  return {{"level", json_number(b.level)}, {"coverage", json_number(b.coverage)}, {"msis", json_number(b.msis)}};
}

ordered_json report_json(const ReportRow& row) {
  const ForecastScores& s = row.scores;
  ordered_json bands = ordered_json::array();
  for (const BandScore& b : s.bands) bands.push_back(report_json(b));
  return {{"name", row.name},
          {"mase", json_number(s.mase)},
          {"rmsse", json_number(s.rmsse)},
          {"smape", json_number(s.smape)},
          {"mae", json_number(s.mae)},
          {"rmse", json_number(s.rmse)},
          {"wql", json_number(s.wql)},
          {"bias", json_number(s.bias)},
          {"relative_bias", json_number(s.relative_bias)},
          {"bands", bands},
          {"targets", s.targets},
          {"excluded_from_mase", s.excluded_from_mase},
          {"by_step", number_list(row.by_step)}};
}

ordered_json report_json(const SeriesFigures& f) {
  return {{"id", f.id},
          {"last", f.last},
          {"values", f.values},
          {"error", json_number(f.error)},
          {"simple_error", json_number(f.simple_error)},
          {"ratio", json_number(f.ratio)},
          {"mae", json_number(f.mae)},
          {"coverage", json_number(f.coverage)},
          {"relative_bias", json_number(f.relative_bias)},
          {"best", f.best}};
}

ordered_json report_json(const ReportBand& b) {
  return {{"level", json_number(b.level)}, {"low", number_list(b.low)}, {"high", number_list(b.high)}};
}

ordered_json report_json(const PastForecast& p) {
  return {{"cutoff", p.cutoff},
          {"first", p.first},
          {"point", number_list(p.point)},
          {"low", number_list(p.low)},
          {"high", number_list(p.high)}};
}

ordered_json report_json(const DrawnSeries& d) {
  ordered_json bands = ordered_json::array(), past = ordered_json::array();
  for (const ReportBand& b : d.bands) bands.push_back(report_json(b));
  for (const PastForecast& p : d.past) past.push_back(report_json(p));
  return {{"id", d.id},
          {"stamps", d.stamps},
          {"history", number_list(d.history)},
          {"point", number_list(d.point)},
          {"simple", number_list(d.simple)},
          {"bands", bands},
          {"past", past}};
}

}  // namespace

ordered_json to_json_object(const ForecastReport& r) {
  ordered_json rows = ordered_json::array(), series = ordered_json::array(), drawn = ordered_json::array();
  for (const ReportRow& row : r.rows) rows.push_back(report_json(row));
  for (const SeriesFigures& f : r.series) series.push_back(report_json(f));
  for (const DrawnSeries& d : r.drawn) drawn.push_back(report_json(d));
  return {{"name", r.name},
          {"path", r.path},
          {"task", r.task},
          {"cell", r.cell},
          {"network", r.network},
          {"parameters", r.parameters},
          {"network_share", json_number(r.share)},
          {"has_linear", r.has_linear()},
          {"linear_kind", r.linear_kind},
          {"linear_waves", r.linear_waves},
          {"files", r.files},
          {"frequency", r.frequency},
          {"step", r.step},
          {"first", r.first},
          {"last", r.last},
          {"next_first", r.next_first},
          {"next_last", r.next_last},
          {"not_ahead", r.not_ahead},
          {"series_count", r.series_count},
          {"values", r.values},
          {"missing", r.missing},
          {"horizon", r.horizon},
          {"season", r.season},
          {"level", json_number(r.level)},
          {"windows", r.windows},
          {"learnt_windows", r.learnt_windows},
          {"learnt_until", r.learnt_until},
          {"left_out", r.left_out},
          {"scaled", r.scaled},
          {"rows", rows},
          {"best", r.best},
          {"simple", index_json(r.simple)},
          {"runner_up", index_json(r.runner_up)},
          {"ratio", json_number(r.ratio)},
          {"best_ratio", json_number(r.best_ratio)},
          {"compared_windows", r.compared_windows},
          {"won_windows", r.won_windows},
          {"coverage_by_step", number_list(r.coverage_by_step)},
          {"worst_step", index_json(r.worst_step)},
          {"residuals",
           {{"scaled", r.residuals.scaled},
            {"count", r.residuals.count},
            {"edges", number_list(r.residuals.edges)},
            {"shares", number_list(r.residuals.shares)},
            {"too_high", json_number(r.residuals.too_high)},
            {"too_low", json_number(r.residuals.too_low)}}},
          {"measured_series", r.measured_series},
          {"beaten_series", r.beaten_series},
          {"series", series},
          {"drawn", drawn}};
}

}  // namespace rnn::core
