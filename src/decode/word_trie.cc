// Why: see word_trie.h.
#include "decode/word_trie.h"

#include <algorithm>

namespace rnn::core {

int32_t WordTrie::child(int32_t node, char byte) const noexcept {
  int32_t next = at(node).first_child;
  while (next != kNone && at(next).byte != byte) next = at(next).next_sibling;
  return next;
}

void WordTrie::add(std::string_view word, double weight) {
  int32_t node = kRoot;
  for (const char byte : word) {
    int32_t next = child(node, byte);
    if (next == kNone) {
      next = static_cast<int32_t>(nodes_.size());
      Node& above = nodes_[static_cast<size_t>(node)];
      const int32_t sibling = above.first_child;
      above.first_child = next;
      nodes_.push_back({.next_sibling = sibling, .byte = byte, .highest = weight});
    }
    node = next;
    Node& here = nodes_[static_cast<size_t>(node)];
    here.highest = std::max(here.highest, weight);
  }
  Node& last = nodes_[static_cast<size_t>(node)];
  last.weight = last.word ? std::max(last.weight, weight) : weight;
  last.word = true;
}

int32_t WordTrie::walk(int32_t node, std::string_view text) const noexcept {
  for (size_t i = 0; i < text.size() && node != kNone; ++i) node = child(node, text[i]);
  return node;
}

}  // namespace rnn::core
