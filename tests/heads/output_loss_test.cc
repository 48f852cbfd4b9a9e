// Why: the output layer and its loss in blocks of rows equal the whole computation, and hold no more memory than allowed.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/rng.h"
#include "heads/blocks.h"
#include "heads/head.h"
#include "networks/init.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

struct Layer {
  std::string task = "tag";
  int hidden = 24, outputs = 301, streams = 7, steps = 9;
};

struct Outcome {
  LossSum sum;
  std::vector<double> rows, dh, grads;
};

// The output layer alone, over given hidden states: `output_bytes` decides how many blocks there are.
template <class T>
class OutputLayer {
 public:
  explicit OutputLayer(const Layer& layer) : layer_(layer), model_(config(layer)) {
    initialise(model_, {}, 1);
    model_.pack(pool_, true);
    batch_.in.seq = Seq::uniform_batch(layer.streams, layer.steps);
    batch_.to.last_step = layer.task == "regress", batch_.to.width = layer.outputs;
    const int rows = model_.output_rows(batch_.in.seq);
    Random random(3, Purpose::test);
    h_ = Matrix<T>(rows, layer.hidden);
    for (size_t i = 0; i < h_.size(); ++i) h_.data()[i] = static_cast<T>(static_cast<float>(random.uniform(-1, 1)));
    for (int m = 0; m < rows; ++m) {
      batch_.to.weights.push_back(m % 5 == 3 ? 0.0f : static_cast<float>(random.uniform(0.5, 2)));
      if (layer.task != "regress") batch_.to.ids.push_back(static_cast<int32_t>(random.below(layer.outputs)));
      for (int k = 0; k < layer.outputs && layer.task == "regress"; ++k)
        batch_.to.values.push_back(static_cast<float>(random.uniform(-1, 1)));
    }
  }

  Outcome run(size_t output_bytes, bool gradient, size_t* arena_bytes = nullptr) {
    Outcome out;
    Params<T> grads(model_.table());
    Arena arena;
    Context<T> context{pool_, arena};
    context.output_bytes = output_bytes;
    Matrix<T> dh(h_.rows(), layer_.hidden);
    out.sum = model_.loss(context, h_.view(), batch_.to, {0.1, &out.rows, gradient ? &grads : nullptr, dh.view()});
    if (gradient) out.dh.assign(dh.data(), dh.data() + dh.size());
    out.grads.assign(grads.data(), grads.data() + grads.size());
    if (arena_bytes) *arena_bytes = arena.capacity();
    return out;
  }
  size_t row_bytes() const { return static_cast<size_t>(layer_.outputs) * sizeof(T); }
  int rows() const { return h_.rows(); }

 private:
  static ModelConfig config(const Layer& layer) {
    ModelConfig c;
    c.task = layer.task, c.rnn.input = 1, c.rnn.hidden = layer.hidden, c.output = layer.outputs;
    return c;
  }

  Layer layer_;
  Pool pool_{2};
  Model<T> model_;
  Batch batch_;
  Matrix<T> h_;
};

double largest(const std::vector<double>& values) {
  double top = 0;
  for (const double v : values) top = std::max(top, std::abs(v));
  return top;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  ASSERT_GT(largest(want), 0);
  for (size_t i = 0; i < want.size(); ++i) ASSERT_NEAR(got[i], want[i], tolerance * largest(want)) << i;
}

template <class T>
void expect_blocks_equal_whole(const Layer& layer, double tolerance) {
  OutputLayer<T> output(layer);
  const Outcome whole = output.run(size_t{1} << 30, true);
  for (const int rows : {1, 17, 20, 40}) {
    const Outcome cut = output.run(rows * output.row_bytes(), true);
    EXPECT_EQ(cut.rows, whole.rows) << rows;  // to the last bit
    EXPECT_EQ(cut.dh, whole.dh) << rows;
    EXPECT_EQ(cut.sum.loss, whole.sum.loss);
    EXPECT_EQ(cut.sum.weight, whole.sum.weight);
    expect_near(cut.grads, whole.grads, tolerance);
    const Outcome value = output.run(rows * output.row_bytes(), false);
    EXPECT_EQ(value.rows, whole.rows);
    EXPECT_EQ(largest(value.grads), 0);
    EXPECT_EQ(value.sum.correct, output.run(size_t{1} << 30, false).sum.correct);
  }
}

TEST(OutputLoss, BlocksOfRowsEqualTheWhole) {
  expect_blocks_equal_whole<float>({}, 1e-6);
  expect_blocks_equal_whole<double>({}, 1e-14);
  expect_blocks_equal_whole<float>({"regress", 8, 5, 70, 3}, 1e-6);
}

TEST(OutputLoss, InFloatIsTheSameInDouble) {
  const Outcome f = OutputLayer<float>({}).run(20 * 301 * sizeof(float), true);
  const Outcome d = OutputLayer<double>({}).run(20 * 301 * sizeof(double), true);
  EXPECT_NEAR(f.sum.loss, d.sum.loss, kSoftmaxLoss * d.sum.loss);
  EXPECT_EQ(f.sum.weight, d.sum.weight);
  expect_near(f.dh, d.dh, kRecurrentForward);
  expect_near(f.grads, d.grads, kRecurrentForward);
}

TEST(OutputLoss, BlocksAreEven) {
  EXPECT_EQ(output_block_rows(700, 4 * 10000, 64 << 20), 700);  // 28 MB
  EXPECT_EQ(output_block_rows(700, 4 * 50000, 64 << 20), 234);  // 140 MB in three
  EXPECT_EQ(output_block_rows(700, 4 * 250000, 64 << 20), 64);  // 700 MB in eleven
  EXPECT_EQ(output_block_rows(700, 4 << 20, 1), 16);
  EXPECT_EQ(output_block_rows(3, 4 << 20, 1), 3);
  EXPECT_EQ(output_block_rows(0, 4, 64), 0);
}

// 1000 rows of 50,000 classes are 200 MB of logits; 64 MB and the lines between are there at a time.
TEST(OutputLoss, FiftyThousandClassesStayInTheirMemory) {
  OutputLayer<float> output({"tag", 16, 50000, 20, 50});
  ASSERT_EQ(output.rows(), 1000);
  size_t bytes = 0;
  const Outcome training = output.run(size_t{64} << 20, true, &bytes);
  EXPECT_LE(bytes, (size_t{64} << 20) + (1 << 20));
  EXPECT_GE(bytes, size_t{32} << 20);
  const Outcome evaluation = output.run(size_t{64} << 20, false, &bytes);
  EXPECT_LE(bytes, (size_t{64} << 20) + (1 << 20));
  EXPECT_EQ(evaluation.rows, training.rows);
  EXPECT_NEAR(training.sum.loss / training.sum.weight, std::log(50000.0), 0.1);  // untrained: about uniform
}

}  // namespace
}  // namespace rnn::core::test
