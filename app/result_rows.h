// Why: rows of results look the same in every table and every JSON object.
#pragma once

#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/figure.h"

namespace rnn::core::app {

using Columns = std::vector<const Figure*>;

std::vector<std::string> titles(const Columns& columns);
std::vector<std::string> cells(const ResultRow& row, const Columns& columns, Digits digits);
// {"loss": 3.21, ...}: what the row has.
nlohmann::ordered_json figures_json(const ResultRow& row);
// The same with null for a column that the row does not have.
nlohmann::ordered_json figures_json(const ResultRow& row, const Columns& columns);

// "with": [{"model": ...}] of further models and "together" of all, the last row; nothing if there are none.
void add_others(const std::vector<ResultRow>& others, nlohmann::ordered_json (*row_json)(const ResultRow&),
                nlohmann::ordered_json& json);

std::vector<std::string> joined(std::vector<std::string> head, const std::vector<std::string>& tail);

}  // namespace rnn::core::app
