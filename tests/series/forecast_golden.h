// Why: tests/golden/forecasts.json (tools/golden_forecasts.py) has what NumPy computes from the definitions.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace rnn::core::test {

inline const nlohmann::json& forecast_golden() {
  static const nlohmann::json all = nlohmann::json::parse(std::ifstream(RNN_TEST_SOURCE "/tests/golden/forecasts.json"));
  return all;
}

// null: NaN.
inline std::vector<double> numbers(const nlohmann::json& list) {
  std::vector<double> out;
  for (const auto& x : list) out.push_back(x.is_null() ? std::numeric_limits<double>::quiet_NaN() : x.get<double>());
  return out;
}

// |found - expected| <= tolerance (1 + |expected|).
inline void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double tolerance,
                        const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], expected[i], tolerance * (1 + std::abs(expected[i]))) << what << " at " << i;
  }
}

}  // namespace rnn::core::test
