// Why: see answers.h.
#include "data/labels/answers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/numbers.h"
#include "data/inputs/text_line.h"

namespace rnn::core {
namespace {

constexpr std::string_view kBetweenLabels[] = {";", "|", ","};
constexpr size_t kNamedPlaces = 12;

std::string without_space(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(kWhiteSpace), text.size());
  const size_t end = text.find_last_not_of(kWhiteSpace);
  return begin == text.size() ? std::string() : std::string(text.substr(begin, end + 1 - begin));
}

// Pieces that are not empty.
std::vector<std::string> pieces_between(std::string_view cell, std::string_view separator) {
  std::vector<std::string> pieces;
  for (size_t at = 0; at <= cell.size();) {
    const size_t end = separator.empty() ? cell.size() : std::min(cell.find(separator, at), cell.size());
    if (std::string piece = without_space(cell.substr(at, end - at)); !piece.empty()) pieces.push_back(std::move(piece));
    at = end + std::max<size_t>(separator.size(), 1);
  }
  return pieces;
}

std::string found_between(const RawSet& set) {
  std::string best;
  int64_t most = 0;
  for (const std::string_view separator : kBetweenLabels) {
    const auto cells = std::count_if(set.examples.begin(), set.examples.end(), [&](const RawExample& e) {
      return std::any_of(e.labels.begin(), e.labels.end(),
                         [&](const std::string& cell) { return pieces_between(cell, separator).size() > 1; });
    });
    if (cells > most) most = cells, best = separator;
  }
  return best;
}

[[noreturn]] void bad_order(const std::string& message, const std::string& help) {
  throw Error(Exit::usage, "usage/order", message, help);
}

std::set<std::string> labels_of_set(const RawSet& set) {
  std::set<std::string> labels;
  for (const RawExample& e : set.examples) labels.insert(e.labels.begin(), e.labels.end());
  labels.erase("");
  return labels;
}

std::vector<std::string> numbers_in_order(const RawSet& set, const std::set<std::string>& labels) {
  std::vector<std::pair<double, std::string>> places;
  for (const std::string& label : labels) {
    const auto number = parse_number<double>(label);
    if (!number)
      bad_order(
          fmt::format("{}: the label '{}' is no number, so nothing says where it stands on the scale", set.files[0], label),
          "name all labels from the lowest to the highest: --order low,medium,high");
    places.emplace_back(*number, label);
  }
  std::sort(places.begin(), places.end());
  std::vector<std::string> out;
  for (size_t i = 0; i < places.size(); ++i) {
    if (i > 0 && places[i].first == places[i - 1].first)
      bad_order(fmt::format("{}: the labels '{}' and '{}' are the same number", set.files[0], places[i - 1].second,
                            places[i].second),
                "write it in one way, or name all labels in their order: --order 1,2,3");
    out.push_back(places[i].second);
  }
  return out;
}

}  // namespace

void separate_labels(RawSet& set, std::string between) {
  const bool cells = !set.label_column.empty();
  if (cells && between.empty()) between = found_between(set);
  for (RawExample& e : set.examples) {
    std::set<std::string> labels;
    for (const std::string& cell : e.labels) {
      const std::vector<std::string> pieces = pieces_between(cell, cells ? between : "");
      labels.insert(pieces.begin(), pieces.end());
    }
    e.labels.assign(labels.begin(), labels.end());
  }
  if (cells)
    set.notes.push_back(between.empty() ? "no cell has more than one label" : fmt::format("labels between '{}'", between));
  set.between = cells ? std::move(between) : "";
}

std::vector<std::string> labels_on_scale(const RawSet& set, const std::string& order) {
  const std::set<std::string> labels = labels_of_set(set);
  if (order.empty()) return numbers_in_order(set, labels);
  std::vector<std::string> places = pieces_between(order, ",");
  if (places.size() < 2)
    bad_order(fmt::format("--order {} has {}", order, counted(std::ssize(places), "label")),
              "name all labels from the lowest to the highest: --order low,medium,high");
  for (size_t i = 0; i < places.size(); ++i)
    if (std::find(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(i), places[i]) !=
        places.begin() + static_cast<std::ptrdiff_t>(i))
      bad_order(fmt::format("--order names '{}' twice", places[i]), "name each label once");
  for (const std::string& label : labels) {
    if (std::find(places.begin(), places.end(), label) != places.end()) continue;
    const std::vector<std::string> some(
        labels.begin(), std::next(labels.begin(), static_cast<std::ptrdiff_t>(std::min(labels.size(), kNamedPlaces))));
    bad_order(fmt::format("{} has the label '{}', which --order lacks", set.files[0], label),
              fmt::format("name all labels from the lowest to the highest; the data has {}{}", fmt::join(some, ", "),
                          labels.size() > some.size() ? " ..." : ""));
  }
  return places;
}

}  // namespace rnn::core
