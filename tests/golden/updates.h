// Why: common to all files of training updates: initial weights, batches, a tolerance per update, final weights.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "golden/golden.h"
#include "networks/model.h"
#include "nn/batch.h"

namespace rnn::core::test {

struct Variation {
  int threads = 1, accumulate = 1;
};

using Weights = std::map<std::string, std::vector<float>>;

// The initial weights of the case.
template <class T>
void take_first_weights(const GoldenCase& c, Model<T>& model) {
  for (const ParamInfo& info : model.table().all()) {
    const std::vector<float> values = c.tensor("first/" + info.name);
    ASSERT_EQ(values.size(), info.size()) << info.name;
    std::copy(values.begin(), values.end(), model.params().data() + info.offset);
  }
}

inline Weights weights_of(const Params<float>& params) {
  Weights weights;
  for (const ParamInfo& info : params.table().all()) {
    const float* w = params.data() + info.offset;
    weights[info.name].assign(w, w + info.size());
  }
  return weights;
}

inline std::vector<std::vector<int32_t>> text_of(const GoldenCase& c) {
  const std::vector<float> text = c.tensor("tokens");
  return {std::vector<int32_t>(text.begin(), text.end())};
}

// The cut of a window that gen_golden.py calls sentences: ragged, each with a fresh state.
inline Batch sentences(const Batch& window, int update, int steps) {
  std::vector<int> lengths;
  for (int b = 0; b < window.in.seq.streams(); ++b) lengths.push_back(1 + (5 * b + 3 * update) % steps);
  Batch batch;
  batch.in.seq = Seq::ragged(lengths);
  for (int t = 0; t < batch.in.seq.steps(); ++t) {
    for (int r = 0; r < batch.in.seq.active(t); ++r) {
      const int from = window.in.seq.start[t] + batch.in.seq.order[r];
      batch.in.ids.push_back(window.in.ids[from]);
      batch.to.ids.push_back(window.to.ids[from]);
    }
  }
  return batch;
}

// Relative to the value of that update itself.
inline void compare(const std::string& what, const std::vector<double>& actual, const std::vector<float>& expected,
                    double tolerance, Worst& worst) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    const double error = std::fabs(actual[i] - expected[i]) / expected[i];
    worst.see(what + " at update " + std::to_string(i + 1), std::isnan(error) ? INFINITY : error, tolerance);
  }
}

}  // namespace rnn::core::test
