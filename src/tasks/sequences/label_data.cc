// Why: see label_data.h.
#include "tasks/sequences/label_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/labels/answers.h"
#include "data/labels/table_inputs.h"
#include "data/labels/whole_labels.h"
#include "io/model_file.h"
#include "options/option_list.h"
#include "runs/data_place.h"
#include "text/letter_case.h"

namespace rnn::core {
namespace {

// Of the input alone, so that a text with two labels is on one side.
uint64_t input_content(const RawExample& e) {
  uint64_t hash = fnv1a64(plain_text(e.text, false));
  for (const std::string& cell : e.inputs) hash = fnv1a64("\n", fnv1a64(cell, hash));
  for (const std::string& word : e.words) hash = fnv1a64("\n", fnv1a64(word, hash));
  return fnv1a64({reinterpret_cast<const char*>(e.frames.data()), e.frames.size() * sizeof(float)}, hash);
}

// What every example is stratified by: its label (of the whole, beside tags), of several the rarest, so that each label is held out in its share; "": nothing.
std::vector<std::string_view> strata_of(const RawSet& set, TargetForm target) {
  std::vector<std::string_view> strata(set.examples.size());
  if (target == TargetForm::labels)
    for (size_t i = 0; i < strata.size(); ++i) strata[i] = set.examples[i].whole;
  if (target != TargetForm::label) return strata;
  std::map<std::string_view, int64_t> counts;
  for (const RawExample& e : set.examples)
    for (const std::string& label : e.labels) ++counts[label];
  for (size_t i = 0; i < strata.size(); ++i) {
    const std::vector<std::string>& labels = set.examples[i].labels;
    const auto rarest = std::min_element(labels.begin(), labels.end(),
                                         [&](const std::string& a, const std::string& b) { return counts[a] < counts[b]; });
    if (rarest != labels.end()) strata[i] = *rarest;
  }
  return strata;
}

std::vector<SplitItem> split_items_of(const RawSet& set, const LabelSource& source) {
  const std::vector<std::string_view> strata = strata_of(set, source.target);
  const std::set<std::string_view> labels(strata.begin(), strata.end());
  std::vector<SplitItem> items;
  for (size_t i = 0; i < set.examples.size(); ++i) {
    const RawExample& e = set.examples[i];
    const auto at = std::distance(labels.begin(), labels.find(strata[i]));
    const bool named = source.follow && !e.text.empty();  // by the id alone, whatever its rows are
    if (!e.group.empty()) {
      items.push_back({fnv1a64(e.group), 0});  // a group has any labels
    } else {
      items.push_back({named ? fnv1a64(e.text) : input_content(e), static_cast<int32_t>(at)});
    }
  }
  return items;
}

std::vector<std::string> labels_without(const RawSet& set, const LabelEncoder& encoder) {
  std::set<std::string> unseen;
  for (const RawExample& e : set.examples)
    for (const std::string& label : e.labels)
      if (!label.empty() && encoder.label(label) < 0) unseen.insert(label);
  for (const RawExample& e : set.examples)
    if (!e.whole.empty() && encoder.whole(e.whole) < 0) unseen.insert(e.whole);
  return {unseen.begin(), unseen.end()};
}

// Rows [begin, end) of `from` [rows, n]; of an empty one none.
template <class V>
void take_rows(const V& from, size_t n, size_t begin, size_t end, V& to) {
  if (!from.empty())
    to.assign(from.begin() + static_cast<std::ptrdiff_t>(n * begin), from.begin() + static_cast<std::ptrdiff_t>(n * end));
}

// Rows [begin, end) of a series.
RawExample rows_of_series(const RawExample& e, size_t width, size_t begin, size_t end) {
  RawExample out;
  out.text = e.text, out.file = e.file, out.line = e.rows[begin];
  take_rows(e.frames, width, begin, end, out.frames), take_rows(e.labels, 1, begin, end, out.labels);
  take_rows(e.values, 1, begin, end, out.values), take_rows(e.clock, 1, begin, end, out.clock);
  take_rows(e.rows, 1, begin, end, out.rows);
  return out;
}

// A set of the examples with these numbers, which `from` no longer has.
RawSet taken_out(RawSet& from, std::span<const size_t> numbers) {
  std::vector<RawExample> out;
  move_out(from.examples, numbers, out);
  std::vector<RawExample> rest = std::exchange(from.examples, {});
  RawSet taken = from;
  taken.examples = std::move(out), from.examples = std::move(rest);
  return taken;
}

void take_fold(Fold fold, const LabelSource& source, const std::string& path, LabelData& data) {
  const std::vector<SplitItem> items = split_items_of(data.train, source);
  const std::vector<size_t> members = fold_members(items, fold);
  const char* thing = source.follow ? "series" : "example";
  if (members.empty() || members.size() == items.size())
    throw Error(
        Exit::data, "data/too_short",
        fmt::format("{} has {}, too few different ones for {} parts", path, counted(std::ssize(items), thing), fold.of),
        "fewer --folds, or more data");
  data.test = taken_out(data.train, members);
}

// The last rows of a single series choose.
void split_by_time(double share, const std::string& path, LabelData& data) {
  const RawExample whole = std::move(data.train.examples[0]);
  const size_t rows = whole.rows.size(), width = static_cast<size_t>(data.train.width);
  const auto held = static_cast<size_t>(std::ceil(share * static_cast<double>(rows)));
  if (held == 0 || held >= rows)
    throw Error(Exit::data, "data/too_short",
                fmt::format("{} has {}, too few to hold a part out", path, counted(rows, "row")),
                "more rows, or --valid FILE");
  data.train.examples = {rows_of_series(whole, width, 0, rows - held)};
  data.valid = data.train;
  data.valid.examples = {rows_of_series(whole, width, rows - held, rows)};
  data.split = fmt::format("the last {}", counted(held, "row"));
}

// Windows of a series, one after another.
std::vector<SequenceExample> windows_of(const std::vector<SequenceExample>& series, const SequenceShape& shape,
                                        size_t window) {
  std::vector<SequenceExample> out;
  const auto width = static_cast<size_t>(shape.width);
  for (const SequenceExample& e : series) {
    const auto steps = static_cast<size_t>(shape.steps(e));
    for (size_t begin = 0; begin < steps; begin += window) {
      const size_t end = std::min(steps, begin + window);
      SequenceExample& own = out.emplace_back();
      take_rows(e.frames, width, begin, end, own.frames), take_rows(e.labels, 1, begin, end, own.labels);
      take_rows(e.values, 1, begin, end, own.values);
    }
  }
  return out;
}

}  // namespace

void require_same_kind(const RawSet& set, const SequenceShape& shape) {
  const bool same_targets = set.numbers == (shape.target == TargetForm::numbers);
  if (same_targets && set.kind == shape.front.kind && (set.kind != InputKind::frames || set.width == shape.width)) return;
  throw Error(Exit::data, "data/sequence", set.files.at(0) + " is not of the kind that the model was trained on",
              "rnn info shows what it reads");
}

int64_t shared_inputs(const RawSet& train, const RawSet& test) {
  std::unordered_set<uint64_t> known;
  for (const RawExample& e : train.examples) known.insert(input_content(e));
  return std::count_if(test.examples.begin(), test.examples.end(),
                       [&](const RawExample& e) { return known.count(input_content(e)) > 0; });
}

TargetForm target_of_task(std::string_view task) {
  return task == kClassifyTagTask ? TargetForm::labels : *target_form(task);
}

LabelSource label_source(std::string_view task, const Options& options) {
  LabelSource source{target_of_task(task), task == kClassifyTagTask, options.labels};
  if (source.target == TargetForm::numbers) source.follow = follow_columns(options);
  return source;
}

LabelSource label_source(const SequenceShape& shape, const LabelOptions& labels) {
  LabelSource source{shape.target, !shape.whole_labels.empty(), labels};
  if (source.labels.text.empty()) source.labels.text = shape.front.text;
  if (source.labels.label.empty()) source.labels.label = shape.front.label;
  if (!shape.front.scheme.empty()) source.labels.scheme = shape.front.scheme;
  source.labels.inputs = names_of_inputs(shape.front.inputs), source.inputs = shape.front.inputs;
  if (shape.follows()) source.follow = follow_columns(shape), source.follow->labelled = true;
  if (shape.front.kind == InputKind::frames) source.columns = shape.front.names;
  source.labels.answers = kAnswerNames[static_cast<size_t>(shape.answers)], source.between = shape.front.between;
  return source;
}

RawSet read_label_files(const std::vector<std::string>& paths, const LabelSource& source) {
  if (source.follow) return read_follow_tables(paths, *source.follow);
  if (source.whole) return read_labelled_sentences(paths, source.labels);
  RawSet set = read_raw_labels(paths, source.target, source.labels, true, source.columns);
  if (set.several) separate_labels(set, source.between);
  write_inputs(source.inputs, set);
  return set;
}

LabelSource of_test(LabelSource source, const RawSet& train) {
  source.labels.group.clear();
  if (train.kind == InputKind::words) source.labels.scheme = train.scheme;
  if (train.kind == InputKind::frames) source.columns = train.names;
  source.between = train.between, source.inputs = train.inputs;
  return source;
}

LabelData read_label_data(const std::vector<std::string>& paths, const LabelSplit& how, LabelSource source) {
  LabelData data;
  data.train = read_label_files(paths, source);
  if (!data.train.numbers) require_labels(data.train);
  if (source.whole) require_whole_labels(data.train);
  if (data.train.kind == InputKind::words) source.labels.scheme = data.train.scheme;
  if (source.follow) source.follow->numbers = data.train.numbers, source.follow->inputs = data.train.names;
  if (source.follow && source.follow->y.empty()) source.follow->y = data.train.label_column;
  std::string hashes = data.train.hash;
  if (how.fold.of > 0) take_fold(how.fold, source, paths[0], data);
  if (!how.valid.empty()) {
    learn_inputs(data.train);
    data.valid = read_label_files(how.valid, of_test(source, data.train));
    hashes += data.valid.hash;
  } else if (source.follow && data.train.examples.size() == 1) {
    split_by_time(how.share, paths[0], data);
  } else {
    const std::vector<SplitItem> items = split_items_of(data.train, source);
    const std::vector<size_t> held =
        require_held_out(how.rule, items, how.share, paths[0], source.follow ? "series" : "example");
    data.split = source.follow ? fmt::format("{} of {} series, whole ones", held.size(), items.size())
                               : split_text(how.rule, items, how.share);
    if (!data.train.examples[0].group.empty()) data.split += ", whole groups";
    data.valid = taken_out(data.train, held);
    learn_inputs(data.train);
  }
  for (RawSet* part : {&data.train, &data.valid, &data.test}) write_inputs(data.train.inputs, *part);
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
  if (window > 0) train_examples = windows_of(train_examples, shape, static_cast<size_t>(window));
  valid_examples = encoder.examples(valid);
}

LabelData label_data_of_model(const ModelFile& file) {
  using nlohmann::json;
  try {
    const json& data = file.about.at("data");
    const SequenceShape shape = shape_of_model(file);
    const std::vector<std::string> valid = data_of_model(file, "valid");
    const Options options = options_from_json(file.about.at("options"));
    const LabelSplit how{valid, options.train.valid_share, split_rule(data.value("split", "")),
                         parse_fold(options.labels.fold)};
    LabelSource source{shape.target, !shape.whole_labels.empty(), options.labels};
    if (shape.follows()) source.follow = label_source(shape, options.labels).follow;
    LabelData found = read_label_data(data_of_model(file, "train"), how, source);
    if (found.hash != data.at("hash").get<std::string>()) return {};
    found.encode(shape, file.tokenizer.get());
    return found;
  } catch (const json::exception&) {
  } catch (const Error&) {
  }
  return {};
}

}  // namespace rnn::core
