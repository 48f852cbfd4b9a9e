// Why: std::from_chars and std::to_chars know no locale.
#include "base/numbers.h"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace rnn::core {
namespace {

// Made once, never freed. Null when the system has no memory for it: then the host's locale stays.
locale_t plain_locale() {
  static const locale_t plain = ::newlocale(LC_NUMERIC_MASK, "C", nullptr);
  return plain;
}

}  // namespace

template <class T>
std::errc read_number(std::string_view text, T& value) {
  T read{};
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, read);
  if (last != end || text.empty()) return std::errc::invalid_argument;
  if (error == std::errc()) value = read;
  return error;
}

template <class T>
std::optional<T> take_number(std::string_view& text) {
  T value{};
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(last - text.data()));
  return value;
}

std::optional<int> parse_hexadecimal(std::string_view text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value, 16);
  return error == std::errc() && last == end ? std::optional<int>(value) : std::nullopt;
}

std::string number_text(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

PlainNumbers::PlainNumbers() : before_(plain_locale() ? ::uselocale(plain_locale()) : nullptr) {}
PlainNumbers::~PlainNumbers() {
  if (before_) ::uselocale(before_);
}

#define RNN_INSTANTIATE(T)                                 \
  template std::errc read_number<T>(std::string_view, T&); \
  template std::optional<T> take_number<T>(std::string_view&);
RNN_INSTANTIATE(int)
RNN_INSTANTIATE(int64_t)
RNN_INSTANTIATE(uint64_t)
RNN_INSTANTIATE(float)
RNN_INSTANTIATE(double)
#undef RNN_INSTANTIATE

std::string grouped(int64_t n) {
  std::string text = std::to_string(n);
  for (int at = static_cast<int>(text.size()) - 3; at > (n < 0 ? 1 : 0); at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

std::string counted_things(int64_t n, std::string_view noun) {
  return grouped(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

}  // namespace rnn::core
