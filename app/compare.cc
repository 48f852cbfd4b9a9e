// Why: rnn compare: runs side by side, differences first, in a table that fits the screen.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/numbers.h"
#include "command.h"
#include "events/events.h"
#include "events/terminal.h"
#include "metrics/figures.h"
#include "result_rows.h"
#include "runs.h"
#include "runs/compare_runs.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

constexpr int kScreen = 100;        // columns that a table should not exceed
constexpr int kNarrowest = 18;      // columns of a settings column
constexpr size_t kMostColumns = 4;  // settings with separate columns
constexpr size_t kMostLines = 10;   // of the settings of a run, unless all are asked for

using Row = std::vector<std::string>;

// The columns: figures that any row has, each in the unit of the runs, or of the first where they differ.
Columns figures_of(const RunComparison& c) {
  Columns columns;
  const auto add = [&](const Figure* f) {
    const Figure* own = nullptr;
    for (const ComparedRow& row : c.rows) {
      if (const Figure* declared = row.mean.find(f->key)) own = own && own != declared ? f : declared;
    }
    if (own) columns.push_back(own);
  };
  for (const Figure* f : figure::kValidated) add(f);
  for (const Figure* f : figure::kCosts) add(f);
  return columns;
}

// The deviation is shown at the quality, "2.574 ± 0.012"; of a language model's figures at the leading one only: there is no room
// for more. --json has all.
bool shows_deviation(const Figure* f, const Columns& columns) {
  const bool bits = columns.front() == &figure::kBitsPerByte;
  return !is_cost(f) && f != &figure::kPerplexity && !(bits && f->key == figure::kLoss.key);
}

std::string cell_of(const ComparedRow& row, const Figure* f, const Columns& columns) {
  std::string text = figure_text(*f, row.mean[*f]);
  const std::string deviation = figure_text(*f, row.deviation[*f]);
  if (!deviation.empty() && shows_deviation(f, columns)) text += " ± " + deviation;
  return text;
}

// Quality comes first, then cost: parameters, updates, time.
Row with_parameters(Row cells, const std::string& parameters, const Columns& columns) {
  const auto at = std::find_if(columns.begin(), columns.end(), is_cost) - columns.begin();
  cells.insert(cells.begin() + at, parameters);
  return cells;
}

Row figure_cells(const ComparedRow& row, const Columns& columns) {
  Row cells;
  for (const Figure* f : columns) cells.push_back(cell_of(row, f, columns));
  return with_parameters(std::move(cells), row.parameters ? grouped(*row.parameters) : "", columns);
}

std::string name_cell(const ComparedRow& row) {
  return row.runs.size() == 1 ? row.name : fmt::format("{} ({} seeds)", row.name, row.runs.size());
}

int widest_line(const std::string& text) {
  int widest = 0;
  for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    widest = std::max(widest, display_width(std::string_view(text).substr(begin, end - begin)));
  }
  return widest;
}

// Pieces joined by ", " in lines of at most `width` columns; a longer piece has a separate line.
Row wrapped(const Row& pieces, int width) {
  Row lines;
  for (size_t i = 0; i < pieces.size(); ++i) {
    const std::string piece = pieces[i] + (i + 1 < pieces.size() ? "," : "");
    if (!lines.empty() && display_width(lines.back()) + 1 + display_width(piece) <= width) {
      lines.back() += " " + piece;
    } else {
      lines.push_back(piece);
    }
  }
  if (lines.empty()) lines.emplace_back();
  return lines;
}

Row heads_of(const Columns& columns) {
  Row heads;
  for (const Figure* f : columns) {
    const bool loss = f->key == figure::kLoss.key;
    heads.push_back(f == &figure::kSquaredError ? "val error" : (loss ? "val " : "") + std::string(f->title));
  }
  return with_parameters(std::move(heads), "parameters", columns);
}

bool has_seeds(const RunComparison& c) {
  return std::any_of(c.rows.begin(), c.rows.end(), [](const ComparedRow& row) { return row.runs.size() > 1; });
}

// If rows represent several seeds, only --json lists them. Names of files differ without meaning anything, if the content is the same.
Row shown_settings(const RunComparison& c, bool all) {
  Row names = c.differing;
  const auto is_name = [&](const std::string& name) { return name == "data" || name == "valid" || name == "test"; };
  const bool same_data = !c.runs[0].data.empty() && std::all_of(c.runs.begin(), c.runs.end(), [&](const RunRecord& run) {
    return run.data == c.runs[0].data;
  });
  if (!all && same_data) names.erase(std::remove_if(names.begin(), names.end(), is_name), names.end());
  if (has_seeds(c)) names.erase(std::remove(names.begin(), names.end(), "seed"), names.end());
  return names;
}

// A column for each setting.
std::string wide_table(const RunComparison& c, const Columns& figures, bool all) {
  const Row names = shown_settings(c, all);
  Table table(joined(joined({"run"}, names), heads_of(figures)));
  for (const ComparedRow& row : c.rows) {
    Row settings;
    for (const std::string& name : names) settings.push_back(row.settings.at(name));
    table.add(joined(joined({name_cell(row)}, settings), figure_cells(row, figures)));
  }
  return table.text();
}

