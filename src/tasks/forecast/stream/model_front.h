// Why: a front comes from a file, and everything behind it relies on its sizes being those of the network.
#pragma once

#include "io/model_file.h"
#include "tasks/forecast/stream/front.h"

namespace rnn::core {

// The front of a model of series. Throws Error{model}: "model/task" if it is for something else, "model/corrupt" for a front that does
// not fit its network.
ForecastFront front_of_model(const ModelFile& file);

// Steps of the past that a forecast depends on, but for the scale of a series that the model does not know.
int steps_read(const ForecastFront& front, const ForecastOptions& network);

}  // namespace rnn::core
