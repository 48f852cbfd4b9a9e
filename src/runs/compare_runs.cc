// Why: groups by seed, means, the order of rows, and notes about what the table alone would hide.
#include "runs/compare_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "metrics/figures.h"
#include "networks/model_config.h"
#include "options/option_list.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

// A run that was named twice counts once.
std::vector<RunRecord> without_repeats(std::vector<RunRecord> runs) {
  std::vector<RunRecord> result;
  std::set<std::string> seen;
  for (RunRecord& run : runs) {
    std::error_code error;
    const fs::path path = fs::weakly_canonical(run.path, error);
    if (seen.insert(error ? run.path : path.string()).second) result.push_back(std::move(run));
  }
  return result;
}

// The last part of each path if that distinguishes all of them, else the whole paths.
std::vector<std::string> names_of(const std::vector<RunRecord>& runs) {
  std::vector<std::string> names, paths;
  for (const RunRecord& run : runs) {
    names.push_back(fs::path(run.path).filename().string());
    paths.push_back(run.path);
  }
  const std::set<std::string> distinct(names.begin(), names.end());
  return distinct.size() == names.size() && distinct.count("") + distinct.count(".") + distinct.count("..") == 0 ? names
                                                                                                                 : paths;
}

std::string setting_of(const RunRecord& run, const std::string& name) {
  const auto found = run.settings.find(name);
  return found == run.settings.end() ? "" : found->second;
}

// Equal for runs that differ in nothing but their seed.
std::string all_but_seed(const RunRecord& run) {
  std::string key = run.task + "\n" + run.tokenizer + "\n" + run.data + "\n";
  for (const auto& [name, value] : run.settings) {
    if (name != "seed") key.append(name).append("=").append(value).append("\n");
  }
  return key;
}

// Runs with the same key and different seeds form a group.
std::vector<std::vector<size_t>> group_by_seed(const std::vector<RunRecord>& runs) {
  struct Group {
    std::string key;
    std::set<std::string> seeds;
    std::vector<size_t> runs;
  };
  std::vector<Group> groups;
  for (size_t i = 0; i < runs.size(); ++i) {
    const std::string key = all_but_seed(runs[i]), seed = setting_of(runs[i], "seed");
    auto group =
        std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.key == key && g.seeds.count(seed) == 0; });
    if (group == groups.end()) group = groups.insert(groups.end(), {key, {}, {}});
    group->seeds.insert(seed);
    group->runs.push_back(i);
  }
  std::vector<std::vector<size_t>> result;
  result.reserve(groups.size());
  for (Group& group : groups) result.push_back(std::move(group.runs));
  return result;
}

// "lstm-1", "lstm-2": "lstm-*".
std::string common_name(const std::vector<std::string>& names, const std::vector<size_t>& runs) {
  const std::string& first = names[runs[0]];
  if (runs.size() == 1) return first;
  size_t head = first.size(), tail = first.size(), shortest = first.size();
  for (const size_t i : runs) {
    const std::string& name = names[i];
    head = std::min(head, static_cast<size_t>(std::mismatch(first.begin(), first.end(), name.begin(), name.end()).first -
                                              first.begin()));
    tail = std::min(tail, static_cast<size_t>(std::mismatch(first.rbegin(), first.rend(), name.rbegin(), name.rend()).first -
                                              first.rbegin()));
    shortest = std::min(shortest, name.size());
  }
  if (head + tail == 0) return fmt::format("{} and {} more", first, runs.size() - 1);
  tail = std::min(tail, shortest - head);
  return first.substr(0, head) + "*" + first.substr(first.size() - tail);
}

// The different values of the runs of a row: "1, 2, 3".
std::string row_setting(const std::vector<RunRecord>& runs, const std::vector<size_t>& chosen, const std::string& name) {
  std::vector<std::string> values;
  for (const size_t i : chosen) {
    const std::string value = setting_of(runs[i], name);
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
  }
  return fmt::format("{}", fmt::join(values, ", "));
}