// One column for all settings, wrapped; the figures are in the first line of a row.
std::string narrow_table(const RunComparison& c, const Columns& figures, bool all) {
  const Row heads = heads_of(figures);
  Table bare(joined({"run"}, heads));
  for (const ComparedRow& row : c.rows) bare.add(joined({name_cell(row)}, figure_cells(row, figures)));
  const int width = std::max(kNarrowest, kScreen - widest_line(bare.text()) - 2);
  std::vector<Row> settings;
  int used = display_width("settings");
  for (const ComparedRow& row : c.rows) {
    Row pieces;
    for (const std::string& name : shown_settings(c, all)) {
      const std::string& value = row.settings.at(name);
      pieces.push_back(name + " " + (value.empty() ? "none" : value));
    }
    settings.push_back(wrapped(pieces, width));
    if (Row& lines = settings.back(); !all && lines.size() > kMostLines) {
      lines.resize(kMostLines - 1);
      lines.emplace_back("... (--all)");
    }
    for (const std::string& line : settings.back()) used = std::max(used, display_width(line));
  }
  const auto padded = [&](const std::string& line) {  // left-aligned: a table right-aligns its columns
    return line + std::string(static_cast<size_t>(used - display_width(line)), ' ');
  };
  Table table(joined({"run", padded("settings")}, heads));
  for (size_t r = 0; r < c.rows.size(); ++r) {
    const Row cells = figure_cells(c.rows[r], figures);
    for (size_t l = 0; l < settings[r].size(); ++l) {
      table.add(joined({l == 0 ? name_cell(c.rows[r]) : "", padded(settings[r][l])}, l == 0 ? cells : Row(cells.size())));
    }
  }
  return table.text();
}

// The settings, for runs that share them.
Row chosen_settings(const RunRecord& run) {
  Row pieces;
  for (const OptionInfo& option : option_list()) {
    const std::string& value = run.settings.at(std::string(option.name));
    // A run records what auto came to.
    const bool usual = value == get_option(Options{}, option) || (option.name == "best-by" && value == kByLoss);
    if (!usual) pieces.push_back(fmt::format("{} {}", option.name, value));
  }
  for (const char* name : {"data", "valid", "init-from"}) {
    if (run.settings.count(name) > 0) pieces.push_back(fmt::format("{} {}", name, run.settings.at(name)));
  }
  return pieces;
}

// The first layout that fits the screen, else the narrowest. Perplexity, which is exp(loss), is dropped first.
std::string best_table(const RunComparison& c, bool every) {
  const Columns all = figures_of(c);
  Columns fewer = all;
  fewer.erase(std::remove(fewer.begin(), fewer.end(), &figure::kPerplexity), fewer.end());
  std::vector<std::string> tables;
  if (shown_settings(c, every).size() <= kMostColumns) tables = {wide_table(c, all, every), wide_table(c, fewer, every)};
  tables.push_back(narrow_table(c, all, every));
  tables.push_back(narrow_table(c, fewer, every));
  const auto narrower = [](const std::string& a, const std::string& b) { return widest_line(a) < widest_line(b); };
  const auto fits = [](const std::string& table) { return widest_line(table) <= kScreen; };
  const auto found = std::find_if(tables.begin(), tables.end(), fits);
  return found != tables.end() ? *found : *std::min_element(tables.begin(), tables.end(), narrower);
}

void print_text(const RunComparison& c, bool all) {
  print(best_table(c, all));
  if (c.rows.size() == 1) {
    const Row lines = wrapped(chosen_settings(c.runs[0]), kScreen - 12);
    for (size_t i = 0; i < lines.size(); ++i) print(fmt::format(" {:<8}  {}\n", i == 0 ? "settings" : "", lines[i]));
  }
  if (has_seeds(c)) print(" ± is the sample standard deviation over the seeds\n");
  for (const std::string& note : c.notes) print(fmt::format("note: {}\n", note));
}

}  // namespace

int run_compare(const Arguments& arguments) {
  std::vector<std::string> folders;
  bool as_json = false, all = false;
  Command command("compare", "RUN... [options]",
                  "runs side by side: the settings that differ, the results, several seeds as mean and deviation");
  command.words("RUN", &folders, "run folders");
  command.flag("--all", &all,
               "all settings that differ, and names of files, too; without it ten lines for each run at most");
  command.flag("--json", &as_json, "one JSON object on standard output");
  command.example("rnn compare runs/story-001 runs/story-002");
  command.example("rnn compare runs/* --json");
  if (!command.parse(arguments)) return 0;
  command.need(folders.empty() ? "" : folders[0], "a RUN");
  std::vector<RunRecord> runs;
  for (const std::string& folder : only_runs(folders)) runs.push_back(read_run_record(folder));
  const RunComparison comparison = compare_runs(std::move(runs));
  if (as_json) {
    print(json_line(to_json_object(comparison)));
  } else {
    print_text(comparison, all);
  }
  return 0;
}

}  // namespace rnn::core::app
