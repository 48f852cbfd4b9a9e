// Why: a model file comes from anybody; what is loaded must run, and be saved to the same bytes again and again.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "io/model_file.h"
#include "io/ready_model.h"
#include "networks/step_ids.h"
#include "nn/context.h"
#include "series/observed.h"
#include "tasks/forecast/stream/forecaster.h"
#include "tasks/forecast/stream/model_front.h"
#include "tasks/language_model/stream/writer.h"
#include "tasks/translate/stream/translator.h"
#include "text/utf8.h"

namespace rnn::core::fuzz {
namespace {

constexpr int kSteps = 3, kStreams = 2;

std::string saved(const ModelFile& file) { return format_model(*file.model, file.tokenizer.get(), file.about); }

void require_text(const std::string& text) {
  require(utf8_error(text) == std::string_view::npos, "what is written is UTF-8");
}

void write_on(ModelFile& file) {
  Writer writer(file);
  writer.read("a b");
  const int32_t size = file.tokenizer->size();
  for (const Candidate& c : writer.top(4)) require(c.id >= 0 && c.id < size, "a choice is a token of the model");
  Random random(1, Purpose::test);
  std::string text;
  for (int i = 0; i < kSteps; ++i) text += writer.next({}, random);
  require_text(text + writer.flush());
  const std::string state = writer.save_state();
  writer.load_state(state);
  require(writer.save_state() == state, "a saved state comes back");
}

void translate(ModelFile& file) {
  Pool pool(1);
  Translator translator(file, {}, pool);
  TranslateOptions options;
  options.beam = 2, options.max_extra = 1, options.max_ratio = 1;
  const auto found = translator.translate({"a b", ""}, options);
  require(found.size() == 2 && !found[0].empty() && !found[1].empty(), "every line has a translation");
  for (const auto& line : found) require_text(line[0].text);
}

void forecast(ModelFile& file) {
  const ForecastFront front = front_of_model(file);
  std::vector<Series> all(2);
  for (Series& series : all) {
    series.y = {1, 2, kMissing, 4};
    series.future = file.model->config().forecast.horizon;
    series.covariates.assign(front.covariates.size(), std::vector<double>(4, 1));
  }
  const std::vector<SeriesPlace> places = {{front.scales.empty() ? -1 : 0, {}}, {-1, {}}};
  const SeriesBank bank(front, Grid(front.grid), all, places);
  Pool pool(1);
  const Model<float>& model = ready_model(file, pool);
  const std::vector<double> levels = {0.05, 0.5, 0.99};
  for (const Forecast& f : Forecaster(front, model, pool).forecast(bank, std::vector<Window>{{0, 4}, {1, 3}}, levels)) {
    require(f.quantile.size() == f.point.size() * 3, "every step has its quantiles");
    for (size_t i = 1; i < f.quantile.size(); ++i)
      require(i % 3 == 0 || !(f.quantile[i] < f.quantile[i - 1]), "quantiles do not cross");
  }
}

// Frames or ids through a model that has no decoder of its own.
void run_batch(ModelFile& file) {
  Pool pool(1);
  Model<float>& model = *file.model;
  model.pack(pool, false);
  Batch batch;
  batch.in.seq = Seq::uniform_batch(kStreams, kSteps);
  batch.to.last_step = model.answers_at_end();
  if (model.reads_ids()) {
    batch.in.columns = ids_of_step(model.config());
    batch.in.ids.assign(static_cast<size_t>(kStreams * kSteps * batch.in.columns), 0);
  } else {
    batch.in.width = model.config().rnn.input;
    batch.in.frames.assign(static_cast<size_t>(kStreams * kSteps * batch.in.width), 0.5f);
  }
  Arena arena;
  Context<float> context{pool, arena};
  State<float> state = model.initial(kStreams);
  const View<float> out = model.forward(context, batch, state, nullptr);
  require(out.rows == model.output_rows(batch.in.seq) && out.cols == model.outputs(), "outputs have the model's shape");
}

void run_model(ModelFile& file) {
  if (file.model->is_language_model()) {
    write_on(file);
  } else if (file.model->translates()) {
    translate(file);
  } else if (file.model->config().forecast.present()) {
    forecast(file);
  } else {
    run_batch(file);
  }
}

void test(std::string_view input) {
  static const Folder folder;
  const std::string path = folder.write("model.safetensors", input);
  ModelFile file;
  if (!reads([&] { file = load_model(path); })) return;
  ++accepted;
  const std::string first = saved(file);
  const ModelFile again = load_model(folder.write("again.safetensors", first));
  require(config_to_json(again.model->config()) == config_to_json(file.model->config()), "a configuration comes back");
  require(saved(again) == first, "a model is saved to the same bytes again");
  reads([&] { run_model(file); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
