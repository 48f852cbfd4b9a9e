// Why: all rules about options that contradict each other.
#include "runs/option_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "cells/names.h"
#include "data/random_windows.h"
#include "metrics/figures.h"
#include "train/softmax_options.h"

namespace rnn::core {
namespace {

using M = ModelOptions;
using R = TrainOptions;

[[noreturn]] void bad(const std::string& message, const std::string& help = {}) {
  throw Error(Exit::usage, "usage/option", message, help);
}

// "lstm, lstm-coupled": the cells that have something.
std::string cells_with(bool (*has)(CellKind)) {
  std::string list;
  for (const NamedCell& cell : kNamedCells) {
    if (has(cell.kind)) list += (list.empty() ? "" : ", ") + std::string(cell.variant.name);
  }
  return list;
}

void check_cell(const M& m) {
  const CellKind kind = find_cell(m.cell)->kind;
  const auto needs = [&](bool given, const char* flag, const char* what, bool (*has)(CellKind)) {
    if (!given || has(kind)) return;
    bad(fmt::format("--{} needs a cell with {}, but the cell is {}", flag, what, m.cell),
        "cells with it: " + cells_with(has));
  };
  needs(m.peephole, "peephole", "peepholes", &has_peepholes);
  needs(m.cell_clip > 0, "cell-clip", "a cell state", &has_cell_state);
  needs(m.projection > 0, "projection", "a cell state and a recurrent matrix", &has_projection);
  needs(m.forget_bias >= 0, "forget-bias", "a cell state and a gate that keeps it", &has_forget_gate);
  needs(m.zoneout_cell > 0, "zoneout-cell", "a cell state", &has_cell_state);
  const auto needs_matrix = [&](double share, const char* flag) {
    if (share > 0 && !has_recurrent_matrix(kind))
      bad(fmt::format("--{} needs a cell with a recurrent matrix, but the cell is {}", flag, m.cell),
          "leave it out, --dropout and --zoneout work with every cell; cells with one: " +
              cells_with(&has_recurrent_matrix));
  };
  needs_matrix(m.weight_drop, "weight-drop");
  needs_matrix(m.state_dropout, "state-dropout");
  if (m.chrono > 0 && !has_memory_gate(kind))
    bad(fmt::format("--chrono needs a gate that keeps or writes, but the cell is {}", m.cell),
        "cells with one: " + cells_with(&has_memory_gate));
  if (m.chrono > 0 && m.chrono < 3) bad(fmt::format("--chrono is {}, it must be 0 or at least 3 steps", m.chrono));
}

}  // namespace

void check_task_options(const Options& options, const Task& task) {
  const Options usual;
  const auto only = [&](OptionReaders readers, const char* whose) {
    for (const OptionInfo& o : option_list()) {
      const bool value = readers == OptionReaders::of_translators && o.name == "best-by" && options.train.best_by == kByBleu;
      if (!value && (o.readers != readers || get_option(options, o) == get_option(usual, o))) continue;
      throw Error(Exit::usage, "usage/task_option",
                  fmt::format("--{} {} is for {}, but the task is {}", o.name, get_option(options, o), whose, task.name),
                  "leave it out, or choose another task with --task");
    }
  };
  constexpr std::pair<OptionReaders, const char*> kGroups[] = {
      {OptionReaders::of_translators, "translators"},   {OptionReaders::of_text, "text"},
      {OptionReaders::of_running_text, "running text"}, {OptionReaders::of_windows, "running text and effects"},
      {OptionReaders::of_series, "time series"},        {OptionReaders::of_speech, "speech"},
      {OptionReaders::of_labels, "labels of sequences"}};
  for (const auto& [readers, whose] : kGroups)
    if (std::find(task.options.begin(), task.options.end(), readers) == task.options.end()) only(readers, whose);
}

void check_options(const Options& options) {
  const R& t = options.train;
  check_cell(options.model);
  if (t.decay_at.empty() != (t.schedule != "steps")) {
    bad(fmt::format("--schedule is {}, --decay-at {}", t.schedule,
                    t.decay_at.empty() ? "is not given" : "belongs to --schedule steps"),
        "for example --schedule steps --decay-at 25,35 --decay 0.1");
  }
  if (t.momentum > 0 && t.optimizer != "sgd")
    bad(fmt::format("--momentum belongs to --optimizer sgd, but it is {}", t.optimizer));
  if (t.bptt_random && t.bptt < kShortestRandomBptt) {
    bad(fmt::format("--bptt-random needs --bptt of at least {}, but it is {}", kShortestRandomBptt, t.bptt),
        "some windows are about half as long");
  }
  check_softmax_options(options.model, t);
  if (t.accumulate > t.batch) {
    bad(fmt::format("--accumulate {} is more than --batch {}", t.accumulate, t.batch),
        "a batch is split into that many parts");
  }
}

}  // namespace rnn::core
