// Why: see prefix_tree.h.
#include "decode/prefix_tree.h"

#include <algorithm>
#include <cassert>

namespace rnn::core {

void PrefixTree::clear() {
  nodes_.clear();
  free_.clear();
  nodes_.emplace_back();
  nodes_[0].used = true;
}

int32_t PrefixTree::child(int32_t node, int32_t unit) const {
  int32_t next = (*this)[node].first_child;
  while (next != PrefixNode::kNone && (*this)[next].unit != unit) next = (*this)[next].next_sibling;
  return next;
}

int32_t PrefixTree::add(int32_t node, int32_t unit) {
  int32_t next = static_cast<int32_t>(nodes_.size());
  if (free_.empty()) {
    nodes_.emplace_back();
  } else {
    next = free_.back();
    free_.pop_back();
    (*this)[next] = PrefixNode();
  }
  PrefixNode &above = (*this)[node], &here = (*this)[next];
  here.parent = node, here.unit = unit, here.length = above.length + 1, here.used = true;
  here.next_sibling = above.first_child;
  above.first_child = next;
  return next;
}

void PrefixTree::release(int32_t node) {
  while (node > 0) {
    PrefixNode& here = (*this)[node];
    if (!here.used || here.held || here.first_child != PrefixNode::kNone) return;
    const int32_t parent = here.parent;
    int32_t* link = &(*this)[parent].first_child;
    while (*link != node) link = &(*this)[*link].next_sibling;
    *link = here.next_sibling;
    here.used = false;
    free_.push_back(node);
    node = parent;
  }
}

std::vector<int32_t> PrefixTree::units(int32_t node) const {
  std::vector<int32_t> units(static_cast<size_t>((*this)[node].length));
  for (auto at = units.rbegin(); at != units.rend(); ++at, node = (*this)[node].parent) *at = (*this)[node].unit;
  return units;
}

int32_t PrefixTree::common(int32_t a, int32_t b) const {
  while (a != b) {
    int32_t& longer = (*this)[a].length >= (*this)[b].length ? a : b;
    longer = (*this)[longer].parent;
  }
  return a;
}

void PrefixSlots::start(std::initializer_list<SlotModel*> models, PrefixTree& tree, int slots) {
  models_.clear();
  free_.clear();
  for (SlotModel* model : models) {
    if (model) models_.push_back(model);
  }
  if (models_.empty()) return;
  for (SlotModel* model : models_) model->start(slots);
  tree[0].slot = 0;
  for (int slot = slots - 1; slot > 0; --slot) free_.push_back(slot);
}

void PrefixSlots::enter(PrefixTree& tree, const std::vector<int32_t>& beam) {
  if (models_.empty()) return;
  steps_.clear();
  for (const int32_t n : beam) {
    PrefixNode& node = tree[n];
    if (node.slot != PrefixNode::kNone) continue;
    assert(!free_.empty() && tree[node.parent].slot != PrefixNode::kNone);
    node.slot = free_.back();
    free_.pop_back();
    steps_.push_back({tree[node.parent].slot, node.unit, node.slot});
  }
  if (steps_.empty()) return;
  for (SlotModel* model : models_) model->step(steps_);
}

void PrefixSlots::leave(PrefixNode& node) {
  if (models_.empty() || node.slot == PrefixNode::kNone) return;
  free_.push_back(node.slot);
  node.slot = PrefixNode::kNone;
}

}  // namespace rnn::core
