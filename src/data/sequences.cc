// Why: a sequence as a line, many as one packed batch, and a summary of a set.
#include "data/sequences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

namespace rnn::core {
namespace {

void append_word(std::string& out, const std::string& word) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; };
  if (std::all_of(word.begin(), word.end(), plain)) {
    out += '"';
    out += word;
    out += '"';
  } else {
    out += nlohmann::json(word).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

// [first, last) as a list; f appends one item.
template <class F>
void append_list(std::string& out, size_t count, F&& f) {
  out += '[';
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += ", ";
    f(i);
  }
  out += ']';
}

// Copies from [steps * width], the stream in packed row r, to its places among the rows of `seq`.
template <class V>
void scatter(const Seq& seq, int r, const std::vector<V>& from, size_t width, std::vector<V>& to) {
  const size_t steps = from.size() / width;
  for (size_t t = 0; t < steps; ++t) {
    const size_t row = static_cast<size_t>(seq.start[t]) + static_cast<size_t>(r);
    std::copy_n(from.begin() + static_cast<ptrdiff_t>(t * width), width, to.begin() + static_cast<ptrdiff_t>(row * width));
  }
}

// For each of K labels whether it is right.
void add_decisions(const std::vector<int32_t>& right, size_t K, std::vector<float>& values) {
  values.resize(values.size() + K, 0.0f);
  for (const int32_t label : right)
    if (label >= 0) values[values.size() - K + static_cast<size_t>(label)] = 1;
}

double entropy(const std::vector<int64_t>& counts, int64_t total) {
  double nats = 0;
  for (const int64_t n : counts) {
    const double share = static_cast<double>(n) / static_cast<double>(total);
    if (n > 0) nats -= share * std::log(share);
  }
  return nats;
}

void summarize_values(std::span<const SequenceExample> examples, size_t values, SequenceSummary& s) {
  s.mean.assign(values, 0), s.variance.assign(values, 0);
  const auto n = static_cast<double>(examples.size());
  for (const SequenceExample& e : examples)
    for (size_t i = 0; i < values; ++i) s.mean[i] += e.values[i] / n;
  for (const SequenceExample& e : examples)
    for (size_t i = 0; i < values; ++i) s.variance[i] += (e.values[i] - s.mean[i]) * (e.values[i] - s.mean[i]) / n;
  for (const double v : s.variance) s.constant_loss += v / static_cast<double>(values);
  s.targets = static_cast<int64_t>(examples.size());
}

}  // namespace

constexpr std::string_view kTargetTasks[] = {"classify", "tag", "regress", "follow"};  // in the order of TargetForm

std::string_view target_task(TargetForm form) { return kTargetTasks[static_cast<size_t>(form)]; }

std::optional<TargetForm> target_form(std::string_view task) {
  const auto at = std::find(std::begin(kTargetTasks), std::end(kTargetTasks), task);
  if (at == std::end(kTargetTasks)) return std::nullopt;
  return static_cast<TargetForm>(at - std::begin(kTargetTasks));
}

std::string sequence_line(const SequenceShape& shape, const SequenceExample& e) {
  std::string line = "{\"input\": ";
  const auto number = [&](float value) {
    fmt::format_to(std::back_inserter(line), "{}", value);
    if (value == 0 && std::signbit(value)) line += ".0";  // "-0" would be read as a whole number, which has no sign at 0
  };
  const auto word = [&](const std::vector<std::string>& names, int32_t id) {
    append_word(line, names[static_cast<size_t>(id)]);
  };
  const auto label = [&](int32_t id) {
    if (id < 0) {
      line += "null";
    } else {
      word(shape.labels, id);
    }
  };
  const auto width = static_cast<size_t>(shape.width);
  if (width == 0) {
    append_list(line, e.ids.size(), [&](size_t t) { word(shape.symbols, e.ids[t]); });
  } else if (width == 1) {
    append_list(line, e.frames.size(), [&](size_t t) { number(e.frames[t]); });
  } else {
    append_list(line, e.frames.size() / width,
                [&](size_t t) { append_list(line, width, [&](size_t i) { number(e.frames[t * width + i]); }); });
  }
  line += ", \"target\": ";
  if (shape.target == TargetForm::labels) {
    append_list(line, e.labels.size(), [&](size_t t) { label(e.labels[t]); });
  } else if (shape.target == TargetForm::label) {
    label(e.labels[0]);
  } else if (shape.values == 1) {
    number(e.values[0]);
  } else {
    append_list(line, e.values.size(), [&](size_t i) { number(e.values[i]); });
  }
  return line + "}\n";
}

