// Why: see figure.h.
#include "base/figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/numbers.h"

namespace rnn::core {
namespace {

constexpr double kLongest =
    1e9;  // of a number with all its digits: the perplexity of a text that nobody expected may have 300

template <class Values>
auto find_key(Values& values, std::string_view key) {
  return std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.first->key == key; });
}

}  // namespace

std::string figure_text(const Figure& figure, std::optional<double> value, Digits digits) {
  if (!value || !std::isfinite(*value)) return "";
  const int n = digits == Digits::fine ? figure.fine : figure.digits;
  switch (figure.form) {
    case FigureForm::decimals:
      if (std::abs(*value) >= kLongest) return fmt::format("{:.3g}", *value);
      return fmt::format("{:.{}f}", *value, n);
    case FigureForm::percent:
      return fmt::format("{:.{}f}%", 100 * *value, n);
    case FigureForm::significant:
      return fmt::format("{:.{}g}", *value, n);
    case FigureForm::whole:
      return grouped(std::llround(*value));
    case FigureForm::time:
      return clock_time(*value);
    case FigureForm::rate:
      return compact_count(*value);
  }
  return "";
}

std::optional<double> ResultRow::operator[](std::string_view key) const {
  const auto found = find_key(values_, key);
  return found != values_.end() ? std::optional<double>(found->second) : std::nullopt;
}

double ResultRow::at(const Figure& figure) const {
  const std::optional<double> value = (*this)[figure];
  if (!value) throw std::out_of_range("the row '" + name + "' has no figure '" + std::string(figure.key) + "'");
  return *value;
}

ResultRow& ResultRow::set(const Figure& figure, std::optional<double> value) {
  const auto found = find_key(values_, figure.key);
  if (!value) {
    if (found != values_.end()) values_.erase(found);
  } else if (found != values_.end()) {
    *found = {&figure, *value};
  } else {
    values_.emplace_back(&figure, *value);
  }
  return *this;
}

const Figure* ResultRow::find(std::string_view key) const {
  const auto found = find_key(values_, key);
  return found != values_.end() ? found->first : nullptr;
}

}  // namespace rnn::core
