// Why: common to cells with a cell state: h as a gated function of it, and its bounds. No include guard: see cell.h.

// h' = o * tanh(c').
template <class V>
RNN_CELL V gated(V out, V c) {
  return out * tanh(c);
}

// out in: the gate; out: gradient w.r.t. its pre-activation. Returns the gradient w.r.t. c.
template <class V>
RNN_CELL V dgated(V& out, V c, V dh) {
  const V gate = out, t = tanh(c);
  out = dh * t * gate * (V(1) - gate);
  return dh * gate * (V(1) - t * t);
}

// Sak, Senior and Beaufays 2014. NaN stays NaN.
template <class V>
RNN_CELL V clipped(const ::rnn::core::CellSettings& set, V c) {
  if (!(set.cell_clip > 0)) return c;
  const V bound(set.cell_clip);
  c = select_positive(c - bound, bound, c);
  return select_positive(V(0) - bound - c, V(0) - bound, c);
}

// c as clipped() left it: the gradient through a state at a bound is 0.
template <class V>
RNN_CELL V dclipped(const ::rnn::core::CellSettings& set, V c, V dc) {
  if (!(set.cell_clip > 0)) return dc;
  const V bound(set.cell_clip);
  return select_positive(bound - c, select_positive(bound + c, dc, V(0)), V(0));
}
