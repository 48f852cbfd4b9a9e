// Why: what a network has to answer to sequences, and how good a constant answer is.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"
#include "base/numbers.h"
#include "data/sequences.h"
#include "data/split.h"
#include "tasks/sequences/sequence_data.h"
#include "tasks/sequences/task.h"

namespace rnn::core {
namespace {

constexpr int64_t kFewSequences = 200;
constexpr size_t kShownLabels = 6;
constexpr double kManyRepeats = 0.1;

std::string steps_text(const SequenceSummary& s) {
  if (s.shortest == s.longest) return counted_things(s.longest, "step");
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
    std::string text = counted_things(shape.values, "number");
    for (size_t i = 0; i < std::min(s.mean.size(), kShownLabels); ++i) {
      text +=
          fmt::format("{} mean {}, variance {}", i > 0 ? ";" : ":", short_number(s.mean[i]), short_number(s.variance[i]));
    }
    return text;
  }
  const std::string labels = counted_things(static_cast<int64_t>(shape.labels.size()), "label");
  if (shape.target == TargetForm::label) return fmt::format("one of {}: {}", labels, labels_text(shape, s));
  return fmt::format("one of {} for {} of {}: {}", labels, grouped(s.targets), counted(s.steps, "step"),
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

std::vector<Finding> judge(const std::string& path, const SequenceSummary& s, const std::vector<SplitItem>& items) {
  std::vector<Finding> findings;
  if (s.constant_loss == 0) {
    findings.push_back({"data/one_answer", Severity::warning, path, 0, "every target is the same: there is nothing to learn",
                        "add sequences with other targets"});
  }
  if (s.sequences < kFewSequences) {
    findings.push_back({"data/little", Severity::warning, path, 0,
                        fmt::format("{} {} too few to learn much from", counted(s.sequences, "sequence"),
                                    word_for(s.sequences, "is", "are")),
                        "a few thousand sequences give a first useful model"});
  }
  if (sorted_by_label(items)) {
    findings.push_back(
        {"data/sorted", Severity::note, path, 0, "the lines are sorted by label",
         "a run holds out a part of every label; programs that take the last part need shuffled lines: shuf"});
  }
  if (const int64_t repeated = repeated_items(items);
      static_cast<double>(repeated) > kManyRepeats * static_cast<double>(s.sequences)) {
    findings.push_back({"data/duplicates", Severity::note, path, 0,
                        fmt::format("{} of {} {} an earlier one", grouped(repeated), counted(s.sequences, "sequence"),
                                    word_for(repeated, "repeats", "repeat")),
                        "a run holds equal sequences out together, so that none is both learnt and checked"});
  }
  return findings;
}

nlohmann::json facts_of(const SequenceSet& set, const SequenceSummary& s) {
  const SequenceShape& shape = set.shape;
  nlohmann::json facts = {
      {"sequences", s.sequences}, {"steps", s.steps},         {"shortest", s.shortest}, {"longest", s.longest},
      {"width", shape.width},     {"symbols", shape.symbols}, {"targets", s.targets},   {"constant_loss", s.constant_loss},
      {"hash", set.hash}};
  if (shape.target == TargetForm::values) {
    facts["mean"] = s.mean, facts["variance"] = s.variance;
  } else {
    facts["labels"] = shape.labels, facts["counts"] = s.counts;
    if (s.constant_accuracy) facts["constant_accuracy"] = *s.constant_accuracy;
  }
  return facts;
}

// ", 2.1 MB"; empty for what has no size, such as a pipe.
std::string size_text(const std::vector<std::string>& paths) {
  int64_t bytes = 0;
  for (const std::string& path : paths) {
    std::error_code error;
    bytes += static_cast<int64_t>(std::filesystem::file_size(path, error));
    if (error) return {};
  }
  return ", " + bytes_text(bytes);
}

}  // namespace

DataReport check_sequences(const std::vector<std::string>& data, const Options& options) {
  SequenceSet set;
  try {
    set = read_sequence_files(data, nullptr);
  } catch (const Error& e) {
    return report_of_failure(e);
  }
  const SequenceSummary summary = summarize(set.shape, set.examples);
  const std::string input =
      set.shape.width > 0
          ? counted_things(set.shape.width, "number") + " per step"
          : fmt::format("one of {} per step", counted_things(static_cast<int64_t>(set.shape.symbols.size()), "symbol"));
  const std::string paths = fmt::format("{}", fmt::join(data, " "));
  DataReport report;
  report.lines = {{"data", fmt::format("{} · {}{}", paths, counted_things(summary.sequences, "sequence"), size_text(data))},
                  {"input", fmt::format("{}; {}", input, steps_text(summary))},
                  {"target", target_text(set.shape, summary)},
                  {"chance", chance_text(set.shape, summary)}};
  report.facts = facts_of(set, summary);
  const std::vector<SplitItem> items = split_items(set.shape, set.examples);
  report.findings = judge(paths, summary, items);
  report.attempt([&] {
    const auto valid = static_cast<int64_t>(
        require_held_out(SplitRule::shuffled, items, options.train.valid_share, data[0], "sequence").size());
    report.lines.emplace_back("split", fmt::format("{} for training, {} drawn from all for validation",
                                                   counted_things(summary.sequences - valid, "sequence"), grouped(valid)));
  });
  return report;
}

}  // namespace rnn::core
