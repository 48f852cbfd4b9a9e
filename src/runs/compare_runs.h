// Why: runs side by side: what differs between them, their results, and which figures may be compared.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "runs/run_record.h"

namespace rnn::core {

// One run, or several that differ in nothing but their seed.
struct ComparedRow {
  std::string name;
  std::vector<size_t> runs;                     // of RunComparison.runs
  std::map<std::string, std::string> settings;  // the differing ones
  std::optional<int64_t> parameters;
  ResultRow mean;       // over the runs that have it
  ResultRow deviation;  // of a sample (n - 1), of two runs or more
};

struct RunComparison {
  std::vector<RunRecord> runs;         // in the order given, each once
  std::vector<ComparedRow> rows;       // sorted by sorted_by, the best first, rows without that figure last
  std::vector<std::string> differing;  // settings, in the order of the option list
  bool same_losses = true;             // same task, tokens and validation data: losses are comparable
  bool same_bits = true;               // language models validated on the same text: bits per byte are comparable
  std::string sorted_by;               // "val_loss", "val_bits_per_byte" or "": nothing is comparable, order as given
  std::vector<std::string> notes;      // sentences: what cannot be compared, what is missing
};

RunComparison compare_runs(std::vector<RunRecord> runs);
// {"sorted_by", "comparable": {"val_bits_per_byte", "val_loss"}, "differing", "rows": [...], "runs": [...], "notes"};
// unknown numbers are null.
nlohmann::ordered_json to_json_object(const RunComparison& comparison);

}  // namespace rnn::core
