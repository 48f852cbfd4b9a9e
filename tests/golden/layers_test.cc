// Why: every recurrent layer gives PyTorch's outputs, final states and gradients by weights, inputs and initial states, on
// ragged batches, stacked and in both directions; and what PyTorch lacks gives what autograd makes of its equations.
#include <gtest/gtest.h>

#include <map>
#include <type_traits>

#include "golden/golden.h"
#include "golden/tolerances.h"
#include "kernels/host.h"

namespace rnn::core::test {
namespace {

template <class T>
using Tensors = std::map<std::string, std::vector<T>>;

// Moves numbers between the padded tensors of PyTorch and the packed rows and stream-ordered states of this project.
template <class T>
struct Layout {
  const GoldenCase& c;
  const Recurrent<T>& stack;
  Seq seq;
  int longest = 0;

  Layout(const GoldenCase& golden, const Recurrent<T>& recurrent) : c(golden), stack(recurrent) {
    const auto lengths = c.get<std::vector<int>>("lengths");
    seq = Seq::ragged(lengths);
    longest = *std::max_element(lengths.begin(), lengths.end());
    if (c.options.at("resets").is_null()) return;
    const auto resets = c.get<std::vector<std::vector<int>>>("resets");
    seq.reset.resize(seq.rows());
    for (int t = 0; t < seq.steps(); ++t) {
      for (int r = 0; r < seq.active(t); ++r) seq.reset[seq.start[t] + r] = static_cast<uint8_t>(resets[seq.order[r]].at(t));
    }
  }

  // [B, T, cols] with zeros after each end <-> [rows, cols].
  Matrix<T> pack(const std::string& key) const {
    const std::vector<float> padded = c.tensor(key);
    Matrix<T> rows(seq.rows(), static_cast<int>(c.shape(key).at(2)));
    each_row(rows.cols(), [&](int row, size_t at, int n) { std::copy_n(padded.data() + at, n, rows.row(row)); });
    return rows;
  }
  std::vector<T> unpack(View<const T> rows) const {
    std::vector<T> padded(static_cast<size_t>(seq.streams()) * longest * rows.cols);
    each_row(rows.cols, [&](int row, size_t at, int n) { std::copy_n(host(rows).row(row), n, padded.data() + at); });
    return padded;
  }
  // [layers * directions, B, width] h and c <-> State.
  State<T> state(const std::string& h, const std::string& cell) const {
    State<T> s(seq.streams(), stack.state_width());
    const std::vector<float> hs = c.tensor(h), cs = stack.options().states() > 1 ? c.tensor(cell) : std::vector<float>();
    each_state([&](int b, int what, int offset, size_t at, int n) {
      std::copy_n((what ? cs : hs).data() + at, n, s.row(b) + offset);
    });
    return s;
  }
  void unstate(const State<T>& s, std::vector<T>& hs, std::vector<T>& cs) const {
    const RecurrentOptions& o = stack.options();
    const size_t sides = static_cast<size_t>(o.layers) * o.directions() * seq.streams();
    hs.resize(sides * o.output());
    cs.resize(o.states() > 1 ? sides * o.hidden : 0);
    each_state([&](int b, int what, int offset, size_t at, int n) {
      std::copy_n(s.row(b) + offset, n, (what ? cs : hs).data() + at);
    });
  }

