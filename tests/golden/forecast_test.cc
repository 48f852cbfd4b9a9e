// Why: heads of forecasts have torch's losses and mpmath's quantiles; the network of segments is SegRNN as PyTorch computes it.
#include <gtest/gtest.h>

#include <cmath>

#include "golden/golden.h"
#include "golden/tolerances.h"
#include "heads/distribution.h"
#include "heads/special.h"
#include "kernels/host.h"
#include "networks/model.h"

namespace rnn::core::test {
namespace {

std::vector<GoldenCase> cases_of(const GoldenFile& file, const std::string& kind) {
  std::vector<GoldenCase> cases;
  for (const GoldenCase& c : file.cases())
    if (c.name.rfind(kind + "/", 0) == 0) cases.push_back(c);
  return cases;
}

template <class T>
void expect_torchs_losses(const GoldenCase& c, double tolerance, Worst& worst) {
  const auto head_name = c.get<std::string>("head");
  const int rows = c.get<int>("rows"), steps = c.get<int>("steps");
  const std::vector<float> o = c.tensor("outputs");
  Matrix<T> outputs(rows, static_cast<int>(o.size()) / rows);
  std::copy(o.begin(), o.end(), outputs.data());
  ParamTable table;
  Packed<T> forms;
  const auto head = make_head<T>({.kind = head_name,
                                  .outputs = static_cast<int>(o.size()) / rows,
                                  .width = 1,
                                  .levels = c.get<std::vector<double>>("levels")},
                                 table, forms);
  const Targets to{
      .values = c.tensor("values"), .width = steps, .weights = c.tensor("weights"), .scales = c.tensor("scales")};
  Pool pool(1);
  Arena arena;
  Context<T> context{pool, arena};
  std::vector<double> losses;
  const LossSum sum = head->loss_of(context, outputs.view(), to, {.gradient = true}, &losses);
  worst.see(c.name + " loss", relative_error(losses, c.tensor("loss")), tolerance);
  worst.see(c.name + " gradient",
            relative_error(std::vector<T>(outputs.data(), outputs.data() + outputs.size()), c.tensor("gradient")),
            tolerance);
  EXPECT_NEAR(sum.weight, c.get<double>("weight"), 1e-12);
}

TEST(Forecast, LossesAndGradientsAreTorchs) {
  const GoldenFile file("forecast.safetensors");
  ASSERT_EQ(cases_of(file, "head").size(), 6u);
  Worst worst;
  for (const GoldenCase& c : cases_of(file, "head")) {
    expect_torchs_losses<double>(c, kGoldenRounding, worst);
    expect_torchs_losses<float>(c, kGoldenLoss, worst);
  }
  worst.record("losses");
}

using Table = std::vector<std::vector<double>>;

double nothing(const double*) { return 0; }

// Every row: arguments, then the expected value, which a function must reach within `tolerance` of 1, its size and that of the terms
// of which it is the difference.
template <class Function>
void expect_values(const GoldenCase& c, const char* key, double tolerance, Worst& worst, const Function& function,
                   double (*terms)(const double*) = nothing) {
  const auto rows = c.get<Table>(key);
  ASSERT_GT(rows.size(), 5u);
  for (const auto& row : rows) {
    std::string where = c.name + " " + key;
    for (const double v : row) where += " " + std::to_string(v);
    const double want = row.back(), got = function(row.data());
    const double error = std::fabs(got - want) / (1 + std::fabs(want) + terms(row.data()));
    worst.see(where, std::isnan(got) ? INFINITY : error, tolerance);
  }
}

// A few roundings of sums of a few terms.
constexpr double kSpecial = 5e-15;

TEST(Forecast, SpecialFunctionsAreExact) {
  const GoldenFile file("forecast.safetensors");
  const GoldenCase c = file.find("exact/special");
  Worst worst;
  expect_values(c, "digamma", kSpecial, worst, [](const double* v) { return digamma(v[0]); });
  expect_values(
      c, "log_rising", kSpecial, worst, [](const double* v) { return log_rising(v[0], v[1]); },
      [](const double* v) { return v[1]; });
  expect_values(
      c, "log_rising_slope", kSpecial, worst, [](const double* v) { return log_rising_slope(v[0], v[1]); },
      [](const double* v) { return v[1] / v[0]; });
  expect_values(c, "normal_quantile", kSpecial, worst, [](const double* v) { return normal_quantile(v[0]); });
  worst.record("special functions");
}

// Quantiles as promised; losses lose a digit where a shape of 1e-7 multiplies a logarithm.
constexpr double kQuantile = 1e-9, kFarLoss = 1e-12;

TEST(Forecast, QuantilesAndFarLossesAreExact) {
  const GoldenFile file("forecast.safetensors");
  Worst quantiles, losses;
  for (const std::string kind : {"student-t", "negative-binomial"}) {
    const GoldenCase c = file.find("exact/" + kind);
    const Distribution said(kind);
    const Family& family = *find_family(kind);
    const int P = said.numbers();
    expect_values(c, "quantiles", kQuantile, quantiles,
                  [&](const double* v) { return said.quantile(v, 0, v[P + 1], v[P]); });
    expect_values(c, "losses", kFarLoss, losses, [&](const double* v) {
      return family.loss({v, v[P], {}}, v[P + 1], nullptr);
    });
  }
  quantiles.record("quantiles");
  losses.record("losses");
}

// ---------------------------------------------------------------------------------------------------------------- the network

ModelConfig config_of(const GoldenCase& c) {
  ModelConfig config;
  config.task = kForecastTask;
  config.rnn.cell = find_cell(c.get<std::string>("cell"))->kind, config.rnn.layers = c.get<int>("layers");
  config.rnn.input = c.get<int>("input"), config.rnn.hidden = c.get<int>("hidden");
  ForecastOptions& f = config.forecast;
  f.head = ForecastHead::squared, f.segment = c.get<int>("outputs"), f.horizon = f.segment * c.get<int>("positions");
  f.inputs = c.get<int>("frame") / f.segment, f.known = c.get<int>("known") / f.segment, f.context = 100;
  f.channels = c.get<int>("channels");
  return config;
}

Batch batch_of(const GoldenCase& c) {
  const auto lengths = c.get<std::vector<int>>("lengths");
  const int streams = static_cast<int>(lengths.size()), positions = c.get<int>("positions"), frame = c.get<int>("frame"),
            known = c.get<int>("known"), outputs = c.get<int>("outputs");
  const int longest = *std::max_element(lengths.begin(), lengths.end());
  const std::vector<float> past = c.tensor("past"), future = c.tensor("known"), values = c.tensor("values");
  Batch batch;
  batch.source.seq = Seq::ragged(lengths), batch.source.width = frame;
  for (int t = 0; t < batch.source.seq.steps(); ++t) {
    for (int r = 0; r < batch.source.seq.active(t); ++r) {
      const float* from = past.data() + (batch.source.seq.order[static_cast<size_t>(r)] * longest + t) * frame;
      batch.source.frames.insert(batch.source.frames.end(), from, from + frame);
    }
  }
  batch.in.seq = Seq::uniform_batch(streams, positions), batch.in.width = known;
  batch.to.width = outputs;
  for (int m = 0; m < positions; ++m) {
    for (int s = 0; s < streams; ++s) {
      batch.in.ids.push_back(m);
      const float* from = future.data() + (s * positions + m) * std::max(known, 1);
      batch.in.frames.insert(batch.in.frames.end(), from, from + known);
      const float* to = values.data() + (s * positions + m) * outputs;
      batch.to.values.insert(batch.to.values.end(), to, to + outputs);
    }
  }
  if (c.get<int>("channels") > 0) batch.stream_ids = c.get<std::vector<int32_t>>("stream_ids");
  return batch;
}

template <class T>
void expect_segrnn(const GoldenCase& c, double forward, double gradient, Worst& worst) {
  Model<T> model(config_of(c));
  const ParamTable& table = model.table();
  for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
    const std::vector<float> first = c.tensor("first/" + table[id].name);
    ASSERT_EQ(first.size(), table[id].size()) << table[id].name;
    std::copy(first.begin(), first.end(), model.params().values(id).data());
  }
  Pool pool(1);
  model.pack(pool, true);
  Arena arena;
  Tape tape;
  Context<T> context{pool, arena};
  const Batch batch = batch_of(c);
  const int streams = batch.in.seq.streams(), positions = batch.in.seq.steps(), K = model.outputs();
  State<T> state = model.initial(streams);
  const View<T> h = model.forward_hidden(context, batch, state, &tape), dh = arena.matrix<T>(h.rows, h.cols);
  const View<T> outputs = arena.matrix<T>(h.rows, K);
  model.forward_output(context, h, outputs);
  std::vector<T> by_stream;  // as the file has them
  for (int s = 0; s < streams; ++s) {
    for (int m = 0; m < positions; ++m)
      by_stream.insert(by_stream.end(), host(outputs).row(m * streams + s), host(outputs).row(m * streams + s) + K);
  }
  worst.see(c.name + " outputs", relative_error(by_stream, c.tensor("outputs")), forward);
  Params<T> grads(table);
  model.loss(context, h, batch.to, {.grads = &grads, .dh = dh});
  model.backward_hidden(context, batch.in.seq, tape, dh, grads);
  for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
    const auto values = grads.values(id);
    worst.see(c.name + " " + table[id].name,
              relative_error(std::vector<T>(values.begin(), values.end()), c.tensor("grad/" + table[id].name)), gradient);
  }
}

TEST(Forecast, SegmentsAreSegRnn) {
  const GoldenFile file("forecast.safetensors");
  ASSERT_EQ(cases_of(file, "segments").size(), 4u);
  Worst worst;
  for (const GoldenCase& c : cases_of(file, "segments")) {
    SCOPED_TRACE(c.name);
    expect_segrnn<double>(c, kGoldenRounding, kGoldenRounding, worst);
    expect_segrnn<float>(c, kGoldenForward, kGoldenGradient, worst);
  }
  worst.record("segments");
}

}  // namespace
}  // namespace rnn::core::test