SequenceSummary summarize(const SequenceShape& shape, std::span<const SequenceExample> examples) {
  SequenceSummary s;
  s.sequences = static_cast<int64_t>(examples.size());
  if (examples.empty()) return s;
  s.shortest = s.longest = shape.steps(examples[0]);
  s.counts.assign(shape.labels.size(), 0);
  for (const SequenceExample& e : examples) {
    const int steps = shape.steps(e);
    s.steps += steps;
    s.shortest = std::min(s.shortest, steps), s.longest = std::max(s.longest, steps);
    for (const int32_t label : e.labels) {
      if (label >= 0) ++s.counts[static_cast<size_t>(label)], ++s.targets;
    }
  }
  if (shape.target == TargetForm::values) {
    summarize_values(examples, static_cast<size_t>(shape.values), s);
  } else if (s.targets > 0) {
    s.constant_loss = entropy(s.counts, s.targets);
    s.constant_accuracy =
        static_cast<double>(*std::max_element(s.counts.begin(), s.counts.end())) / static_cast<double>(s.targets);
  }
  return s;
}

void fill_sequence_batch(const SequenceShape& shape, std::span<const SequenceExample* const> examples,
                         std::span<const uint32_t> ids, Batch& batch) {
  assert(examples.size() == ids.size());
  std::vector<int> lengths;
  for (const SequenceExample* e : examples) lengths.push_back(shape.steps(*e));
  batch.in.seq = Seq::ragged(lengths);
  batch.in.seq.id.assign(ids.begin(), ids.end());
  const bool tag = shape.target == TargetForm::labels, regress = shape.target == TargetForm::values,
             follow = shape.target == TargetForm::numbers;
  const bool several = shape.answers == Answers::several;
  const auto rows = static_cast<size_t>(batch.in.seq.rows()), width = static_cast<size_t>(shape.width);
  batch.carried = false;
  batch.to.last_step = !tag && !follow;
  batch.in.width = shape.width;
  batch.in.columns = shape.ids_of_step();
  batch.to.width = regress || follow ? shape.values : several ? shape.outputs() : 0;
  batch.in.ids.resize(width == 0 ? rows * static_cast<size_t>(shape.ids_of_step()) : 0);
  batch.in.frames.resize(rows * width);
  batch.to.ids.assign(tag ? rows : 0, -1);
  batch.to.values.assign(follow ? rows : 0, 0.0f);
  batch.to.weights.clear(), batch.to.whole.clear();
  for (int r = 0; r < batch.in.seq.streams(); ++r) {
    const SequenceExample& e = *examples[static_cast<size_t>(batch.in.seq.order[static_cast<size_t>(r)])];
    if (width == 0) {
      scatter(batch.in.seq, r, e.ids, static_cast<size_t>(shape.ids_of_step()), batch.in.ids);
    } else {
      scatter(batch.in.seq, r, e.frames, width, batch.in.frames);
    }
    if (!shape.whole_labels.empty()) batch.to.whole.push_back(e.whole);
    if (tag) {
      scatter(batch.in.seq, r, e.labels, 1, batch.to.ids);
    } else if (follow) {
      scatter(batch.in.seq, r, e.values, 1, batch.to.values);
    } else if (regress) {
      batch.to.values.insert(batch.to.values.end(), e.values.begin(), e.values.end());
    } else if (several) {
      add_decisions(e.labels, shape.labels.size(), batch.to.values);
    } else {
      batch.to.ids.push_back(e.labels[0]);
    }
  }
  if (follow && std::any_of(batch.to.values.begin(), batch.to.values.end(), [](float y) { return std::isnan(y); })) {
    for (const float y : batch.to.values) batch.to.weights.push_back(std::isnan(y) ? 0.0f : 1.0f);
    return;
  }
  const bool all = std::find(batch.to.ids.begin(), batch.to.ids.end(), -1) == batch.to.ids.end();
  if (all && shape.weights.empty()) return;
  batch.to.weights.resize(batch.to.ids.size());
  for (size_t i = 0; i < batch.to.ids.size(); ++i) {
    const int32_t id = batch.to.ids[i];
    batch.to.weights[i] = id < 0 ? 0.0f : shape.weights.empty() ? 1.0f : shape.weights[static_cast<size_t>(id)];
    batch.to.ids[i] = std::max(batch.to.ids[i], 0);
  }
}

}  // namespace rnn::core
