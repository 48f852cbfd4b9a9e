// Why: the same table in double by plain loops: the reference for `rnn check` and the tests. Readable, not fast.
#include <algorithm>

#include "cells/reference.h"
#include "kernels/kernels.h"
#include "kernels/reference_attention.h"
#include "kernels/reference_elementwise.h"
#include "kernels/reference_norm.h"
#include "kernels/reference_product.h"
#include "kernels/scratch.h"

namespace rnn::core {
namespace {

using Args = RecurrentArgs<double>;

// The position of a row in time: its packed row at step t, and those before and after it (-1: outside or cut by a reset).
struct Where {
  int64_t at, before = -1, after = -1;
  bool cut_before, ends;  // starts from the reset state; its final state leaves the layer
  Where(const Args& r, int t, int row) : at(r.start[t] + row) {
    const auto has = [&](int step) { return step >= 0 && step < r.steps && row < r.start[step + 1] - r.start[step]; };
    const int back = r.reverse ? t + 1 : t - 1, on = r.reverse ? t - 1 : t + 1;
    cut_before = r.reset && r.reset[at];
    ends = !has(on);
    if (has(back) && !cut_before) before = r.start[back] + row;
    if (has(on) && !(r.reset && r.reset[r.start[on] + row])) after = r.start[on] + row;
  }
};

double old_h(const Args& r, const Where& w, int row, int unit) {
  if (w.cut_before) return r.h_reset ? r.h_reset[unit] : 0;
  return w.before >= 0 ? r.h[w.before * r.h_stride + unit] : r.h0[row][unit];
}
double old_c(const Args& r, const Where& w, int row, int unit) {
  if (w.cut_before) return r.c_reset ? r.c_reset[unit] : 0;
  return w.before >= 0 ? r.c[w.before * r.hidden + unit] : r.c0[row][unit];
}

double mask(const Args& r, int row, int unit) {
  return r.h_mask ? r.h_mask[static_cast<ptrdiff_t>(row) * r.output + unit] : 1;
}
void store_h(const Args& r, int64_t at, int row, int unit, double h) {
  r.h[at * r.h_stride + unit] = h;
  if (r.h_mask) r.masked[at * r.output + unit] = h * mask(r, row, unit);
}
// The share of old state k that is kept (zoneout).
double kept(const Args& r, int k, int64_t at, int unit) {
  return r.keep_old[k] ? r.keep_old[k][at * r.keep_old_stride + unit] : 0;
}

template <class Cell>
struct Loops {
  static constexpr bool kMatrix = Cell::info.recurrence == Recurrence::matrix;
  static constexpr bool kSplit = Cell::apart >= 0 || Cell::stages > 1;
  static bool carries_h(const Args& r) { return Cell::carries_h || r.keep_old[0]; }

  static void old_states(const Args& r, const Where& w, int row, int unit, double* s) {
    s[0] = r.projection ? 0 : old_h(r, w, row, unit);
    if constexpr (Cell::states > 1) s[1] = old_c(r, w, row, unit);
  }
  static void unit_weights(const Args& r, int unit, double* p) {
    for (int k = 0; k < Cell::unit_weights && r.unit_weights; ++k) p[k] = r.unit_weights[unit * Cell::unit_weights + k];
  }

  // The product of a stage, [H, count]; with layer normalisation normalised and times its gain. Without a matrix: zeros.
  template <int stage>
  static std::vector<double> product(const Args& r, const Where& w, int t, int row) {
    constexpr int count = Cell::gate_count(stage);
    const int depth = stage == 0 ? r.output : r.hidden;
    std::vector<double> sums(static_cast<size_t>(r.hidden) * count);
    if (!kMatrix) return sums;
    for (size_t i = 0; i < sums.size(); ++i) {
      for (int k = 0; k < depth; ++k) {
        const double x = stage == 0 ? old_h(r, w, row, k) * mask(r, row, k) : r.side[w.at * r.hidden + k];
        sums[i] += x * r.weights[stage][static_cast<size_t>(k) * sums.size() + i];
      }
    }
    if (!r.norm) return sums;
    const int64_t kept = r.norm_row(t, row);
    double* normed = r.norm->recurrent[stage] + kept * r.hidden * count;
    reference::normalise<Cell>(Cell::first_gate(stage), count, r.hidden, sums.data(), normed,
                               r.norm->scales + kept * kNormScales + kNormGroups);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] = normed[i] * r.norm->recurrent_gain[stage][i];
    return sums;
  }

