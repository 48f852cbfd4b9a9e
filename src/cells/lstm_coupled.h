// Why: the LSTM whose input gate is 1 minus its forget gate (Greff et al. 2017: CIFG), a quarter smaller.
// No include guard: see cell.h.
struct LstmCoupled {
  enum Gate { f, g, o, gates };
  enum State { h, c, states };
  static constexpr int sides = 0, stages = 1, apart = -1, unit_weights = 0, shown = c, norm_groups = 1;
  static constexpr bool carries_h = false;
  static constexpr int first_gate(int) { return f; }
  static constexpr int gate_count(int) { return gates; }
  static constexpr int norm_group(int) { return 0; }
  static constexpr ::rnn::core::CellInfo info{
      .name = "lstm-coupled",
      .gate_names = "fgo",
      .gates = gates,
      .states = states,
      .onnx_order = {o, f, g},
      .keras_order = {f, g, o},
      .equation =
          "f = sigmoid(Wf x + bf + Rf h + cf)\n"
          "g = tanh(Wg x + bg + Rg h + cg)\n"
          "o = sigmoid(Wo x + bo + Ro h + co)\n"
          "c' = f * c + (1 - f) * g\n"
          "h' = o * tanh(c')\n"
          "(cell clip X: c' is kept in [-X, X])",
      .source = "Greff et al. 2017, arXiv 1503.04069",
      .variants = {{{"lstm-coupled", 0, "the coupled LSTM", "coupled LSTM"}}},
      .in_words =
          "The coupled LSTM has a second memory, the cell state. At every word a part of "
          "it is kept, and new content fills exactly the part that was given up. Two "
          "gates decide, unit by unit, what is kept and what is shown.",
      .gate_texts = {{Lstm::info.gate_texts[Lstm::f], Lstm::info.gate_texts[Lstm::g], Lstm::info.gate_texts[Lstm::o]}},
      .keep = f};

  template <int stage, class V>
  RNN_CELL static void forward(const ::rnn::core::CellSettings& set, V* a, V*, const V* s, V* s1, const V*) {
    a[f] = sigmoid(a[f]);
    a[g] = tanh(a[g]);
    s1[c] = clipped(set, a[g] + a[f] * (s[c] - a[g]));
    a[o] = sigmoid(a[o]);
    if (!(set.flags & ::rnn::core::kLayerNorm)) s1[h] = show(a, s1[c]);
  }

  template <int stage, class V>
  RNN_CELL static void backward(const ::rnn::core::CellSettings& set, V* a, V*, const V* s, const V* s1, const V* d, V* ds,
                                const V*) {
    const V dc = dclipped(set, s1[c], set.flags & ::rnn::core::kLayerNorm ? d[c] : d[c] + dshow(a, s1[c], d[h]));
    const V keep = a[f], cand = a[g];
    a[f] = dc * (s[c] - cand) * keep * (V(1) - keep);
    a[g] = dc * (V(1) - keep) * (V(1) - cand * cand);
    ds[c] = dc * keep;
  }

  template <class V>
  RNN_CELL static V show(const V* a, V state) {
    return gated(a[o], state);
  }

  template <class V>
  RNN_CELL static V dshow(V* a, V state, V dh) {
    return dgated(a[o], state, dh);
  }

  template <class V>
  RNN_CELL static void unit_gradient(const V*, const V*, const V*, V*) {}
};
