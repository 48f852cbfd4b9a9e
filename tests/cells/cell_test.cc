// Why: every cell's backward is the exact derivative of its forward: dual numbers against double, no step size.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/rng.h"
#include "cells/names.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

using reference::Dual;

// Everything one step of one unit depends on, flat so that each number can be differentiated by. A layer of one unit: the
// recurrent matrix is one number per gate.
template <class Cell, class V>
struct Inputs {
  V pre[Cell::gates], weight[Cell::gates], bias, state[Cell::states], unit[Cell::unit_weights + 1];
  template <class F>
  void each(F&& f) {
    for (auto& x : pre) f(x);
    for (auto& x : weight) f(x);
    f(bias);
    for (auto& x : state) f(x);
    for (auto& x : unit) f(x);
  }
};
template <class Cell>
constexpr bool kMatrix = Cell::info.recurrence == Recurrence::matrix;
template <class Cell>
constexpr int kInputs = 2 * Cell::gates + 1 + Cell::states + Cell::unit_weights + 1;

// What a step leaves behind.
template <class Cell, class V>
struct Step {
  V a[Cell::gates], q[Cell::sides + 1], s1[Cell::states];
};

template <class Cell, int stage, class V>
void forward_stages(const CellSettings& set, const Inputs<Cell, V>& in, Step<Cell, V>* step) {
  if constexpr (stage < Cell::stages) {
    const V operand = stage == 0 ? in.state[Cell::h] : step->q[0];
    for (int g = Cell::first_gate(stage); g < Cell::first_gate(stage) + Cell::gate_count(stage); ++g) {
      if (g == Cell::apart) {
        step->q[0] = in.weight[g] * operand + in.bias;
      } else if (kMatrix<Cell>) {
        step->a[g] = step->a[g] + in.weight[g] * operand;
      }
    }
    Cell::template forward<stage>(set, step->a, step->q, in.state, step->s1, in.unit);
    forward_stages<Cell, stage + 1>(set, in, step);
  }
}

template <class Cell, class V>
Step<Cell, V> forward(const CellSettings& set, const Inputs<Cell, V>& in) {
  Step<Cell, V> step;
  std::copy_n(in.pre, static_cast<int>(Cell::gates), step.a);
  forward_stages<Cell, 0>(set, in, &step);
  return step;
}

// Stages in falling order; d is the gradient by the new states (last stage) or by the side value. Fills the gradients by the
// weights of the stage and adds to the one by the old h.
template <class Cell, int stage>
void backward_stages(const CellSettings& set, const Inputs<Cell, double>& in, const Step<Cell, double>& saved,
                     Step<Cell, double>* step, const double* d, double* ds, Inputs<Cell, double>* gradient,
                     double* through_product) {
  Cell::template backward<stage>(set, step->a, step->q, in.state, step->s1, d, ds, in.unit);
  const double operand = stage == 0 ? in.state[Cell::h] : saved.q[0];
  double by_operand = 0;
  for (int g = Cell::first_gate(stage); g < Cell::first_gate(stage) + Cell::gate_count(stage); ++g) {
    if (!kMatrix<Cell>) continue;
    const double by_product = g == Cell::apart ? step->q[0] : step->a[g];
    gradient->weight[g] = by_product * operand;
    if (g == Cell::apart) gradient->bias = by_product;
    by_operand += by_product * in.weight[g];
  }
  if constexpr (stage > 0) {
    backward_stages<Cell, stage - 1>(set, in, saved, step, &by_operand, ds, gradient, through_product);
  } else {
    *through_product = by_operand;
  }
}

template <class Cell>
Inputs<Cell, double> backward(const CellSettings& set, const Inputs<Cell, double>& in, const double* d) {
  Inputs<Cell, double> gradient{};
  const Step<Cell, double> saved = forward<Cell>(set, in);
  Step<Cell, double> step = saved;
  double ds[Cell::states] = {}, through_product = 0, dp[Cell::unit_weights + 1] = {};
  backward_stages<Cell, Cell::stages - 1>(set, in, saved, &step, d, ds, &gradient, &through_product);
  std::copy_n(step.a, static_cast<int>(Cell::gates), gradient.pre);
  for (int k = 0; k < Cell::states; ++k) gradient.state[k] = k == Cell::h && !Cell::carries_h ? 0 : ds[k];
  gradient.state[Cell::h] += through_product;
  if (Cell::info.unit.flag == 0 || set.flags & Cell::info.unit.flag) Cell::unit_gradient(step.a, in.state, saved.s1, dp);
  std::copy_n(dp, static_cast<int>(Cell::unit_weights), gradient.unit);
  return gradient;
}

