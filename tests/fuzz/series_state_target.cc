// Why: the past of a series travels as bytes through other people's programs before it comes back.
#include <string>

#include "fuzz/target.h"
#include "rnn/rnn.h"

namespace rnn::core::fuzz {
namespace {

void test(std::string_view input) {
  static const v1::Forecaster forecaster(v1::Model::load(RNN_FUZZ_SERIES_MODEL));
  v1::Series series;
  if (!reads([&] { series = v1::Series::from_bytes(input); })) return;
  ++accepted;
  require(series.to_bytes() == input, "a series is written to the bytes it was read from");
  const v1::Series before = series;
  const double beside[] = {1, 2};
  const bool pushed = series.push(3) || series.push(3, std::span(beside).first(1)) || series.push(3, beside);
  require(pushed ? series.steps() == before.steps() + 1 : series == before, "a series goes on, or stays as it was");
  const v1::CovariateValues price{"price", {1, 2}};
  reads([&] {
    const v1::Forecast next = forecaster.forecast(series, {0.05, 0.95}, {price});
    require(next.point.size() == 2 && next.quantiles.size() == 4, "a forecast has its sizes");
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
