// Why: the IndRNN (Li et al. 2018): a plain RNN whose units see their own old value through one weight, and no other unit.
// No include guard: see cell.h.
struct IndRnn {
  enum Gate { a, gates };
  enum State { h, states };
  enum Unit { u, unit_weights };
  static constexpr int sides = 0, stages = 1, apart = -1, shown = -1, norm_groups = 1;
  static constexpr bool carries_h = true;
  static constexpr int first_gate(int) { return a; }
  static constexpr int gate_count(int) { return 1; }
  static constexpr int norm_group(int) { return 0; }
  static constexpr ::rnn::core::CellInfo info{
      .name = "indrnn",
      .gate_names = "a",
      .gates = gates,
      .states = states,
      .onnx_order = {0},
      .keras_order = {0},
      .equation = "h' = relu(W x + b + u * h)     (or tanh)",
      .source = "Li et al. 2018, arXiv 1803.04831",
      .variants = {{{"indrnn", ::rnn::core::kRelu, "the IndRNN", "IndRNN"},
                    {"indrnn-tanh", 0, "the IndRNN (tanh)", "IndRNN (tanh)"}}},
      .in_words =
          "In the IndRNN every unit sees the word and its own old value, but no other unit. One learned number of "
          "each unit says how much of the old value goes into the new one.",
      .recurrence = ::rnn::core::Recurrence::none,
      .unit = {.parameter = "weight_hh",
               .letter = "u",
               .meaning = "a learned number for each unit: how much of its old value it takes along",
               .low = 0,
               .high = 1}};

  template <int stage, class V>  // g[a] out: h'
  RNN_CELL static void forward(const ::rnn::core::CellSettings& o, V* g, V*, const V* s, V* s1, const V* p) {
    const V sum = g[a] + p[u] * s[h];
    g[a] = o.flags & ::rnn::core::kRelu ? select_positive(V(0) - sum, V(0), sum) : tanh(sum);  // NaN stays NaN
    s1[h] = g[a];
  }

  template <int stage, class V>
  RNN_CELL static void backward(const ::rnn::core::CellSettings& o, V* g, V*, const V*, const V*, const V* d, V* ds,
                                const V* p) {
    g[a] = o.flags & ::rnn::core::kRelu ? select_positive(g[a], d[h], V(0)) : d[h] * (V(1) - g[a] * g[a]);
    ds[h] = g[a] * p[u];
  }

  template <class V>
  RNN_CELL static void unit_gradient(const V* g, const V* s, const V*, V* dp) {
    dp[u] = g[a] * s[h];
  }
};
