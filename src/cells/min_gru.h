// Why: the minGRU (Feng et al. 2024, "Were RNNs All We Needed?"): a GRU whose gate and candidate see the input alone.
// No include guard: see cell.h.
struct MinGru {
  enum Gate { z, n, gates };
  enum State { h, states };
  static constexpr int sides = 0, stages = 1, apart = -1, unit_weights = 0, shown = -1, norm_groups = 2;
  static constexpr bool carries_h = true;
  static constexpr int first_gate(int) { return z; }
  static constexpr int gate_count(int) { return gates; }
  static constexpr int norm_group(int gate) { return gate == n; }
  static constexpr ::rnn::core::CellInfo info{
      .name = "mingru",
      .gate_names = "zn",
      .gates = gates,
      .states = states,
      .onnx_order = {z, n},
      .keras_order = {z, n},
      .equation =
          "z = sigmoid(Wz x + bz)\n"
          "n = Wn x + bn\n"
          "h' = (1 - z) * h + z * n",
      .source = "Feng et al. 2024, arXiv 2410.01201, section 3.1 (the candidate n is linear: not its log-space form)",
      .variants = {{{"mingru", 0, "the minGRU", "minGRU"}}},
      .in_words =
          "The minGRU has one state and one gate, which reads the word but not the state. Unit by unit, it decides how much "
          "of the old state is replaced by new content, which also comes from the word alone.",
      .gate_texts = {{{"update gate", "how much of the old state is replaced by new content"},
                      {"new content", "what would replace the old state, of any size", ::rnn::core::GateRange::any}}},
      .recurrence = ::rnn::core::Recurrence::none,
      .write = z};

  template <int stage, class V>
  RNN_CELL static void forward(const ::rnn::core::CellSettings&, V* a, V*, const V* s, V* s1, const V*) {
    a[z] = sigmoid(a[z]);
    s1[h] = s[h] + a[z] * (a[n] - s[h]);
  }

  template <int stage, class V>
  RNN_CELL static void backward(const ::rnn::core::CellSettings&, V* a, V*, const V* s, const V*, const V* d, V* ds,
                                const V*) {
    const V write = a[z], cand = a[n];
    a[n] = d[h] * write;
    a[z] = d[h] * (cand - s[h]) * write * (V(1) - write);
    ds[h] = d[h] * (V(1) - write);
  }

  template <class V>
  RNN_CELL static void unit_gradient(const V*, const V*, const V*, V*) {}
};
