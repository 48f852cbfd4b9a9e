// Why: rows in any order become series on one grid: sorted, each stamp once, gaps marked, what lies after the last value kept as the known
// future.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/concat.h"
#include "base/error.h"
#include "base/numbers.h"
#include "series/row_table.h"

namespace rnn::core {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kToSettleDuplicates =
    "choose with --duplicates first, mean or sum, or name the columns that tell the series apart with --id";

class Assembly {
 public:
  Assembly(RowTable& rows, std::span<const NamedText> files, const TableOptions& options)
      : rows_(rows), files_(files), options_(options) {}
  SeriesSet make(const Grid* grid);

 private:
  void sort_rows();
  void merge_duplicates();
  void merge(size_t begin, size_t end);
  void gather_runs();
  Grid find_grid() const;
  Grid model_grid() const;
  void place_rows();
  void require_model_steps() const;
  void limit_gaps() const;
  void settle_known();
  void settle_fixed();
  void settle_categories();
  void make_series(size_t group, size_t column);
  void fill_covariates(Series& s, size_t begin, size_t end) const;
  void survey(const Series& s);
  void fill_gaps(Series& s) const;
  std::string place_of(size_t row) const {
    const Place p = rows_.place[row];
    return place_text(files_[p.file].name, p.line);
  }
  std::string series_words(size_t group) const {
    return rows_.ids[group].empty() ? std::string("the series") : concat("series '", rows_.ids[group], "'");
  }
  size_t row(size_t at) const { return order_[at]; }
  // The end of the rows of a group that have a value; its begin if there is none.
  size_t end_of_values(size_t group) const;

