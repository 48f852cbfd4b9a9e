// Why: one update, and the loop around it that decides when to evaluate, save and stop.
#include "train/trainer.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/numbers.h"
#include "metrics/figures.h"
#include "optim/rate_factors.h"
#include "options/option_list.h"
#include "train/softmax_options.h"
#include "train/suspect.h"

namespace rnn::core {
namespace {

using Clock = std::chrono::steady_clock;

OptimizerOptions optimizer_options(const TrainOptions& o) {
  return {o.optimizer, o.momentum, o.weight_decay, o.beta1, o.beta2, o.epsilon, o.clip_value, o.rms_decay};
}

int64_t planned_updates(const TrainOptions& o, const Batcher& train) {
  const int64_t all = train.batches_in(o.epochs);
  return o.max_updates > 0 ? std::min(all, o.max_updates) : all;
}

ScheduleOptions schedule_options(const TrainOptions& o, int64_t updates) {
  ScheduleOptions s;
  s.kind = schedule_kind(o.schedule);
  s.lr = o.lr > 0 ? o.lr : default_learning_rate(o.optimizer);
  s.decay = o.decay, s.decay_from = o.decay_from;
  s.decay_at = parse_rising("decay-at", o.decay_at);
  s.warmup = o.warmup, s.total_updates = updates;
  return s;
}

}  // namespace

std::string_view stop_reason_name(StopReason reason) {
  constexpr std::string_view kNames[] = {"epochs", "updates", "time", "patience", "signal"};
  return kNames[static_cast<int>(reason)];
}

std::vector<double> rate_factors_of(const TrainOptions& o, const Model<float>& model) {
  return rate_factors({o.layer_lr, o.freeze, o.layer_lr_decay, model.config().tied}, model.table());
}

Trainer::Trainer(Model<float>& model, Batcher& train, Batcher* valid, const TrainOptions& options, EventStream& events,
                 Pool& pool, Hooks hooks)
    : model_(model),
      train_(train),
      valid_(valid),
      options_(options),
      events_(events),
      pool_(pool),
      hooks_(std::move(hooks)),
      grads_(model.table()),
      average_({average_kind(options.average), options.ema_decay, options.nonmono}, model.table()),
      schedule_(schedule_options(options, planned_updates(options, train))),
      early_(options.patience),
      planned_(schedule_.options().total_updates),
      sampler_(sampler_for(options, model, train)),
      reducer_(hooks_.shards),
      smoothing_(selection_of(options, model) == kBySmoothedLoss ? options.label_smoothing : 0),
      started_(Clock::now()) {
  pack();
  optimizer_ = make_optimizer(optimizer_options(options), model.table(), model.kernels());
  optimizer_->set_factors(rate_factors_of(options, model), model.table());
}

void Trainer::pack() { sampler_ ? model_.pack_for_samples(pool_) : model_.pack(pool_, true); }

void Trainer::draw_samples() {
  if (sampler_) samples_ = sampler_->draw(options_.seed, static_cast<uint32_t>(progress_.update));
}

double Trainer::elapsed() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }

double Trainer::epochs_done() const {
  return static_cast<double>(progress_.epoch) +
         static_cast<double>(progress_.position) / static_cast<double>(train_.batches_per_epoch());
}

void Trainer::seek() {
  const bool possible = progress_.update >= 0 && progress_.epoch >= 0 && progress_.position >= 0;
  if (possible) train_.start_epoch(progress_.epoch);  // the number of batches may depend on the epoch
  if (!possible || progress_.position > train_.batches_per_epoch()) {
    throw Error(Exit::model, "model/corrupt",
                "the checkpoint is at batch " + std::to_string(progress_.position) + " of epoch " +
                    std::to_string(progress_.epoch) + ", but an epoch has " + std::to_string(train_.batches_per_epoch()) +
                    " batches",
                "the checkpoint belongs to another run");
  }
  train_.seek(progress_.epoch, progress_.position);
}

