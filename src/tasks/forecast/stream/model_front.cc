// Why: see model_front.h.
#include "tasks/forecast/stream/model_front.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace rnn::core {

ForecastFront front_of_model(const ModelFile& file) {
  const ModelConfig& config = file.model->config();
  if (!config.forecast.present()) {
    throw Error(Exit::model, "model/task", file.path + " does not forecast series: its task is " + config.task,
                "rnn info shows what it is");
  }
  if (!file.about.contains("forecast")) {
    throw Error(Exit::model, "model/corrupt", file.path + " has no description of the series that it forecasts",
                "the file is damaged; train again, or copy it again");
  }
  ForecastFront front = front_from_json(file.about.at("forecast"));
  check_front(front, config.forecast);
  return front;
}

int steps_read(const ForecastFront& front, const ForecastOptions& network) {
  int steps = network.context + network.longest_lag();
  for (const RidgeModel& model : front.linear.models) steps = std::max(steps, model.shape().context);
  return steps;
}

}  // namespace rnn::core
