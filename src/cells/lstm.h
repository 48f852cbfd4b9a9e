// Why: the LSTM (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000; peepholes: Gers and Schmidhuber 2000).
// No include guard: see cell.h.
struct Lstm {
  enum Gate { i, f, g, o, gates };
  enum State { h, c, states };
  enum Peephole { pi, pf, po, unit_weights };
  static constexpr int sides = 0, stages = 1, apart = -1, shown = c, norm_groups = 1;
  static constexpr bool carries_h = false;
  static constexpr int first_gate(int) { return i; }
  static constexpr int gate_count(int) { return gates; }
  static constexpr int norm_group(int) { return 0; }
  static constexpr ::rnn::core::CellInfo info{
      .name = "lstm",
      .gate_names = "ifgo",
      .gates = gates,
      .states = states,
      .onnx_order = {i, o, f, g},
      .keras_order = {i, f, g, o},
      .equation =
          "i = sigmoid(Wi x + bi + Ri h + ci)\n"
          "f = sigmoid(Wf x + bf + Rf h + cf)\n"
          "g = tanh(Wg x + bg + Rg h + cg)\n"
          "o = sigmoid(Wo x + bo + Ro h + co)\n"
          "c' = f * c + i * g\n"
          "h' = o * tanh(c')\n"
          "(peephole: i and f also see pi * c and pf * c, o also sees po * c'; cell clip X: c' is kept in [-X, X])",
      .source = "Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000",
      .variants = {{{"lstm", 0, "the LSTM", "LSTM"}}},
      .in_words =
          "The LSTM has a second memory, the cell state. It is not rewritten: at every word a part of it is kept and "
          "something is added. Three gates decide, unit by unit, what is kept, what is added and what is shown.",
      .gate_texts = {{{"input gate", "how much of the new content is written into the memory"},
                      {"forget gate", "how much of the old memory is kept"},
                      {"new content", "what would be written, from\u00A0−1\u00A0to\u00A01", ::rnn::core::GateRange::bounded},
                      {"output gate", "how much of the memory is shown to the rest of the network"}}},
      .keep = f,
      .write = i,
      .unit = {"weight_peephole", ::rnn::core::kPeephole}};

  template <int stage, class V>
  RNN_CELL static void forward(const ::rnn::core::CellSettings& set, V* a, V*, const V* s, V* s1, const V* p) {
    const bool peephole = set.flags & ::rnn::core::kPeephole;
    a[i] = sigmoid(peephole ? a[i] + p[pi] * s[c] : a[i]);
    a[f] = sigmoid(peephole ? a[f] + p[pf] * s[c] : a[f]);
    a[g] = tanh(a[g]);
    s1[c] = clipped(set, a[f] * s[c] + a[i] * a[g]);
    a[o] = sigmoid(peephole ? a[o] + p[po] * s1[c] : a[o]);
    if (!(set.flags & ::rnn::core::kLayerNorm)) s1[h] = show(a, s1[c]);
  }

  template <int stage, class V>
  RNN_CELL static void backward(const ::rnn::core::CellSettings& set, V* a, V*, const V* s, const V* s1, const V* d, V* ds,
                                const V* p) {
    const bool peephole = set.flags & ::rnn::core::kPeephole;
    V dc = set.flags & ::rnn::core::kLayerNorm ? d[c] : d[c] + dshow(a, s1[c], d[h]);
    if (peephole) dc = dc + a[o] * p[po];
    dc = dclipped(set, s1[c], dc);
    const V in = a[i], keep = a[f], cand = a[g];
    a[i] = dc * cand * in * (V(1) - in);
    a[f] = dc * s[c] * keep * (V(1) - keep);
    a[g] = dc * in * (V(1) - cand * cand);
    ds[c] = dc * keep;
    if (peephole) ds[c] = ds[c] + a[i] * p[pi] + a[f] * p[pf];
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
  RNN_CELL static void unit_gradient(const V* a, const V* s, const V* s1, V* dp) {
    dp[pi] = a[i] * s[c];
    dp[pf] = a[f] * s[c];
    dp[po] = a[o] * s1[c];
  }
};
