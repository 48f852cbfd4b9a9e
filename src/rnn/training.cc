// Why: training from a program: options by name, events to a callback, stopping from outside.
#include <algorithm>
#include <cmath>
#include <iterator>

#include "events/events.h"
#include "metrics/figures.h"
#include "options/option_list.h"
#include "rnn/train.h"
#include "tasks/list.h"
#include "tasks/training.h"

namespace rnn {
inline namespace v1 {

using namespace core;

namespace {

// Passes events to the caller's function; if that returns false, training stops after the current update.
class CallbackSink : public EventSink {
 public:
  CallbackSink(const TrainCallback& callback, std::atomic<int>& stop) : callback_(callback), stop_(stop) {}

  void on(const Event& event) override {
    TrainEvent out;
    out.type = event.type;
    const double step = number_field(event, "step");
    out.step = std::isfinite(step) ? static_cast<int64_t>(step) : -1;
    out.epoch = number_field(event, "epoch");
    out.loss = number_field(event, "loss");
    out.val_loss = number_field(event, "val_loss");
    out.lr = number_field(event, "lr");
    out.grad_norm = number_field(event, "grad_norm");
    out.tokens_per_s = number_field(event, "tokens_per_s");
    out.json = event_json(event);
    if (!callback_(out)) stop_.store(1);
  }

 private:
  const TrainCallback& callback_;
  std::atomic<int>& stop_;
};

TrainSummary summary_of(const RunResult& result) {
  TrainSummary summary;
  summary.folder = result.folder;
  summary.reason = stop_reason_name(result.reason);
  summary.parameters = result.parameters;
  summary.updates = result.updates;
  summary.best_epoch = result.best_epoch;
  summary.seconds = result.seconds;
  summary.tokens_per_s = result.tokens_per_second;
  summary.val_loss = result.valid[figure::kLoss];
  summary.val_perplexity = result.valid[figure::kPerplexity];
  summary.val_bits_per_byte = result.valid[figure::kBitsPerByte];
  summary.val_bleu = result.valid[figure::kBleu];
  summary.val_accuracy = result.valid[figure::kAccuracy];
  summary.mase = result.valid[figure::kMase];
  summary.mae = result.valid[figure::kMae];
  summary.coverage = result.valid[figure::kCoverage];
  summary.wer = result.valid[figure::kWer];
  summary.cer = result.valid[figure::kCer];
  if (result.test) {
    summary.test_loss = (*result.test)[figure::kLoss];
    summary.test_perplexity = (*result.test)[figure::kPerplexity];
  }
  return summary;
}

// run(events, hooks) with the caller's function as a sink and the caller's flag, or one of our own, as the signal.
template <class Run>
TrainSummary with_callback(const TrainCallback& callback, std::atomic<int>* stop, Run&& run) {
  std::atomic<int> own{0};
  std::atomic<int>& flag = stop ? *stop : own;
  EventStream events;
  if (callback) events.add(std::make_unique<CallbackSink>(callback, flag));
  RunHooks hooks;
  hooks.signal = &flag;
  return summary_of(run(events, hooks));
}

}  // namespace

TrainRequest& TrainRequest::set(const std::string& name, const std::string& value) {
  Options scratch;
  set_option(scratch, name, value);
  options.emplace_back(name, value);
  return *this;
}

TrainSummary train(const TrainRequest& request) {
  if (request.data.empty())
    throw Error(Exit::usage, "usage/missing", "there is nothing to train on", "set TrainRequest::data");
  if (request.folder.empty()) throw Error(Exit::usage, "usage/missing", "the run has no folder", "set TrainRequest::folder");
  Options options;
  for (const auto& option : request.options) set_option(options, option.first, option.second);
  if (!find_task(request.task)) {
    std::string names;
    for (const Task* task : tasks()) names += (names.empty() ? "" : ", ") + std::string(task->name);
    throw Error(Exit::usage, "usage/option", "there is no task '" + request.task + "'", "one of " + names);
  }
  RunRequest run;
  run.task = request.task;
  run.data = request.data;
  if (!request.valid.empty()) run.valid = {request.valid};
  if (!request.test.empty()) run.test = {request.test};
  run.folder = request.folder;
  run.force = request.force;
  run.init_from = request.init_from;
  run.model = options.model;
  run.options = options.train;
  run.series = options.series;
  run.speech = options.speech;
  run.labels = options.labels;
  for (const auto& option : request.options) run.given.emplace_back(find_option(option.first)->name);
  run.command = "rnn::train()";
  return with_callback(request.on_event, request.stop,
                       [&](EventStream& events, const RunHooks& hooks) { return train_run(run, events, hooks); });
}

TrainSummary resume(const std::string& folder, const std::vector<std::pair<std::string, std::string>>& changes,
                    const TrainCallback& on_event, std::atomic<int>* stop) {
  return with_callback(on_event, stop, [&](EventStream& events, const RunHooks& hooks) {
    return resume_run(folder, changes, events, hooks);
  });
}

std::vector<TrainOption> train_options() {
  std::vector<TrainOption> all;
  const Options defaults;
  for (const OptionInfo& option : option_list()) {
    all.push_back({std::string(option.name), get_option(defaults, option), std::string(option.help),
                   option.rule == ResumeRule::changeable});
  }
  return all;
}

}  // namespace v1
}  // namespace rnn
