// Why: std::from_chars and std::to_chars know no locale.
#include "base/numbers.h"

#include <fmt/format.h>

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

std::string short_number(double value) {
  const double size = std::fabs(value);
  if (size >= 99.95 && size < 1e6) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value);
}

std::string grouped(int64_t n) {
  std::string text = std::to_string(n);
  for (int at = static_cast<int>(text.size()) - 3; at > (n < 0 ? 1 : 0); at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

std::string counted_things(int64_t n, std::string_view noun) {
  return grouped(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

std::string compact_count(double value) {
  const auto scaled = [](double v, const char* unit) { return fmt::format("{:.{}f}{}", v, v < 9.95 ? 1 : 0, unit); };
  if (!(value >= 999.5)) return fmt::format("{:.0f}", value);
  if (value < 999.5e3) return scaled(value / 1e3, "k");
  if (value < 999.5e6) return scaled(value / 1e6, "M");
  return scaled(value / 1e9, "G");
}

std::string bytes_text(int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes < 1000) return fmt::format("{} B", bytes);
  if (bytes < 1000000) return fmt::format("{:.1f} KB", value / 1e3);
  if (bytes < 1000000000) return fmt::format("{:.1f} MB", value / 1e6);
  return fmt::format("{:.2f} GB", value / 1e9);
}

std::string clock_time(double seconds) {
  if (!(seconds >= 0) || seconds > 1e12) return "?";
  const int64_t s = std::llround(seconds);
  if (s < 3600) return fmt::format("{}:{:02}", s / 60, s % 60);
  return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string percent_text(double share) {
  return share > 0 && share < 0.0995 ? fmt::format("{:.1f}%", share * 100) : fmt::format("{:.0f}%", share * 100);
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

}  // namespace rnn::core
