// Why: see series_options.h.
#include "series_options.h"

#include <algorithm>
#include <iterator>

namespace rnn::core::app {
namespace {

constexpr std::string_view kTable[] = {"id", "time",      "y",     "static",  "past",       "known", "ignore",
                                       "tz", "frequency", "dates", "decimal", "duplicates", "gaps"};

}  // namespace

void declare_series_options(Command& command, NamedValues& values) {
  command.more("the table");
  for (const OptionInfo& o : option_list()) {
    if (std::find(std::begin(kTable), std::end(kTable), o.name) == std::end(kTable)) continue;
    command.option(o,
                   [&values](const OptionInfo& option, const std::string& text) { values.emplace_back(option.name, text); });
  }
}

SeriesOptions series_options(const SeriesOptions& of_model, const NamedValues& values) {
  Options options;
  options.series = of_model;
  for (const auto& [name, value] : values) set_option(options, name, value);
  return options.series;
}

ForecastEnsemble ensemble_of(ModelFile file, WithArguments& with, int threads) {
  std::vector<ModelFile> files;
  files.push_back(std::move(file));
  const WithModels others = with.load();
  for (ModelFile* other : others.files) files.push_back(std::move(*other));
  return ForecastEnsemble(std::move(files), others.weights, threads);
}

}  // namespace rnn::core::app
