// Why: when the loop validates, saves, stops and gives up, and which learning rate it reports.
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/safetensors.h"
#include "kernels/host.h"
#include "metrics/figures.h"
#include "optim/schedule.h"
#include "support/tiny_run.h"
#include "tasks/training.h"

namespace rnn::core::test {
namespace {

constexpr int kVocabulary = 11;

// A trainer of a small LSTM with everything it needs, its events kept.
struct Small {
  std::unique_ptr<Model<float>> model = tiny_model(tiny_config(kVariants[2], kVocabulary, 8));
  std::unique_ptr<Batcher> train = stream_batcher(4, 5, 4 * 5 * 6, kVocabulary),
                           valid = stream_batcher(3, 5, 90, kVocabulary);
  std::vector<Event> events;
  EventStream stream;
  Pool pool;
  TrainOptions options;
  Trainer::Hooks hooks;
  int checkpoints = 0;
  std::vector<int64_t> best;

  explicit Small(int threads = 1) : pool(threads) {
    stream.add(std::make_unique<Recorder>(&events));
    options.patience = 0, options.epochs = 3;
  }
  std::unique_ptr<Trainer> trainer() {
    Trainer::Hooks h = hooks;
    Trainer** self = &self_;
    h.best = [this, self] { best.push_back((*self)->progress().update); };
    h.checkpoint = [this] { ++checkpoints; };
    auto made = std::make_unique<Trainer>(*model, *train, valid.get(), options, stream, pool, h);
    self_ = made.get();
    return made;
  }
  std::vector<const Event*> of(const std::string& type) const {
    std::vector<const Event*> found;
    for (const Event& e : events) {
      if (e.type == type) found.push_back(&e);
    }
    return found;
  }

