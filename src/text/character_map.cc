// Why: every state that some text can reach is visited once, before any text does.
#include "text/character_map.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace rnn::core {
namespace {

constexpr uint32_t kMostMatches = 32;  // SentencePiece has room for so many prefixes of a text that stand in the map

// A unit of the double array (Darts-clone): what stands in it for the state of its own index.
struct Unit {
  uint32_t bits = 0;
  bool is_child_of(uint32_t byte) const { return (bits & 0x800000FF) == byte; }
  bool ends_key() const { return (bits >> 8 & 1) != 0; }
  uint32_t offset() const { return bits >> 10 << ((bits & 1u << 9) >> 6); }
  uint32_t value() const { return bits & 0x7FFFFFFF; }
};

// Walks all states from the root, depth first and without recursion, for the array may be one long chain.
class Walk {
 public:
  Walk(std::vector<Unit> units, size_t replacements)
      : units_(std::move(units)), replacements_(replacements), matches_(units_.size()), seen_(units_.size()) {}

  bool is_sound() {
    if (!enter(0)) return false;
    while (!open_.empty()) {
      Place& here = open_.back();
      if (here.byte == 256) {
        leave();
        continue;
      }
      const uint32_t child = base(here.state) ^ here.byte;
      if (!units_[child].is_child_of(here.byte++)) continue;
      if (seen_[child] == kOpen) return false;  // a circle: a text of any length would match at every byte
      if (seen_[child] == kNew && !enter(child)) return false;
      if (seen_[child] == kDone) take(open_.back().state, child);
    }
    return matches_[0] <= kMostMatches;
  }

 private:
  enum : uint8_t { kNew, kOpen, kDone };
  struct Place {
    uint32_t state, byte;  // the next child to look at
  };
  // Children of a state stand at base ^ byte, its value at the base.
  uint32_t base(uint32_t state) const { return state ^ units_[state].offset(); }

  bool enter(uint32_t state) {
    if ((base(state) | 0xFF) >= units_.size()) return false;  // some byte would lead outside
    const bool key = state != 0 && units_[state].ends_key();
    if (key && units_[base(state)].value() >= replacements_) return false;
    matches_[state] = key ? 1 : 0;
    seen_[state] = kOpen;
    open_.push_back({state, 0});
    return true;
  }
  void leave() {
    const uint32_t state = open_.back().state;
    seen_[state] = kDone;
    open_.pop_back();
    if (!open_.empty()) take(open_.back().state, state);
  }
  // The longest chain of keys from a state on, each the beginning of the next.
  void take(uint32_t state, uint32_t child) {
    const uint32_t own = state != 0 && units_[state].ends_key() ? 1 : 0;
    matches_[state] = std::max(matches_[state], own + matches_[child]);
  }

  std::vector<Unit> units_;
  size_t replacements_;  // bytes
  std::vector<uint32_t> matches_;
  std::vector<uint8_t> seen_;
  std::vector<Place> open_;
};

}  // namespace

bool is_sound_character_map(std::string_view map) {
  if (map.empty()) return true;
  uint32_t size = 0;
  if (map.size() <= sizeof size) return false;
  std::memcpy(&size, map.data(), sizeof size);
  map.remove_prefix(sizeof size);
  if (size == 0 || size % sizeof(Unit) != 0 || size >= map.size() || map.back() != '\0') return false;
  std::vector<Unit> units(size / sizeof(Unit));
  std::memcpy(units.data(), map.data(), size);
  return Walk(std::move(units), map.size() - size).is_sound();
}

}  // namespace rnn::core
