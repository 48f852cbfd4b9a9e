// Why: tags of spans follow a grammar (what may begin, go on and end), which a chain over tags needs as plain numbers.
#pragma once

#include <span>

namespace rnn::core {

// What a tag says of its step: outside of every span, or of a span of some type its first, a middle or, in BIOES, its last or only step.
enum class TagKind { outside, begin, inside, end, single };
inline constexpr int kTagKinds = 5;

struct TagPlace {
  TagKind kind = TagKind::outside;
  int type = 0;  // >= 0
  bool operator==(const TagPlace&) const = default;
};
constexpr int place_code(TagPlace place) { return place.type * kTagKinds + static_cast<int>(place.kind); }
constexpr TagPlace place_of(int code) { return {static_cast<TagKind>(code % kTagKinds), code / kTagKinds}; }

// BIO, or BIOES where spans say when they end (Ratinov and Roth 2009).
class TagGrammar {
 public:
  // codes [labels]; none: every order is allowed.
  explicit TagGrammar(std::span<const int> codes) : any_(codes.empty()) {
    for (const int code : codes) {
      const TagKind kind = place_of(code).kind;
      closed_ = closed_ || kind == TagKind::end || kind == TagKind::single;
    }
  }
  bool may_begin(int code) const { return any_ || !goes_on(place_of(code)); }
  bool may_end(int code) const { return any_ || !(closed_ && is_open(place_of(code))); }
  bool may_follow(int code, int before) const {
    if (any_) return true;
    const TagPlace now = place_of(code), last = place_of(before);
    if (goes_on(now)) return is_open(last) && last.type == now.type;
    return !(closed_ && is_open(last));
  }

 private:
  static bool goes_on(TagPlace p) { return p.kind == TagKind::inside || p.kind == TagKind::end; }
  static bool is_open(TagPlace p) { return p.kind == TagKind::begin || p.kind == TagKind::inside; }
  bool any_, closed_ = false;
};

}  // namespace rnn::core