 private:
  template <class F>
  void each_row(int cols, F&& f) const {
    for (int t = 0; t < seq.steps(); ++t) {
      for (int r = 0; r < seq.active(t); ++r)
        f(seq.start[t] + r, (static_cast<size_t>(seq.order[r]) * longest + t) * cols, cols);
    }
  }
  template <class F>
  void each_state(F&& f) const {
    const RecurrentOptions& o = stack.options();
    for (int side = 0; side < o.layers * o.directions(); ++side) {
      for (int b = 0; b < seq.streams(); ++b) {
        for (int what = 0; what < o.states(); ++what) {
          const int n = what ? o.hidden : o.output();
          const int offset = stack.state_offset(side / o.directions(), side % o.directions(), what);
          f(b, what, offset, (static_cast<size_t>(side) * seq.streams() + b) * n, n);
        }
      }
    }
  }
};

template <class T>
void load(const GoldenCase& c, const ParamTable& table, Params<T>& params) {
  for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
    const std::vector<float> values = c.tensor("w/" + table[id].name);
    ASSERT_EQ(values.size(), table[id].size()) << table[id].name;
    std::copy(values.begin(), values.end(), host(params.view(id)).data);
  }
}

// Where forward and backward go: into a Model for task "recurrent", or into the bare stack, which also gives d/x.
template <class T>
struct Through {
  virtual ~Through() = default;
  virtual const Recurrent<T>& stack() const = 0;
  virtual const ParamTable& table() const = 0;
  virtual View<T> forward(Context<T>& context, const Seq& seq, View<const T> x, State<T>& state, Tape* tape) = 0;
  virtual void backward(Context<T>& context, const Seq& seq, Tape& tape, View<T> dy, View<T> dx, Params<T>& grads,
                        const State<T>* last, State<T>* first) = 0;
};

template <class T>
struct ThroughModel final : Through<T> {
  Model<T> model;
  ThroughModel(const GoldenCase& c, Pool& pool) : model({"recurrent", recurrent_options(c)}) {
    load(c, model.table(), model.params());
    model.pack(pool, true);
  }
  const Recurrent<T>& stack() const override { return model.recurrent(); }
  const ParamTable& table() const override { return model.table(); }
  View<T> forward(Context<T>& context, const Seq& seq, View<const T> x, State<T>& state, Tape* tape) override {
    return model.forward_frames(context, seq, x, state, tape);
  }
  void backward(Context<T>& context, const Seq& seq, Tape& tape, View<T> dy, View<T>, Params<T>& grads, const State<T>* last,
                State<T>* first) override {
    model.backward(context, seq, tape, dy, grads, last, first);
  }
};

template <class T>
struct ThroughStack final : Through<T> {
  ParamTable names;
  Packed<T> packed;
  Recurrent<T> recurrent;
  Params<T> params;
  ThroughStack(const GoldenCase& c, Pool& pool) : recurrent(recurrent_options(c), "", names, packed), params(names) {
    load(c, names, params);
    packed.allocate(kernels<T>(), names, true);
    packed.update(pool, params, [](size_t, size_t) {});
  }
  const Recurrent<T>& stack() const override { return recurrent; }
  const ParamTable& table() const override { return names; }
  View<T> forward(Context<T>& context, const Seq& seq, View<const T> x, State<T>& state, Tape* tape) override {
    return recurrent.forward(context, packed, seq, x, state, tape);
  }
  void backward(Context<T>& context, const Seq& seq, Tape& tape, View<T> dy, View<T> dx, Params<T>& grads,
                const State<T>* last, State<T>* first) override {
    recurrent.backward(context, packed, seq, tape, dy, dx, grads, last, first);
  }
};

// Everything a case has an expected value for, under its name there. `Way` is ThroughModel or ThroughStack.
template <template <class> class Way, class T>
Tensors<T> run(const GoldenCase& c, int threads) {
  Pool pool(threads);
  Way<T> way(c, pool);
  const Layout<T> layout(c, way.stack());
  Arena arena;
  Tape tape;
  Context<T> context{pool, arena};
  const Matrix<T> x = layout.pack("x");
  State<T> state = layout.state("h0", "c0");
  const View<T> y = way.forward(context, layout.seq, x.view(), state, &tape);
  Tensors<T> results;
  results["y"] = layout.unpack(y);
  layout.unstate(state, results["y_h"], results["y_c"]);

  Matrix<T> dy = layout.pack("ry"), dx(x.rows(), x.cols());
  const State<T> last = layout.state("rh", "rc");
  State<T> first(layout.seq.streams(), way.stack().state_width());
  Params<T> grads(way.table());
  way.backward(context, layout.seq, tape, dy.view(), dx.view(), grads, &last, &first);
  EXPECT_TRUE(tape.empty());
  layout.unstate(first, results["d/h0"], results["d/c0"]);
  if constexpr (std::is_same_v<Way<T>, ThroughStack<T>>) results["d/x"] = layout.unpack(dx.view());
  for (ParamId id = 0; id < static_cast<ParamId>(way.table().all().size()); ++id) {
    const View<T> g = grads.view(id);
    results["d/w/" + way.table()[id].name].assign(host(g).data, host(g).data + way.table()[id].size());
  }
  std::erase_if(results, [](const auto& entry) { return entry.second.empty(); });  // no c
  return results;
}

template <class T>
void expect_golden(const GoldenCase& c, const Tensors<T>& results, Worst& forward, Worst& backward) {
  constexpr bool exact = std::is_same_v<T, double>;
  for (const auto& [name, values] : results) {
    const bool gradient = name.starts_with("d/");
    const double tolerance = exact ? kGoldenRounding : gradient ? kGoldenGradient : kGoldenForward;
    (gradient ? backward : forward).see(c.name + " " + name, relative_error(values, c.tensor(name)), tolerance);
  }
}

void check_file(const std::string& name, size_t cases) {
  const GoldenFile file(name);
  ASSERT_EQ(file.cases().size(), cases);
  Worst forward, backward, forward_double, backward_double;
  for (const GoldenCase& c : file.cases()) {
    SCOPED_TRACE(c.name);
    const Tensors<float> results = run<ThroughStack, float>(c, 1);
    size_t expected = 0;  // each gradient and each output of the case was compared
    for (const auto& tensor : c.file->names()) {
      expected += tensor.starts_with(c.name + "/d/") || tensor.starts_with(c.name + "/y") ? 1 : 0;
    }
    EXPECT_EQ(results.size(), expected);
    expect_golden(c, results, forward, backward);
    expect_golden(c, run<ThroughStack, double>(c, 1), forward_double, backward_double);

    Tensors<float> model = run<ThroughModel, float>(c, 1);
    model["d/x"] = results.at("d/x");
    EXPECT_EQ(model, results) << "the same layers inside a Model";
    EXPECT_EQ((run<ThroughStack, float>(c, 3)), results) << "three threads";
  }
  forward.record("forward_float");
  backward.record("gradient_float");
  forward_double.record("forward_double");
  backward_double.record("gradient_double");
}

TEST(Layers, TorchRnnLstmGru) { check_file("layers.safetensors", 20); }

TEST(Layers, EquationsWithAutograd) { check_file("cells.safetensors", 13); }

TEST(Layers, CellsWithoutRecurrentMatrix) { check_file("input_cells.safetensors", 12); }

}  // namespace
}  // namespace rnn::core::test
