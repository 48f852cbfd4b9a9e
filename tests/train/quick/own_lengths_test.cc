// Why: targets with lengths of their own go from batch to weights also through a network with fewer rows than it reads.
#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "events/events.h"
#include "heads/list.h"
#include "kernels/rows.h"
#include "networks/init.h"
#include "networks/list.h"
#include "train/gradient_check.h"
#include "train/trainer.h"

namespace rnn::core::test {
namespace {

constexpr int kFrame = 3, kClasses = 4;

// Every second row of another network.
template <class T>
class Halving final : public Network<T> {
 public:
  explicit Halving(std::unique_ptr<Network<T>> inner) : inner_(std::move(inner)) {}
  int width() const override { return inner_->width(); }
  int directions() const override { return inner_->directions(); }
  int state_width() const override { return inner_->state_width(); }
  Hidden<T> forward(Context<T>& context, const Weights<T>& weights, const Input<T>& input, State<T>& state,
                    Tape* tape) const override {
    const Hidden<T> all = inner_->forward(context, weights, input, state, tape);
    half_ = {{0}, input.seq.order, {}, input.seq.id};
    for (int t = 0; t < input.seq.steps(); t += 2) half_.start.push_back(half_.start.back() + input.seq.active(t));
    const View<T> rows = context.arena.template matrix<T>(half_.rows(), width());
    visit(input.seq, [&](int from, int to) { copy_row(all.rows, from, rows, to); });
    return {rows, &half_};
  }
  void backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, Tape& tape, View<T> dh, Params<T>& grads,
                const State<T>* dstate_last, State<T>* dstate_first) const override {
    const View<T> all = context.arena.template matrix<T>(seq.rows(), width());
    fill_rows(all, T(0));
    visit(seq, [&](int to, int from) { copy_row(dh, from, all, to); });
    inner_->backward(context, weights, seq, tape, all, grads, dstate_last, dstate_first);
  }
  std::vector<const Recurrent<T>*> stacks() const override { return inner_->stacks(); }
  void touched(const Batch& batch, bool sampled, SparseParams& rows) const override {
    inner_->touched(batch, sampled, rows);
  }

