// Why: the public face of forecasts: the past of series in; their next values out, with bands.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rnn/error.h"
#include "rnn/model.h"
#include "rnn/series.h"
#include "rnn/threads.h"

namespace rnn {
inline namespace v1 {

// A column that stood beside the values when a model was trained, and must be given again.
struct CovariateInfo {
  // fixed: one value for the whole series; past: a value for each step; known: for each step, and ahead for those of the forecast.
  enum class Use { fixed, past, known };
  std::string name;
  Use use = Use::past;
  bool category = false;  // texts, not numbers
  std::vector<std::string>
      categories;  // of the training data, sorted by their bytes; any other text is read as none of them
};

// What a column says, step by step: numbers (NaN: missing), or the texts of categories ("": missing).
struct CovariateValues {
  std::string name;
  std::vector<double> numbers = {};
  std::vector<std::string> categories = {};
};

// The past of a series.
struct SeriesHistory {
  std::string name = {};       // of a series of the training data: its scale is known; any other: taken from the values
  std::vector<double> values;  // in steps of the model's frequency, earliest first; NaN: missing
  // All those of Forecaster::covariates(), in any order: fixed [1], past [values], known [values + horizon]; more is not read.
  std::vector<CovariateValues> covariates = {};
  // The date of values[0] where the model reads the calendar (Forecaster::calendar()), else not read: "2024-03-01", "2024-03-01 13:00" by the
  // clock of the training data, or with an offset from UTC as "2024-03-01T13:00:00Z".
  std::string first = {};
};

// The next values of a series, in its own unit.
struct Forecast {
  std::vector<double> point;      // [horizon]: the median; of a model of counts the mean
  std::vector<double> quantiles;  // [horizon, levels], row-major, in the order of the levels that were asked for
};

// Forecasts with a model of the task forecast: what `rnn train` learns from tables of dates and numbers. The same bits as `rnn forecast`,
// whatever other series are asked for beside it, and whether a past came at once or value by value. Const: any thread may ask at any time,
// and many forecasters may share a model.
//
// A forecast reads the last context() steps anew: the values of a window are taken relative to its last one, so nothing of a window that
// ended one step before can be kept. That is context() / segment + horizon() / segment steps of the recurrence, whatever the length of the
// series, and one product for the linear part; an autoregressive network reads context() steps and samples 200 futures of horizon() steps.
// Nothing is computed by Series::push().
class RNN_API Forecaster {
 public:
  // Throws Error{Exit::model}: "model/task" if the model is for something else, "model/corrupt" if the file does not describe its series.
  explicit Forecaster(const Model& model, const Threads& threads = 1);
  ~Forecaster();
  Forecaster(Forecaster&& other) noexcept;
  Forecaster& operator=(Forecaster&& other) noexcept;

  int horizon() const noexcept;                   // steps of a forecast
  int context() const noexcept;                   // steps of the past that it reads
  int season() const noexcept;                    // steps; 1: none
  const std::string& frequency() const noexcept;  // of its steps: "hourly", "every 15 minutes", "weekly (Mondays)"
  const std::vector<CovariateInfo>& covariates() const noexcept;
  // "day", "week", "month", "year": the cycles in which it reads the place of a step, so that a series needs its first date; empty: none.
  const std::vector<std::string>& calendar() const noexcept;
  const std::vector<std::string>& names() const noexcept;  // of the series of the training data; a single one may be ""
  bool knows(std::string_view name) const noexcept;        // is it one of them?

  // levels: of the quantiles, each in (0, 1), in any order: the ends of a 90 % band by default. Throws Error{Exit::usage,
  // "forecast/levels"}, Error{Exit::data}: "data/series" for a past without a value, "data/number" for an infinite one,
  // "data/covariate" for a column that is missing, unknown or of another kind, "data/known" for one that does not reach far enough,
  // "data/date" for a first date that is missing where the model reads the calendar, is none, or lies between two steps.
  Forecast forecast(const SeriesHistory& history, const std::vector<double>& levels = {0.05, 0.95}) const;
  // Of many at once, side by side on all threads; the results do not depend on it.
  std::vector<Forecast> forecast(std::span<const SeriesHistory> histories,
                                 const std::vector<double>& levels = {0.05, 0.95}) const;

  // A series without a value; fixed: its fixed covariates; first: the date of what is pushed first, as SeriesHistory::first. read(): with the
  // values of a history. Throw as forecast().
  Series start(const std::string& name = "", const std::vector<CovariateValues>& fixed = {},
               const std::string& first = "") const;
  Series read(const SeriesHistory& history) const;
  // ahead: the known covariates, [horizon] each. Throws as above, and Error{Exit::model, "state/model"} for a series of another model.
  Forecast forecast(const Series& series, const std::vector<double>& levels = {0.05, 0.95},
                    const std::vector<CovariateValues>& ahead = {}) const;
  // ahead: [series], or none where the model has no known covariates.
  std::vector<Forecast> forecast(std::span<const Series> series, const std::vector<double>& levels = {0.05, 0.95},
                                 std::span<const std::vector<CovariateValues>> ahead = {}) const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace v1
}  // namespace rnn
