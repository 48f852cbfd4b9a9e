// Why: see label_data.h.
#include "tasks/sequences/label_data.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_set>

#include "base/error.h"
#include "data/hash.h"
#include "io/model_file.h"
#include "options/option_list.h"
#include "runs/data_place.h"
#include "text/letter_case.h"

namespace rnn::core {
namespace {

// Of the input alone, so that a text with two labels is on one side.
uint64_t input_content(const RawExample& e) {
  uint64_t hash = fnv1a64(plain_text(e.text, false));
  for (const std::string& word : e.words) hash = fnv1a64("\n", fnv1a64(word, hash));
  return fnv1a64({reinterpret_cast<const char*>(e.frames.data()), e.frames.size() * sizeof(float)}, hash);
}

std::vector<SplitItem> split_items_of(const RawSet& set, TargetForm target) {
  std::set<std::string_view> labels;
  if (target == TargetForm::label)
    for (const RawExample& e : set.examples) labels.insert(e.labels.at(0));
  std::vector<SplitItem> items;
  for (const RawExample& e : set.examples) {
    const auto at = target == TargetForm::label ? std::distance(labels.begin(), labels.find(e.labels.at(0))) : 0;
    items.push_back({input_content(e), static_cast<int32_t>(at)});
  }
  return items;
}

std::vector<std::string> labels_without(const RawSet& set, const LabelEncoder& encoder) {
  std::set<std::string> unseen;
  for (const RawExample& e : set.examples)
    for (const std::string& label : e.labels)
      if (encoder.label(label) < 0) unseen.insert(label);
  return {unseen.begin(), unseen.end()};
}

void require_same_kind(const RawSet& set, const SequenceShape& shape) {
  if (set.kind == shape.front.kind && (set.kind != InputKind::frames || set.width == shape.width)) return;
  throw Error(Exit::data, "data/sequence", set.files.at(0) + " is not of the kind that the model was trained on",
              "rnn info shows what it reads");
}

}  // namespace

int64_t shared_inputs(const RawSet& train, const RawSet& test) {
  std::unordered_set<uint64_t> known;
  for (const RawExample& e : train.examples) known.insert(input_content(e));
  return std::count_if(test.examples.begin(), test.examples.end(),
                       [&](const RawExample& e) { return known.count(input_content(e)) > 0; });
}

LabelData read_label_data(const std::vector<std::string>& paths, const LabelSplit& how, TargetForm target,
                          LabelOptions labels) {
  LabelData data;
  data.train = read_raw_labels(paths, target, labels);
  require_labels(data.train);
  if (data.train.kind == InputKind::words) labels.scheme = data.train.scheme;
  std::string hashes = data.train.hash;
  if (!how.valid.empty()) {
    data.valid = read_raw_labels(how.valid, target, labels);
    hashes += data.valid.hash;
  } else {
    const std::vector<SplitItem> items = split_items_of(data.train, target);
    const std::vector<size_t> held = require_held_out(how.rule, items, how.share, paths[0], "example");
    data.split = split_text(how.rule, items, how.share);
    std::vector<RawExample> out;
    move_out(data.train.examples, held, out);
    data.valid = data.train;
    data.valid.examples = std::move(out);
  }
  data.hash = content_hash(hashes);
  data.shared = shared_inputs(data.train, data.valid);
  return data;
}

void LabelData::encode(const SequenceShape& shape, const Tokenizer* tokenizer) {
  require_same_kind(train, shape), require_same_kind(valid, shape);
  const LabelEncoder encoder(shape, tokenizer);
  if (const std::vector<std::string> unknown = labels_without(train, encoder); !unknown.empty())
    throw Error(Exit::data, "data/symbol",
                train.files[0] + " has the label '" + unknown[0] + "', which the model does not know",
                "a model keeps its labels; train a new one for others");
  unseen = labels_without(valid, encoder);
  train_examples = encoder.examples(train);
  valid_examples = encoder.examples(valid);
}

LabelData label_data_of_model(const ModelFile& file) {
  using nlohmann::json;
  try {
    const json& data = file.about.at("data");
    const SequenceShape shape = shape_of_model(file);
    const std::vector<std::string> valid = data_of_model(file, "valid");
    const Options options = options_from_json(file.about.at("options"));
    const LabelSplit how{valid, options.train.valid_share, split_rule(data.value("split", ""))};
    LabelData found = read_label_data(data_of_model(file, "train"), how, shape.target, options.labels);
    if (found.hash != data.at("hash").get<std::string>()) return {};
    found.encode(shape, file.tokenizer.get());
    return found;
  } catch (const json::exception&) {
  } catch (const Error&) {
  }
  return {};
}

}  // namespace rnn::core
