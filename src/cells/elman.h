// Why: the plain recurrent network (Elman 1990), with tanh or relu. No include guard: see cell.h.
struct Elman {
  enum Gate { a, gates };
  enum State { h, states };
  static constexpr int sides = 0, stages = 1, apart = -1, unit_weights = 0, shown = -1, norm_groups = 1;
  static constexpr bool carries_h = false;
  static constexpr int first_gate(int) { return a; }
  static constexpr int gate_count(int) { return 1; }
  static constexpr int norm_group(int) { return 0; }
  static constexpr ::rnn::core::CellInfo info{"rnn",
                                              "a",
                                              gates,
                                              states,
                                              {0},
                                              {0},
                                              "h' = tanh(W x + b + R h + c)     (or relu)",
                                              "Elman 1990, Finding structure in time"};

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
