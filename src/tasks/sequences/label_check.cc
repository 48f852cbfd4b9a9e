// Why: what is in labelled texts, tagged words and sensor files, and what is wrong with them, before anything is trained.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/numbers.h"
#include "data/labels/whole_labels.h"
#include "tasks/sequences/label_data.h"
#include "tasks/sequences/label_texts.h"
#include "tasks/sequences/task.h"
#include "text/letter_case.h"

namespace rnn::core {
namespace {

constexpr int64_t kFewExamples = 200;

struct LabelSummary {
  std::map<std::string, int64_t> counts, whole;  // whole: of sentences beside their tags
  int64_t steps = 0, repeated = 0, contradictions = 0, missing = 0;
  size_t shortest = 0, longest = 0;
};

size_t steps_of_example(const RawSet& set, const RawExample& e) {
  if (set.kind == InputKind::frames) return e.frames.size() / static_cast<size_t>(std::max(set.width, 1));
  return set.kind == InputKind::words ? e.words.size() : words_of_line(e.text, true).size();
}

LabelSummary summarize_labels(const RawSet& set) {
  LabelSummary s;
  std::map<std::string, std::string> known;  // of every text its first label, or labels
  s.shortest = steps_of_example(set, set.examples[0]);
  for (const RawExample& e : set.examples) {
    const size_t steps = steps_of_example(set, e);
    s.steps += static_cast<int64_t>(steps);
    s.shortest = std::min(s.shortest, steps), s.longest = std::max(s.longest, steps);
    for (const std::string& label : e.labels)
      if (!label.empty()) ++s.counts[label];
    if (!e.whole.empty()) ++s.whole[e.whole];
    s.missing += std::count_if(e.frames.begin(), e.frames.end(), [](float x) { return x != x; });
    if (set.kind != InputKind::text) continue;
    const std::string answer = fmt::format("{}", fmt::join(e.labels, "\n"));
    const std::string read = fmt::format("{}\n{}", plain_text(e.text, false), fmt::join(e.inputs, "\n"));
    const auto [at, is_new] = known.emplace(read, answer);
    s.repeated += !is_new, s.contradictions += !is_new && at->second != answer;
  }
  return s;
}

std::string counts_text(const std::map<std::string, int64_t>& counts) {
  LabelCounts all;
  for (const auto& [label, count] : counts) all.emplace_back(count, label);
  return frequent_text(std::move(all));
}

std::vector<Finding> judge_labels(const std::string& path, const RawSet& set, const LabelSummary& s) {
  std::vector<Finding> findings;
  const auto examples = std::ssize(set.examples);
  const bool rows = !set.examples[0].rows.empty();  // of a table that is followed
  if (const int64_t n = rows ? s.steps : examples; n < kFewExamples)
    findings.push_back(
        {"data/little", Severity::warning, path, 0,
         fmt::format("{} {} too few to learn much from", counted(n, rows ? "row" : "example"), word_for(n, "is", "are")),
         "a few thousand give a first useful model"});
  if (s.repeated > 0)
    findings.push_back({"data/duplicates", Severity::note, path, 0,
                        fmt::format("{} of {} {} an earlier one", grouped(s.repeated), counted(examples, "text"),
                                    word_for(s.repeated, "repeats", "repeat")),
                        "a run holds equal texts out together, so that none is both learnt and checked"});
  if (s.contradictions > 0)
    findings.push_back({"data/contradictions", Severity::note, path, 0,
                        fmt::format("{} {} another label than the same text before", counted(s.contradictions, "text"),
                                    word_for(s.contradictions, "has", "have")),
                        "no model can answer both"});
  for (const auto& [label, count] : s.counts) {
    if (count > 1 || set.kind == InputKind::words) continue;
    findings.push_back({"data/rare_label", Severity::note, path, 0, fmt::format("the label '{}' occurs once", label),
                        "it cannot be both learnt and checked"});
    break;
  }
  return findings;
}

}  // namespace

DataReport check_labels(const std::vector<std::string>& data, std::string_view task, const Options& options) {
  RawSet set;
  try {
    const LabelSource source = label_source(task, options);
    set = read_label_files(data, source);
    if (!set.numbers) require_labels(set);
    if (source.whole) require_whole_labels(set);
  } catch (const Error& e) {
    return report_of_failure(e);
  }
  const LabelSummary s = summarize_labels(set);
  const std::string paths = fmt::format("{}", fmt::join(data, " "));
  const char* unit = set.kind == InputKind::frames ? "step" : "word";
  DataReport report;
  report.lines = {{"data", fmt::format("{} · {}, {} to {} {}s, {:.1f} on average", paths,
                                       counted(set.examples.size(), "example"), s.shortest, s.longest, unit,
                                       static_cast<double>(s.steps) / static_cast<double>(set.examples.size()))}};
  if (!set.notes.empty()) report.lines.emplace_back("found", fmt::format("{}", fmt::join(set.notes, "; ")));
  if (s.missing > 0) report.lines.emplace_back("missing", counted(s.missing, "value"));
  if (!set.numbers) report.lines.emplace_back("labels", counts_text(s.counts));
  if (!s.whole.empty()) report.lines.emplace_back("sentences", counts_text(s.whole));
  report.facts = {{"examples", set.examples.size()},
                  {"steps", s.steps},
                  {"shortest", s.shortest},
                  {"longest", s.longest},
                  {"labels", s.counts},
                  {"repeated", s.repeated},
                  {"contradictions", s.contradictions},
                  {"missing", s.missing},
                  {"found", set.notes},
                  {"hash", set.hash}};
  if (!s.whole.empty()) report.facts["whole_labels"] = s.whole;
  report.findings = judge_labels(paths, set, s);
  report.attempt([&] {
    const LabelData parts =
        read_label_data(data, {{}, options.train.valid_share, SplitRule::shuffled}, label_source(task, options));
    report.lines.emplace_back(
        "split", fmt::format("{} for training, {} for validation ({})", counted(parts.train.examples.size(), "example"),
                             grouped(std::ssize(parts.valid.examples)), parts.split));
  });
  return report;
}

}  // namespace rnn::core
