// Why: reads the golden files that tools/gen_golden.py wrote with PyTorch, and compares tensors with them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "cells/names.h"
#include "io/safetensors.h"
#include "networks/model.h"

namespace rnn::core::test {

// One case of a golden file: its options and its tensors.
struct GoldenCase {
  std::string name;
  nlohmann::json options;
  const Safetensors* file;

  bool has(const std::string& tensor) const { return file->contains(name + "/" + tensor); }
  std::vector<float> tensor(const std::string& key) const { return file->floats(name + "/" + key); }
  std::vector<int64_t> shape(const std::string& key) const { return file->shape(name + "/" + key); }
  template <class V>
  V get(const char* key) const {
    return options.at(key).get<V>();
  }
};

inline std::string golden_path(const std::string& file) { return std::string(RNN_TEST_SOURCE) + "/tests/golden/" + file; }

class GoldenFile {
 public:
  explicit GoldenFile(const std::string& name) : tensors_(Safetensors::parse(read_file(golden_path(name)), name)) {
    for (const auto& options : nlohmann::json::parse(tensors_.metadata().at("cases"))) {
      cases_.push_back({options.at("name").get<std::string>(), options, &tensors_});
    }
  }
  GoldenFile(const GoldenFile&) = delete;
  GoldenFile& operator=(const GoldenFile&) = delete;
  const std::vector<GoldenCase>& cases() const { return cases_; }
  GoldenCase find(const std::string& name) const {
    for (const auto& c : cases_) {
      if (c.name == name) return c;
    }
    throw std::runtime_error("no golden case " + name);
  }

 private:
  Safetensors tensors_;
  std::vector<GoldenCase> cases_;
};

// The recurrent part of a case's options.
inline RecurrentOptions recurrent_options(const GoldenCase& c) {
  RecurrentOptions o;
  const auto cell = c.get<std::string>("cell");
  if (!find_cell(cell)) throw std::runtime_error("no cell " + cell);
  o.cell = find_cell(cell)->kind;
  o.flags = (c.get<bool>("relu") ? kRelu : 0) | (c.get<bool>("peephole") ? kPeephole : 0);
  o.flags |= c.options.value("layer_norm", false) ? kLayerNorm : 0;  // layer_norm.safetensors has these two
  o.cell_clip = c.options.value("cell_clip", 0.0);
  o.input = c.get<int>("input");
  o.hidden = c.get<int>("hidden");
  o.layers = c.get<int>("layers");
  o.projection = c.get<int>("projection");
  o.bidirectional = c.get<bool>("bidirectional");
  return o;
}

// Largest difference relative to the largest expected value; infinite for NaN and for different sizes.
template <class T>
double relative_error(const std::vector<T>& actual, const std::vector<float>& expected) {
  if (actual.size() != expected.size() || expected.empty()) return INFINITY;
  double worst = 0, largest = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double difference = std::fabs(static_cast<double>(actual[i]) - expected[i]);
    if (!(difference <= worst)) worst = std::isnan(difference) ? INFINITY : difference;
    largest = std::fmax(largest, std::fabs(expected[i]));
  }
  return worst / std::fmax(largest, 1e-30);
}

// Keeps the worst of many errors for the log of the test: how much margin a tolerance leaves.
class Worst {
 public:
  void see(const std::string& what, double error, double tolerance) {
    EXPECT_LE(error, tolerance) << what;
    if (error >= error_) error_ = error, what_ = what;
  }
  void record(const std::string& key) const {
    testing::Test::RecordProperty(key, std::to_string(error_) + " " + what_);
    std::printf("[   worst  ] %s: %.1e (%s)\n", key.c_str(), error_, what_.c_str());
  }

 private:
  double error_ = 0;
  std::string what_ = "none";
};

}  // namespace rnn::core::test
