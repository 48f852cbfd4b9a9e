// Why: common to both tests of the public face: an LSTM given by a formula, a small language model, files, errors by code.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "io/safetensors.h"
#include "rnn/rnn.h"

namespace rnn_api {

using rnn::Exit;
using Floats = std::vector<float>;

template <class F>
void expect_error(Exit exit, const std::string& code, F&& f) {
  try {
    f();
    ADD_FAILURE() << "nothing was thrown, expected " << code;
  } catch (const rnn::Error& e) {
    EXPECT_EQ(e.code(), code) << e.what();
    EXPECT_EQ(e.exit(), exit) << e.what();
    EXPECT_STRNE(e.what(), "");
  }
}

inline std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void write_all(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

// A torch.nn.LSTM of one layer with weights that a formula gives.
constexpr int kIn = 3, kHidden = 5;
struct Lstm {
  Floats w_ih, w_hh, b_ih, b_hh;
  Lstm() : w_ih(4 * kHidden * kIn), w_hh(4 * kHidden * kHidden), b_ih(4 * kHidden), b_hh(4 * kHidden) {
    float n = 0;
    for (Floats* part : {&w_ih, &w_hh, &b_ih, &b_hh}) {
      for (float& w : *part) w = 0.6f * std::sin(1.7f * ++n);
    }
  }
  void save(const std::string& path, const std::string& direction = "") const {
    rnn::core::SafetensorsWriter writer;
    for (const std::string& d : {std::string(), direction}) {
      writer.add_floats("weight_ih_l0" + d, {4 * kHidden, kIn}, w_ih);
      writer.add_floats("weight_hh_l0" + d, {4 * kHidden, kHidden}, w_hh);
      writer.add_floats("bias_ih_l0" + d, {4 * kHidden}, b_ih);
      writer.add_floats("bias_hh_l0" + d, {4 * kHidden}, b_hh);
      if (direction.empty()) break;
    }
    write_all(path, writer.finish());
  }
  // The equations of torch.nn.LSTM, gates i f g o, in double.
  void step(const float* x, std::vector<double>& h, std::vector<double>& c) const {
    std::vector<double> a(4 * kHidden);
    for (size_t r = 0; r < a.size(); ++r) {
      a[r] = static_cast<double>(b_ih[r]) + b_hh[r];
      for (size_t k = 0; k < kIn; ++k) a[r] += static_cast<double>(w_ih[r * kIn + k]) * x[k];
      for (size_t k = 0; k < kHidden; ++k) a[r] += w_hh[r * kHidden + k] * h[k];
    }
    const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
    for (size_t j = 0; j < kHidden; ++j) {
      c[j] = sigmoid(a[kHidden + j]) * c[j] + sigmoid(a[j]) * std::tanh(a[2 * kHidden + j]);
      h[j] = sigmoid(a[3 * kHidden + j]) * std::tanh(c[j]);
    }
  }
};

inline rnn::Model bare_model() {
  Lstm().save("lstm.safetensors");
  return rnn::Model::load("lstm.safetensors");
}

// Sentences that a small model learns in a moment; the second half differs a little from the first.
inline std::string story() {
  std::string text;
  const char* animals[] = {"cat", "dog", "bird", "fish"};
  const char* verbs[] = {"sleeps", "barks", "flies", "swims"};
  for (int i = 0; i < 300; ++i) {
    text += std::string("the ") + animals[i * 7 % 4] + " " + verbs[i * 7 % 4] + (i % 3 == 0 ? " at home .\n" : " .\n");
  }
  return text;
}

inline rnn::TrainRequest small_request(const std::string& folder) {
  write_all("story.txt", story());
  rnn::TrainRequest request;
  request.data = {"story.txt"};
  request.folder = folder;
  request.force = true;
  request.set("tokens", "word")
      .set("mode", "stream")
      .set("cell", "lstm")
      .set("hidden", "16")
      .set("batch", "4")
      .set("bptt", "16");
  request.set("epochs", "3").set("lr", "0.02").set("threads", "1").set("valid-share", "0.1").set("patience", "0");
  return request;
}

// Trained once for all tests that only read it.
inline const rnn::Model& trained_model() {
  static const rnn::Model model = [] {
    rnn::train(small_request("shared_run"));
    return rnn::Model::load("shared_run");
  }();
  return model;
}

}  // namespace rnn_api
