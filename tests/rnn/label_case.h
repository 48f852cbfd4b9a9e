// Why: small models of texts, sensors and tagged words for the tests of their faces, and what the program answers beside them.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api_case.h"

namespace rnn_api {

using Settings = std::vector<std::pair<std::string, std::string>>;

inline rnn::Model trained_on(const std::string& folder, const std::string& task, const std::string& data,
                             const Settings& settings) {
  rnn::TrainRequest request;
  request.task = task, request.data = {data}, request.folder = folder, request.force = true;
  request.set("hidden", "9").set("epochs", "2").set("lr", "0.02").set("threads", "1").set("dropout", "0");
  for (const auto& [name, value] : settings) request.set(name, value);
  return rnn::Model::load(rnn::train(request).folder);
}

inline std::string review(int i) {
  const char* opinions[] = {"awful", "great", "dull", "lovely", "poor", "superb"};
  const char* things[] = {"film", "room", "phone"};
  return std::string(i % 3 == 0 ? "The " : "it's a ") + things[i / 2 % 3] + (i % 4 == 0 ? ", " : " is ") + opinions[i % 6] +
         (i % 5 == 0 ? " - really." : ".");
}

inline std::string write_reviews() {
  std::string table = "review,sentiment\n";
  for (int i = 0; i < 120; ++i) table += "\"" + review(i) + "\"," + (i % 2 == 1 ? "good" : "bad") + "\n";
  write_all("reviews.csv", table);
  return "reviews.csv";
}

// Two numbers a step that rise or fall; one in seven is missing (NaN).
inline Floats wave(int i) {
  Floats frames;
  for (int t = 0; t < 5 + i % 4; ++t) {
    frames.push_back((i % 2 == 1 ? 1.0f : -1.0f) * static_cast<float>(t) + std::sin(1.3f * static_cast<float>(i + t)));
    frames.push_back((i + t) % 7 == 0 ? std::nanf("") : std::cos(static_cast<float>(i * t)));
  }
  return frames;
}

inline std::string wave_text(const Floats& frames) {
  std::string parts[2];
  for (size_t n = 0; n < frames.size(); ++n) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", static_cast<double>(frames[n]));
    parts[n % 2] += (n < 2 ? "" : ",") + std::string(std::isnan(frames[n]) ? "?" : text);
  }
  return parts[0] + ":" + parts[1];
}

inline std::string write_waves() {
  std::string file = "@problemName waves\n@timeStamps false\n@classLabel true up down\n@data\n";
  for (int i = 0; i < 90; ++i) file += wave_text(wave(i)) + (i % 2 == 1 ? ":up\n" : ":down\n");
  write_all("waves.ts", file);
  return "waves.ts";
}

inline std::string write_tagged() {
  const char* cities[] = {"Paris", "Oslo", "Rome"};
  std::string file;
  for (int i = 0; i < 120; ++i) {
    const bool two = i % 3 == 0;
    file += "fly O\nto O\n" + std::string(two ? "New B-city\n" : "") + cities[i % 7 % 3] + (two ? " I-city\n" : " B-city\n");
    file += i % 2 == 0 ? "on O\nMonday B-day\n\n" : "\n";
  }
  write_all("train.conll", file);
  return "train.conll";
}

// What `rnn` prints, line by line as JSON; none where the tests do not know the program.
inline std::vector<nlohmann::json> program_says(const std::string& arguments) {
  const char* program = std::getenv("RNN");
  if (!program) return {};
  const std::string command = std::string(program) + " " + arguments + " --json > said.jsonl";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  std::vector<nlohmann::json> lines;
  std::istringstream said(read_all("said.jsonl"));
  for (std::string line; std::getline(said, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

}  // namespace rnn_api