  // h of a row from its normalised new states c.
  static void show(const Args& r, const Where& w, int t, int row, const double* gates, const double* c, double* h) {
    const int64_t kept = r.norm_row(t, row);
    double* normed = r.norm->state + kept * r.hidden;
    r.norm->scales[kept * kNormScales + 2 * kNormGroups] = reference::normalise_all(r.hidden, c, normed);
    if constexpr (Cell::shown >= 0) {
      for (int unit = 0; unit < r.hidden; ++unit)
        h[unit] = Cell::show(gates + (w.at * r.hidden + unit) * Cell::gates, reference::shown(*r.norm, normed, unit));
    }
  }

  template <int stage>
  static void forward_stage(const Args& r, const Where& w, int t, int row, double* gates) {
    constexpr int first = Cell::first_gate(stage), count = Cell::gate_count(stage);
    const std::vector<double> sums = product<stage>(r, w, t, row);
    std::vector<double> made[2] = {std::vector<double>(r.hidden), std::vector<double>(r.hidden)};  // new states
    for (int unit = 0; unit < r.hidden; ++unit) {
      double* a = gates + (w.at * r.hidden + unit) * Cell::gates;
      double* q = Cell::sides ? r.side + w.at * r.hidden + unit : nullptr;
      double s[Cell::states], s1[Cell::states] = {}, p[Cell::unit_weights + 1] = {};
      for (int g = 0; g < count; ++g) {
        const double sum = sums[static_cast<size_t>(unit) * count + g];
        if (first + g == Cell::apart) {
          q[0] = sum + r.bias[unit];
        } else {
          a[first + g] += sum;
        }
      }
      old_states(r, w, row, unit, s);
      unit_weights(r, unit, p);
      Cell::template forward<stage>(r.settings(), a, q, s, s1, p);
      if (Cell::stages > 1 && stage == 0) q[0] *= mask(r, row, unit);
      for (int k = 0; k < Cell::states; ++k) made[k][unit] = s1[k];
    }
    if constexpr (stage + 1 < Cell::stages) return forward_stage<stage + 1>(r, w, t, row, gates);
    if (r.norm && Cell::shown >= 0) show(r, w, t, row, gates, made[1].data(), made[0].data());
    for (int unit = 0; unit < r.hidden; ++unit) {
      double s[Cell::states], s1[Cell::states];
      old_states(r, w, row, unit, s);
      for (int k = 0; k < Cell::states; ++k) {
        s1[k] = made[k][unit];
        if (r.keep_old[k] && r.computed[k]) r.computed[k][w.at * r.hidden + unit] = s1[k];
        s1[k] += kept(r, k, w.at, unit) * (s[k] - s1[k]);
      }
      if (r.projection) {
        r.m[w.at * r.hidden + unit] = s1[0];
      } else {
        store_h(r, w.at, row, unit, s1[0]);
      }
      if constexpr (Cell::states > 1) r.c[w.at * r.hidden + unit] = s1[1];
    }
  }

  // One block of steps after the other: the input part, then the recurrence.
  static void forward(Pool& pool, const Args& r) {
    for (int from = 0, to; from < r.steps; from = to) {
      to = r.x ? r.block_end(from, r.block_rows, [&](int t) { return r.rows_of(t); }) : r.steps;
      const int first = r.first_row(from, to), rows = r.last_row(from, to) - first, width = r.hidden * Cell::gates;
      const double* bias = r.norm ? nullptr : r.input_bias;
      double* gates = r.gates - (r.x && !r.keep ? static_cast<int64_t>(first) * width : 0);  // of packed row 0
      if (r.x) {
        reference::gemm(pool, {r.x.middle(first, rows),
                               r.input_weights,
                               bias,
                               false,
                               {r.hidden, Cell::gates},
                               {gates + static_cast<int64_t>(first) * width, rows, width, width}});
      }
      for (int row = first; row < first + rows && r.norm; ++row)
        normalise_input(r, gates + static_cast<int64_t>(row) * width, row);
      forward_steps(r, from, to, gates);
    }
  }

