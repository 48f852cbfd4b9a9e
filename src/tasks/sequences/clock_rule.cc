// Why: see clock_rule.h.
#include "tasks/sequences/clock_rule.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "series/dates.h"

namespace rnn::core {
namespace {

constexpr const char* kRules[] = {"clock rule, hour", "clock rule, hour and weekday",
                                  "clock rule, hour, working days apart"};
constexpr int kSaturday = 5, kWholeDay = 24;

// The cell of a time in a rule: hours 0 to 23 of a part of the week.
int cell_of(int rule, int64_t clock) {
  const CivilTime time = civil_time(clock);
  return time.hour + kWholeDay * (rule == 0 ? 0 : rule == 1 ? time.weekday : time.weekday >= kSaturday ? 1 : 0);
}

// What was seen at a time: labels by their number, or a sum of numbers.
struct Seen {
  std::map<int32_t, int64_t> labels;
  double sum = 0, count = 0;
  void add(int32_t label, double value, int sign) { labels[label] += sign, sum += sign * value, count += sign; }
  int32_t label() const {
    return std::max_element(labels.begin(), labels.end(), [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
  }
};

struct Row {
  int64_t clock;
  int32_t label;  // of a label, its number
  double value;   // of a number
};

class ClockCells {
 public:
  explicit ClockCells(int rule) : rule_(rule) {}
  void add(const Row& row, int sign) {
    for (Seen* seen : {&cells_[cell_of(rule_, row.clock)], &hours_[cell_of(0, row.clock)], &all_})
      seen->add(row.label, row.value, sign);
  }
  const Seen& at(int64_t clock) const {
    const auto cell = cells_.find(cell_of(rule_, clock));
    if (cell != cells_.end() && cell->second.count > 0) return cell->second;
    const auto hour = hours_.find(cell_of(0, clock));
    return hour != hours_.end() && hour->second.count > 0 ? hour->second : all_;
  }

 private:
  int rule_;
  std::map<int, Seen> cells_, hours_;
  Seen all_;
};

std::vector<Row> rows_with_targets(const RawSet& set, const std::vector<std::string>& names) {
  std::vector<Row> rows;
  for (const RawExample& e : set.examples) {
    for (size_t t = 0; t < e.clock.size(); ++t) {
      if (set.numbers ? std::isnan(e.values[t]) : e.labels[t].empty()) continue;
      const auto label = set.numbers ? names.begin() : std::lower_bound(names.begin(), names.end(), e.labels[t]);
      rows.push_back(
          {e.clock[t], static_cast<int32_t>(label - names.begin()), set.numbers ? static_cast<double>(e.values[t]) : 0});
    }
  }
  return rows;
}

// Wrong answers, or squared errors, to every day from all others.
double error_of(int rule, bool numbers, const std::vector<Row>& rows) {
  ClockCells cells(rule);
  std::map<int64_t, std::vector<const Row*>> days;
  for (const Row& row : rows) cells.add(row, 1), days[floor_div(row.clock, kDay)].push_back(&row);
  if (days.size() < 2) return rule;
  double error = 0;
  for (const auto& [day, own] : days) {
    for (const Row* row : own) cells.add(*row, -1);
    for (const Row* row : own) {
      const Seen& seen = cells.at(row->clock);
      error += numbers ? std::pow(seen.sum / seen.count - row->value, 2) : seen.label() != row->label;
    }
    for (const Row* row : own) cells.add(*row, 1);
  }
  return error;
}

}  // namespace

std::optional<ClockRule> clock_rule(const RawSet& train, const RawSet& test) {
  for (const RawSet* set : {&train, &test})
    for (const RawExample& e : set->examples)
      if (e.clock.empty()) return std::nullopt;
  std::set<std::string> known;
  for (const RawExample& e : train.examples) known.insert(e.labels.begin(), e.labels.end());
  const std::vector<std::string> names(known.begin(), known.end());
  const std::vector<Row> rows = rows_with_targets(train, names);
  if (rows.empty()) return std::nullopt;
  int best = 0;
  double least = 0;
  for (int rule = 0; rule < static_cast<int>(std::size(kRules)); ++rule) {
    const double error = error_of(rule, train.numbers, rows);
    if (rule == 0 || error < least) best = rule, least = error;
  }
  ClockCells cells(best);
  for (const Row& row : rows) cells.add(row, 1);
  ClockRule out{kRules[best], {}, {}};
  for (const RawExample& e : test.examples) {
    std::vector<std::string>& labels = out.labels.emplace_back();
    std::vector<float>& values = out.values.emplace_back();
    for (const int64_t clock : e.clock) {
      const Seen& seen = cells.at(clock);
      if (train.numbers) values.push_back(static_cast<float>(seen.sum / seen.count));
      if (!train.numbers) labels.push_back(names[static_cast<size_t>(seen.label())]);
    }
  }
  return out;
}

}  // namespace rnn::core
