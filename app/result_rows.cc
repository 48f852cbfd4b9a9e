// Why: see result_rows.h.
#include "result_rows.h"

#include <nlohmann/json.hpp>

namespace rnn::core::app {

using nlohmann::ordered_json;

std::vector<std::string> titles(const Columns& columns) {
  std::vector<std::string> heads;
  for (const Figure* f : columns) heads.emplace_back(f->title);
  return heads;
}

std::vector<std::string> cells(const ResultRow& row, const Columns& columns, Digits digits) {
  std::vector<std::string> texts;
  for (const Figure* f : columns) texts.push_back(figure_text(*f, row[*f], digits));
  return texts;
}

ordered_json figures_json(const ResultRow& row) {
  ordered_json json = ordered_json::object();
  for (const auto& [figure, value] : row.values()) json[std::string(figure->key)] = value;
  return json;
}

ordered_json figures_json(const ResultRow& row, const Columns& columns) {
  ordered_json json = ordered_json::object();
  for (const Figure* f : columns) json[std::string(f->key)] = row[*f] ? ordered_json(*row[*f]) : ordered_json();
  return json;
}

void add_others(const std::vector<ResultRow>& others, ordered_json (*row_json)(const ResultRow&), ordered_json& json) {
  for (const ResultRow& row : others) {
    if (&row == &others.back()) {
      json["together"] = row_json(row);
    } else {
      ordered_json other = {{"model", row.name}};
      other.update(row_json(row));
      json["with"].push_back(other);
    }
  }
}

std::vector<std::string> joined(std::vector<std::string> head, const std::vector<std::string>& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

}  // namespace rnn::core::app
