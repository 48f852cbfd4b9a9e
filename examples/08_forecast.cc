// Why: a forecast on one page: six months of daily visitors are learnt, the next week is forecast, and forecast again after every new day.
#include <rnn/rnn.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace {

// Visitors on a day: busy weekends, a slow rise, chance.
double visitors(int day, std::minstd_rand& seed) {
  return std::round(185 + 0.5 * day + (day % 7 >= 5 ? 80 : 0) + 0.03 * static_cast<double>(seed() % 1000));
}

void print(const char* title, const rnn::Forecast& next) {
  std::printf("%s:", title);
  for (size_t h = 0; h < next.point.size(); ++h)
    std::printf("  %.0f (%.0f to %.0f)", next.point[h], next.quantiles[2 * h], next.quantiles[2 * h + 1]);
  std::printf("\n");
}

}  // namespace

int main() {
  try {
    std::minstd_rand seed(1);
    std::vector<double> past;
    std::ofstream table("visitors.csv");
    table << "ds,y\n";
    for (int day = 0; day < 180; ++day) {
      past.push_back(visitors(day, seed));
      const std::chrono::year_month_day d = std::chrono::sys_days(std::chrono::year(2024) / 1 / 1) + std::chrono::days(day);
      table << int(d.year()) << "-" << unsigned(d.month()) << "-" << unsigned(d.day()) << "," << past.back() << "\n";
    }
    table.close();
    rnn::TrainRequest request;
    request.task = "forecast";
    request.data = {"visitors.csv"};
    request.folder = "visitors_run";
    request.force = true;
    const rnn::TrainSummary run = rnn::train(request.set("horizon", "7").set("hidden", "32"));
    std::printf("mean error %.1f visitors, %.0f %% in the 90 %% band\n", *run.mae, 100 * *run.coverage);

    const rnn::Forecaster forecaster(rnn::Model::load(run.folder));
    const rnn::SeriesHistory history = {.values = past,
                                        .first = "2024-01-01"};  // the date is for a model that reads the calendar
    print("next week", forecaster.forecast(history));
    rnn::Series series = forecaster.read(history);  // the same, day by day
    for (int day = 180; day < 183; ++day) {
      series.push(visitors(day, seed));
      print(("after day " + std::to_string(day + 1)).c_str(), forecaster.forecast(series));
    }
    return 0;
  } catch (const rnn::Error& error) {
    std::fprintf(stderr, "error[%s]: %s\nhelp: %s\n", error.code().c_str(), error.what(), error.help().c_str());
    return static_cast<int>(error.exit());
  }
}