  // Turns W x of one row, in place, into gain * normalised W x + b.
  static void normalise_input(const Args& r, double* gates, int64_t at) {
    const int width = r.hidden * Cell::gates;
    double unused[kNormGroups];
    double* normed = r.keep ? r.norm->input + at * width : gates;
    reference::normalise<Cell>(0, Cell::gates, r.hidden, gates, normed, r.keep ? r.norm->scales + at * kNormScales : unused);
    for (int i = 0; i < width; ++i) gates[i] = normed[i] * r.norm->input_gain[i] + (r.input_bias ? r.input_bias[i] : 0);
  }

  static void forward_steps(const Args& r, int from, int to, double* gates) {
    for (int step = from; step < to; ++step) {
      const int t = r.time(step);
      for (int row = 0; row < r.rows_of(t); ++row) {
        const Where w(r, t, row);
        forward_stage<0>(r, w, t, row, gates);
        if (!r.projection) continue;
        for (int o = 0; o < r.output; ++o) {
          double sum = 0;
          for (int k = 0; k < r.hidden; ++k)
            sum += r.m[w.at * r.hidden + k] * r.projection[static_cast<ptrdiff_t>(k) * r.output + o];
          store_h(r, w.at, row, o, sum);
        }
      }
    }
  }

  static const double* handed(const Args& r, int64_t at) {
    if (r.norm) return r.norm->drecurrent[0] + at * r.hidden * Cell::gate_count(0);
    return kSplit ? r.recurrent[0] + at * r.hidden * Cell::gate_count(0) : r.gates + at * r.hidden * Cell::gates;
  }
  // (gradient passed on by row `at`) times the recurrent matrix, column `unit`.
  static double through_product(const Args& r, const double* gradient, int gates, const double* weights, int width,
                                int unit) {
    double sum = 0;
    for (int k = 0; k < r.hidden * gates; ++k) sum += gradient[k] * weights[static_cast<ptrdiff_t>(k) * width + unit];
    return sum;
  }

  // Back through h and the statistics of its state: gradients w.r.t. that state, [H]; gates as Cell::dshow leaves them.
  static std::vector<double> by_shown(const Args& r, const Where& w, int row, const double* carry,
                                      const std::vector<double>& incoming) {
    const NormArgs<double>& norm = *r.norm;
    const double* normed = norm.state + w.at * r.hidden;
    double* dview = norm.dstate + w.at * r.hidden;
    for (int unit = 0; unit < r.hidden; ++unit) {
      double dh = incoming[unit];
      if (carries_h(r)) dh += carry[(static_cast<ptrdiff_t>(row) * r.hidden + unit) * Cell::states];
      dh -= kept(r, 0, w.at, unit) * dh;
      if constexpr (Cell::shown >= 0) {
        dview[unit] =
            Cell::dshow(r.gates + (w.at * r.hidden + unit) * Cell::gates, reference::shown(norm, normed, unit), dh);
      }
    }
    std::vector<double> dc(r.hidden);
    reference::normalise_all_gradient(r.hidden, dview, norm.state_gain, normed,
                                      norm.scales[w.at * kNormScales + 2 * kNormGroups], dc.data());
    return dc;
  }

