// Why: numbers on the page are written in one way: rounded for people, exact for programs.
#include "pages/figures.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace rnn::core::pages {

std::string superscript(int exponent) {
  static constexpr std::array<std::string_view, 10> kDigits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "⁻" : "";
  for (const char digit : std::to_string(std::abs(exponent))) text += kDigits[static_cast<size_t>(digit - '0')];
  return text;
}

std::string count(long long value) {
  std::string digits = std::to_string(value);
  const size_t first = value < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string number(double value) {
  if (std::isnan(value)) return "not a number";
  if (std::isinf(value)) return value > 0 ? "infinite" : "minus infinite";
  const double size = std::fabs(value);
  if (size == 0) return "0";
  if (size >= 999.5 && size < 1e7) return count(std::llround(value));
  if (size >= 1e7 || size < 0.000995) {
    int exponent = static_cast<int>(std::floor(std::log10(size)));
    double head = value / std::pow(10.0, exponent);
    if (std::fabs(head) >= 9.95) head /= 10, ++exponent;
    return fmt::format("{:.1f}\u00A0×\u00A010{}", head, superscript(exponent));
  }
  if (size >= 99.95) return fmt::format("{:.0f}", value);
  if (size >= 9.995) return fmt::format("{:.1f}", value);
  if (size >= 0.0995) return fmt::format("{:.2f}", value);
  return fmt::format("{:.{}f}", value, size >= 0.00995 ? 3 : 4);
}

std::string share(double value) {
  if (!std::isfinite(value)) return number(value);
  if (value > 0 && value < 0.01) return "under 1\u00A0%";
  if (value < 1 && value > 0.99) return "over 99\u00A0%";
  return fmt::format("{:.0f}\u00A0%", std::round(100 * value));  // half a per cent rounds up, not to even
}

std::string part(double value) {
  if (!(value > 0 && value < 0.01)) return share(value);
  if (value >= 0.001) return fmt::format("{:.1f}\u00A0%", 100 * value);
  const double parts = 1 / value;
  if (parts >= 1e7) return "less than 1 part in 10 million";
  const double unit = std::pow(10.0, std::floor(std::log10(parts)) - 1);  // two significant digits
  return "1 part in " + count(std::llround(std::round(parts / unit) * unit));
}

std::string spoken(double value) {
  if (!std::isfinite(value)) return number(value);
  const double size = std::fabs(value);
  if (size >= 1e7) return value < 0 ? "below minus 10 million" : "more than 10 million";
  return size > 0 && size < 0.000995 ? "less than a thousandth" : number(value);
}

std::string plain(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : number(value); }

std::string microseconds(double value) {
  return value < 1000 ? number(value) + "\u00A0µs" : number(value / 1000) + "\u00A0ms";
}

std::string steps(double value) { return std::isfinite(value) ? fmt::format("{:.1f}\u00A0steps", value) : number(value); }

std::string exact(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "null"; }

std::string exact(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) {
    if (!text.empty()) text += ',';
    text += exact(value);
  }
  return text;
}

std::string listing(const std::vector<std::string>& items) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  return text;
}

std::string in_words(int n) {
  static constexpr std::array<std::string_view, 13> kWords = {"no",    "one",   "two",  "three", "four",   "five",  "six",
                                                              "seven", "eight", "nine", "ten",   "eleven", "twelve"};
  return n >= 0 && n < static_cast<int>(kWords.size()) ? std::string(kWords[static_cast<size_t>(n)]) : std::to_string(n);
}

std::string in_quotes(std::string_view word) { return "“" + std::string(word) + "”"; }

std::string sentence_start(std::string text) {
  if (text.starts_with("the ")) text[0] = 'T';
  return text;
}

}  // namespace rnn::core::pages
