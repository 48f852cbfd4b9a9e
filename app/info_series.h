// Why: what rnn info says of a model of series, which is more than its network.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "io/model_file.h"

namespace rnn::core::app {

// line(key, text) for each; only for a model that forecasts.
void print_series_info(const ModelFile& file, const std::function<void(const char*, const std::string&)>& line);
// The same as an object, without the linear part's weights and the widths of bands.
nlohmann::ordered_json series_info_json(const ModelFile& file);

}  // namespace rnn::core::app
