// Why: see split.h.
#include "data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/numbers.h"
#include "base/rng.h"

namespace rnn::core {
namespace {

constexpr uint64_t kSplitKey = 0x5eed;      // not the run's seed: runs with other seeds have the same validation
constexpr double kManyRepeatedItems = 0.1;  // that a plan mentions
constexpr double kSortedChanges = 0.1;      // of the changes of label in a random order: fewer are no accident

// Identical examples with one label.
struct SplitGroup {
  uint64_t place = 0;  // in a random order
  uint64_t content = 0;
  std::vector<size_t> members;
};

// By label: groups in random order.
std::map<int32_t, std::vector<SplitGroup>> shuffled_groups(std::span<const SplitItem> items) {
  std::map<int32_t, std::unordered_map<uint64_t, std::vector<size_t>>> found;
  for (size_t i = 0; i < items.size(); ++i) found[items[i].label][items[i].content].push_back(i);
  std::map<int32_t, std::vector<SplitGroup>> groups;
  for (auto& [label, by_content] : found) {
    std::vector<SplitGroup>& mine = groups[label];
    for (auto& [content, members] : by_content) {
      const auto words = random_words(kSplitKey, Purpose::split, content);
      mine.push_back({uint64_t{words[0]} << 32 | words[1], content, std::move(members)});
    }
    std::sort(mine.begin(), mine.end(), [](const SplitGroup& a, const SplitGroup& b) {
      return a.place != b.place ? a.place < b.place : a.content < b.content;
    });
  }
  return groups;
}

// How many examples of each label are held out, together `wanted`: its share rounded down, then one more for those with the largest rest.
std::map<int32_t, size_t> quotas_of(const std::map<int32_t, std::vector<SplitGroup>>& groups, double share, size_t wanted) {
  std::map<int32_t, size_t> quotas;
  std::vector<std::pair<double, int32_t>> rests;
  size_t sum = 0;
  for (const auto& [label, mine] : groups) {
    size_t count = 0;
    for (const SplitGroup& group : mine) count += group.members.size();
    const double part = share * static_cast<double>(count);
    quotas[label] = static_cast<size_t>(std::floor(part));
    sum += quotas[label];
    rests.emplace_back(part - std::floor(part), label);
  }
  std::stable_sort(rests.begin(), rests.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [rest, label] : rests) {
    if (sum >= wanted) break;
    ++quotas[label], ++sum;
  }
  return quotas;
}

}  // namespace

std::string_view split_name(SplitRule rule) { return rule == SplitRule::shuffled ? "shuffled" : "last"; }

SplitRule split_rule(std::string_view recorded) { return recorded == "shuffled" ? SplitRule::shuffled : SplitRule::last; }

std::vector<size_t> held_out(SplitRule rule, std::span<const SplitItem> items, double share) {
  const auto wanted = static_cast<size_t>(std::ceil(share * static_cast<double>(items.size())));
  std::vector<size_t> out;
  if (wanted == 0 || wanted >= items.size()) return out;
  if (rule == SplitRule::last) {
    for (size_t i = items.size() - wanted; i < items.size(); ++i) out.push_back(i);
    return out;
  }
  const auto groups = shuffled_groups(items);
  const SplitGroup* smallest = nullptr;
  size_t count = 0;
  for (const auto& [label, quota] : quotas_of(groups, share, wanted)) {
    const std::vector<SplitGroup>& mine = groups.at(label);
    size_t left = quota, kept = mine.size();
    count += mine.size();
    for (const SplitGroup& group : mine) {
      if (!smallest || group.members.size() < smallest->members.size()) smallest = &group;
      if (group.members.size() > left || kept == 1) continue;
      out.insert(out.end(), group.members.begin(), group.members.end());
      left -= group.members.size(), --kept;
    }
  }
  if (out.empty() && count > 1) out = smallest->members;
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<size_t> require_held_out(SplitRule rule, std::span<const SplitItem> items, double share,
                                     const std::string& where, const char* thing) {
  std::vector<size_t> held = held_out(rule, items, share);
  if (!held.empty()) return held;
  throw Error(Exit::data, "data/too_short",
              fmt::format("{} has {}, too few different ones to hold some out for validation", where,
                          counted(static_cast<int64_t>(items.size()), thing)),
              "give more, or validation data with --valid");
}

Fold parse_fold(std::string_view text) {
  if (text.empty()) return {};
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto index = parse_number<int>(text.substr(0, slash)), of = parse_number<int>(text.substr(slash + 1));
    if (index && of && *of >= 2 && *index >= 1 && *index <= *of) return {*index, *of};
  }
  throw Error(Exit::usage, "usage/option", fmt::format("--fold is '{}', but is written I/K", text),
              "for example 2/5: the second of five parts");
}

std::vector<size_t> fold_members(std::span<const SplitItem> items, Fold fold) {
  const auto parts = static_cast<size_t>(fold.of);
  std::unordered_map<uint64_t, size_t> part_of;  // by content: also of one that has several labels
  std::vector<size_t> all(parts, 0), out;
  for (const auto& [label, groups] : shuffled_groups(items)) {
    std::vector<size_t> mine(parts, 0);
    for (const SplitGroup& group : groups) {
      size_t emptiest = 0;
      for (size_t p = 1; p < parts; ++p)
        if (std::tie(mine[p], all[p]) < std::tie(mine[emptiest], all[emptiest])) emptiest = p;
      const size_t part = part_of.emplace(group.content, emptiest).first->second;
      mine[part] += group.members.size(), all[part] += group.members.size();
      if (part + 1 == static_cast<size_t>(fold.index)) out.insert(out.end(), group.members.begin(), group.members.end());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool sorted_by_label(std::span<const SplitItem> items) {
  std::unordered_map<int32_t, size_t> counts;
  size_t changes = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    ++counts[items[i].label];
    changes += i > 0 && items[i].label != items[i - 1].label;
  }
  const auto n = static_cast<double>(items.size());
  double expected = n - 1;
  for (const auto& [label, count] : counts) expected -= static_cast<double>(count) * static_cast<double>(count - 1) / n;
  const bool sorted = changes + 1 == counts.size() && items.size() > 4 * counts.size();
  return counts.size() > 1 && (sorted || static_cast<double>(changes) < kSortedChanges * expected);
}

int64_t repeated_items(std::span<const SplitItem> items) {
  std::unordered_set<uint64_t> seen;
  int64_t repeated = 0;
  for (const SplitItem& item : items) repeated += !seen.insert(item.content).second;
  return repeated;
}

std::string split_text(SplitRule rule, std::span<const SplitItem> items, double share) {
  if (rule == SplitRule::last) return fmt::format("last {:.3g} %", 100 * share);
  std::string text = fmt::format("{:.3g} % drawn from all", 100 * share);
  if (sorted_by_label(items)) text += ", as the lines are sorted by label";
  const auto n = static_cast<double>(items.size());
  const auto repeated = static_cast<double>(repeated_items(items));
  if (repeated > kManyRepeatedItems * n)
    text += fmt::format("; {:.0f} % repeat an earlier one: equal ones stay together", std::floor(100 * repeated / n));
  return text;
}

}  // namespace rnn::core
