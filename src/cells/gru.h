// Why: the GRU (Cho et al. 2014) in its two forms: reset after the recurrent product (arXiv 1406.1078v1; PyTorch, cuDNN) and
// before it (v3; ONNX's default). No include guard: see cell.h.
struct Gru {
  enum Gate { r, z, n, gates };
  enum State { h, states };
  static constexpr int sides = 1, stages = 1, apart = n, unit_weights = 0, shown = -1, norm_groups = 2;
  static constexpr bool carries_h = true;
  static constexpr int first_gate(int) { return r; }
  static constexpr int gate_count(int) { return gates; }
  static constexpr int norm_group(int gate) { return gate == n; }
  static constexpr ::rnn::core::CellInfo info{
      .name = "gru",
      .gate_names = "rzn",
      .gates = gates,
      .states = states,
      .onnx_order = {z, r, n},
      .keras_order = {z, r, n},
      .equation =
          "r = sigmoid(Wr x + br + Rr h + cr)\n"
          "z = sigmoid(Wz x + bz + Rz h + cz)\n"
          "n = tanh(Wn x + bn + r * (Rn h + cn))\n"
          "h' = (1 - z) * n + z * h",
      .source = "Cho et al. 2014, arXiv 1406.1078v1",
      .variants = {{{"gru", 0, "the GRU", "GRU"}}},
      .in_words =
          "The GRU has one state and two gates. Unit by unit, its update gate decides how "
          "much of the old state stays as it is.",
      .gate_texts = {{{"reset gate", "how much of the past goes into the new content"},
                      {"update gate", "how much of the old state is kept"},
                      {"new content", "what would replace the old state, from\u00A0−1\u00A0to\u00A01",
                       ::rnn::core::GateRange::bounded}}},
      .keep = z};

  template <int stage, class V>  // q[0] in: Rn h + cn
  RNN_CELL static void forward(const ::rnn::core::CellSettings&, V* a, V* q, const V* s, V* s1, const V*) {
    a[r] = sigmoid(a[r]);
    a[z] = sigmoid(a[z]);
    a[n] = tanh(a[n] + a[r] * q[0]);
    s1[h] = a[n] + a[z] * (s[h] - a[n]);
  }

  template <int stage, class V>
  RNN_CELL static void backward(const ::rnn::core::CellSettings&, V* a, V* q, const V* s, const V*, const V* d, V* ds,
                                const V*) {
    const V reset = a[r], update = a[z], cand = a[n];
    a[n] = d[h] * (V(1) - update) * (V(1) - cand * cand);
    a[z] = d[h] * (s[h] - cand) * update * (V(1) - update);
    a[r] = a[n] * q[0] * reset * (V(1) - reset);
    q[0] = a[n] * reset;
    ds[h] = d[h] * update;
  }

  template <class V>
  RNN_CELL static void unit_gradient(const V*, const V*, const V*, V*) {}
};

struct GruResetBefore {
  enum Gate { r, z, n, gates };
  enum State { h, states };
  static constexpr int sides = 1, stages = 2, apart = -1, unit_weights = 0, shown = -1, norm_groups = 2;
  static constexpr bool carries_h = true;
  static constexpr int first_gate(int stage) { return stage == 0 ? r : n; }
  static constexpr int gate_count(int stage) { return stage == 0 ? 2 : 1; }
  static constexpr int norm_group(int gate) { return gate == n; }
  static constexpr ::rnn::core::CellInfo info{
      .name = "gru-reset-before",
      .gate_names = "rzn",
      .gates = gates,
      .states = states,
      .onnx_order = {z, r, n},
      .keras_order = {z, r, n},
      .equation =
          "r = sigmoid(Wr x + br + Rr h + cr)\n"
          "z = sigmoid(Wz x + bz + Rz h + cz)\n"
          "n = tanh(Wn x + bn + Rn (r * h) + cn)\n"
          "h' = (1 - z) * n + z * h",
      .source = "Cho et al. 2014, arXiv 1406.1078v3",
      .variants = {{{"gru-reset-before", 0, "the GRU (reset before)", "GRU (reset before)"}}},
      .in_words = Gru::info.in_words,
      .gate_texts = Gru::info.gate_texts,
      .keep = z};

  template <int stage, class V>  // q[0] out of stage 0: r * h, the operand of stage 1
  RNN_CELL static void forward(const ::rnn::core::CellSettings&, V* a, V* q, const V* s, V* s1, const V*) {
    if constexpr (stage == 0) {
      a[r] = sigmoid(a[r]);
      a[z] = sigmoid(a[z]);
      q[0] = a[r] * s[h];
    } else {
      a[n] = tanh(a[n]);
      s1[h] = a[n] + a[z] * (s[h] - a[n]);
    }
  }

  template <int stage, class V>
  RNN_CELL static void backward(const ::rnn::core::CellSettings&, V* a, V*, const V* s, const V*, const V* d, V* ds,
                                const V*) {
    if constexpr (stage == 1) {
      const V update = a[z], cand = a[n];
      a[n] = d[h] * (V(1) - update) * (V(1) - cand * cand);
      a[z] = d[h] * (s[h] - cand) * update * (V(1) - update);
      ds[h] = d[h] * update;
    } else {
      const V reset = a[r];
      a[r] = d[0] * s[h] * reset * (V(1) - reset);
      ds[h] = ds[h] + d[0] * reset;
    }
  }

  template <class V>
  RNN_CELL static void unit_gradient(const V*, const V*, const V*, V*) {}
};
