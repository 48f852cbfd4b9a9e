// Why: a network that was trained to the end is surer than it is right; one number, fitted on data it has not learnt from, mends that.
#pragma once

#include "data/batcher.h"
#include "networks/model.h"

namespace rnn::core {

struct Calibration {
  double temperature = 1;  // what outputs were divided by; above 1: the model had been too sure
  double loss = 0;         // on the validation part, with it
};

// Which outputs: those of steps or of a sequence, whatever chain stands on them; or the scores of the whole beside them (heads/joint.h). Each
// has a temperature of its own, since they are not sure in the same way.
enum class Calibrated { outputs, whole };

// Divides the outputs of a model of labels by the temperature, in [1/8, 8], that makes its loss on `valid` smallest (Guo et al. 2017, "On
// calibration of modern neural networks", section 4.2), in its weights: those of the output layer and of a chain. What it answers stays the
// same, how sure it is of that changes. Where nothing is gained the model is as it was. Packs the model.
Calibration calibrate(Model<float>& model, Batcher& valid, Pool& pool, Calibrated what = Calibrated::outputs);

}  // namespace rnn::core