// Forward and backward of one micro-batch; adds to the gradients and to `total`.
void Trainer::accumulate(const Batch& batch, Params<float>& grads, LossSum& total) {
  arena_.clear();
  tape_.clear();
  Context<float> context{pool_, arena_, model_.kernels(), true, options_.seed, static_cast<uint32_t>(progress_.update)};
  context.profile = hooks_.profile;
  context.output_bytes = static_cast<size_t>(options_.output_memory) << 20;
  context.penalty = penalty_;
  const Seq* seq = nullptr;
  const View<float> h = model_.forward_hidden(context, batch, carried_, &tape_, &seq);
  const View<float> dh = arena_.matrix<float>(h.rows, h.cols);
  const LossSum sum =
      model_.loss(context, h, batch.to, {options_.label_smoothing, &losses_, &grads, dh, samples(), nullptr, seq});
  if (penalty_.squares > 0 || penalty_.changes > 0) {
    const ActivationSums sums = model_.activations(context, batch.in.seq, tape_);
    penalty_sum_ += penalty_.squares * sums.squares + penalty_.changes * sums.changes;
  }
  model_.backward_hidden(context, batch.in.seq, tape_, dh, grads);
  total += sum;
}

// The gradient is that of a summed loss and is divided by the batch's weight later; the penalties are means over the batch.
ActivationPenalty Trainer::penalty_of(const Batch& batch) const {
  const double ar = options_.activation_regularization, tar = options_.temporal_activation_regularization;
  if (ar <= 0 && tar <= 0) return {};
  double weight = batch.to.weights.empty() ? static_cast<double>(batch.target_rows()) : 0;
  for (const float w : batch.to.weights) weight += static_cast<double>(w);
  for (const int32_t label : batch.to.whole) weight += label >= 0;
  const double width = model_.width(), rows = batch.in.seq.rows();
  const auto pairs = static_cast<double>(following_rows(batch.in.seq));
  return {ar * weight / (std::max(1.0, rows) * width), tar * weight / (std::max(1.0, pairs) * width)};
}

// Of random windows a short one gets a lower rate: its gradient is a mean over fewer steps (Merity, Keskar and Socher 2018).
double Trainer::rate_of(const Batch& batch) const {
  const double rate = schedule_.rate(progress_.update - 1, progress_.epoch + 1);
  return options_.bptt_random ? rate * batch.in.seq.steps() / options_.bptt : rate;
}

// Streams [first, first + count) as micro-batches; the state is split and joined again.
void Trainer::accumulate_streams(const Batch& batch, int first, int count, Params<float>& grads, LossSum& total) {
  const int parts = std::min(options_.accumulate, count);
  if (parts <= 1 && count == batch.in.seq.streams()) return accumulate(batch, grads, total);
  State<float> whole = carried_;
  for (int p = 0; p < parts; ++p) {
    const int begin = first + count * p / parts, size = first + count * (p + 1) / parts - begin;
    std::vector<int> rows(static_cast<size_t>(size));
    std::iota(rows.begin(), rows.end(), begin);
    carried_ = whole.select(rows);
    accumulate(select_streams(batch, begin, size), grads, total);
    for (int i = 0; i < size; ++i) std::copy_n(carried_.row(i), whole.width(), whole.row(begin + i));
  }
  carried_ = whole;
}

Trainer::StepReport Trainer::step(const Batch& batch) {
  const FlushDenormals flush;
  if (!batch.carried || carried_.rows() != batch.in.seq.streams()) carried_ = model_.initial(batch.in.seq.streams());
  LossSum total;
  penalty_ = penalty_of(batch), penalty_sum_ = 0;
  drop_weights();
  draw_samples();
  reducer_.run(pool_, grads_, total, [&](int shard, Params<float>& grads, LossSum& sum) {
    const int streams = batch.in.seq.streams(), shards = reducer_.shards();
    const int first = streams * shard / shards, end = streams * (shard + 1) / shards;
    accumulate_streams(batch, first, end - first, grads, sum);
  });
  ++progress_.update;
  if (hooks_.profile) hooks_.profile->count();
  const double weight = total.weight;
  if (weight <= 0) {
    std::fill_n(grads_.data(), grads_.size(), 0.0f);
    pack();
    return {0, 0, 0, 0, 0, 0, total.impossible};
  }
  drop_gradients();
  const SparseParams sparse = model_.sparse_rows(batch, sampler_ ? &samples_.classes : nullptr);
  const double norm = measured_norm(sparse) / weight;
  const double loss = total.loss / weight;
  if (!std::isfinite(norm) || exploded(loss)) {
    diverged("loss " + short_number(loss) + ", gradient norm " + short_number(norm));
  }
  double scale = 1 / weight;
  if (options_.clip > 0) scale *= std::min(1.0, options_.clip / (norm + 1e-6));  // Pascanu, Mikolov and Bengio 2013
  update_weights(scale, rate_of(batch), sparse);
  return {loss, norm, weight, batch.in.seq.rows(), total.counted, penalty_sum_ / weight, total.impossible};
}

