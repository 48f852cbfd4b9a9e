// Why: hypotheses of a beam share their beginnings: a tree has each of these once, and what is known of it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "alignment/log_space.h"
#include "decode/fusion.h"

namespace rnn::core {

// A prefix: its units are those on the way from the root.
struct PrefixNode {
  static constexpr int32_t kNone = -1;

  int32_t parent = kNone, first_child = kNone, next_sibling = kNone;
  int32_t unit = 0;                 // the last one; of the root the blank
  int32_t length = 0;               // units
  int32_t slot = kNone;             // of a SlotModel; kNone: it has none
  bool used = false, held = false;  // held: by the beam, so that it stays
  FusionPlace place;
  FinishedWord finished;  // if the next unit ends the word

  // Of a decoder: ln of the sum over the ways to this prefix that end in the blank, and in its last unit; and the same of the row that
  // is being read, in which `row` was the last one that touched it.
  double blank = kLogZero, label = kLogZero, next_blank = kLogZero, next_label = kLogZero;
  int64_t row = -1, level = -1;  // level: the same for labels within a row
};

// Memory is used again, so that a long stream needs no more than its longest hypotheses. References last until the next add().
class PrefixTree {
 public:
  PrefixNode& operator[](int32_t node) { return nodes_[static_cast<size_t>(node)]; }
  const PrefixNode& operator[](int32_t node) const { return nodes_[static_cast<size_t>(node)]; }

  // The tree of nothing but the root, which is node 0.
  void clear();
  int32_t child(int32_t node, int32_t unit) const;  // kNone: not in the tree
  int32_t add(int32_t node, int32_t unit);          // a child that is not there yet
  // Removes the prefix, and those it was the last continuation of, as long as they are neither held nor continued.
  void release(int32_t node);

  std::vector<int32_t> units(int32_t node) const;
  // The longest prefix of both.
  int32_t common(int32_t a, int32_t b) const;
  size_t size() const { return nodes_.size() - free_.size(); }

 private:
  std::vector<PrefixNode> nodes_;
  std::vector<int32_t> free_;
};

// Slots of models for the prefixes of a beam, the same ones in each. A prefix gets its slot from its parent's, which is in the beam of the row before.
class PrefixSlots {
 public:
  // models: null stands for none. The root has slot 0.
  void start(std::initializer_list<SlotModel*> models, PrefixTree& tree, int slots);
  // For those of `beam` that have none.
  void enter(PrefixTree& tree, const std::vector<int32_t>& beam);
  void leave(PrefixNode& node);

 private:
  std::vector<SlotModel*> models_;
  std::vector<int> free_;
  std::vector<SlotStep> steps_;
};

}  // namespace rnn::core
