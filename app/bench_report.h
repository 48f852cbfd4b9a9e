// Why: the results of rnn bench, as tables for people and as one JSON object for programs (docs/bench.md).
#pragma once

#include <string>
#include <vector>

#include "bench/bench.h"
#include "bench/limits.h"

namespace rnn::core::app {

struct BenchReport {
  int threads = 1;
  bench::Limits limits;  // without reads: only the peak was measured
  std::vector<bench::Result> results;
};

std::string bench_tables(const BenchReport& report);
std::string bench_json(const BenchReport& report);

}  // namespace rnn::core::app
