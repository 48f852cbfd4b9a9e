// Why: rnn data check and head for sequences: what a network has to answer, and how good a constant answer is.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "data/inputs/text_files.h"
#include "data/sequences.h"
#include "data_parts.h"
#include "events/events.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kFewSequences = 200;
constexpr size_t kShownLabels = 6;

std::string plural(int64_t n, const char* what) { return fmt::format("{} {}{}", grouped(n), what, n == 1 ? "" : "s"); }

std::string steps_text(const SequenceSummary& s) {
  if (s.shortest == s.longest) return plural(s.longest, "step");
  return fmt::format("{} to {} steps, {:.1f} on average", grouped(s.shortest), grouped(s.longest),
                     static_cast<double>(s.steps) / static_cast<double>(s.sequences));
}

std::string labels_text(const SequenceShape& shape, const SequenceSummary& s) {
  std::vector<size_t> order(shape.labels.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return s.counts[a] > s.counts[b]; });
  std::string text;
  for (size_t i = 0; i < std::min(order.size(), kShownLabels); ++i) {
    const double share = 100.0 * static_cast<double>(s.counts[order[i]]) / static_cast<double>(s.targets);
    text += fmt::format("{}{} {:.1f}%", i > 0 ? ", " : "", shape.labels[order[i]], share);
  }
  if (order.size() > kShownLabels) text += fmt::format(", and {} more", order.size() - kShownLabels);
  return text;
}

std::string target_text(const SequenceShape& shape, const SequenceSummary& s) {
  if (shape.target == TargetForm::values) {
    std::string text = plural(shape.values, "number");
    for (size_t i = 0; i < std::min(s.mean.size(), kShownLabels); ++i) {
      text +=
          fmt::format("{} mean {}, variance {}", i > 0 ? ";" : ":", short_number(s.mean[i]), short_number(s.variance[i]));
    }
    return text;
  }
  const std::string labels = plural(static_cast<int64_t>(shape.labels.size()), "label");
  if (shape.target == TargetForm::label) return fmt::format("one of {}: {}", labels, labels_text(shape, s));
  return fmt::format("one of {} for {} of {} steps: {}", labels, grouped(s.targets), grouped(s.steps),
                     labels_text(shape, s));
}

std::string chance_text(const SequenceShape& shape, const SequenceSummary& s) {
  if (shape.target == TargetForm::values) {
    return fmt::format("always answering the mean: mean squared error {}", short_number(s.constant_loss));
  }
  if (!s.constant_accuracy) return "nothing to guess: no step has a label";
  return fmt::format("guessing by these shares: loss {}; always the most frequent label: {:.1f}% right",
                     short_number(s.constant_loss), 100 * *s.constant_accuracy);
}

std::vector<Finding> judge(const std::string& path, const SequenceSummary& s) {
  std::vector<Finding> findings;
  if (s.constant_loss == 0) {
    findings.push_back({"data/one_answer", Severity::warning, path, 0, "every target is the same: there is nothing to learn",
                        "add sequences with other targets"});
  }
  if (s.sequences < kFewSequences) {
    findings.push_back({"data/little", Severity::warning, path, 0,
                        fmt::format("{} are too few to learn much from", plural(s.sequences, "sequence")),
                        "a few thousand sequences give a first useful model"});
  }
  return findings;
}

ordered_json to_json(const std::vector<Finding>& findings) {
  ordered_json list = ordered_json::array();
  for (const Finding& f : findings) {
    list.push_back({{"code", f.code}, {"severity", severity_name(f.severity)}, {"message", f.message}, {"help", f.help}});
  }
  return list;
}

void print_json(const SequenceSet& set, const SequenceSummary& s, const std::vector<Finding>& findings) {
  const SequenceShape& shape = set.shape;
  ordered_json json = {{"sequences", s.sequences},
                       {"task", target_task(shape.target)},
                       {"steps", s.steps},
                       {"shortest", s.shortest},
                       {"longest", s.longest},
                       {"width", shape.width},
                       {"symbols", shape.symbols},
                       {"targets", s.targets},
                       {"constant_loss", s.constant_loss}};
  if (shape.target == TargetForm::values) {
    json["mean"] = s.mean, json["variance"] = s.variance;
  } else {
    json["labels"] = shape.labels, json["counts"] = s.counts;
    if (s.constant_accuracy) json["constant_accuracy"] = *s.constant_accuracy;
  }
  json["hash"] = set.hash, json["findings"] = to_json(findings);
  print(json_line(json));
}

void print_text(const std::string& path, const SequenceSet& set, const SequenceSummary& s) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  const std::string input =
      set.shape.width > 0
          ? plural(set.shape.width, "number") + " per step"
          : fmt::format("one of {} per step", plural(static_cast<int64_t>(set.shape.symbols.size()), "symbol"));
  const auto line = [](const char* key, const std::string& text) { print(key_line(key, text) + "\n"); };
  line("data", fmt::format("{} · {}{}", path, plural(s.sequences, "sequence"),
                           error ? "" : ", " + bytes_text(static_cast<int64_t>(bytes))));
  line("task", std::string(target_task(set.shape.target)));
  line("input", fmt::format("{}; {}", input, steps_text(s)));
  line("target", target_text(set.shape, s));
  line("chance", chance_text(set.shape, s));
}

// Returns the exit status.
int print_findings(const std::vector<Finding>& findings) {
  int64_t errors = 0, warnings = 0;
  for (const Finding& f : findings) {
    ++(f.severity == Severity::error ? errors : warnings);
    print(fmt::format("{}[{}]: {}\n", severity_name(f.severity), f.code, f.message));
    if (!f.help.empty()) print(fmt::format("  help: {}\n", f.help));
  }
  print(fmt::format(" {}{}, {}\n", plural(errors, "error"), errors > 0 ? " (reading stopped there)" : "",
                    plural(warnings, "warning")));
  return static_cast<int>(errors > 0 ? Exit::check : Exit::ok);
}

}  // namespace

int check_sequence_file(const std::string& path, bool as_json) {
  SequenceSet set;
  try {
    set = read_sequences(path);
  } catch (const Error& e) {
    if (e.exit() != Exit::data) throw;
    const std::vector<Finding> findings = {{e.code(), Severity::error, path, 0, e.what(), e.help()}};
    if (!as_json) return print_findings(findings);
    print(json_line(ordered_json{{"findings", to_json(findings)}}));
    return static_cast<int>(Exit::check);
  }
  const SequenceSummary summary = summarize(set.shape, set.examples);
  const std::vector<Finding> findings = judge(path, summary);
  if (as_json) {
    print_json(set, summary, findings);
    return 0;
  }
  print_text(path, set, summary);
  return print_findings(findings);
}

int print_sequences(const std::string& path, int64_t lines) {
  const SequenceSet set = read_sequences(path);
  for (const SequenceExample& example : set.examples) {
    if (lines-- <= 0) break;
    print(sequence_line(set.shape, example));
  }
  return 0;
}

}  // namespace rnn::core::app