void Trainer::drop_weights() {
  if (model_.config().rnn.weight_drop <= 0) return;
  const ProfileScope profiled(hooks_.profile, Phase::dropout);
  model_.drop_weights(pool_, options_.seed, static_cast<uint32_t>(progress_.update));
}

void Trainer::drop_gradients() {
  if (model_.config().rnn.weight_drop <= 0) return;
  const ProfileScope profiled(hooks_.profile, Phase::dropout);
  model_.drop_gradients(pool_, grads_);
}

double Trainer::measured_norm(const SparseParams& sparse) {
  const ProfileScope profiled(hooks_.profile, Phase::norm);
  return gradient_norm(model_.kernels(), pool_, grads_, sparse, optimizer_->trained(grads_.size()));
}

// New weights and their packed forms are made in one pass; a profile separates them by the time this thread spends on each.
void Trainer::update_weights(double scale, double rate, const SparseParams& sparse) {
  Profile* profile = hooks_.profile;
  const ProfileScope profiled(profile, Phase::packing);
  optimizer_->begin(model_.params(), grads_, scale, rate);
  if (average_.active()) optimizer_->also_average(average_.mean().data(), average_.next_rate());
  const bool sparse_update = optimizer_->keeps_without_gradient() && !average_.active();
  const auto caller = std::this_thread::get_id();
  double seconds = 0;
  const auto change = [&](size_t begin, size_t end) {
    if (!profile || std::this_thread::get_id() != caller) return optimizer_->update(begin, end);
    const Clock::time_point before = Clock::now();
    optimizer_->update(begin, end);
    seconds += std::chrono::duration<double>(Clock::now() - before).count();
  };
  model_.update(pool_, change, sparse_update ? sparse : SparseParams{});
  if (profile) profile->move(Phase::packing, Phase::optimizer, seconds);
}

void Trainer::diverged(const std::string& what) {
  const double lr = schedule_.rate(std::max<int64_t>(0, progress_.update - 1), progress_.epoch + 1);
  const std::string tensor = suspect_tensor(model_.table(), model_.params(), grads_);
  std::fill_n(grads_.data(), grads_.size(), 0.0f);
  throw Error(Exit::diverged, "train/diverged",
              "training diverged at update " + std::to_string(progress_.update) + ": " + what + "; " + tensor,
              "lower the learning rate (now --lr " + short_number(lr) + ", try " +
                  short_number(lower_learning_rate(lr, options_.optimizer)) + ")" +
                  (options_.clip > 0 ? " or --clip" : " and clip the gradient with --clip 1") +
                  "; what was saved earlier is kept");
}

void Trainer::log_update(const StepReport& report) {
  const ProfileScope profiled(hooks_.profile, Phase::saving);
  progress_.loss_sum += report.loss * report.weight;
  progress_.loss_weight += report.weight;
  // Speed counts the predicted words, or the steps that were read.
  progress_.tokens += model_.writes_text() ? report.counted : report.steps;
  const double now = elapsed();
  if (now - last_log_ < 0.25 && progress_.update % 100 != 0) return;
  const double session = std::max(1e-9, now - last_log_);
  Event event{"metric", {}};
  event.fields["step"] = progress_.update;
  event.fields["epoch"] = epochs_done();
  event.fields["loss"] = train_loss();
  event.fields["lr"] = schedule_.rate(progress_.update - 1, progress_.epoch + 1);
  event.fields["grad_norm"] = report.gradient_norm;
  if (penalty_.squares > 0 || penalty_.changes > 0) event.fields["activation_penalty"] = report.penalty;
  event.fields["tokens_per_s"] = static_cast<double>(progress_.tokens - last_log_tokens_) / session;
  event.fields["elapsed_s"] = seconds();
  time_left_.updated(now, progress_.update);
  event.fields["left_s"] = left();
  last_log_ = now;
  last_log_tokens_ = progress_.tokens;
  events_.emit(event);
}

