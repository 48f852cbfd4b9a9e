// Why: the LSTM (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000; peepholes: Gers and Schmidhuber 2000).
// No include guard: cell.h says why.
struct Lstm {
  enum Gate { i, f, g, o, gates };
  enum State { h, c, states };
  enum Peephole { pi, pf, po, unit_weights };
  static constexpr int sides = 0, stages = 1, apart = -1;
  static constexpr bool carries_h = false;
  static constexpr int first_gate(int) { return i; }
  static constexpr int gate_count(int) { return gates; }
  static constexpr ::rnn::CellInfo info{"lstm",
                                        "ifgo",
                                        gates,
                                        states,
                                        {i, o, f, g},
                                        {i, f, g, o},
                                        "i = sigmoid(Wi x + bi + Ri h + ci)\n"
                                        "f = sigmoid(Wf x + bf + Rf h + cf)\n"
                                        "g = tanh(Wg x + bg + Rg h + cg)\n"
                                        "o = sigmoid(Wo x + bo + Ro h + co)\n"
                                        "c' = f * c + i * g\n"
                                        "h' = o * tanh(c')\n"
                                        "(peephole: i and f also see pi * c and pf * c, o also sees po * c')",
                                        "Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000"};

  template <int stage, class V>
  RNN_CELL static void forward(int flags, V* a, V*, const V* s, V* s1, const V* p) {
    const bool peephole = flags & ::rnn::kPeephole;
    a[i] = sigmoid(peephole ? a[i] + p[pi] * s[c] : a[i]);
    a[f] = sigmoid(peephole ? a[f] + p[pf] * s[c] : a[f]);
    a[g] = tanh(a[g]);
    s1[c] = a[f] * s[c] + a[i] * a[g];
    a[o] = sigmoid(peephole ? a[o] + p[po] * s1[c] : a[o]);
    s1[h] = a[o] * tanh(s1[c]);
  }

  template <int stage, class V>
  RNN_CELL static void backward(int flags, V* a, V*, const V* s, const V* s1, const V* d, V* ds, const V* p) {
    const bool peephole = flags & ::rnn::kPeephole;
    const V in = a[i], keep = a[f], cand = a[g], out = a[o], t = tanh(s1[c]);
    a[o] = d[h] * t * out * (V(1) - out);
    V dc = d[c] + d[h] * out * (V(1) - t * t);
    if (peephole) dc = dc + a[o] * p[po];
    a[i] = dc * cand * in * (V(1) - in);
    a[f] = dc * s[c] * keep * (V(1) - keep);
    a[g] = dc * in * (V(1) - cand * cand);
    ds[c] = dc * keep;
    if (peephole) ds[c] = ds[c] + a[i] * p[pi] + a[f] * p[pf];
  }

  template <class V>
  RNN_CELL static void unit_gradient(const V* a, const V* s, const V* s1, V* dp) {
    dp[pi] = a[i] * s[c];
    dp[pf] = a[f] * s[c];
    dp[po] = a[o] * s1[c];
  }
};
