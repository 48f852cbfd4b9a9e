// Why: the lines of a plan, task by task.
#include "tasks/plans.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/numbers.h"

namespace rnn::core {

Plan describe_plan(const PlanFacts& f, const Model<float>& model, Pool& pool) {
  const TrainOptions& o = f.options->train;
  const TextReport& report = f.text->report;
  Plan plan;
  const auto add = [&](const char* key, std::string text) { plan.lines.emplace_back(key, std::move(text)); };
  std::string what = f.text->paths.size() == 1 ? f.text->paths[0] : fmt::format("{} files", f.text->paths.size());
  add("data",
      fmt::format("{} · {}, {} lines{} · {}", what, bytes_text(report.bytes), grouped(report.lines),
                  report.documents > 1 ? fmt::format(", {} documents", grouped(report.documents)) : "",
                  f.text->valid_path.empty() ? fmt::format("last {:.3g} % held out for validation", 100 * o.valid_share)
                                             : "validated on " + f.text->valid_path));
  add("tokens", fmt::format("{} · {} different · {} for training, {} for validation ({})", f.kind.value,
                            grouped(f.vocabulary), grouped(f.train_tokens), grouped(f.valid_tokens), f.kind.reason));
  add("order", fmt::format("{} ({})", f.mode.value, f.mode.reason));
  add("model", model_text(model));
  const bool stream = f.mode.value == "stream";
  add("train", training_text(o,
                             stream ? fmt::format("{} x {}{} steps", o.batch, o.bptt_random ? "about " : "", o.bptt)
                                    : fmt::format("{} sentences", o.batch),
                             pool));
  add("cost", cost_text(o, model, f.train_tokens, f.updates, training_bytes(model, o), pool));
  add("run", f.folder);
  return plan;
}

Plan describe_sequences(const SequenceFacts& f, const Model<float>& model, Pool& pool) {
  const TrainOptions& o = f.options->train;
  const SequenceData& data = *f.data;
  const SequenceShape& shape = data.shape;
  Plan plan;
  const auto add = [&](const char* key, std::string text) { plan.lines.emplace_back(key, std::move(text)); };
  const auto count = static_cast<int64_t>(data.train.size());
  int longest = 0;
  for (const auto& e : data.train) longest = std::max(longest, shape.steps(e));
  add("data", fmt::format("{} · {} sequences of at most {} steps for training, {} for validation ({})",
                          f.paths.size() == 1 ? f.paths[0] : fmt::format("{} files", f.paths.size()), grouped(count),
                          grouped(longest), grouped(static_cast<int64_t>(data.valid.size())),
                          f.valid_path.empty() ? fmt::format("last {:.3g} %", 100 * o.valid_share) : f.valid_path));
  add("order", fmt::format("{} in, {} {} out{}",
                           shape.width > 0 ? fmt::format("{} numbers per step", shape.width)
                                           : fmt::format("{} symbols", shape.symbols.size()),
                           shape.outputs(), shape.task == "regress" ? "numbers" : "labels",
                           shape.task == "tag" ? " at every step" : " after the last step"));
  add("model", model_text(model));
  add("train", training_text(o, fmt::format("{} sequences", o.batch), pool));
  add("cost", cost_text(o, model, data.train_steps, f.updates, training_bytes(model, o, longest), pool));
  add("run", f.folder);
  return plan;
}

Plan describe_pairs(const PairFacts& f, const Model<float>& model, Pool& pool) {
  const TrainOptions& o = f.options->train;
  const PairSet& train = f.data->train;
  Plan plan;
  const auto add = [&](const char* key, std::string text) { plan.lines.emplace_back(key, std::move(text)); };
  const auto count = [](const PairSet& set) { return grouped(static_cast<int64_t>(set.pairs.size())); };
  add("data", fmt::format("{} · {} pairs{} · {} for validation ({})", fmt::join(f.paths, ", "), count(train),
                          train.empty > 0 ? fmt::format(" ({} with an empty side skipped)", grouped(train.empty)) : "",
                          count(f.data->valid),
                          f.valid_paths.empty() ? fmt::format("last {:.3g} %", 100 * o.valid_share)
                                                : fmt::format("{}", fmt::join(f.valid_paths, ", "))));
  add("tokens", fmt::format("{} · {} different · {} target tokens for training, {} for validation ({})", f.kind.value,
                            grouped(f.vocabulary), grouped(f.train_tokens), grouped(f.valid_tokens), f.kind.reason));
  add("order", fmt::format("{} to {}: each sentence starts from a zero state", train.source_name, train.target_name));
  add("model", model_text(model));
  add("train", training_text(o,
                             o.batch_tokens > 0 ? fmt::format("{} target tokens", grouped(o.batch_tokens))
                                                : fmt::format("{} pairs", o.batch),
                             pool));
  const int longest = static_cast<int>(f.train_tokens / std::max<int64_t>(1, static_cast<int64_t>(train.pairs.size()))) + 1;
  add("cost", cost_text(o, model, f.train_tokens, f.updates, training_bytes(model, o, 2 * longest), pool));
  add("run", f.folder);
  return plan;
}

}  // namespace rnn::core
