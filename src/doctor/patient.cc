// Why: see patient.h.
#include "doctor/patient.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/ready_model.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

// The best model; a run that was stopped before its first validation has only a checkpoint.
void take_model(const std::string& run, Patient& p, Pool& pool) {
  std::error_code ignored;
  for (const char* name : {"model.safetensors", "last.ckpt.safetensors"}) {
    const std::string path = run + "/" + name;
    if (!fs::exists(path, ignored)) continue;
    p.file = load_model(path);
    p.task = p.file.model->config().task;
    if (p.file.model->has_head()) p.chance = p.file.model->head().info().chance;
    try {
      require_finite(*p.file.model, path);
    } catch (const Error& e) {
      p.no_model = e.what();
      p.file.model = nullptr;
      return;
    }
    if (p.file.model->translates()) {
      p.no_model = "the model is a translator: these rules apply to networks that read one sequence step by step";
      p.file.model = nullptr;
      return;
    }
    if (p.file.model->config().rnn.bidirectional) {
      p.no_model = "the model reads in both directions: no state is passed from step to step";
      p.file.model = nullptr;
      return;
    }
    p.file.model->pack(pool, true);
    p.lines = reads_sentences(p.file);
    return;
  }
  p.no_model = "the run has no model: it ended before the first validation";
}

// Large models are tested on less data, so that the doctor takes only seconds.
int tried(const Patient& p, int most) {
  const double weights = static_cast<double>(p.model().params().size());
  return std::clamp(static_cast<int>(kTriedWork * most / weights / kTriedSteps), most / 4, most);
}

// The beginning of a text; whole lines if it has any.
std::string_view beginning(std::string_view text) {
  if (text.size() <= kTriedBytes) return text;
  text = text.substr(0, kTriedBytes);
  const size_t line = text.rfind('\n');
  if (line != text.npos) return text.substr(0, line + 1);
  while (text.size() > 1 && (text.back() & 0xC0) == 0x80) text.remove_suffix(1);
  return text.substr(0, text.size() - 1);
}

// What the run was validated on, for a message: its file as it was named.
std::string checked_on(const ModelFile& file) {
  std::vector<std::string> files = run_files(file, "valid");
  if (files.empty() || files[0].empty()) files = run_files(file, "train");
  if (files.empty()) return "the data on which the run was validated";
  return printable(files[0]) + (files.size() > 1 ? ", ..." : "") + ", on which the run was validated,";
}

// Each document is read from the zero state, as in training.
void take_text(const std::string& data, Patient& p) {
  const std::vector<Document> documents = data.empty() ? validation_text(p.file) : read_text(data);
  const int64_t most = tried(p, kTriedSteps);
  int64_t left = most;
  for (const Document& document : documents) {
    if (left <= 0) break;
    std::vector<int32_t> ids = p.file.tokenizer->encode(beginning(document.text));
    ids.resize(std::min(ids.size(), static_cast<size_t>(left)));
    left -= static_cast<int64_t>(ids.size());
    p.text.push_back(std::move(ids));
  }
  if (most - left < 3) {
    p.text.clear();
    return;
  }
  const int32_t newline = p.file.tokenizer->newline_id();
  for (const auto& document : p.text) {
    std::vector<int32_t> ids = {newline};
    ids.insert(ids.end(), document.begin(), document.end());
    p.readings.push_back(read_ids(p.model(), ids, {newline, p.lines, 1}));
  }
  p.window = gradient_windows(p.text, std::min(kLongestWindow, p.options.train.bptt + 1), tried(p, kTriedTargets));
}

// Sequences of the most common length, for the gradient: only those whose last step has a target.
Batch equal_lengths(const SequenceData& data, bool last_step, size_t targets) {
  std::vector<std::pair<int, const SequenceExample*>> found;
  for (const SequenceExample& e : data.valid) {
    if (!last_step && !e.labels.empty() && e.labels.back() < 0) continue;
    found.emplace_back(data.shape.steps(e), &e);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  size_t best = 0, most = 0;
  for (size_t i = 0, j = 0; i < found.size(); i = j) {
    while (j < found.size() && found[j].first == found[i].first) ++j;
    if (j - i >= most) best = i, most = j - i;
  }
  Batch batch;
  std::vector<const SequenceExample*> examples;
  std::vector<uint32_t> ids;
  for (size_t i = best; i < best + most && examples.size() < targets; ++i) {
    ids.push_back(static_cast<uint32_t>(examples.size()));
    examples.push_back(found[i].second);
  }
  if (!examples.empty()) fill_sequence_batch(data.shape, examples, ids, batch);
  return batch;
}

void take_sequences(const std::string& data, Patient& p) {
  if (data.empty()) {
    p.sequences = validation_sequences(p.file);
    double squares = 0, count = 0;
    for (const SequenceExample& e : p.sequences.valid)
      for (const float value : e.values) squares += static_cast<double>(value) * value, ++count;
    if (squares > 0) p.chance = squares / count;
  } else {
    p.sequences.shape = shape_of_model(p.file);
    p.sequences.valid = read_sequences(data, &p.sequences.shape).examples;
  }
  int64_t steps = 0;
  for (const SequenceExample& e : p.sequences.valid) {
    if (steps >= tried(p, kTriedSteps)) break;
    const int n = p.sequences.shape.steps(e), width = p.sequences.shape.width;
    const View<const float> frames = width > 0 ? View<const float>{e.frames.data(), n, width, width} : View<const float>{};
    p.readings.push_back(read_states(p.model(), e.ids, frames));
    steps += n;
  }
  p.window = equal_lengths(p.sequences, p.model().answers_at_end(), static_cast<size_t>(tried(p, kTriedTargets)));
}

}  // namespace

std::vector<std::string> run_files(const ModelFile& file, const char* part) {
  const nlohmann::json& about = file.about;
  const auto data = about.find("data");
  if (data == about.end() || !data->is_object() || !data->contains(part)) return {};
  const nlohmann::json& names = (*data)[part];
  std::vector<std::string> files;
  for (const auto& name : names.is_array() ? names : nlohmann::json::array({names}))
    if (name.is_string()) files.push_back(name.get<std::string>());
  return files;
}

Patient examine(const std::string& run, const std::string& data, const Options& options, Pool& pool) {
  Patient p;
  p.options = options;
  take_model(run, p, pool);
  if (!p.file.model) {
    p.no_data = p.no_model;
    return p;
  }
  if (!p.model().has_head()) {
    p.no_data = "the model is only a recurrent network, without a task";
    return p;
  }
  p.is_text() ? take_text(data, p) : take_sequences(data, p);
  if (p.readings.empty())
    p.no_data = data.empty() ? checked_on(p.file) + " is gone or has changed (--data names another)"
                             : "there is too little data in " + data;
  for (const Reading& reading : p.readings) {
    p.steps += reading.steps();
    p.gates.emplace_back();
    for (int l = 0; l < p.model().config().rnn.layers; ++l)
      p.gates.back().push_back(layer_gates(p.model(), pool, reading, l));
  }
  return p;
}

}  // namespace rnn::core
