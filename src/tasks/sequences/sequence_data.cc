// Why: sequence files become training and validation examples in the same way for new runs, resumed runs and evaluations.
#include "tasks/sequences/sequence_data.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "data/hash.h"
#include "data/inputs/data_file.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "options/option_list.h"
#include "runs/data_place.h"
#include "tasks/sequences/label_data.h"
#include "train/trainer.h"

namespace rnn::core {
namespace {

using nlohmann::json;

int64_t steps_of(const SequenceShape& shape, const std::vector<SequenceExample>& examples) {
  int64_t sum = 0;
  for (const auto& e : examples) sum += shape.steps(e);
  return sum;
}

ResultRow mean_row(const SequenceShape& shape, const std::vector<SequenceExample>& train,
                   const std::vector<SequenceExample>& test) {
  const size_t K = static_cast<size_t>(shape.values);
  std::vector<double> mean(K, 0);
  for (const auto& e : train) {
    for (size_t k = 0; k < K; ++k) mean[k] += e.values[k] / static_cast<double>(train.size());
  }
  double squares = 0;
  for (const auto& e : test) {
    for (size_t k = 0; k < K; ++k) squares += (e.values[k] - mean[k]) * (e.values[k] - mean[k]);
  }
  return sequence_row("always the mean", shape.target, squares / static_cast<double>(test.size() * K), std::nullopt);
}

ResultRow frequent_row(const SequenceShape& shape, const std::vector<SequenceExample>& train,
                       const std::vector<SequenceExample>& test) {
  std::vector<double> count(shape.labels.size(), 1);  // Laplace smoothing: no label has probability 0
  double all = static_cast<double>(count.size());
  for (const auto& e : train) {
    for (const int32_t label : e.labels) {
      if (label >= 0) count[static_cast<size_t>(label)] += 1, all += 1;
    }
  }
  const auto best = static_cast<int32_t>(std::max_element(count.begin(), count.end()) - count.begin());
  double nats = 0, right = 0, n = 0;
  for (const auto& e : test) {
    for (const int32_t label : e.labels) {
      if (label < 0) continue;
      nats -= std::log(count[static_cast<size_t>(label)] / all);
      right += label == best ? 1 : 0;
      n += 1;
    }
  }
  return sequence_row("always the most frequent", shape.target, n > 0 ? nats / n : 0, n > 0 ? right / n : 0);
}

// Input and target of an example, whatever numbers the alphabets have given them.
uint64_t content_of(const SequenceShape& shape, const SequenceExample& e) {
  const auto bytes = [](const std::vector<float>& numbers, uint64_t hash) {
    return fnv1a64({reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)}, hash);
  };
  uint64_t hash = bytes(e.values, bytes(e.frames, fnv1a64("")));
  for (const int32_t id : e.ids) hash = fnv1a64("\n", fnv1a64(shape.symbols[static_cast<size_t>(id)], hash));
  for (const int32_t label : e.labels)
    hash = fnv1a64(label < 0 ? "\t" : "\n", fnv1a64(label < 0 ? "" : shape.labels[static_cast<size_t>(label)], hash));
  return hash;
}

void require_same(const SequenceShape& a, const SequenceShape& b, const std::string& path, const std::string& first) {
  if (a.target == b.target && a.width == b.width && a.symbols == b.symbols && a.labels == b.labels && a.values == b.values)
    return;
  throw Error(Exit::data, "data/sequence", path + " does not have the same task, width or symbols as " + first,
              "put all sequences of one task into one file; part of it is held out for validation");
}

}  // namespace

std::vector<SplitItem> split_items(const SequenceShape& shape, const std::vector<SequenceExample>& examples) {
  std::vector<SplitItem> items;
  items.reserve(examples.size());
  for (const SequenceExample& e : examples)
    items.push_back({content_of(shape, e), shape.target == TargetForm::label ? e.labels.at(0) : 0});
  return items;
}