double Trainer::left() const {
  const double left = time_left_.left(total_updates() - static_cast<double>(progress_.update));
  return options_.max_seconds > 0 ? std::min(left, std::max(0.0, options_.max_seconds - elapsed())) : left;
}

double Trainer::total_updates() const { return static_cast<double>(std::max(planned_, progress_.update)); }

// If eval_every is 0, after each epoch; never twice at the same update, even if training stopped between the two.
bool Trainer::evaluation_due() const {
  if (progress_.update == 0 || progress_.evaluated == progress_.update) return false;
  return options_.eval_every > 0 ? progress_.update % options_.eval_every == 0 : progress_.position == 0;
}

// The loss on the validation data, or the training loss if there are none.
double Trainer::validation_loss(double train_loss) {
  const ProfileScope profiled(hooks_.profile, Phase::evaluation);
  model_.pack_output(pool_);
  const Evaluation found = valid_ ? evaluate(model_, *valid_, pool_, smoothing_) : Evaluation{};
  val_accuracy_ = found.accuracy;
  if (valid_ && smoothing_ > 0) val_smoothed_ = found.smoothed_loss();
  const double loss = valid_ ? found.loss() : train_loss;
  if (exploded(loss)) diverged("validation loss " + short_number(loss));
  return loss;
}

void Trainer::emit_evaluation(double train_loss, double loss, bool best) {
  Event event{"eval", {}};
  event.fields["step"] = progress_.update;
  event.fields["epoch"] = epochs_done();
  event.fields["loss"] = train_loss;
  event.fields["val_loss"] = loss;
  if (val_smoothed_) event.fields[val_key(figure::kSmoothedLoss)] = *val_smoothed_;
  if (model_.writes_text()) {
    event.fields["val_perplexity"] = std::exp(loss);
  } else if (val_accuracy_) {
    event.fields["val_accuracy"] = *val_accuracy_;
  }
  if (hooks_.judged) event.fields[val_key(*hooks_.judged)] = judged_;
  if (const ByteRate& rate = hooks_.byte_rate; rate.factor > 0) {
    const ResultRow row = text_row("", loss, rate);
    for (const Figure* f : {&figure::kBitsPerByte, &figure::kBitsWithoutSpelling, &figure::kUnknownShare})
      if (row[*f]) event.fields[val_key(*f)] = *row[*f];
  }
  event.fields["best"] = best;
  event.fields["elapsed_s"] = seconds();
  event.fields["left_s"] = left();
  events_.emit(event);
}

void Trainer::save(const std::function<void()>& hook) {
  const ProfileScope profiled(hooks_.profile, Phase::saving);
  if (hook) hook();
}

// The figure that decides which evaluation is best; lower is better.
double Trainer::figure_of(double loss) {
  if (!hooks_.judged) return watched(loss);
  const ProfileScope profiled(hooks_.profile, Phase::evaluation);
  judged_ = hooks_.judge();
  return hooks_.judged->higher_is_better ? -judged_ : judged_;
}

// Swaps the averaged weights into the model, and back.
class Trainer::Averaged {
 public:
  explicit Averaged(Trainer& trainer) : trainer_(trainer), on_(trainer.average_.ready()) {
    if (on_) exchange();
  }
  ~Averaged() {
    if (on_) exchange();
  }
  Averaged(const Averaged&) = delete;
  Averaged& operator=(const Averaged&) = delete;

 private:
  void exchange() {
    std::swap(trainer_.model_.params(), trainer_.average_.mean());
    trainer_.pack();
  }
  Trainer& trainer_;
  bool on_;
};

