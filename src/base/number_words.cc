// Why: numbers for people, apart from those for machines, which need no formatting library.
#include <fmt/format.h>

#include <cmath>

#include "base/numbers.h"

namespace rnn::core {

std::string short_number(double value) {
  const double size = std::fabs(value);
  if (size >= 99.95 && size < 1e6) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value);
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

}  // namespace rnn::core