template <class Cell>
void check(const CellSettings& set) {
  SCOPED_TRACE(std::string(Cell::info.name) + " flags " + std::to_string(set.flags) + " clip " +
               std::to_string(set.cell_clip));
  Random random(7, Purpose::test);
  int compared = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    const double spread = trial % 4 == 0 ? 8 : 2;  // some gates saturated
    Inputs<Cell, double> in;
    in.each([&](double& x) { x = random.uniform(-spread, spread); });
    double d[Cell::states];
    for (double& x : d) x = random.uniform(-2, 2);
    Inputs<Cell, double> got = backward<Cell>(set, in, d);
    std::vector<double> gradient, want;
    got.each([&](double& x) { gradient.push_back(x); });
    for (int i = 0; i < kInputs<Cell>; ++i) {
      Inputs<Cell, Dual> dual;
      std::vector<double> values;
      in.each([&](double& x) { values.push_back(x); });
      int at = 0;
      dual.each([&](Dual& x) { x = Dual(values[at], at == i), ++at; });
      const Step<Cell, Dual> step = forward<Cell>(set, dual);
      double sum = 0;
      for (int k = 0; k < Cell::states; ++k) sum += step.s1[k].d * d[k];
      want.push_back(sum);
    }
    double largest = 0;
    for (const double x : want) largest = std::max(largest, std::abs(x));
    if (largest == 0) continue;
    for (size_t i = 0; i < want.size(); ++i) {
      const double error = std::abs(gradient[i] - want[i]) / largest;
      ++compared;
      ASSERT_LE(error, kDual) << "trial " << trial << " input " << i << ": " << gradient[i] << ", expected " << want[i];
    }
  }
  EXPECT_GT(compared, 1000);
}

// Every cell of the list, with each flag and with a bound; flags that a cell does not read change nothing.
template <class... Cells>
void check_all(reference::CellTypes<Cells...>) {
  for (const int flags : {0, static_cast<int>(kRelu), static_cast<int>(kPeephole)}) {
    (check<Cells>(flags), ...);
    (check<Cells>({flags, 0.7}), ...);
  }
}
TEST(Cell, BackwardIsTheDerivativeOfForward) { check_all(reference::AllCells{}); }