void Trainer::evaluate_now() {
  double loss = 0;
  const double begin = elapsed();
  {
    const Averaged averaged(*this);
    loss = evaluate_weights();
  }
  average_.evaluated(watched(loss));
  time_left_.evaluated(elapsed() - begin);
}

double Trainer::evaluate_weights() {
  const double train = train_loss(), loss = validation_loss(train);
  const double figure = figure_of(loss);  // may be interrupted, as the loss: nothing has changed yet
  progress_.seconds = seconds();
  progress_.evaluated = progress_.update;
  progress_.loss_sum = progress_.loss_weight = 0;
  const bool best = early_.improved(figure);
  schedule_.evaluated(figure);
  if (best) progress_.best_update = progress_.update, progress_.best_loss = loss, progress_.best_epoch = epochs_done();
  emit_evaluation(train, loss, best);
  if (best) save(hooks_.best);
  if (hooks_.sample) {
    const ProfileScope profiled(hooks_.profile, Phase::evaluation);
    std::string text;  // "" if it is interrupted: the evaluation itself is done
    uninterrupted([&] { text = hooks_.sample(); });
    if (!text.empty()) events_.emit({"sample", {{"step", progress_.update}, {"text", text}}});
  }
  return loss;
}

// The checkpoint only records that it took place: a run resumed where it stopped evaluates again but does not log it again.
void Trainer::look_once_more(TrainResult& result) {
  const Averaged averaged(*this);
  const TrainProgress exact = progress_;
  const double train = train_loss(), loss = validation_loss(train);
  const bool best = figure_of(loss) < early_.best();
  if (best) progress_.best_update = progress_.update, progress_.best_loss = loss, progress_.best_epoch = epochs_done();
  if (exact.looked != exact.update) emit_evaluation(train, loss, best);
  last_look_ = true;
  if (best) save(hooks_.best);
  last_look_ = false;
  result.progress = progress_;
  progress_ = exact;
  progress_.looked = exact.update;
}

std::optional<StopReason> Trainer::end_reached() const {
  if (early_.stop()) return StopReason::patience;
  if (progress_.epoch >= options_.epochs) return StopReason::epochs;
  if (options_.max_updates > 0 && progress_.update >= options_.max_updates) return StopReason::updates;
  if (options_.max_seconds > 0 && elapsed() >= options_.max_seconds) return StopReason::time;
  return std::nullopt;
}

TrainResult Trainer::finish(StopReason reason, TrainResult result) {
  progress_.seconds = seconds();
  progress_.finished = reason == StopReason::epochs || reason == StopReason::patience;
  result.reason = reason;
  result.progress = progress_;
  if (reason != StopReason::signal && progress_.evaluated != progress_.update &&
      !uninterrupted([&] { look_once_more(result); }))
    result.reason = StopReason::signal;
  save(hooks_.checkpoint);
  return result;
}

void Trainer::next_batch(Batch& batch) {
  const ProfileScope profiled(hooks_.profile, Phase::data);
  train_.next(batch);
}

TrainResult Trainer::run() {
  const ProfileRun profiled(hooks_.profile);
  started_ = Clock::now();
  seconds_before_ = progress_.seconds;
  last_log_ = 0;
  time_left_ = TimeLeft(progress_.update);
  last_log_tokens_ = progress_.tokens;
  progress_.finished = false;
  seek();
  TrainResult result;
  Batch batch;
  for (;;) {
    if (progress_.position == train_.batches_per_epoch()) {
      ++progress_.epoch;
      progress_.position = 0;
      train_.start_epoch(progress_.epoch);
    }
    if (progress_.loss_weight > 0) result.train_loss = train_loss();
    if (evaluation_due()) {
      if (!uninterrupted([&] { evaluate_now(); })) return finish(StopReason::signal, result);
      save(hooks_.checkpoint);
    }
    if (const auto reason = end_reached()) return finish(*reason, result);
    next_batch(batch);
    const StepReport report = step(batch);
    ++progress_.position;
    log_update(report);
    if (hooks_.signal && hooks_.signal->load() != 0) return finish(StopReason::signal, result);
  }
}

}  // namespace rnn::core