  template <int stage>
  static void backward_stage(const Args& r, const Where& w, int row, double* carry, std::vector<double>& incoming) {
    std::vector<double> dc;
    if (stage == Cell::stages - 1 && Cell::shown >= 0 && r.norm) dc = by_shown(r, w, row, carry, incoming);
    for (int unit = 0; unit < r.hidden; ++unit) {
      double* a = r.gates + (w.at * r.hidden + unit) * Cell::gates;
      double* q = Cell::sides ? r.side + w.at * r.hidden + unit : nullptr;
      double side = Cell::sides ? *q : 0;
      double s[Cell::states], s1[Cell::states] = {}, d[Cell::states], ds[Cell::states] = {}, p[Cell::unit_weights + 1] = {};
      old_states(r, w, row, unit, s);
      if (!r.projection) s1[0] = r.keep_old[0] ? r.computed[0][w.at * r.hidden + unit] : r.h[w.at * r.h_stride + unit];
      if constexpr (Cell::states > 1) s1[1] = (r.keep_old[1] ? r.computed[1] : r.c)[w.at * r.hidden + unit];
      unit_weights(r, unit, p);
      double* carried = carry + (static_cast<ptrdiff_t>(row) * r.hidden + unit) * Cell::states;
      double by_old[Cell::states] = {};
      d[0] = incoming[unit];
      if (stage == Cell::stages - 1) {
        if (carries_h(r)) d[0] += carried[0];
        if constexpr (Cell::states > 1) d[1] = carried[1];
        for (int k = 0; k < Cell::states; ++k) by_old[k] = kept(r, k, w.at, unit) * d[k], d[k] -= by_old[k];
        if (!dc.empty()) d[Cell::states - 1] += dc[unit];
      } else {
        ds[0] = carried[0];
      }
      Cell::template backward<stage>(r.settings(), a, &side, s, s1, d, ds, p);
      for (int k = 0; k < Cell::states; ++k) carried[k] = ds[k] + by_old[k];
      if constexpr (kSplit) {
        constexpr int first = Cell::first_gate(stage), count = Cell::gate_count(stage);
        double* out = r.recurrent[stage] + (w.at * r.hidden + unit) * count;
        for (int g = 0; g < count; ++g) out[g] = first + g == Cell::apart ? side : a[first + g];
      }
    }
    if (r.norm && kMatrix) {
      constexpr int count = Cell::gate_count(stage);
      const int64_t at = w.at * r.hidden * count;
      reference::normalise_gradient<Cell>(Cell::first_gate(stage), count, r.hidden,
                                          (kSplit ? r.recurrent[stage] : r.gates) + at, r.norm->recurrent_gain[stage],
                                          r.norm->recurrent[stage] + at, r.norm->scales + w.at * kNormScales + kNormGroups,
                                          r.norm->drecurrent[stage] + at);
    }
    if constexpr (stage > 0) {
      constexpr int count = Cell::gate_count(stage);
      const double* by_product = r.norm ? r.norm->drecurrent[stage] : r.recurrent[stage];
      for (int unit = 0; unit < r.hidden; ++unit) {
        incoming[unit] = through_product(r, by_product + w.at * r.hidden * count, count, r.weights[stage], r.hidden, unit) *
                         mask(r, row, unit);
      }
      backward_stage<stage - 1>(r, w, row, carry, incoming);
    }
  }

  static void backward(const Args& r) {
    constexpr int count = Cell::gate_count(0);
    std::vector<double> carry(static_cast<size_t>(r.streams) * r.hidden * Cell::states),
        incoming(std::max(r.hidden, r.output));
    const auto clear = [&](int row) {
      std::fill_n(carry.begin() + static_cast<ptrdiff_t>(row) * r.hidden * Cell::states, r.hidden * Cell::states, 0.0);
    };
    for (int step = r.steps - 1; step >= 0; --step) {
      const int t = r.reverse ? r.steps - 1 - step : step;
      for (int row = 0; row < r.start[t + 1] - r.start[t]; ++row) {
        const Where w(r, t, row);
        if (w.after < 0) clear(row);
        for (int unit = 0; unit < r.hidden && Cell::states > 1 && w.ends && r.dc_last; ++unit) {
          carry[(static_cast<ptrdiff_t>(row) * r.hidden + unit) * Cell::states + 1] = r.dc_last[row][unit];
        }
        for (int o = 0; o < r.output; ++o) {
          incoming[o] = r.dh[w.at * r.dh_stride + o] + (w.ends && r.dh_last ? r.dh_last[row][o] : 0);
          if (w.after >= 0 && kMatrix)
            incoming[o] += mask(r, row, o) * through_product(r, handed(r, w.after), count, r.weights[0], r.output, o);
        }
        if (r.projection) {
          double* whole = r.dprojected + w.at * r.output;
          std::copy_n(incoming.begin(), r.output, whole);
          for (int unit = 0; unit < r.hidden; ++unit) {
            incoming[unit] = 0;
            for (int o = 0; o < r.output; ++o)
              incoming[unit] += whole[o] * r.projection[static_cast<ptrdiff_t>(o) * r.hidden + unit];
          }
        }
        backward_stage<Cell::stages - 1>(r, w, row, carry.data(), incoming);
        if (w.before < 0 && r.dh0) initial(r, w, row, carry.data());
      }
    }
    const int width = r.hidden * Cell::gates;
    for (int64_t at = r.start[0]; at < r.start[r.steps] && r.norm; ++at) {
      reference::normalise_gradient<Cell>(0, Cell::gates, r.hidden, r.gates + at * width, r.norm->input_gain,
                                          r.norm->input + at * width, r.norm->scales + at * kNormScales,
                                          r.norm->dinput + at * width);
    }
  }

