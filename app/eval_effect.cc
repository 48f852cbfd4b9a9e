// Why: see eval_effect.h.
#include "eval_effect.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/numbers.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "result_rows.h"
#include "screen.h"
#include "table_text.h"
#include "tasks/effect/effect_rows.h"
#include "tasks/effect/evaluate_effect.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

// The filters are fitted on what the model was trained on. Without it, or if it has changed, there are none.
std::optional<EffectRows> filters_of(const ModelFile& file, int rate) {
  try {
    const nlohmann::json& data = file.about.at("data");
    const SoundPairs pairs = read_sound_pairs(data.at("train").get<std::vector<std::string>>(), rate);
    if (pairs.hash != data.at("samples_hash").get<std::string>()) return std::nullopt;
    return fit_effect_rows(whole_sounds(pairs));
  } catch (const Error&) {
    return std::nullopt;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

double eval_effect(ModelFile file, const std::vector<std::string>& paths, bool as_json) {
  Pool pool(1);
  const EffectModel model = effect_model(file);
  ready_model(file, pool);
  const SoundPairs pairs = read_sound_pairs(paths, model.front.rate);
  const std::vector<SoundPart> parts = whole_sounds(pairs);
  const EffectReport report = evaluate_effect(model, parts, pairs.rate);
  const std::optional<EffectRows> filters = filters_of(file, pairs.rate);
  const std::vector<ResultRow> rows = effect_rows(filters ? &*filters : nullptr, parts);
  if (as_json) {
    ordered_json json = figures_json(report.model);
    json["seconds"] = report.seconds, json["real_time_factor"] = report.real_time;
    for (const ResultRow& row : rows) json["baselines"][row.name] = figures_json(row);
    print(json_line(json));
  } else {
    const Columns columns = columns_of({&report.model}, rows);
    Table table(joined({""}, titles(columns)));
    table.add(joined({report.model.name}, cells(report.model, columns, Digits::fine)));
    for (const ResultRow& row : rows) table.add(joined({row.name}, cells(row, columns, Digits::fine)));
    print(table.text() + fmt::format(" {:.1f} seconds at {} Hz; computed in {} of the time on one core\n", report.seconds,
                                     pairs.rate, percent_text(report.real_time)));
  }
  return report.model.at(figure::kEsr);
}

}  // namespace rnn::core::app
