// Why: the loop: batch, forward, loss, backward, clip, step, log, evaluate, checkpoint.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/figure.h"
#include "data/batcher.h"
#include "events/events.h"
#include "heads/class_sampler.h"
#include "heads/head.h"
#include "metrics/figures.h"
#include "networks/model.h"
#include "optim/average.h"
#include "optim/optimizer.h"
#include "optim/schedule.h"
#include "options/options.h"
#include "train/early_stopping.h"
#include "train/reducer.h"
#include "train/time_left.h"

namespace rnn::core {

// Why training ended.
enum class StopReason { epochs, updates, time, patience, signal };
std::string_view stop_reason_name(StopReason reason);

// Loss of a model over an epoch of a batcher, without dropout.
struct Evaluation {
  double nats = 0;           // sum of weight * loss (nats, or squared errors for a regression), without label smoothing
  double smoothed_nats = 0;  // the same with it
  double weight = 0;         // sum of the weights
  int64_t tokens = 0;      // targets whose weight is not 0 (tokens for a language model); with weights of 0 and 1 their sum
  int64_t impossible = 0;  // streams that were left out (LossSum)
  std::optional<double> accuracy;  // share of the weight on targets that had the largest output; of one softmax over all
  double loss() const { return weight > 0 ? nats / weight : 0; }
  double smoothed_loss() const { return weight > 0 ? smoothed_nats / weight : 0; }
};
// smoothing: as TrainOptions::label_smoothing; above 0 only for a softmax over all classes. cancel: base/cancel.h, looked at once a batch.
Evaluation evaluate(const Model<float>& model, Batcher& batcher, Pool& pool, double smoothing = 0,
                    const std::atomic<int>* cancel = nullptr);

// Everything that the next update depends on, except weights and optimizer moments; saved in a checkpoint.
struct TrainProgress {
  int64_t update = 0;    // optimizer steps done
  int64_t epoch = 0;     // epochs completed
  int64_t position = 0;  // batches of the current epoch completed
  double seconds = 0;    // of training, including those before a resume
  int64_t tokens = 0;
  double loss_sum = 0, loss_weight = 0;  // since the last evaluation, for the log
  int64_t evaluated = -1;                // the update after which the last evaluation took place
  int64_t looked = -1;                   // the same for the extra evaluation at a stop; only prevents logging it twice
  int64_t best_update = -1;
  double best_epoch = 0, best_loss = 0;
  bool finished = false;
};

struct TrainResult {
  StopReason reason = StopReason::epochs;
  TrainProgress progress;
  double train_loss = 0;  // mean over the updates since the last evaluation before the end, nats per token
};

// What the best model is chosen by, which patience and the schedule watch, too: "loss", "smoothed-loss" or "bleu". Label smoothing
// makes a model less sure than its data, so that the plain loss soon rises while the model still learns: where it is trained with,
// auto is the smoothed loss.
std::string selection_of(const TrainOptions& options, const Model<float>& model);

// The layers' learning-rate factors given by the options. Throws what rate_factors() throws: call it before a run writes
// files.
std::vector<double> rate_factors_of(const TrainOptions& options, const Model<float>& model);

// Trains one model. Same seed and kernels give the same bits, whatever the number of threads and however often it was
// stopped.
class Trainer {
 public:
  struct Hooks {
    std::function<void()> best;                // the validation loss is the best so far; see last_look()
    std::function<void()> checkpoint;          // save everything now
    const Figure* judged = nullptr;            // decides what is best, instead of a validation loss
    std::function<double()> judge;             // its value
    std::function<std::string()> sample;       // text for the log after an evaluation; may be empty
    const std::atomic<int>* signal = nullptr;  // not 0: stop after this update
    Profile* profile = nullptr;                // records the time of step(); run() starts and stops it
    int shards = 1;                            // of every update (Reducer); more: the same gradients up to rounding
    ByteRate byte_rate = {};                   // of the validation text
  };

  // All references must outlive the trainer. `valid` may be null: then the training loss decides what is best. Throws
  // Error{usage} for impossible options. For a sampled softmax with a unigram sampler it counts the targets of the first
  // epoch of `train` and leaves the batcher at its beginning.
  Trainer(Model<float>& model, Batcher& train, Batcher* valid, const TrainOptions& options, EventStream& events, Pool& pool,
          Hooks hooks);

