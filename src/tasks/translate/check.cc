// Why: what is in pairs of sentences, and what a run would do with them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/numbers.h"
#include "tasks/translate/pair_data.h"
#include "tasks/translate/task.h"

namespace rnn::core {
namespace {

constexpr int64_t kFewPairs = 1000;
constexpr double kManyCopies = 0.1, kManySources = 0.05;

struct Side {
  int64_t words = 0, longest = 0;  // in words, by white space
  std::unordered_set<std::string_view> distinct;

  void add(std::string_view line) {
    int64_t here = 0;
    while (!(line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size())), line).empty()) {
      const std::string_view word = line.substr(0, line.find_first_of(" \t"));
      distinct.insert(word);
      line.remove_prefix(word.size());
      ++here;
    }
    words += here, longest = std::max(longest, here);
  }
  std::string text(const std::string& name) const {
    return fmt::format("{}: {} ({} different), longest {}", name, counted(words, "word"),
                       grouped(static_cast<int64_t>(distinct.size())), counted(longest, "word"));
  }
};

struct PairCounts {
  Side source, target;
  int64_t repeated = 0;   // pairs that occurred before
  int64_t ambiguous = 0;  // pairs whose source occurred before with another target
  int64_t equal = 0;      // pairs with equal sides

  explicit PairCounts(const std::vector<Pair>& pairs) {
    std::unordered_map<std::string_view, std::unordered_set<std::string_view>> seen;
    for (const Pair& pair : pairs) {
      source.add(pair.source), target.add(pair.target);
      auto& targets = seen[pair.source];
      const bool known = !targets.empty(), fresh = targets.insert(pair.target).second;
      repeated += !fresh, ambiguous += known && fresh;
      equal += pair.source == pair.target;
    }
  }
};

std::vector<Finding> judge_pairs(const PairSet& set, const PairCounts& c) {
  std::vector<Finding> findings;
  const auto n = static_cast<int64_t>(set.pairs.size());
  const auto warn = [&](const char* code, std::string message, const char* help) {
    findings.push_back({code, Severity::warning, fmt::format("{}", fmt::join(set.paths, " ")), 0, std::move(message), help});
  };
  const auto above = [&](int64_t count, double share) {
    return static_cast<double>(count) > share * static_cast<double>(n);
  };
  if (n < kFewPairs)
    warn("data/little", fmt::format("{} {} too few to learn much from", counted(n, "pair"), word_for(n, "is", "are")),
         "tens of thousands of pairs give a first useful translator; for dates and the like a few thousand");
  if (above(c.repeated, kManyCopies))
    warn("data/duplicates",
         fmt::format("{} of {} {} an earlier pair: what is frequent counts more, in training and in validation",
                     grouped(c.repeated), counted(n, "pair"), word_for(c.repeated, "repeats", "repeat")),
         "remove the duplicates if they mean nothing, for example: sort -u; a run holds equal pairs out together");
  if (above(c.ambiguous, kManySources))
    warn("data/ambiguous",
         fmt::format("{} of {} {} a source that came before another translation", grouped(c.ambiguous), counted(n, "pair"),
                     word_for(c.ambiguous, "gives", "give")),
         "a model can learn only one of them well");
  if (above(c.equal, kManyCopies))
    warn("data/copies", fmt::format("in {} of {} both sides are equal", grouped(c.equal), counted(n, "pair")),
         "leave out what was not translated");
  if (set.empty > 0)
    findings.push_back({"data/empty_side", Severity::note, set.paths[0], 0,
                        counted(set.empty, "pair") + " with an empty side left out", ""});
  return findings;
}

}  // namespace

DataReport check_pairs(const std::vector<std::string>& data, const Options& options) {
  PairSet set;
  try {
    set = read_pairs(data);
  } catch (const Error& e) {
    return report_of_failure(e);
  }
  const PairCounts counts(set.pairs);
  const auto n = static_cast<int64_t>(set.pairs.size());
  DataReport report;
  report.lines = {
      {"data", fmt::format("{} · {}, {} to {}", fmt::join(data, " "), counted(n, "pair"), set.source_name, set.target_name)},
      {"source", counts.source.text(set.source_name)},
      {"target", counts.target.text(set.target_name)}};
  const Decision tokens = choose_pair_tokens("auto", set.pairs);
  report.lines.emplace_back("tokens", fmt::format("{} ({})", tokens.value, tokens.reason));
  report.attempt([&] {
    const auto valid = static_cast<int64_t>(
        require_held_out(SplitRule::shuffled, split_items(set.pairs), options.train.valid_share, data[0], "pair").size());
    report.lines.emplace_back("split", fmt::format("{} for training, {} drawn from all for validation",
                                                   counted(n - valid, "pair"), grouped(valid)));
  });
  report.facts.get() = {{"pairs", n},
                        {"source", set.source_name},
                        {"target", set.target_name},
                        {"source_words", counts.source.words},
                        {"target_words", counts.target.words},
                        {"source_distinct_words", counts.source.distinct.size()},
                        {"target_distinct_words", counts.target.distinct.size()},
                        {"longest_source", counts.source.longest},
                        {"longest_target", counts.target.longest},
                        {"repeated_pairs", counts.repeated},
                        {"ambiguous_pairs", counts.ambiguous},
                        {"equal_pairs", counts.equal},
                        {"empty_pairs", set.empty},
                        {"hash", set.hash}};
  report.findings = judge_pairs(set, counts);
  return report;
}

}  // namespace rnn::core
