// Why: which examples are held out for validation, where their order means nothing: at random, the same ones in every run.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

// How a run without a validation file holds out a part of its examples. A model file and a checkpoint record it.
enum class SplitRule { last, shuffled };
std::string_view split_name(SplitRule rule);  // "last", "shuffled"
SplitRule split_rule(
    std::string_view recorded);  // of a record: what is not "shuffled" is of a version that took the last part

// One example, as the split sees it.
struct SplitItem {
  uint64_t content = 0;  // equal for identical examples
  int32_t label = 0;     // of a classification; else the same for all
};

// The numbers of the examples that are held out, ascending: ceil(share * items.size()) of them, or a few less, or the smallest group,
// where groups of identical examples leave no choice. Empty: it cannot be done, because all are identical or there are fewer than two.
// last: the last ones. shuffled: identical examples stay on one side; each label has its share, as far as whole examples allow, and at
// least one group stays for training. The choice depends on nothing but the contents: neither on the order nor on the run's seed, so runs
// with other seeds are validated on the same examples.
std::vector<size_t> held_out(SplitRule rule, std::span<const SplitItem> items, double share);

// The same, but where it cannot be done Error{data, "data/too_short"}: "`where` has 1 pair, too few ...". thing: "pair".
std::vector<size_t> require_held_out(SplitRule rule, std::span<const SplitItem> items, double share,
                                     const std::string& where, const char* thing);

// One of several parts, from 1; of 0: there are none.
struct Fold {
  int index = 0, of = 0;
};
// "2/5"; "": none. Throws Error{usage, "usage/option"}.
Fold parse_fold(std::string_view text);
// The numbers of the examples of this part, ascending; every example is in one of the parts. Examples with the same content are in the
// same part; each part has its share of every label, as far as they allow. The choice depends on nothing but the contents.
std::vector<size_t> fold_members(std::span<const SplitItem> items, Fold fold);

// Moves the examples with these numbers (ascending) from `all` to the end of `out`; the others keep their order.
template <class T>
void move_out(std::vector<T>& all, std::span<const size_t> numbers, std::vector<T>& out) {
  size_t kept = 0, next = 0;
  for (size_t i = 0; i < all.size(); ++i) {
    if (next < numbers.size() && numbers[next] == i) {
      out.push_back(std::move(all[i])), ++next;
    } else {
      if (kept != i) all[kept] = std::move(all[i]);
      ++kept;
    }
  }
  all.resize(kept);
}

// Equal labels lie together: the label changes far less often from one example to the next than in a random order.
bool sorted_by_label(std::span<const SplitItem> items);
// Examples that repeat an earlier one.
int64_t repeated_items(std::span<const SplitItem> items);
// "5 % drawn from all", "last 5 %", for plans; also says if the examples are sorted by label, or if many repeat others.
std::string split_text(SplitRule rule, std::span<const SplitItem> items, double share);

}  // namespace rnn::core
