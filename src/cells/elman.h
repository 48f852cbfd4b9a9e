// Why: the plain recurrent network (Elman 1990), with tanh or relu. No include guard: see cell.h.
struct Elman {
  enum Gate { a, gates };
  enum State { h, states };
  static constexpr int sides = 0, stages = 1, apart = -1, unit_weights = 0, shown = -1, norm_groups = 1;
  static constexpr bool carries_h = false;
  static constexpr int first_gate(int) { return a; }
  static constexpr int gate_count(int) { return 1; }
  static constexpr int norm_group(int) { return 0; }
  static constexpr ::rnn::core::CellInfo info{
      .name = "rnn",
      .gate_names = "a",
      .gates = gates,
      .states = states,
      .onnx_order = {0},
      .keras_order = {0},
      .equation = "h' = tanh(W x + b + R h + c)     (or relu)",
      .source = "Elman 1990, Finding structure in time",
      .variants = {{{"rnn", 0, "the plain RNN", "plain RNN"},
                    {"rnn-relu", ::rnn::core::kRelu, "the plain RNN (ReLU)", "plain RNN (ReLU)"}}},
      .in_words =
          "At every word the plain RNN mixes the word with its whole state and rewrites "
          "the whole state. Nothing protects what was there before."};

  template <int stage, class V>
  RNN_CELL static void forward(const ::rnn::core::CellSettings& o, V* g, V*, const V*, V* s1, const V*) {
    s1[h] = o.flags & ::rnn::core::kRelu ? select_positive(V(0) - g[a], V(0), g[a]) : tanh(g[a]);  // NaN stays NaN
  }

  template <int stage, class V>
  RNN_CELL static void backward(const ::rnn::core::CellSettings& o, V* g, V*, const V*, const V* s1, const V* d, V*,
                                const V*) {
    g[a] = o.flags & ::rnn::core::kRelu ? select_positive(s1[h], d[h], V(0)) : d[h] * (V(1) - s1[h] * s1[h]);
  }

  template <class V>
  RNN_CELL static void unit_gradient(const V*, const V*, const V*, V*) {}
};