  static void initial(const Args& r, const Where& w, int row, const double* carry) {
    for (int o = 0; o < r.output; ++o) {
      double sum = 0;
      if (kMatrix && !w.cut_before)
        sum = through_product(r, handed(r, w.at), Cell::gate_count(0), r.weights[0], r.output, o);
      sum *= mask(r, row, o);
      if (carries_h(r) && !w.cut_before) sum += carry[(static_cast<ptrdiff_t>(row) * r.hidden + o) * Cell::states];
      r.dh0[static_cast<ptrdiff_t>(row) * r.output + o] = sum;
    }
    for (int unit = 0; unit < r.hidden && Cell::states > 1; ++unit) {
      r.dc0[static_cast<ptrdiff_t>(row) * r.hidden + unit] =
          w.cut_before ? 0 : carry[(static_cast<ptrdiff_t>(row) * r.hidden + unit) * Cell::states + 1];
    }
  }

  static void unit_gradient(const Args& r, double* out) {
    for (int t = 0; t < r.steps; ++t) {
      for (int row = 0; row < r.start[t + 1] - r.start[t]; ++row) {
        const Where w(r, t, row);
        for (int unit = 0; unit < r.hidden; ++unit) {
          double s[Cell::states], s1[Cell::states] = {}, dp[Cell::unit_weights + 1] = {};
          old_states(r, w, row, unit, s);
          if constexpr (Cell::states > 1) s1[1] = (r.keep_old[1] ? r.computed[1] : r.c)[w.at * r.hidden + unit];
          Cell::unit_gradient(r.gates + (w.at * r.hidden + unit) * Cell::gates, s, s1, dp);
          for (int k = 0; k < Cell::unit_weights; ++k) out[k * r.hidden + unit] += dp[k];
        }
      }
    }
  }
};

template <class... Cells, class F>
void for_cell(reference::CellTypes<Cells...>, CellKind kind, F&& f) {
  int index = 0;
  ((index++ == static_cast<int>(kind) ? f(Loops<Cells>()) : void()), ...);
}

void recurrent_forward(Pool& pool, const Args& r) {
  for_cell(reference::AllCells(), r.cell, [&](auto loops) { loops.forward(pool, r); });
}
void recurrent_backward(Pool& pool, const Args& r) {
  for_cell(reference::AllCells(), r.cell, [&](auto loops) { loops.backward(r); });
  if (!r.dx) return;
  const int width = r.hidden * cell_info(r.cell).gates;
  const double* by_product = r.norm ? r.norm->dinput : r.gates;
  const int first = r.start[0], rows = r.start[r.steps] - first;
  const View<const double> d{by_product + static_cast<ptrdiff_t>(first) * width, rows, width, width};
  reference::gemm(pool, {d, r.input_weights, nullptr, r.add_dx, {r.dx.cols}, r.dx.middle(first, rows)});
}
void unit_gradient(Pool&, const Args& r, double* out) {
  for_cell(reference::AllCells(), r.cell, [&](auto loops) { loops.unit_gradient(r, out); });
}

}  // namespace

template <>
const Kernels<double>& kernels<double>() {
  static const Kernels<double> table{"reference",
                                     1,
                                     reference::pack,
                                     reference::pack_rows,
                                     reference::pack_vector,
                                     reference::gemm,
                                     reference::outer,
                                     recurrent_forward,
                                     recurrent_backward,
                                     unit_gradient,
                                     reference::column_sums,
                                     reference::attention_forward,
                                     reference::attention_backward,
                                     reference::tanh_rows,
                                     reference::log_softmax,
                                     reference::softmax_cross_entropy,
                                     reference::sum_squares,
                                     reference::sgd,
                                     reference::adam,
                                     reference::rms,
                                     nullptr,
                                     nullptr};
  return table;
}

size_t recurrent_scratch(int streams, int hidden, int output, int gates, int threads, int lanes) {
  return RecurrentScratch(streams, hidden, output, gates, threads, lanes).size(threads);
}

int recurrent_gate_rows(int streams, int block_rows, int threads) {
  return threads * ((std::max(block_rows, streams) + threads - 1) / threads);
}

}  // namespace rnn::core
