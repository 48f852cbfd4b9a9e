// Why: what the cells with a cell state share: h as a gated reading of it, and its bounds. No include guard: cell.h says why.

// h' = o * tanh(c').
template <class V>
RNN_CELL V gated(V out, V c) {
  return out * tanh(c);
}

// out in: the gate; out: gradient by its pre-activation. Returns the gradient by c.
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

// c as clipped() left it: a state at a bound does not move with what it was made of.
template <class V>
RNN_CELL V dclipped(const ::rnn::core::CellSettings& set, V c, V dc) {
  if (!(set.cell_clip > 0)) return dc;
  const V bound(set.cell_clip);
  return select_positive(bound - c, select_positive(bound + c, dc, V(0)), V(0));
}