std::vector<std::string> differing_settings(const std::vector<RunRecord>& runs,
                                            const std::vector<std::vector<size_t>>& groups) {
  std::vector<std::string> names;  // options in their order, then the others
  for (const OptionInfo& option : option_list()) names.emplace_back(option.name);
  for (const RunRecord& run : runs) {
    for (const auto& setting : run.settings) {
      if (std::find(names.begin(), names.end(), setting.first) == names.end()) names.push_back(setting.first);
    }
  }
  std::vector<std::string> differing;
  for (const std::string& name : names) {
    std::set<std::string> values;
    for (const auto& group : groups) values.insert(row_setting(runs, group, name));
    if (values.size() > 1) differing.push_back(name);
  }
  return differing;
}

// The figures of a comparison: the quality, then the costs.
std::vector<const Figure*> compared() {
  std::vector<const Figure*> all(std::begin(figure::kValidated), std::end(figure::kValidated));
  all.insert(all.end(), std::begin(figure::kCosts), std::end(figure::kCosts));
  return all;
}

bool has_loss(const RunRecord& run) { return run.best[figure::kLoss].has_value(); }

void average(const std::vector<RunRecord>& runs, ComparedRow& row) {
  for (const Figure* f : compared()) {
    std::vector<double> values;
    const Figure* own = f;  // in the unit of the runs
    for (const size_t i : row.runs) {
      if (const Figure* declared = runs[i].best.find(f->key)) own = declared, values.push_back(runs[i].best.at(*f));
    }
    if (values.empty()) continue;
    const auto n = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    row.mean.set(*own, mean);
    double squares = 0;
    for (const double x : values) squares += (x - mean) * (x - mean);
    if (values.size() > 1) row.deviation.set(*own, std::sqrt(squares / (n - 1)));
  }
}

using Pointers = std::vector<const RunRecord*>;

bool same_in_all(const Pointers& runs, std::string RunRecord::*text) {
  return std::all_of(runs.begin(), runs.end(), [&](const RunRecord* run) { return run->*text == runs[0]->*text; });
}

// Which figures are comparable, and a note about those that are not.
void judge(RunComparison& c) {
  Pointers measured;  // a run without figures has nothing to compare
  for (const RunRecord& run : c.runs) {
    if (has_loss(run)) measured.push_back(&run);
  }
  const ModelForm* form = measured.empty() ? nullptr : find_form(measured[0]->task);
  c.same_bits = form && form->running();
  if (measured.size() < 2) return;
  const bool known =
      std::none_of(measured.begin(), measured.end(), [](const RunRecord* r) { return r->validation.empty(); });
  const bool tasks = same_in_all(measured, &RunRecord::task), tokens = same_in_all(measured, &RunRecord::tokenizer),
             validation = known && same_in_all(measured, &RunRecord::validation), text = c.same_bits;
  const auto spelled = std::count_if(measured.begin(), measured.end(), [](const RunRecord* r) { return r->spelled; });
  const bool rates = spelled == static_cast<ptrdiff_t>(measured.size()) || (tokens && spelled == 0);
  c.same_losses = tasks && tokens && validation;
  c.same_bits = tasks && validation && text && rates;
  if (!tasks) {
    std::set<std::string> names;
    for (const RunRecord* run : measured) names.insert(run->task.empty() ? "unknown" : run->task);
    c.notes.push_back(
        fmt::format("The runs have different tasks ({}): their figures cannot be compared.", fmt::join(names, ", ")));
  } else if (!validation) {
    c.notes.emplace_back(
        known ? "The runs were validated on different data: their figures cannot be compared."
              : "It is unknown whether the runs were validated on the same data: do not compare their figures.");
    if (text) c.notes.emplace_back("To compare the models, evaluate each on the same text: rnn eval RUN TEXT.");
  } else if (text && !rates) {
    c.notes.push_back(fmt::format(
        "{} were measured by a version that left the spelling of unknown words out of bits per byte: {} cannot be compared. "
        "Evaluate each on the same text: rnn eval RUN TEXT.",
        spelled == 0 ? "The runs use different tokens and" : "Some runs", tokens ? "these" : "their figures"));
  } else if (!tokens) {
    c.notes.push_back(fmt::format(
        "The runs use different tokens: losses and perplexities cannot be compared. {} can: the text is the same.",
        text ? "Bits per byte" : "BLEU"));
  }
}