// The equations, written once more from the papers, so that a wrong forward does not pass with the right derivative.
TEST(Cell, ForwardEquations) {
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  const double x[] = {0.3, -0.7, 1.1, 0.4}, p[] = {0.2, -0.6, 0.9}, h = 0.5, c = -0.8, side = 0.25;
  {
    double a[] = {x[0]}, s[] = {h}, s1[1];
    reference::Elman::forward<0>(0, a, static_cast<double*>(nullptr), s, s1, static_cast<double*>(nullptr));
    EXPECT_DOUBLE_EQ(s1[0], std::tanh(x[0]));
    for (const double v : {-2.0, 0.0, 3.0}) {
      a[0] = v;
      reference::Elman::forward<0>(kRelu, a, static_cast<double*>(nullptr), s, s1, static_cast<double*>(nullptr));
      EXPECT_EQ(s1[0], std::max(v, 0.0));
    }
  }
  for (const int flags : {0, static_cast<int>(kPeephole)}) {
    const double on = flags ? 1 : 0;
    double a[] = {x[0], x[1], x[2], x[3]}, s[] = {h, c}, s1[2];
    reference::Lstm::forward<0>(flags, a, static_cast<double*>(nullptr), s, s1, p);
    const double c1 = sigmoid(x[1] + on * p[1] * c) * c + sigmoid(x[0] + on * p[0] * c) * std::tanh(x[2]);
    EXPECT_DOUBLE_EQ(s1[1], c1);
    EXPECT_DOUBLE_EQ(s1[0], sigmoid(x[3] + on * p[2] * c1) * std::tanh(c1));
  }
  {
    double a[] = {x[0], x[1], x[2]}, s[] = {h, c}, s1[2];
    reference::LstmCoupled::forward<0>(0, a, static_cast<double*>(nullptr), s, s1, static_cast<double*>(nullptr));
    EXPECT_DOUBLE_EQ(s1[1], sigmoid(x[0]) * c + (1 - sigmoid(x[0])) * std::tanh(x[1]));
    EXPECT_DOUBLE_EQ(s1[0], sigmoid(x[2]) * std::tanh(s1[1]));
  }
  for (const double old : {-3.0, -0.1, 3.0}) {  // cell states below, between and above the bounds
    double a[] = {x[0], x[1], x[2], x[3]}, s[] = {h, old}, s1[2];
    reference::Lstm::forward<0>({0, 0.6}, a, static_cast<double*>(nullptr), s, s1, p);
    EXPECT_DOUBLE_EQ(s1[1], std::clamp(sigmoid(x[1]) * old + sigmoid(x[0]) * std::tanh(x[2]), -0.6, 0.6));
    EXPECT_DOUBLE_EQ(s1[0], sigmoid(x[3]) * std::tanh(s1[1]));
  }
  const double z = sigmoid(x[1]), r = sigmoid(x[0]);
  {
    double a[] = {x[0], x[1], x[2]}, q[] = {side}, s[] = {h}, s1[1];
    reference::Gru::forward<0>(0, a, q, s, s1, static_cast<double*>(nullptr));
    EXPECT_DOUBLE_EQ(s1[0], (1 - z) * std::tanh(x[2] + r * side) + z * h);
  }
  {
    double a[] = {x[0], x[1], x[2]}, q[1], s[] = {h}, s1[1];
    reference::GruResetBefore::forward<0>(0, a, q, s, s1, static_cast<double*>(nullptr));
    EXPECT_DOUBLE_EQ(q[0], r * h);
    reference::GruResetBefore::forward<1>(0, a, q, s, s1, static_cast<double*>(nullptr));
    EXPECT_DOUBLE_EQ(s1[0], (1 - z) * std::tanh(x[2]) + z * h);
  }
  {
    double a[] = {x[0], x[1]}, s[] = {h}, s1[1];
    reference::MinGru::forward<0>(0, a, static_cast<double*>(nullptr), s, s1, static_cast<double*>(nullptr));
    EXPECT_DOUBLE_EQ(s1[0], (1 - r) * h + r * x[1]);  // its gate is the first
  }
  for (const double v : {-2.0, -0.05, 3.0}) {
    double a[] = {v}, s[] = {h}, s1[1];
    reference::IndRnn::forward<0>(kRelu, a, static_cast<double*>(nullptr), s, s1, p);
    EXPECT_DOUBLE_EQ(s1[0], std::max(v + p[0] * h, 0.0));
    a[0] = v;
    reference::IndRnn::forward<0>(0, a, static_cast<double*>(nullptr), s, s1, p);
    EXPECT_DOUBLE_EQ(s1[0], std::tanh(v + p[0] * h));
  }
}

// At 0 PyTorch's relu has gradient 0.
TEST(Cell, ReluAtZero) {
  double a[] = {0.0}, s[] = {0.0}, s1[] = {0.0}, d[] = {1.0}, ds[1];
  reference::Elman::backward<0>(kRelu, a, static_cast<double*>(nullptr), s, s1, d, ds, static_cast<double*>(nullptr));
  EXPECT_EQ(a[0], 0.0);
}

TEST(Cell, ReluKeepsNan) {
  double a[] = {std::nan("")}, s[] = {0.0}, s1[] = {0.0};
  reference::Elman::forward<0>(kRelu, a, static_cast<double*>(nullptr), s, s1, static_cast<double*>(nullptr));
  EXPECT_TRUE(std::isnan(s1[0]));
}