SequenceSet read_sequence_files(const std::vector<std::string>& paths, const SequenceShape* known, std::string* hashes) {
  SequenceSet all;
  std::string found;
  for (const std::string& path : paths) {
    SequenceSet set = read_sequences(path, known);
    if (found.empty()) all.shape = set.shape;
    require_same(all.shape, set.shape, path, paths[0]);
    found += content_hash(read_data_bytes(path));
    std::move(set.examples.begin(), set.examples.end(), std::back_inserter(all.examples));
  }
  all.hash = content_hash(found);
  if (hashes) *hashes += found;
  return all;
}

SequenceData read_sequence_data(const std::vector<std::string>& paths, const SequenceSplit& how,
                                const SequenceShape* known) {
  SequenceData data;
  std::string hashes;
  SequenceSet set = read_sequence_files(paths, known, &hashes);
  data.shape = std::move(set.shape), data.train = std::move(set.examples);
  if (!how.valid.empty()) {
    data.valid = read_sequence_files({how.valid}, &data.shape, &hashes).examples;  // with the alphabets of the training data
  } else {
    const std::vector<SplitItem> items = split_items(data.shape, data.train);
    const std::vector<size_t> held = require_held_out(how.rule, items, how.share, paths[0], "sequence");
    data.split = split_text(how.rule, items, how.share);
    move_out(data.train, held, data.valid);
  }
  data.hash = content_hash(hashes);
  data.train_steps = steps_of(data.shape, data.train);
  data.valid_steps = steps_of(data.shape, data.valid);
  return data;
}

SequenceData validation_sequences(const ModelFile& file) {
  try {
    const json& data = file.about.at("data");
    const SequenceShape shape = shape_of_model(file);
    if (shape.front.kind != InputKind::none) {
      LabelData found = label_data_of_model(file);
      return {shape, std::move(found.train_examples), std::move(found.valid_examples), found.hash, found.split};
    }
    const std::vector<std::string> valid = data_of_model(file, "valid");
    const SequenceSplit how{valid.empty() ? "" : valid.at(0), options_from_json(file.about.at("options")).train.valid_share,
                            split_rule(data.value("split", ""))};
    SequenceData found = read_sequence_data(data_of_model(file, "train"), how, &shape);
    if (found.hash == data.at("hash").get<std::string>()) return found;
  } catch (const json::exception&) {
  } catch (const Error&) {
  }
  return {};
}

int usual_longest(std::vector<int> steps) {
  const auto at = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() * 95 / 100);
  if (at == steps.end()) return 0;
  std::nth_element(steps.begin(), at, steps.end());
  return *at;
}

ResultRow sequence_row(std::string name, TargetForm target, double loss, std::optional<double> accuracy) {
  return ResultRow(std::move(name))
      .set(loss_figure(find_form(target_task(target))->loss), loss)
      .set(figure::kAccuracy, accuracy);
}

ResultRow constant_row(const SequenceShape& shape, const std::vector<SequenceExample>& train,
                       const std::vector<SequenceExample>& test) {
  return shape.target == TargetForm::values ? mean_row(shape, train, test) : frequent_row(shape, train, test);
}

SequenceReport evaluate_sequences(ModelFile& file, const std::string& path, int threads) {
  require_finite(*file.model, file.path);
  const SequenceShape shape = shape_of_model(file);
  const SequenceSet set = read_sequences(path, &shape);
  Pool pool(threads);
  file.model->pack(pool, false);
  const auto batcher = sequence_batcher(shape, set.examples, {32, false, 1});
  const Evaluation result = evaluate(*file.model, *batcher, pool);
  SequenceReport report;
  report.task = target_task(shape.target);
  report.sequences = static_cast<int64_t>(set.examples.size());
  report.targets = result.tokens;
  report.model = sequence_row("this model", shape.target, result.loss(), result.accuracy);
  report.baselines.push_back(constant_row(shape, set.examples, set.examples));
  return report;
}

}  // namespace rnn::core