void note_gaps(RunComparison& c, const std::vector<std::string>& names) {
  for (size_t i = 0; i < c.runs.size(); ++i) {
    const RunRecord& run = c.runs[i];
    if (!run.problem.empty()) c.notes.push_back(fmt::format("{}: {}.", names[i], run.problem));
    if (run.ended == "diverged") {
      c.notes.push_back(fmt::format("{} diverged; its figures are those of the best validation before that.", names[i]));
    } else if (!has_loss(run)) {
      if (run.problem.empty())
        c.notes.push_back(fmt::format("{} has no validation yet: there is nothing to compare.", names[i]));
    } else if (run.ended.empty()) {
      c.notes.push_back(fmt::format("{} has not ended; its figures are those of the best validation so far.", names[i]));
    }
  }
  for (const ComparedRow& row : c.rows) {
    const auto have = std::count_if(row.runs.begin(), row.runs.end(), [&](size_t i) { return has_loss(c.runs[i]); });
    if (have > 0 && static_cast<size_t>(have) < row.runs.size()) {
      c.notes.push_back(
          fmt::format("{}: the mean is over the {} of {} runs that have a validation.", row.name, have, row.runs.size()));
    }
  }
}

nlohmann::ordered_json numbers_json(const ResultRow& row, bool all) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const Figure* f : compared()) {
    const std::string key = is_cost(f) ? std::string(f->key) : val_key(*f);
    if (const auto value = row[*f]) {
      json[key] = *value;
    } else if (all) {
      json[key] = nullptr;
    }
  }
  return json;
}

}  // namespace

RunComparison compare_runs(std::vector<RunRecord> given) {
  RunComparison c;
  c.runs = without_repeats(std::move(given));
  const std::vector<std::string> names = names_of(c.runs);
  const auto groups = group_by_seed(c.runs);
  c.differing = differing_settings(c.runs, groups);
  for (const auto& group : groups) {
    ComparedRow row;
    row.name = common_name(names, group);
    row.runs = group;
    for (const std::string& name : c.differing) row.settings[name] = row_setting(c.runs, group, name);
    for (const size_t i : group) row.parameters = std::max(row.parameters, c.runs[i].parameters);  // none is less than any
    average(c.runs, row);
    c.rows.push_back(std::move(row));
  }
  judge(c);
  note_gaps(c, names);
  if (c.same_losses || c.same_bits) {
    const Figure& by = c.same_losses ? figure::kLoss : figure::kBitsPerByte;
    c.sorted_by = val_key(by);
    std::stable_sort(c.rows.begin(), c.rows.end(), [&](const ComparedRow& a, const ComparedRow& b) {
      const auto x = a.mean[by], y = b.mean[by];
      return x && (!y || by.better(*x, *y));
    });
  }
  return c;
}

nlohmann::ordered_json to_json_object(const RunComparison& c) {
  using nlohmann::ordered_json;
  ordered_json rows = ordered_json::array(), runs = ordered_json::array();
  const auto known = [](const auto& number) { return number ? ordered_json(*number) : ordered_json(); };
  for (const ComparedRow& row : c.rows) {
    ordered_json paths = ordered_json::array(), settings = ordered_json::object();
    for (const size_t i : row.runs) paths.push_back(c.runs[i].path);
    for (const std::string& name : c.differing) settings[name] = row.settings.at(name);
    ordered_json json = {{"name", row.name}, {"runs", paths}, {"settings", settings}, {"parameters", known(row.parameters)}};
    json.update(numbers_json(row.mean, true));
    json["deviation"] = numbers_json(row.deviation, false);
    rows.push_back(std::move(json));
  }
  for (const RunRecord& run : c.runs) {
    ordered_json json = {{"path", run.path},
                         {"task", run.task},
                         {"ended", run.ended},
                         {"parameters", known(run.parameters)},
                         {"best_epoch", known(run.best_epoch)}};
    json.update(numbers_json(run.best, true));
    json["settings"] = run.settings;
    runs.push_back(std::move(json));
  }
  return {{"sorted_by", c.sorted_by},
          {"comparable", {{"val_bits_per_byte", c.same_bits}, {"val_loss", c.same_losses}}},
          {"differing", c.differing},
          {"rows", rows},
          {"runs", runs},
          {"notes", c.notes}};
}

}  // namespace rnn::core
