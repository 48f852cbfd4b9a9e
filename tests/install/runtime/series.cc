// Why: a program that forecasts links what runs a model of series, and nothing that reads tables or fits one.
#include <rnn/forecaster.h>

#include <cstdio>

int main(int argc, char** argv) {
  try {
    const rnn::Forecaster forecaster(rnn::Model::load(argc > 1 ? argv[1] : "nowhere.safetensors"), 2);
    const std::vector<double> past = {1, 2, 3, 4, 5, 6};
    rnn::SeriesHistory history{.name = "a", .values = past};
    for (const rnn::CovariateInfo& info : forecaster.covariates()) {
      const size_t steps = past.size() + static_cast<size_t>(forecaster.horizon());
      rnn::CovariateValues& column = history.covariates.emplace_back(rnn::CovariateValues{info.name});
      info.category ? column.categories.resize(steps, "c") : column.numbers.resize(steps, 1);
    }
    rnn::Series series = rnn::Series::from_bytes(forecaster.read(history).to_bytes());
    std::printf("%d steps: %g, %s\n", forecaster.horizon(), forecaster.forecast(history).point[0],
                forecaster.frequency().c_str());
    return series.steps() == 6 ? 0 : 1;
  } catch (const rnn::Error& error) {
    std::printf("error[%s]\n", error.code().c_str());
    return static_cast<int>(error.exit());
  }
}
