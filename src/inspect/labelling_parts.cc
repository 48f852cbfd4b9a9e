// Why: see labelling_parts.h.
#include "inspect/labelling_parts.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "cells/names.h"
#include "inspect/explain_model.h"
#include "kernels/host.h"
#include "options/kinds.h"
#include "tasks/sequences/stream/sequence_shape.h"

namespace rnn::core {
namespace {

constexpr double kMoveParts = 10000;  // to which moves are rounded

template <class V>
V first_of(const V& values, size_t count) {
  return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count)};
}

// One direction of hidden rows, walked as it reads.
std::vector<double> moves_of(View<const float> rows, int first, int width, bool backwards) {
  std::vector<double> moved(static_cast<size_t>(rows.rows));
  double size = 0;
  for (int n = 0; n < rows.rows; ++n) {
    const int t = backwards ? rows.rows - 1 - n : n, before = backwards ? t + 1 : t - 1;
    double norm = 0, change = 0;
    for (int i = first; i < first + width; ++i) {
      const double now = host(rows)(t, i), old = n > 0 ? static_cast<double>(host(rows)(before, i)) : 0;
      norm += now * now, change += (now - old) * (now - old);
    }
    size += std::sqrt(norm), moved[static_cast<size_t>(t)] = std::sqrt(change);
  }
  for (double& m : moved) m = size > 0 ? std::round(m * rows.rows / size * kMoveParts) / kMoveParts : 0;
  return moved;
}

}  // namespace

LabelLook look_for(const ModelFile& file) {
  const std::optional<TargetForm> target = target_form(file.model->config().task);
  if (!target) return LabelLook::none;
  if (*target == TargetForm::values)
    throw Error(Exit::model, "model/task", file.path + " answers with numbers: there are no labels to explain",
                "rnn predict runs it, rnn eval measures it");
  if (shape_of_model(file).front.kind == InputKind::none)
    throw Error(Exit::model, "model/task", file.path + " was trained on lines of JSON, not on texts, words or sensors",
                "rnn predict labels such lines, rnn eval measures it");
  if (file.model->config().answers == Answers::several)
    throw Error(Exit::model, "model/task",
                file.path + " gives several labels at once; the page explains how one label is chosen among others",
                "rnn classify --each-step shows what it gives after every step, rnn eval measures it");
  return *target == TargetForm::label ? LabelLook::verdict : LabelLook::tagging;
}

LookedAtModel::LookedAtModel(ModelFile& file, Pool& pool)
    : file_(file),
      pool_(pool),
      shape_(shape_of_model(file)),
      encoder_(shape_, file.tokenizer.get()),
      labeller_(file, pool) {}

LabelFacts LookedAtModel::facts() const {
  const ModelConfig& c = file_.model->config();
  LabelFacts facts;
  facts.name = model_name(file_.path), facts.path = file_.path, facts.cell = cell_name(c.rnn.cell, c.rnn.flags);
  facts.reads = file_.tokenizer ? std::string(file_.tokenizer->kind()) : shape_.width > 0 ? "" : "word";
  facts.pool = std::string(kPoolingNames[static_cast<size_t>(c.pool)]);
  facts.layers = c.rnn.layers, facts.hidden = c.rnn.hidden, facts.labels = static_cast<int>(shape_.labels.size());
  facts.parameters = static_cast<long long>(file_.model->table().count());
  facts.both_ways = c.rnn.bidirectional;
  return facts;
}

std::vector<Labels> LookedAtModel::label(const std::vector<SequenceExample>& examples) {
  std::vector<Labels> found = labeller_.label(examples, static_cast<int>(shape_.labels.size()));
  for (const Labels& labels : found) require_finite_outputs(labels.finite);
  return found;
}

double LookedAtModel::chance(const std::vector<Candidate>& answer, int32_t id) const {
  const auto found = std::find_if(answer.begin(), answer.end(), [&](const Candidate& c) { return c.id == id; });
  return found == answer.end() ? 0 : found->probability;
}

std::vector<std::vector<double>> LookedAtModel::moves(const SequenceExample& e) {
  const Model<float>& model = *file_.model;
  const FlushDenormals flush;
  const int steps = shape_.steps(e);
  Arena arena;
  Context<float> context{pool_, arena};
  State<float> state = model.initial(1);
  const Seq seq = Seq::uniform_batch(1, steps);
  Matrix<float> frames(shape_.width > 0 ? steps : 0, shape_.width);
  for (int t = 0; t < frames.rows(); ++t) std::copy_n(e.frames.data() + t * shape_.width, shape_.width, frames.row(t));
  const Input<float> input{.seq = seq, .ids = shape_.width > 0 ? nullptr : e.ids.data(), .frames = frames.view()};
  const Hidden<float> hidden = model.network().forward(context, model.weights(), input, state, nullptr);
  std::vector<std::vector<double>> moves;
  const int directions = model.network().directions(), width = model.network().width() / directions;
  for (int d = 0; d < directions; ++d) moves.push_back(moves_of(hidden.rows, d * width, width, d > 0));
  return moves;
}

SequenceExample without_steps(const SequenceExample& e, size_t columns, size_t first, size_t steps) {
  SequenceExample rest = e;
  const auto erase = [&](auto& values) {
    if (!values.empty())
      values.erase(values.begin() + static_cast<std::ptrdiff_t>(first * columns),
                   values.begin() + static_cast<std::ptrdiff_t>((first + steps) * columns));
  };
  erase(rest.ids), erase(rest.frames);
  rest.labels.clear();
  return rest;
}

SequenceExample beginning(const SequenceExample& e, size_t columns, size_t steps) {
  SequenceExample part;
  if (!e.ids.empty()) part.ids = first_of(e.ids, steps * columns);
  if (!e.frames.empty()) part.frames = first_of(e.frames, steps * columns);
  return part;
}

}  // namespace rnn::core