 private:
  template <class F>
  void visit(const Seq& seq, const F& f) const {
    for (int t = 0; t < seq.steps(); t += 2) {
      for (int r = 0; r < seq.active(t); ++r)
        f(seq.start[static_cast<size_t>(t)] + r, half_.start[static_cast<size_t>(t / 2)] + r);
    }
  }
  std::unique_ptr<Network<T>> inner_;
  mutable Seq half_;
};

ModelConfig config_of(double dropout) {
  ModelConfig c;
  c.task = "tag", c.rnn.input = kFrame, c.rnn.hidden = 6, c.output = kClasses, c.output_dropout = dropout;
  c.rnn.cell = CellKind::gru, c.rnn.bidirectional = true;
  return c;
}

template <class T>
ModelParts<T> parts_of(const ModelConfig& config, std::string_view head) {
  return {[config](ParamTable& table, Packed<T>& forms) -> std::unique_ptr<Network<T>> {
            return std::make_unique<Halving<T>>(make_network<T>(config, table, forms));
          },
          [head](const Network<T>& network, ParamTable& table, Packed<T>& forms) {
            HeadOptions options{.kind = head, .outputs = kClasses, .width = network.width()};
            options.transducer = {.embedding = 4, .joiner = 8};
            return make_head<T>(options, table, forms);
          }};
}

// Streams say their labels by a one-hot frame each, followed by two of noise; the last one has more labels than rows.
Batch batch_of(uint64_t seed, bool with_impossible) {
  Random random(seed, Purpose::test);
  std::vector<std::vector<int32_t>> labels(with_impossible ? 7 : 6);
  std::vector<int> lengths, counts;
  for (size_t s = 0; s < labels.size(); ++s) {
    const uint32_t count = s == 0 ? 0 : 1 + random.below(4);
    for (uint32_t u = 0; u < count; ++u) labels[s].push_back(1 + static_cast<int32_t>(random.below(kClasses - 1)));
    counts.push_back(static_cast<int>(count)), lengths.push_back(s == 6 ? 0 : 6 + 3 * static_cast<int>(count));
  }
  Batch batch;
  batch.in.seq = Seq::ragged(lengths), batch.in.width = kFrame;
  for (int t = 0; t < batch.in.seq.steps(); ++t) {
    for (int r = 0; r < batch.in.seq.active(t); ++r) {
      const std::vector<int32_t>& own = labels[static_cast<size_t>(batch.in.seq.order[static_cast<size_t>(r)])];
      for (int i = 0; i < kFrame; ++i) {
        const bool said = t % 3 == 0 && static_cast<size_t>(t / 3) < own.size() && own[static_cast<size_t>(t / 3)] == i + 1;
        batch.in.frames.push_back((said ? 2.0f : 0.0f) + static_cast<float>(0.1 * random.normal()));
      }
    }
  }
  batch.to.seq = Seq::ragged(counts);
  for (int u = 0; u < batch.to.seq.steps(); ++u) {
    for (int r = 0; r < batch.to.seq.active(u); ++r)
      batch.to.ids.push_back(
          labels[static_cast<size_t>(batch.to.seq.order[static_cast<size_t>(r)])][static_cast<size_t>(u)]);
  }
  return batch;
}

template <class T>
void draw_weights(Model<T>& model) {
  Random random(5, Purpose::test);
  for (size_t id = 0; id < model.table().all().size(); ++id) {
    for (T& w : model.params().values(static_cast<ParamId>(id))) w = static_cast<T>(random.uniform(-0.4, 0.4));
  }
}

TEST(OwnLengthsTraining, GradientsPassThroughFewerRows) {
  for (const std::string_view head : {"ctc", "transducer"}) {
    const ModelConfig config = config_of(0.3);
    Model<double> model(config, parts_of<double>(config, head));
    draw_weights(model);
    for (const TensorCheck& tensor : check_gradients(model, batch_of(1, false), {})) {
      EXPECT_GT(tensor.checked, 0) << head << " " << tensor.name;
      EXPECT_LT(tensor.worst, 1e-6) << head << " " << tensor.name;
    }
  }
}

TEST(OwnLengthsTraining, GradientsPassThroughALookAheadConvolution) {
  for (const int joiner : {0, 8}) {  // CTC, a transducer
    ModelConfig config = config_of(0.3);
    config.task = "transcribe", config.rnn.bidirectional = false, config.row_convolution = 2;
    config.transducer = {.recurrent = true, .embedding = 4, .hidden = 5, .joiner = joiner};
    Model<double> model(config);
    draw_weights(model);
    EXPECT_GE(model.table().find("row_convolution.weight"), 0);
    for (const TensorCheck& tensor : check_gradients(model, batch_of(1, false), {})) {
      EXPECT_GT(tensor.checked, 0) << model.config().head() << " " << tensor.name;
      EXPECT_LT(tensor.worst, 1e-6) << model.config().head() << " " << tensor.name;
    }
  }
}

TEST(OwnLengthsTraining, BothHeadsLearn) {
  for (const std::string_view head : {"ctc", "transducer"}) {
    const ModelConfig config = config_of(0);
    Model<float> model(config, parts_of<float>(config, head));
    draw_weights(model);
    struct Once final : Batcher {
      bool next(Batch&) override { return false; }
      void seek(int64_t, int64_t) override {}
      int64_t batches_per_epoch() const override { return 1; }
      int64_t tokens_per_epoch() const override { return 1; }
    };
    TrainOptions options;
    options.optimizer = "adam", options.lr = 0.02, options.accumulate = 2;
    EventStream events;
    Pool pool(2);
    Once batches;
    Trainer trainer(model, batches, nullptr, options, events, pool, {});
    double first = 0, last = 0;
    for (int update = 0; update < 150; ++update) {
      const Trainer::StepReport report = trainer.step(batch_of(static_cast<uint64_t>(update), true));
      EXPECT_EQ(report.impossible, 1) << "a label, but no rows";
      if (update == 0) first = report.loss;
      last = report.loss;
    }
    EXPECT_GT(first, 1.5) << head;
    EXPECT_LT(last, 0.3) << head;
  }
}

}  // namespace
}  // namespace rnn::core::test
