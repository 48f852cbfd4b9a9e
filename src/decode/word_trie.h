// Why: which beginnings lead to words of a list, and what such words are worth: for lists of commands and for hot words.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace rnn::core {

// A tree of bytes: so a word is found whatever units it is spelt with. Node 0 is the root. Immutable after the last add(): any thread.
class WordTrie {
 public:
  static constexpr int32_t kRoot = 0, kNone = -1;

  WordTrie() : nodes_(1) {}
  // `word`: not empty; a word that is added again keeps the higher weight. A space separates the words of a phrase.
  void add(std::string_view word, double weight = 0);
  // From a node over the bytes of `text`; kNone: no word goes on like this. From kNone: kNone.
  int32_t walk(int32_t node, std::string_view text) const noexcept;

  bool is_word(int32_t node) const { return at(node).word; }
  double weight(int32_t node) const { return at(node).weight; }    // of the word that ends here
  double highest(int32_t node) const { return at(node).highest; }  // weight of the words through here
  bool empty() const { return nodes_.size() == 1; }

 private:
  struct Node {
    int32_t first_child = kNone, next_sibling = kNone;
    char byte = 0;
    bool word = false;
    double weight = 0, highest = 0;
  };
  const Node& at(int32_t node) const { return nodes_[static_cast<size_t>(node)]; }
  int32_t child(int32_t node, char byte) const noexcept;

  std::vector<Node> nodes_;
};

}  // namespace rnn::core
