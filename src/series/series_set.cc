// Why: the one entry for series of any form, the sentences about them, and the categories that a model may learn from.
#include "series/series_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/concat.h"
#include "base/error.h"
#include "base/numbers.h"
#include "series/json_series.h"
#include "series/row_table.h"

namespace rnn::core {
namespace {

std::vector<std::string> covariate_names(const SeriesSet& set, Covariate::Use use) {
  std::vector<std::string> names;
  for (const Covariate& c : set.covariates)
    if (c.use == use) names.push_back(c.name);
  return names;
}

std::string roles_text(const SeriesSet& set, const RowTable& rows) {
  std::string text;
  const auto add = [&text](const char* what, const std::string& names) {
    if (!names.empty()) text += (text.empty() ? "" : "; ") + std::string(what) + ": " + names;
  };
  add("series", rows.id_name);
  add("time", rows.time_name);
  add(rows.y_names.size() > 1 ? "values" : "value", listed(rows.y_names));
  add("known ahead", listed(covariate_names(set, Covariate::Use::known)));
  add("past only", listed(covariate_names(set, Covariate::Use::past)));
  add("static", listed(covariate_names(set, Covariate::Use::fixed)));
  return text;
}

const char* gaps_text(Gaps gaps) {
  constexpr const char* kTexts[] = {"they stay missing", "they count as 0",
                                    "they are put on the line between their neighbours"};
  return kTexts[static_cast<size_t>(gaps)];
}

// The number of each category of `from` in `to`; 0 where it is not.
std::vector<double> category_numbers(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  std::vector<double> numbers(from.size(), 0);
  for (size_t i = 1; i < from.size(); ++i) {
    const auto at = to.size() < 2 ? to.end() : std::lower_bound(to.begin() + 1, to.end(), from[i]);
    if (at != to.end() && *at == from[i]) numbers[i] = static_cast<double>(at - to.begin());
  }
  return numbers;
}

void renumber(std::vector<double>& values, const std::vector<double>& numbers) {
  for (double& value : values)
    if (!std::isnan(value)) value = numbers[static_cast<size_t>(value)];
}

// The values of a covariate of the file as those of the model's.
std::vector<double> as_in_model(const Series& s, std::vector<double> values, const Covariate& has, const Covariate& wanted) {
  const size_t steps = s.y.size() + static_cast<size_t>(s.future);
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (has.kind == Covariate::Kind::category) {
    renumber(values, category_numbers(has.categories, wanted.categories));
  } else if (wanted.kind == Covariate::Kind::category) {  // here all of them look like numbers
    for (double& value : values)
      if (!std::isnan(value)) value = category_numbers({"", number_text(value)}, wanted.categories)[1];
  }
  using enum Covariate::Use;
  if (wanted.use == fixed && has.use != fixed) {
    const auto at = std::find_if(values.begin(), values.end(), [](double v) { return !std::isnan(v); });
    return {at == values.end() ? kNone : *at};
  }
  if (wanted.use != fixed && has.use == fixed) values.assign(steps, values[0]);
  if (wanted.use == past) std::fill(values.begin() + static_cast<std::ptrdiff_t>(s.y.size()), values.end(), kNone);
  return values;
}

}  // namespace

std::string listed(const std::vector<std::string>& names) {
  constexpr size_t kShown = 5;
  std::string text;
  for (size_t i = 0; i < names.size() && i < kShown; ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() <= kShown ? text : concat(text, " and ", names.size() - kShown, " more");
}

std::string SeriesSet::place(const Series& s, int64_t step) const {
  if (step < 0 || step >= static_cast<int64_t>(s.place.size())) return {};
  const Place p = s.place[static_cast<size_t>(step)];
  return p.line == 0 ? std::string() : place_text(files[p.file], p.line);
}

void describe_series(SeriesSet& set, const RowTable& rows, const TableOptions& options) {
  const SeriesCounts& n = set.counts;
  const auto say = [&set](std::string sentence) { set.notes.push_back(std::move(sentence)); };
  set.roles = roles_text(set, rows);
  if (n.duplicates > 0)
    say(concat(counted(n.duplicates, "row"), " with the stamp of another: the ",
               kDuplicates[static_cast<size_t>(options.duplicates)], " counts"));
  if (n.gaps + n.missing > 0) {
    const std::string gaps = n.gaps == 0 ? "" : concat(counted(n.gaps, "step"), " without a row");
    const std::string missing = n.missing == 0 ? "" : concat(counted(n.missing, "row"), " without a value");
    say(concat(gaps, gaps.empty() || missing.empty() ? "" : ", ", missing, ": ", gaps_text(options.gaps)));
  }
  const auto say_series = [&](const std::vector<std::string>& ids, const char* what) {
    if (ids.empty()) return;
    const std::string names = ids.size() == 1 && ids[0].empty() ? std::string() : " (" + listed(ids) + ")";
    say(concat(grouped(static_cast<int64_t>(ids.size())), " series ", what, names));
  };
  say_series(n.constant, "with one value throughout");
  say_series(n.zero, "with nothing but zeros");
  say_series(n.empty, "without a value, left out");
  int64_t ahead = 0;
  for (const Series& s : set.series) ahead = std::max<int64_t>(ahead, s.future);
  if (ahead > 0) {
    say(concat("rows without a value say what is known of the next ", counted(ahead, set.grid.step_word()), ": ",
               listed(covariate_names(set, Covariate::Use::known))));
  }
}

SeriesSet read_series(std::span<const NamedText> files, const TableOptions& options) {
  if (files.empty()) throw Error(Exit::data, "data/empty", "there is no file with series", "name a table");
  std::vector<std::string> notes;
  RowTable rows;
  SeriesSet set;
  if (looks_like_json(files[0].text)) {
    Grid grid;
    rows = rows_of_json(files, options, grid, notes);
    set = assemble_series(rows, &grid, files, options);
  } else {
    for (const NamedText& file : files) {
      if (looks_like_json(file.text)) {
        throw Error(Exit::data, "data/mixed", concat(file.name, ":1: this is JSON, but ", files[0].name, " is a table"),
                    "read tables and JSON lines apart");
      }
    }
    rows = rows_of_tables(files, options, notes);
    set = assemble_series(rows, nullptr, files, options);
  }
  set.notes.insert(set.notes.begin(), notes.begin(), notes.end());
  describe_series(set, rows, options);
  return set;
}

void fit_categories(SeriesSet& set, std::span<const int64_t> last) {
  for (size_t c = 0; c < set.covariates.size(); ++c) {
    Covariate& cov = set.covariates[c];
    if (cov.kind != Covariate::Kind::category) continue;
    std::vector<bool> seen(cov.categories.size(), false);
    for (size_t i = 0; i < set.series.size(); ++i) {
      const Series& s = set.series[i];
      if (s.y.empty() || s.first > last[i]) continue;
      const std::vector<double>& values = s.covariates[c];
      const int64_t steps = last[i] < s.end() ? last[i] - s.first + 1 : static_cast<int64_t>(s.y.size());
      const size_t end = cov.use == Covariate::Use::fixed ? 1 : static_cast<size_t>(steps);
      for (size_t t = 0; t < end; ++t)
        if (!std::isnan(values[t])) seen[static_cast<size_t>(values[t])] = true;
    }
    std::vector<std::string> kept = {""};
    for (size_t k = 1; k < seen.size(); ++k)
      if (seen[k]) kept.push_back(cov.categories[k]);
    const std::vector<double> numbers = category_numbers(cov.categories, kept);
    for (Series& s : set.series) renumber(s.covariates[c], numbers);
    cov.categories = std::move(kept);
  }
}

void apply_covariates(SeriesSet& set, std::span<const Covariate> model) {
  std::vector<size_t> from;
  for (const Covariate& wanted : model) {
    const auto at = std::find_if(set.covariates.begin(), set.covariates.end(),
                                 [&](const Covariate& c) { return c.name == wanted.name; });
    if (at == set.covariates.end()) {
      throw Error(Exit::data, "data/covariate",
                  concat(set.files[0], ": there is no column '", wanted.name, "', which the model was trained with"),
                  "give the columns that it was trained with");
    }
    if (at->kind == Covariate::Kind::category && wanted.kind == Covariate::Kind::number) {
      throw Error(Exit::data, "data/covariate",
                  concat(set.files[0], ": column '", wanted.name, "' has texts, but the model was trained with numbers"),
                  "give the columns that it was trained with");
    }
    from.push_back(static_cast<size_t>(at - set.covariates.begin()));
  }
  for (Series& s : set.series) {
    std::vector<std::vector<double>> values;
    for (size_t i = 0; i < from.size(); ++i)
      values.push_back(as_in_model(s, s.covariates[from[i]], set.covariates[from[i]], model[i]));
    s.covariates = std::move(values);
  }
  set.covariates.assign(model.begin(), model.end());
}

void require_future(const SeriesSet& set, int64_t horizon) {
  for (const Series& s : set.series) {
    for (size_t c = 0; c < set.covariates.size(); ++c) {
      if (set.covariates[c].use != Covariate::Use::known) continue;
      const std::vector<double>& values = s.covariates[c];
      int64_t known = 0;  // steps ahead
      while (known < std::min<int64_t>(horizon, s.future) && !std::isnan(values[s.y.size() + static_cast<size_t>(known)]))
        ++known;
      if (known == horizon) continue;
      const std::string who = s.id.empty() ? "the series" : "series '" + s.id + "'";
      throw Error(
          Exit::data, "data/future",
          concat(set.files.back(), ": '", set.covariates[c].name, "' of ", who, " is known for ",
                 counted(known, set.grid.step_word()), " after the last value, but ", counted(horizon, set.grid.step_word()),
                 " are to be forecast: up to ", set.grid.text(s.end() + horizon - 1)),
          "add rows with these stamps and an empty y");
    }
  }
}

}  // namespace rnn::core
