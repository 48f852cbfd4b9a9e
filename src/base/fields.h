// Why: a configuration describes its fields once; writing, reading, comparing and taking options from it are visitors of that.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>

namespace rnn::core {

// A configuration C has a function template fields(c, visitor), which calls
//   visitor.field(info, value)         for every field, in one order; value is a reference or one of the views below
//   visitor.group(key, written, body)  for fields that may be missing in a file, all or none: the first is `key`; a writer has them
//                                      if `written`, a reader if the file has `key`; the others always call body()
//   visitor.object(key, written, body) for fields under a key of their own, in the same way; without them body() is not called
struct FieldInfo {
  std::string_view key;          // in files
  std::string_view option = {};  // the option (options/option_list.h) that sets it; "": none
  bool negated = false;          // the option is the opposite: bidirectional and --one-way
};

// For visitors of all fields that the configuration has, whatever a file would write.
struct EveryField {
  template <class Body>
  void group(std::string_view, bool, Body&& body) {
    body();
  }
  template <class Body>
  void object(std::string_view, bool there, Body&& body) {
    if (there) body();
  }
};

// A kind, written as its name.
template <class Kind, size_t n>
struct NamedField {
  Kind& kind;
  const std::string_view (&names)[n];
  std::string text() const { return std::string(names[static_cast<size_t>(kind)]); }
  bool set(std::string_view name) const {  // false: no such name
    const auto at = static_cast<size_t>(std::find(std::begin(names), std::end(names), name) - std::begin(names));
    if (at < n) kind = static_cast<Kind>(at);
    return at < n;
  }
};
template <class Kind, size_t n>
NamedField(Kind&, const std::string_view (&)[n]) -> NamedField<Kind, n>;

// A bit of a set of flags, written as true or false.
template <class Flags>
struct FlagField {
  Flags& flags;
  int bit;
  bool get() const { return (flags & bit) != 0; }
  void set(bool on) const { flags = on ? flags | bit : flags & ~bit; }
};
template <class Flags>
FlagField(Flags&, int) -> FlagField<Flags>;

// A number that has a default of its own: files have what it comes to.
template <class Number>
struct ResolvedField {
  Number& stored;
  double resolved;
};
template <class Number>
ResolvedField(Number&, double) -> ResolvedField<Number>;

}  // namespace rnn::core