 private:
  Trainer* self_ = nullptr;
};

TEST(Trainer, StopsWhereItIsTold) {
  Small s;
  const int64_t epoch = s.train->batches_per_epoch();
  const TrainResult all = s.trainer()->run();
  EXPECT_EQ(all.reason, StopReason::epochs);
  EXPECT_EQ(all.progress.update, 3 * epoch);
  EXPECT_EQ(all.progress.epoch, 3);
  EXPECT_TRUE(all.progress.finished);
  EXPECT_EQ(s.of("eval").size(), 3u);

  Small few;
  few.options.max_updates = epoch + 2;
  const auto trainer = few.trainer();
  const TrainResult some = trainer->run();
  EXPECT_EQ(some.reason, StopReason::updates);
  EXPECT_EQ(some.progress.update, epoch + 2);
  EXPECT_FALSE(some.progress.finished);
  ASSERT_EQ(few.of("eval").size(), 2u);  // after the epoch, and a last validation
  EXPECT_EQ(few.of("eval")[1]->fields.at("step"), epoch + 2);
  EXPECT_EQ(trainer->progress().evaluated, epoch);  // of which the checkpoint knows nothing
  EXPECT_EQ(trainer->run().progress.update, epoch + 2) << "an end that is reached takes no update";
}

// The smoothed loss of an evaluation by its definition: the target gets 1 - E, all classes share E.
double smoothed_by_definition(const Model<float>& model, Batcher& batcher, Pool& pool, double smoothing) {
  Batch batch;
  State<float> state;
  double nats = 0, weight = 0;
  for (batcher.start_epoch(0); batcher.next(batch);) {
    if (!batch.carried || state.rows() != batch.in.seq.streams()) state = model.initial(batch.in.seq.streams());
    Arena arena;
    Context<float> context{pool, arena};
    const View<float> outputs = model.forward(context, batch, state, nullptr);
    for (int row = 0; row < outputs.rows; ++row) {
      double sum = 0, mean = 0;
      for (int k = 0; k < outputs.cols; ++k) sum += std::exp(double{host(outputs)(row, k)});
      for (int k = 0; k < outputs.cols; ++k) mean += (std::log(sum) - host(outputs)(row, k)) / outputs.cols;
      const double w = batch.to.weight(static_cast<size_t>(row));
      if (w == 0) continue;
      const double plain = std::log(sum) - host(outputs)(row, batch.to.ids[static_cast<size_t>(row)]);
      nats += w * ((1 - smoothing) * plain + smoothing * mean), weight += w;
    }
  }
  return nats / weight;
}

TEST(Trainer, OneEvaluationHasThePlainAndTheSmoothedLoss) {
  Small s;
  s.trainer()->run();
  const Evaluation plain = evaluate(*s.model, *s.valid, s.pool), both = evaluate(*s.model, *s.valid, s.pool, 0.2);
  EXPECT_EQ(plain.nats, both.nats);
  EXPECT_EQ(plain.smoothed_nats, plain.nats);
  EXPECT_EQ(plain.accuracy, both.accuracy);
  EXPECT_NEAR(both.smoothed_loss(), smoothed_by_definition(*s.model, *s.valid, s.pool, 0.2), 1e-5);
  EXPECT_GT(std::abs(both.smoothed_loss() - both.loss()), 1e-3);
}

// Updates whose evaluation has the lowest figure so far.
std::vector<int64_t> lowest(const Small& s, const char* key) {
  std::vector<int64_t> updates;
  double best = 1e9;
  for (const Event* e : s.of("eval")) {
    if (const double value = number_field(*e, key); value < best)
      best = value, updates.push_back(static_cast<int64_t>(number_field(*e, "step")));
  }
  return updates;
}

TEST(Trainer, TheBestOfATrainingWithLabelSmoothingIsByTheSmoothedLoss) {
  const auto trained = [](const char* by, double smoothing) {
    auto s = std::make_unique<Small>();
    s->options.label_smoothing = smoothing, s->options.best_by = by;
    s->options.epochs = 40, s->options.lr = 0.02, s->options.eval_every = 3;
    s->trainer()->run();
    return s;
  };
  const auto automatic = trained("auto", 0.3), plain = trained("loss", 0.3), none = trained("smoothed-loss", 0);
  EXPECT_EQ(automatic->best, lowest(*automatic, "val_smoothed_loss"));
  EXPECT_NE(automatic->best, lowest(*automatic, "val_loss")) << "otherwise this test shows nothing";
  EXPECT_EQ(plain->best, lowest(*automatic, "val_loss"));  // the same training, and the same plain losses
  EXPECT_FALSE(plain->of("eval")[0]->fields.contains("val_smoothed_loss"));
  EXPECT_EQ(none->best, lowest(*none, "val_loss"));
  EXPECT_FALSE(none->of("eval")[0]->fields.contains("val_smoothed_loss"));
  EXPECT_EQ(selection_of(none->options, *none->model), "loss");
  EXPECT_EQ(selection_of(automatic->options, *automatic->model), "smoothed-loss");

  // What waits for an improvement waits for one of the same loss.
  Small patient;
  patient.options = automatic->options;
  patient.options.patience = 4;
  const auto trainer = patient.trainer();
  const TrainResult ended = trainer->run();
  EXPECT_EQ(ended.reason, StopReason::patience);
  EXPECT_EQ(trainer->early_stopping().stalled(), 4);
  EXPECT_EQ(patient.best.back() + 4 * 3, ended.progress.update);
}

TEST(Trainer, StopsInTime) {
  Small s;
  s.options.epochs = 1000000;
  s.options.max_seconds = 0.15;
  const auto begin = std::chrono::steady_clock::now();
  const TrainResult result = s.trainer()->run();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  EXPECT_EQ(result.reason, StopReason::time);
  EXPECT_GE(seconds, 0.15);
  EXPECT_LT(seconds, 5);
  EXPECT_GE(result.progress.seconds, 0.15);
}

TEST(Trainer, StopsAtASignalAfterTheUpdate) {
  Small s;
  const std::atomic<int> signal{2};
  s.hooks.signal = &signal;
  const TrainResult result = s.trainer()->run();
  EXPECT_EQ(result.reason, StopReason::signal);
  EXPECT_EQ(result.progress.update, 1);
  EXPECT_EQ(s.checkpoints, 1);
  EXPECT_TRUE(s.of("eval").empty()) << "nobody waits for an evaluation who pressed Ctrl-C";
}

TEST(Trainer, StopsWithoutPatience) {
  Small s;
  s.options.optimizer = "sgd", s.options.lr = 1e-30;  // nothing changes, so nothing improves
  s.options.patience = 2, s.options.eval_every = 2, s.options.epochs = 100;
  const auto trainer = s.trainer();
  const TrainResult result = trainer->run();
  EXPECT_EQ(result.reason, StopReason::patience);
  EXPECT_EQ(result.progress.update, 6);
  EXPECT_EQ(result.progress.best_update, 2);
  EXPECT_EQ(s.best, std::vector<int64_t>{2});
  EXPECT_TRUE(result.progress.finished);
  EXPECT_EQ(trainer->run().progress.update, 6) << "without more patience it stays ended";
}

TEST(Trainer, TellsTheBestWhereverItIs) {
  Small s;
  s.options.eval_every = 1;
  const TrainResult result = s.trainer()->run();
  double best = INFINITY;
  std::vector<int64_t> steps;
  for (const Event* e : s.of("eval")) {
    const double loss = e->fields.at("val_loss");
    EXPECT_EQ(e->fields.at("best"), loss < best);
    EXPECT_NEAR(e->fields.at("val_perplexity").get<double>(), std::exp(loss), 1e-12 * std::exp(loss));
    if (loss < best) best = loss, steps.push_back(e->fields.at("step").get<int64_t>());
  }
  EXPECT_EQ(s.best, steps);
  EXPECT_EQ(result.progress.best_loss, best);
  EXPECT_EQ(result.progress.best_update, steps.back());
}

// The loss of an evaluation event is the mean over all tokens since the previous one.
TEST(Trainer, LossOfTheEventsIsTheMeanOfTheSteps) {
  Small s, by_hand;
  s.options.eval_every = by_hand.options.eval_every = 4;
  s.options.epochs = 2;
  s.trainer()->run();
  const auto trainer = by_hand.trainer();
  double sum = 0, weight = 0;
  size_t event = 0;
  Batch batch;
  for (int64_t epoch = 0; epoch < 2; ++epoch) {
    by_hand.train->start_epoch(epoch);
    while (by_hand.train->next(batch)) {
      const Trainer::StepReport report = trainer->step(batch);
      sum += report.loss * report.weight, weight += report.weight;
      if (trainer->progress().update % 4 != 0) continue;
      ASSERT_LT(event, s.of("eval").size());
      EXPECT_EQ(s.of("eval")[event++]->fields.at("loss").get<double>(), sum / weight);
      sum = weight = 0;
    }
  }
  EXPECT_TRUE(same_bits(s.model->params(), by_hand.model->params()));
}

TEST(Trainer, LearningRateOfTheEventsIsTheSchedules) {
  for (const char* kind : {"constant", "decay", "cosine"}) {
    Small s;
    s.options.epochs = 60, s.options.lr = 0.01, s.options.warmup = 150;
    s.options.schedule = kind, s.options.decay = 0.9, s.options.decay_from = 5;
    s.trainer()->run();
    const int64_t per_epoch = s.train->batches_per_epoch();
    ScheduleOptions o;
    o.kind = schedule_kind(kind), o.lr = 0.01, o.warmup = 150, o.decay = 0.9, o.decay_from = 5,
    o.total_updates = 60 * per_epoch;
    const Schedule schedule(o);
    int checked = 0;
    for (const Event* e : s.of("metric")) {
      const int64_t update = e->fields.at("step");
      EXPECT_EQ(e->fields.at("lr").get<double>(), schedule.rate(update - 1, (update - 1) / per_epoch + 1))
          << kind << " " << update;
      ++checked;
    }
    EXPECT_GE(checked, static_cast<int>(60 * per_epoch / 100));
  }
}

// SGD makes the rate visible: the step is lr times the gradient, which clipping keeps at norm 1.
TEST(Trainer, DecaysWithTheEpochAndClips) {
  Small s;
  s.options.optimizer = "sgd", s.options.lr = 0.5, s.options.clip = 1e-3;
  s.options.schedule = "decay", s.options.decay = 0.5, s.options.decay_from = 1;
  const auto trainer = s.trainer();
  Batch batch;
  for (int64_t epoch = 0; epoch < 3; ++epoch) {
    s.train->start_epoch(epoch);
    trainer->progress().epoch = epoch;
    while (s.train->next(batch)) {
      std::vector<float> before(s.model->params().data(), s.model->params().data() + s.model->params().size());
      const Trainer::StepReport report = trainer->step(batch);
      EXPECT_GT(report.gradient_norm, 1e-3);
      double moved = 0;
      for (size_t i = 0; i < before.size(); ++i) moved += std::pow(before[i] - s.model->params().data()[i], 2);
      const double rate = 0.5 * std::pow(0.5, static_cast<double>(epoch));
      EXPECT_NEAR(std::sqrt(moved), rate * 1e-3, rate * 1e-3 * 5e-3);
    }
  }
}

TEST(Trainer, StallDividesTheRate) {
  Small s;
  s.options.optimizer = "sgd", s.options.lr = 1e-30, s.options.schedule = "stall", s.options.decay = 0.25;
  s.options.eval_every = 1, s.options.epochs = 1;
  const auto trainer = s.trainer();
  trainer->run();
  const int64_t evaluations = trainer->progress().update;
  EXPECT_DOUBLE_EQ(trainer->schedule().rate(evaluations, 1), 1e-30 * std::pow(0.25, static_cast<double>(evaluations - 1)));
}

// Shards are the same update up to rounding, and their sum has one order: its bits depend on their number alone.
TEST(Trainer, ShardsAddUp) {
  const auto trained = [](int shards, int threads, int accumulate) {
    Small s(threads);
    s.options.optimizer = "sgd", s.options.lr = 0.5, s.options.accumulate = accumulate, s.options.max_updates = 7;
    s.hooks.shards = shards;
    const auto trainer = s.trainer();
    trainer->run();
    const Params<float>& params = s.model->params();
    return std::vector<float>(params.data(), params.data() + params.size());
  };
  const std::vector<float> whole = trained(1, 1, 1), three = trained(3, 1, 1);
  ASSERT_EQ(whole.size(), three.size());
  for (size_t i = 0; i < whole.size(); ++i) ASSERT_NEAR(whole[i], three[i], 1e-5) << i;
  EXPECT_NE(whole, three) << "sums in another order";
  EXPECT_EQ(three, trained(3, 2, 1));
  const std::vector<float> parts = trained(2, 1, 2);  // two micro-batches in each shard
  for (size_t i = 0; i < whole.size(); ++i) ASSERT_NEAR(whole[i], parts[i], 1e-5) << i;
}

TEST(Trainer, RowsWithoutWeightOnly) {
  Small s;
  const auto trainer = s.trainer();
  s.train->start_epoch(0);
  Batch batch;
  ASSERT_TRUE(s.train->next(batch));
  batch.to.weights.assign(batch.to.ids.size(), 0.0f);
  const auto before = tiny_model(s.model->config());
  const Trainer::StepReport report = trainer->step(batch);
  EXPECT_EQ(report.weight, 0);
  EXPECT_EQ(report.loss, 0);
  EXPECT_TRUE(same_bits(before->params(), s.model->params()));
}

TEST(Divergence, ExplosionNamesATensorAndTheModelIsFromBefore) {
  Small s;
  s.options.optimizer = "sgd", s.options.lr = 1e6, s.options.clip = 0, s.options.epochs = 100;
  const auto trainer = s.trainer();
  const Failure f = failure_of([&] { trainer->run(); });
  EXPECT_EQ(f.exit, Exit::diverged);
  EXPECT_EQ(f.code, "train/diverged");
  bool named = false;
  for (const auto& info : s.model->table().all()) named = named || f.message.find(info.name) != std::string::npos;
  EXPECT_TRUE(named) << f.message;
  EXPECT_NE(f.help.find("--clip 1"), std::string::npos) << f.help;
  EXPECT_NE(f.help.find("try 1)"), std::string::npos) << f.help;
  EXPECT_EQ(s.checkpoints, 0) << "no checkpoint of an exploded model";
  EXPECT_TRUE(s.best.empty());
}

TEST(Divergence, BadGradientDoesNotTouchTheWeights) {
  Small s;
  const auto trainer = s.trainer();
  const ParamId id = s.model->table().find("output.bias");
  host(s.model->params().view(id)).data[2] = NAN;
  s.model->pack(s.pool, true);
  std::vector<float> before(s.model->params().data(), s.model->params().data() + s.model->params().size());
  const Failure f = failure_of([&] { trainer->run(); });
  EXPECT_EQ(f.exit, Exit::diverged);
  EXPECT_NE(f.message.find("weights of output.bias"), std::string::npos) << f.message;
  EXPECT_EQ(std::memcmp(before.data(), s.model->params().data(), before.size() * sizeof(float)), 0);
}

// A validation text that the model is sure to get wrong: this is found at the evaluation, nothing is called best.
TEST(Divergence, FoundByTheEvaluation) {
  Small s;
  const ParamId id = s.model->table().find("output.bias");
  host(s.model->params().view(id)).data[1] = 1e5f;  // one token is certain; training text has no other
  s.train = std::make_unique<StreamBatcher>(std::vector<std::vector<int32_t>>{std::vector<int32_t>(100, 1)},
                                            StreamOptions{4, 5, false, -1});
  const Failure f = failure_of([&] { s.trainer()->run(); });
  EXPECT_EQ(f.exit, Exit::diverged);
  EXPECT_NE(f.message.find("validation loss"), std::string::npos) << f.message;
  EXPECT_TRUE(s.best.empty());
  EXPECT_EQ(s.checkpoints, 0);
}

class DivergedRun : public FolderTest {};

TEST_F(DivergedRun, WhatWasSavedBeforeSurvives) {
  RunRequest r = tiny_request(write("story.txt", tiny_story(60)), path("run"), "stream");
  r.options.epochs = 3, r.options.max_updates = 5, r.options.optimizer = "sgd", r.options.lr = 0.5;
  EventStream events;
  train_run(r, events, {});
  const std::string model = read_file(path("run") + "/model.safetensors"),
                    checkpoint = read_file(path("run") + "/last.ckpt.safetensors");
  // Nothing that a resumed run may change makes it diverge: a wild rate is written into the checkpoint.
  std::string wild = checkpoint;
  for (const auto& [tame, worse] :
       {std::pair(R"(\"lr\":0.5)", R"(\"lr\":1e6)"), std::pair(R"(\"clip\":1.0)", R"(\"clip\":0.0)")}) {
    ASSERT_NE(wild.find(tame), std::string::npos) << tame;
    for (size_t at = 0; (at = wild.find(tame, at)) != std::string::npos;) wild.replace(at, std::string(tame).size(), worse);
  }
  write_file_atomic(path("run") + "/last.ckpt.safetensors", wild);
  const Failure f = failure_of([&] {
    EventStream more;
    resume_run(path("run"), {{"max-updates", "0"}}, more, {});
  });
  EXPECT_EQ(f.exit, Exit::diverged) << f.message;
  EXPECT_TRUE(wild == read_file(path("run") + "/last.ckpt.safetensors"));
  write_file_atomic(path("run") + "/last.ckpt.safetensors", checkpoint);
  ModelFile file = load_model(path("run"));
  EXPECT_LT(evaluate_text(file, path("story.txt"), {}).model.at(figure::kLoss), 10);
  EventStream again;
  EXPECT_EQ(resume_run(path("run"), {{"max-updates", "0"}}, again, {}).reason, StopReason::epochs);
}

TEST_F(DivergedRun, NanInAWeightFileIsNamed) {
  RunRequest r = tiny_request(write("story.txt", tiny_story(60)), path("run"), "stream");
  r.options.max_updates = 2;
  EventStream events;
  train_run(r, events, {});
  for (const char* name : {"/model.safetensors", "/last.ckpt.safetensors"}) {
    std::string bytes = read_file(path("run") + name);
    const Safetensors parsed = Safetensors::parse(bytes, name);
    const size_t at = static_cast<size_t>(parsed.bytes("output.weight").data() - parsed.bytes(parsed.names()[0]).data());
    const float bad = NAN;
    uint64_t header = 0;
    std::memcpy(&header, bytes.data(), 8);
    std::memcpy(bytes.data() + 8 + header + at + 4 * 14, &bad, 4);  // row 1, column 2 of 12
    write_file_atomic(path("run") + name, bytes);
  }
  ModelFile file = load_model(path("run"));
  for (const auto& use :
       std::vector<std::function<void()>>{[&] { Writer writer(file); }, [&] { evaluate_text(file, path("story.txt"), {}); },
                                          [&] {
                                            EventStream e;
                                            resume_run(path("run"), {}, e, {});
                                          },
                                          [&] {
                                            RunRequest next = r;
                                            next.folder = path("next"), next.init_from = path("run");
                                            EventStream e;
                                            train_run(next, e, {});
                                          }}) {
    const Failure f = failure_of(use);
    EXPECT_EQ(f.code, "model/nan");
    EXPECT_EQ(f.exit, Exit::model);
    EXPECT_NE(f.message.find("'output.weight' contains NaN at row 1, column 2"), std::string::npos) << f.message;
  }
}

}  // namespace
}  // namespace rnn::core::test