  RowTable& rows_;
  std::span<const NamedText> files_;
  const TableOptions& options_;
  SeriesSet set_;
  std::vector<uint32_t> order_;    // rows, sorted by group and stamp
  std::vector<size_t> begin_;      // [groups + 1] in order_
  std::vector<Stamp> stamps_;      // [order_]
  std::vector<Place> places_;      // [order_]
  std::vector<StampRun> runs_;     // [groups]
  std::vector<int64_t> position_;  // [order_]
};

void Assembly::sort_rows() {
  const size_t groups = rows_.ids.size(), n = rows_.rows();
  begin_.assign(groups + 1, 0);
  for (const uint32_t g : rows_.group) ++begin_[g + 1];
  std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
  order_.resize(n);
  std::vector<size_t> next(begin_.begin(), begin_.end() - 1);
  for (size_t r = 0; r < n; ++r) order_[next[rows_.group[r]]++] = static_cast<uint32_t>(r);
  const auto before = [this](uint32_t a, uint32_t b) { return rows_.stamp[a].utc < rows_.stamp[b].utc; };
  for (size_t g = 0; g < groups; ++g) {
    const auto first = order_.begin() + static_cast<std::ptrdiff_t>(begin_[g]),
               last = order_.begin() + static_cast<std::ptrdiff_t>(begin_[g + 1]);
    if (!std::is_sorted(first, last, before)) std::stable_sort(first, last, before);
  }
}

// The rows [begin, end) of order_ have one stamp: the first takes what the others have.
void Assembly::merge(size_t begin, size_t end) {
  if (options_.duplicates == Duplicates::error) {
    std::string advice = kToSettleDuplicates;
    if (rows_.id_name.empty() && !rows_.text_columns.empty())
      advice += concat(" (perhaps ", listed(rows_.text_columns), ")");
    if (rows_.zone.empty() && rows_.format.clock > 0) advice += "; if the clock was put back then, name its zone with --tz";
    throw Error(Exit::data, "data/duplicate",
                concat(place_of(row(begin + 1)), ": ", series_words(rows_.group[row(begin)]), " has ",
                       stamp_text(rows_.stamp[row(begin)], rows_.format), " a second time, after ", place_of(row(begin))),
                advice);
  }
  const auto first_number = [&](std::vector<double>& values) {
    double& kept = values[row(begin)];
    for (size_t i = begin + 1; i < end && std::isnan(kept); ++i) kept = values[row(i)];
  };
  for (CovariateRows& c : rows_.covariates) first_number(c.values);
  for (std::vector<double>& y : rows_.y) {
    if (options_.duplicates == Duplicates::first) {
      first_number(y);
      continue;
    }
    double sum = 0;
    int count = 0;
    for (size_t i = begin; i < end; ++i)
      if (!std::isnan(y[row(i)])) sum += y[row(i)], ++count;
    y[row(begin)] = count == 0 ? kNothing : options_.duplicates == Duplicates::sum ? sum : sum / count;
    if (std::isinf(sum))
      throw Error(Exit::data, "data/number", concat(place_of(row(begin)), ": the sum of rows with one stamp is not finite"),
                  "mend the values");
  }
}

void Assembly::merge_duplicates() {
  size_t kept = 0;
  for (size_t g = 0; g < rows_.ids.size(); ++g) {
    const size_t last = begin_[g + 1], first_kept = kept;
    for (size_t begin = begin_[g], end = begin; begin < last; begin = end) {
      while (end < last && rows_.stamp[row(end)].utc == rows_.stamp[row(begin)].utc) ++end;
      if (end - begin > 1) merge(begin, end);
      set_.counts.duplicates += static_cast<int64_t>(end - begin) - 1;
      order_[kept++] = order_[begin];
    }
    begin_[g] = first_kept;
  }
  begin_.back() = kept;
  order_.resize(kept);
}

void Assembly::gather_runs() {
  for (const uint32_t r : order_) stamps_.push_back(rows_.stamp[r]), places_.push_back(rows_.place[r]);
  for (size_t g = 0; g < rows_.ids.size(); ++g) {
    const size_t n = begin_[g + 1] - begin_[g];
    runs_.push_back({rows_.ids[g], std::span(stamps_).subspan(begin_[g], n), std::span(places_).subspan(begin_[g], n)});
  }
}

// The model's steps, written as this file writes its stamps.
Grid Assembly::model_grid() const {
  GridSpec spec = options_.grid->spec();
  spec.format = rows_.format;
  spec.zone = rows_.zone.name();
  spec.offset = stamps_.back().offset;
  spec.zone_text = !rows_.zone.empty() && std::all_of(stamps_.begin(), stamps_.end(), [this](const Stamp& s) {
    return s.offset == rows_.zone.offset_at(floor_div(s.utc, kSecond));
  });
  return Grid(spec, rows_.zone);
}

Grid Assembly::find_grid() const {
  const bool model_has_dates = options_.grid != nullptr && options_.grid->has_dates();
  if (model_has_dates && (rows_.time_name.empty() || rows_.format.form == DateForm::step)) {
    throw Error(
        Exit::data, "data/frequency",
        concat(files_[0].name, ": the model's steps have dates (", options_.grid->name(), "), but the table has none"),
        "give the table a column of dates");
  }
  if (model_has_dates) return model_grid();
  if (rows_.time_name.empty() && options_.frequency.empty()) return {};
  if (!options_.frequency.empty()) {
    const auto first =
        std::min_element(stamps_.begin(), stamps_.end(), [](const Stamp& a, const Stamp& b) { return a.utc < b.utc; });
    return grid_of_name(options_.frequency, *first, rows_.format, rows_.zone);
  }
  return infer_grid(runs_, rows_.format, rows_.zone, files_);
}

void Assembly::place_rows() {
  position_.reserve(order_.size());
  for (size_t g = 0; g < runs_.size(); ++g) {
    for (const int64_t at : grid_positions(set_.grid, runs_[g], files_)) {
      const size_t i = position_.size();
      if (i > begin_[g] && at <= position_[i - 1]) {
        throw Error(Exit::data, "data/duplicate",
                    concat(place_of(row(i)), ": ", set_.grid.text(at), " of ", series_words(g), " is the same step as ",
                           place_of(row(i - 1))),
                    kToSettleDuplicates);
      }
      position_.push_back(at);
    }
  }
}

// A daily file fits on an hourly grid, with gaps between all rows: that is not what a model of hours is for.
void Assembly::require_model_steps() const {
  if (options_.grid == nullptr || !options_.grid->has_dates()) return;
  size_t pairs = 0, neighbours = 0;
  for (size_t g = 0; g + 1 < begin_.size(); ++g)
    for (size_t i = begin_[g] + 1; i < begin_[g + 1]; ++i) ++pairs, neighbours += position_[i] == position_[i - 1] + 1;
  if (pairs == 0 || 2 * neighbours >= pairs) return;
  throw Error(Exit::data, "data/frequency",
              concat(files_[0].name, ": the model's steps are ", set_.grid.name(), ", but most rows are further apart"),
              "give the model data of the frequency that it was trained on");
}

void Assembly::limit_gaps() const {
  double steps = 0;
  size_t widest = 1;
  int64_t width = 0;
  for (size_t g = 0; g + 1 < begin_.size(); ++g) {
    if (begin_[g] == begin_[g + 1]) continue;
    steps += static_cast<double>(position_[begin_[g + 1] - 1]) - static_cast<double>(position_[begin_[g]]);
    for (size_t i = begin_[g] + 1; i < begin_[g + 1]; ++i)
      if (position_[i] - position_[i - 1] > width) width = position_[i] - position_[i - 1], widest = i;
  }
  const auto columns = static_cast<double>(rows_.y.size() * (1 + rows_.covariates.size()));
  if (steps * columns <= 100 * static_cast<double>(order_.size()) * columns + 1e5) return;
  throw Error(Exit::data, "data/gaps",
              concat(place_of(row(widest)), ": ", grouped(width - 1), " steps without a row lie between ",
                     set_.grid.text(position_[widest - 1]), " (", place_of(row(widest - 1)), ") and ",
                     set_.grid.text(position_[widest]), "; the steps are ", set_.grid.name()),
              "is a date wrong? else leave out one side of the gap");
}

size_t Assembly::end_of_values(size_t group) const {
  for (size_t i = begin_[group + 1]; i > begin_[group]; --i)
    for (const std::vector<double>& y : rows_.y)
      if (!std::isnan(y[row(i - 1)])) return i;
  return begin_[group];
}

// A column that has values in every row after the last y is known ahead.
void Assembly::settle_known() {
  for (CovariateRows& c : rows_.covariates) {
    if (c.named || c.covariate.use != Covariate::Use::past) continue;
    size_t present = 0, absent = 0, first_absent = 0;
    for (size_t g = 0; g < rows_.ids.size(); ++g) {
      for (size_t i = end_of_values(g); i < begin_[g + 1]; ++i) {
        if (!std::isnan(c.values[row(i)])) {
          ++present;
        } else if (absent++ == 0) {
          first_absent = row(i);
        }
      }
    }
    if (present > 0 && absent == 0) c.covariate.use = Covariate::Use::known;
    if (present > 0 && absent > 0) {
      set_.notes.push_back(concat("'", c.covariate.name, "' is not known ahead: it is missing in ", place_of(first_absent),
                                  ", after the last value"));
    }
  }
}

// A text that never changes within a series describes the series.
void Assembly::settle_fixed() {
  for (CovariateRows& c : rows_.covariates) {
    const bool wished = c.covariate.use == Covariate::Use::fixed;
    const bool may_be = wished || (!c.named && c.covariate.kind == Covariate::Kind::category);
    bool fixed = may_be;
    for (size_t g = 0; g < rows_.ids.size() && fixed; ++g) {
      size_t first = begin_[g + 1];
      for (size_t i = begin_[g]; i < begin_[g + 1] && fixed; ++i) {
        if (std::isnan(c.values[row(i)])) continue;
        if (first == begin_[g + 1]) first = i;
        fixed = c.values[row(i)] == c.values[row(first)];
        if (fixed || !wished) continue;
        throw Error(Exit::data, "data/static",
                    concat(place_of(row(i)), ": '", c.covariate.name, "' of ", series_words(g), " is not what it is in ",
                           place_of(row(first))),
                    "a static column has one value for a series; leave it out of --static");
      }
    }
    if (fixed) c.covariate.use = Covariate::Use::fixed;
  }
}

void Assembly::settle_categories() {
  for (CovariateRows& c : rows_.covariates) {
    if (c.covariate.kind == Covariate::Kind::category) {
      const std::vector<std::string>& texts = c.texts.texts();
      std::vector<uint32_t> by_text(texts.size());
      std::iota(by_text.begin(), by_text.end(), 0);
      std::sort(by_text.begin(), by_text.end(), [&](uint32_t a, uint32_t b) { return texts[a] < texts[b]; });
      std::vector<double> number(texts.size() + 1, 0);
      c.covariate.categories = {""};
      for (const uint32_t t : by_text) {
        number[t + 1] = static_cast<double>(c.covariate.categories.size());
        c.covariate.categories.push_back(texts[t]);
      }
      for (double& value : c.values)
        if (!std::isnan(value)) value = number[static_cast<size_t>(value)];
    }
    set_.covariates.push_back(c.covariate);
  }
}

// The covariates of the rows [begin, end) of order_, whose first is step 0.
void Assembly::fill_covariates(Series& s, size_t begin, size_t end) const {
  const size_t steps = s.y.size() + static_cast<size_t>(s.future);
  for (const CovariateRows& c : rows_.covariates) {
    const bool fixed = c.covariate.use == Covariate::Use::fixed, past = c.covariate.use == Covariate::Use::past;
    std::vector<double>& values = s.covariates.emplace_back(fixed ? 1 : steps, kNothing);
    for (size_t i = begin; i < end; ++i) {
      const double value = c.values[row(i)];
      const auto step = static_cast<size_t>(position_[i] - s.first);
      if (fixed) {
        if (std::isnan(values[0])) values[0] = value;
      } else if (step < (past ? s.y.size() : steps)) {
        values[step] = value;
      }
    }
  }
}

void Assembly::make_series(size_t group, size_t column) {
  const std::vector<double>& y = rows_.y[column];
  size_t begin = begin_[group], end = begin_[group + 1];
  const auto has_value = [&](size_t i) { return !std::isnan(y[row(i)]); };
  const auto is_known = [&](size_t i) {
    return std::any_of(rows_.covariates.begin(), rows_.covariates.end(), [&](const CovariateRows& c) {
      return c.covariate.use == Covariate::Use::known && !std::isnan(c.values[row(i)]);
    });
  };
  size_t last = end;
  while (last > begin && !has_value(last - 1)) --last;
  while (begin < last && !has_value(begin)) ++begin;
  if (begin == last) begin = last = begin_[group];
  while (end > last && !is_known(end - 1)) --end;
  while (begin == last && begin < end && !is_known(begin)) last = ++begin;
  const bool one = rows_.y.size() == 1, unnamed = rows_.ids[group].empty();
  std::string id = one ? rows_.ids[group] : (unnamed ? "" : rows_.ids[group] + "/") + rows_.y_names[column];
  if (begin == end) {
    set_.counts.empty.push_back(std::move(id));
    return;
  }
  Series s;
  s.id = std::move(id);
  s.first = position_[begin];
  const auto steps = static_cast<size_t>(last > begin ? position_[last - 1] - s.first + 1 : 0);
  s.future = static_cast<int>(position_[end - 1] - s.first + 1 - static_cast<int64_t>(steps));
  s.y.assign(steps, kNothing);
  s.place.assign(steps + static_cast<size_t>(s.future), {});
  for (size_t i = begin; i < end; ++i) {
    const auto step = static_cast<size_t>(position_[i] - s.first);
    if (step < steps) s.y[step] = y[row(i)];
    s.place[step] = rows_.place[row(i)];
  }
  fill_covariates(s, begin, end);
  survey(s);
  fill_gaps(s);
  set_.series.push_back(std::move(s));
}

void Assembly::survey(const Series& s) {
  SeriesCounts& n = set_.counts;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (size_t t = 0; t < s.y.size(); ++t) {
    if (!std::isnan(s.y[t])) {
      ++n.values;
      low = std::min(low, s.y[t]), high = std::max(high, s.y[t]);
    } else {
      ++(s.place[t].line == 0 ? n.gaps : n.missing);
    }
  }
  if (low == high && s.y.size() > 1) (low == 0 ? n.zero : n.constant).push_back(s.id);
  if (s.y.empty()) return;
  if (set_.last < set_.first) set_.first = s.first, set_.last = s.end() - 1;
  set_.first = std::min(set_.first, s.first), set_.last = std::max(set_.last, s.end() - 1);
}

void Assembly::fill_gaps(Series& s) const {
  if (options_.gaps == Gaps::mask) return;
  size_t known = 0;  // the last step with a value; step 0 has one
  for (size_t t = 0; t < s.y.size(); ++t) {
    if (std::isnan(s.y[t])) continue;
    for (size_t gap = known + 1; gap < t; ++gap) {
      const double share = static_cast<double>(gap - known) / static_cast<double>(t - known);
      s.y[gap] = options_.gaps == Gaps::zero ? 0 : s.y[known] * (1 - share) + s.y[t] * share;
    }
    known = t;
  }
}

SeriesSet Assembly::make(const Grid* grid) {
  for (const NamedText& file : files_) set_.files.push_back(file.name);
  set_.counts.rows = static_cast<int64_t>(rows_.rows());
  sort_rows();
  merge_duplicates();
  gather_runs();
  set_.grid = grid != nullptr ? *grid : find_grid();
  place_rows();
  require_model_steps();
  limit_gaps();
  settle_fixed();
  settle_known();
  settle_categories();
  for (size_t g = 0; g < rows_.ids.size(); ++g)
    for (size_t column = 0; column < rows_.y.size(); ++column) make_series(g, column);
  if (set_.counts.values == 0) {
    throw Error(Exit::data, "data/empty", concat(files_[0].name, ": column '", rows_.y_names[0], "' has no value"),
                "give the values that are to be continued");
  }
  return std::move(set_);
}

}  // namespace

SeriesSet assemble_series(RowTable& rows, const Grid* grid, std::span<const NamedText> files, const TableOptions& options) {
  return Assembly(rows, files, options).make(grid);
}

}  // namespace rnn::core
