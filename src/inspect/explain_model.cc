// Why: the order in which a model is examined, and which part of the text each figure is computed from.
#include "inspect/explain_model.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cells/names.h"
#include "inspect/doors.h"
#include "inspect/gradients.h"
#include "inspect/influence.h"
#include "inspect/spectrum.h"
#include "inspect/trace.h"
#include "inspect/unit_meaning.h"
#include "io/ready_model.h"
#include "networks/session.h"

namespace rnn::core {
namespace {

ModelExplanation describe(const ModelFile& file, const Model<float>& model) {
  const RecurrentOptions& o = model.config().rnn;
  const CellInfo& info = cell_info(o.cell);
  ModelExplanation m;
  m.name = model_name(file.path), m.path = file.path, m.cell = cell_name(o.cell, o.flags),
  m.tokenizer = file.tokenizer->kind();
  const std::string equations(info.equation);
  for (size_t begin = 0; begin <= equations.size();) {
    const size_t end = std::min(equations.find('\n', begin), equations.size());
    m.equations.push_back(equations.substr(begin, end - begin));
    begin = end + 1;
  }
  m.layers = o.layers, m.hidden = o.hidden, m.vocabulary = model.config().vocabulary;
  m.parameters = static_cast<long long>(model.table().count());
  m.val_loss = trained_metric(file, "val_loss"), m.val_perplexity = trained_metric(file, "val_perplexity");
  m.val_bits_per_byte = trained_metric(file, "val_bits_per_byte");
  return m;
}

// Median of single steps, one thread.
double step_microseconds(const Model<float>& model) {
  constexpr int kWarm = 50, kSteps = 301;
  using Clock = std::chrono::steady_clock;
  Session session(model);
  std::vector<double> times;
  for (int i = 0; i < kWarm + kSteps; ++i) {
    const auto start = Clock::now();
    session.push(static_cast<int32_t>(i % model.config().vocabulary));
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (i >= kWarm) times.push_back(seconds * 1e6);
  }
  std::nth_element(times.begin(), times.begin() + kSteps / 2, times.end());
  return times[kSteps / 2];
}

GradientReach reach_of(const Model<float>& model, Pool& pool, const Batch& windows, const WorstOptions& worst) {
  if (windows.in.seq.steps() < 1) return {};
  GradientReach reach = gradient_reach(gradient_norms(model, pool, windows));
  reach.worst = worst_directions(model, pool, select_streams(windows, windows.in.seq.streams() - 1, 1), worst);
  return reach;
}

// The first tokens of the text as one sequence; every document begins like a line.
std::vector<int32_t> first_tokens(const std::vector<std::vector<int32_t>>& text, int32_t newline, int count) {
  std::vector<int32_t> ids;
  for (const auto& document : text) {
    if (static_cast<int>(ids.size()) >= count) break;
    if (ids.empty() || ids.back() != newline) ids.push_back(newline);
    ids.insert(ids.end(), document.begin(), document.end());
  }
  ids.resize(std::min(ids.size(), static_cast<size_t>(std::max(count, 1))));
  return ids;
}

// The figures that do not depend on any text, and those measured on options.text.
void look_at_text(const ModelFile& file, const Model<float>& model, Pool& pool, const ReadingOptions& reading,
                  const ExplainOptions& options, ModelExplanation& m) {
  if (!options.text.empty()) {
    m.gradient = reach_of(model, pool, gradient_windows(options.text, options.window, options.targets), options.worst);
    const Reading text = read_ids(model, first_tokens(options.text, reading.newline, options.tokens), reading);
    m.gates = gate_use(model, pool, text);
    m.norms = state_norms(model, text);
    m.meaning = unit_meaning(model, *file.tokenizer, text);
  }
  if (options.spectra) m.spectra = spectra(model, pool);
  if (options.timing) m.step_microseconds = step_microseconds(model);
}

// `count` of `units` unit numbers at equal distances.
std::vector<int> spread_units(int units, int count) {
  std::vector<int> shown;
  count = std::min(count, units);
  for (int i = 0; i < count; ++i) shown.push_back(static_cast<int>(static_cast<int64_t>(i) * units / count));
  return shown;
}

}  // namespace

std::string model_name(const std::string& path) {
  const std::filesystem::path file = std::filesystem::path(path).lexically_normal();
  const std::string folder = file.parent_path().filename().string();
  return file.filename() == "model.safetensors" && !folder.empty() ? folder : file.stem().string();
}

std::optional<double> trained_metric(const ModelFile& file, const char* key) {
  const nlohmann::json& about = file.about;
  const auto metrics = about.find("metrics");
  if (metrics == about.end() || !metrics->is_object()) return std::nullopt;
  const auto at = metrics->find(key);
  return at != metrics->end() && at->is_number() ? std::optional<double>(at->get<double>()) : std::nullopt;
}

ModelExplanation explain_model(ModelFile& file, std::string_view prompt, const ExplainOptions& options, Pool& pool) {
  const Model<float>& model = inspected_model(file, pool);
  const Tokenizer& tokenizer = *file.tokenizer;
  const std::vector<int32_t> ids = prompt_ids(file, prompt, options.limit);
  const ReadingOptions how{tokenizer.newline_id(), reads_sentences(file), options.top};
  const Reading reading = read_ids(model, ids, how);
  ModelExplanation m = describe(file, model);
  m.steps = read_steps(model, pool, tokenizer, reading, options.moved);
  const Substitutes substitutes(tokenizer);
  m.influence = influences(model, tokenizer, substitutes, reading, how, options.substitutes);
  const int position = substitutes.first_content(ids);
  for (const int32_t other : substitutes.of(ids[static_cast<size_t>(position)], 1))
    m.distances.push_back(state_distance(model, tokenizer, reading, how, position, other));
  // No gradient reaches back beyond the start of a line that began from the zero state.
  const auto fresh = std::find(reading.fresh.rbegin(), reading.fresh.rend(), true);
  const std::vector<int32_t> last_line(ids.end() - (fresh - reading.fresh.rbegin()) - 1, ids.end());
  m.prompt_gradient = reach_of(model, pool, one_window(last_line), options.worst);
  m.doors = doors_of(model, pool, tokenizer, reading, options.door_words);
  m.shown_units = spread_units(model.config().rnn.of_layer(m.layers - 1).output(), options.shown_units);
  m.pairs = test_pairs(model, tokenizer, options.pairs);
  look_at_text(file, model, pool, how, options, m);
  if (options.text.empty()) {
    m.gradient = m.prompt_gradient;
    m.gates = gate_use(model, pool, reading);
    m.norms = state_norms(model, reading);
  }
  return m;
}

ModelExplanation explain_text(ModelFile& file, const ExplainOptions& options, Pool& pool) {
  const Model<float>& model = inspected_model(file, pool);
  ModelExplanation m = describe(file, model);
  look_at_text(file, model, pool, {file.tokenizer->newline_id(), reads_sentences(file), options.top}, options, m);
  return m;
}

}  // namespace rnn::core