TEST(CellInfo, ListsAreConsistent) {
  std::set<std::string_view> names;
  for (const CellInfo* cell : kCells) {
    const CellInfo& info = *cell;
    SCOPED_TRACE(info.name);
    EXPECT_TRUE(names.insert(info.name).second);
    EXPECT_EQ(static_cast<int>(info.gate_names.size()), info.gates);
    EXPECT_FALSE(info.equation.empty());
    EXPECT_FALSE(info.source.empty());
    EXPECT_FALSE(info.in_words.empty());
    for (const auto& order : {info.onnx_order, info.keras_order}) {
      std::set<int> gates(order.begin(), order.begin() + info.gates);
      EXPECT_EQ(static_cast<int>(gates.size()), info.gates) << "not a permutation";
      EXPECT_EQ(*gates.begin(), 0);
      EXPECT_EQ(*gates.rbegin(), info.gates - 1);
    }
    for (int g = 0; g < info.gates && info.gates > 1; ++g)
      EXPECT_FALSE(info.gate_texts[static_cast<size_t>(g)].name.empty());
    EXPECT_LT(info.keep, info.gates);
    EXPECT_LT(info.write, info.gates);
  }
  EXPECT_EQ(cell_info(CellKind::elman).name, "rnn");
  EXPECT_EQ(cell_info(CellKind::lstm).name, "lstm");
  EXPECT_EQ(cell_info(CellKind::gru).name, "gru");
  EXPECT_EQ(cell_info(CellKind::gru_reset_before).name, "gru-reset-before");
  EXPECT_EQ(cell_info(CellKind::lstm_coupled).name, "lstm-coupled");
}

TEST(CellNames, EachMeansOneCellAndFlag) {
  std::set<std::string_view> names;
  for (const NamedCell& cell : kNamedCells) {
    SCOPED_TRACE(cell.variant.name);
    EXPECT_TRUE(names.insert(cell.variant.name).second);
    EXPECT_FALSE(cell.variant.the.empty());
    EXPECT_FALSE(cell.variant.label.empty());
    ASSERT_NE(find_cell(cell.variant.name), nullptr);
    EXPECT_EQ(find_cell(cell.variant.name)->kind, cell.kind);
    EXPECT_EQ(cell_name(cell.kind, cell.variant.flag | kLayerNorm), cell.variant.name);
    EXPECT_TRUE(names.count(cell.info().name)) << "the first name of a cell is its name in files";
  }
  EXPECT_EQ(cell_name(CellKind::elman, kRelu), "rnn-relu");
  EXPECT_EQ(cell_name(CellKind::lstm, kPeephole), "lstm");
  EXPECT_EQ(cell_name(CellKind::lstm, kRelu), "lstm") << "a flag that the cell ignores";
  EXPECT_EQ(find_cell("gru2"), nullptr);
  EXPECT_EQ(kCellNames.size(), kNamedCells.size());
  EXPECT_TRUE(kCellNamesText.starts_with("rnn, rnn-relu, lstm, gru, "));
  EXPECT_TRUE(kCellNamesText.ends_with(kCellNames.back()));
}

// ONNX: LSTM i o f c, GRU z r h (operator documentation); Keras: LSTM i f c o, GRU z r h. Ours: i f g o and r z n.
TEST(CellInfo, ForeignGateOrders) {
  const auto letters = [](CellKind kind, const std::array<int, 4>& order) {
    std::string text;
    for (int p = 0; p < cell_info(kind).gates; ++p) text += cell_info(kind).gate_names[order[p]];
    return text;
  };
  EXPECT_EQ(letters(CellKind::lstm, cell_info(CellKind::lstm).onnx_order), "iofg");
  EXPECT_EQ(letters(CellKind::lstm, cell_info(CellKind::lstm).keras_order), "ifgo");
  for (const CellKind gru : {CellKind::gru, CellKind::gru_reset_before}) {
    EXPECT_EQ(letters(gru, cell_info(gru).onnx_order), "zrn");
    EXPECT_EQ(letters(gru, cell_info(gru).keras_order), "zrn");
  }
}

}  // namespace
}  // namespace rnn::core::test