  // Continues from progress() until an end is reached; if it has been reached already, there is no update. If training stops
  // at an update without an evaluation, there is an extra one (the last look), except after a signal. It may find the best
  // model, and the result includes it, but the checkpoint does not, because a run that was not stopped would not have had
  // this evaluation.
  // Throws Error{diverged, "train/diverged"} naming the tensor: a loss or gradient that is not a number, or a loss that
  // its head calls exploded. The bad gradient has not changed the weights, and weights that failed an evaluation are not checkpointed.
  TrainResult run();
  // True while hooks.best is called for the last look, the extra evaluation at a stop.
  bool last_look() const { return last_look_; }

  // One optimizer step on one batch; returns {loss per token, gradient norm before clipping}. For tests and examples.
  struct StepReport {
    double loss, gradient_norm, weight;
    int64_t steps = 0;       // summed over all sequences
    int64_t counted = 0;     // targets whose weight is not 0
    double penalty = 0;      // AR and TAR; not part of the loss
    int64_t impossible = 0;  // streams that were left out (LossSum)
  };
  StepReport step(const Batch& batch);

  TrainProgress& progress() { return progress_; }
  const TrainProgress& progress() const { return progress_; }
  Optimizer& optimizer() { return *optimizer_; }
  State<float>& carried() { return carried_; }
  const Model<float>& model() const { return model_; }
  WeightAverage& average() { return average_; }
  Schedule& schedule() { return schedule_; }
  EarlyStopping& early_stopping() { return early_; }
  // Moves the batcher to the restored progress(). Throws Error{model, "model/corrupt"} if there is no such position.
  void seek();

 private:
  void accumulate(const Batch& batch, Params<float>& grads, LossSum& total);
  void accumulate_streams(const Batch& batch, int first, int count, Params<float>& grads, LossSum& total);
  ActivationPenalty penalty_of(const Batch& batch) const;
  double rate_of(const Batch& batch) const;
  void drop_weights();
  void drop_gradients();
  double measured_norm(const SparseParams& sparse);
  void update_weights(double scale, double rate, const SparseParams& sparse);
  void pack();
  void draw_samples();
  const ClassSamples* samples() const { return sampler_ ? &samples_ : nullptr; }
  void next_batch(Batch& batch);
  void save(const std::function<void()>& hook);
  [[noreturn]] void diverged(const std::string& what);
  void log_update(const StepReport& report);
  bool evaluation_due() const;
  bool exploded(double loss) const { return !(loss <= model_.head().info().exploded); }
  double validation_loss(double train_loss);
  double watched(double loss) const { return val_smoothed_.value_or(loss); }
  void emit_evaluation(double train_loss, double loss, bool best);
  double figure_of(double loss);
  class Averaged;
  void evaluate_now();
  double evaluate_weights();
  void look_once_more(TrainResult& result);
  std::optional<StopReason> end_reached() const;
  TrainResult finish(StopReason reason, TrainResult result);
  double train_loss() const { return progress_.loss_weight > 0 ? progress_.loss_sum / progress_.loss_weight : 0; }
  double epochs_done() const;
  double elapsed() const;
  double seconds() const { return seconds_before_ + elapsed(); }
  double total_updates() const;
  double left() const;  // seconds, at most to --max-time

  Model<float>& model_;
  Batcher& train_;
  Batcher* valid_;
  TrainOptions options_;
  EventStream& events_;
  Pool& pool_;
  Hooks hooks_;
  Arena arena_;
  Tape tape_;
  Params<float> grads_;  // zero between updates
  std::unique_ptr<Optimizer> optimizer_;
  WeightAverage average_;
  Schedule schedule_;
  EarlyStopping early_;
  State<float> carried_;
  TrainProgress progress_;
  ActivationPenalty penalty_;  // of the current update
  double penalty_sum_ = 0;     // times the weight of its batch
  int64_t planned_;            // number of updates of the whole run
  std::vector<double> losses_;
  std::optional<ClassSampler> sampler_;  // for a sampled softmax
  Reducer reducer_;
  double smoothing_;      // of the validation loss that is watched
  ClassSamples samples_;  // of the current update
  std::chrono::steady_clock::time_point started_;
  double seconds_before_ = 0, last_log_ = 0;
  int64_t last_log_tokens_ = 0;
  TimeLeft time_left_;
  bool last_look_ = false;
  std::optional<double> val_accuracy_;  // of the last evaluation
  std::optional<double> val_smoothed_;  // of the last evaluation, if that is watched
  double judged_ = 0;                   // the value of hooks.judged, if there is one
};

}  // namespace rnn::core
