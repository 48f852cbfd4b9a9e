// Why: runs one recurrent layer (recurrent_case.h) through any table of kernels, so that two tables, two cuts of a batch, or
// a table and finite differences can be compared number by number.
#pragma once

#include "kernels/guarded.h"
#include "kernels/recurrent_case.h"

namespace rnn::core::test {

// A layer laid out for one table, run, and read back in plain order. Checks that nothing outside the buffers is written.
template <class T>
class Pass {
 public:
  Pass(const Kernels<T>& kernels, Pool& pool, const Layer& layer, bool backward = true)
      : k_(kernels), pool_(pool), l_(layer) {
    lay_out_inputs();
    lay_out_weights();
    if (l_.input != InputMode::given) lay_out_input();
    k_.recurrent_forward(pool_, a_);
    check();
    for (int row = 0; row < l_.rows; ++row) {
      for (int i = 0; i < l_.output; ++i) h.push_back(h_[row * a_.h_stride + i]);
    }
    if (l_.cell.states > 1) c = plain(c_.data(), {l_.hidden}, 1);
    if (l_.cell.sides > 0) side = plain(side_.data(), {l_.hidden}, 1);
    if (a_.projection) m = plain(m_.data(), {l_.hidden}, 1);
    masked.assign(masked_.begin(), masked_.end());
    if (backward) run_backward();
  }

  Numbers h, c, side, m;       // [rows, P], [rows, H]...
  Numbers masked;              // [rows, P] with a mask
  Numbers d_pre, d_recurrent;  // [rows, gates, H]
  Numbers dh0, dc0, dprojected, d_unit;
  Numbers dx;  // [rows, I] with an input
  // Layer normalisation: d_pre is then w.r.t. W x, d_recurrent w.r.t. R h; gradients w.r.t. bias, gains and the bias of the
  // state.
  Numbers d_bias, d_input_bias, d_input_gain, d_recurrent_gain, d_state_gain, d_state_bias;

  // State of a stream after its last step in walking order.
  int last_row(int stream) const { return l_.row(stream, l_.shape.reverse ? 0 : l_.length(stream) - 1); }

 private:
  static constexpr T kNan = std::numeric_limits<T>::quiet_NaN();
  int blocks() const { return Columns{l_.hidden}.blocks(k_.lanes); }

  // [rows, gates, H] -> [rows, blocks(gates)]
  Guarded<T> packed_rows(const Numbers& from, int gates) {
    const Columns columns{l_.hidden, gates};
    const int width = columns.padded(k_.lanes);
    Guarded<T> out(static_cast<size_t>(l_.rows) * width);
    for (int row = 0; row < l_.rows; ++row) {
      for (int i = 0; i < width; ++i) {
        const int at = columns.row(i, k_.lanes);
        if (at >= 0)
          out[static_cast<size_t>(row) * width + i] =
              static_cast<T>(from[(static_cast<size_t>(row) * gates) * l_.hidden + at]);
      }
    }
    return out;
  }
  // [rows, blocks(columns)] -> rows `columns` of [rows, gates, H]
  void read_rows(const T* from, const Columns& columns, int gates, Numbers* out, bool zero_padding = false) const {
    const int width = columns.padded(k_.lanes);
    out->resize(static_cast<size_t>(l_.rows) * gates * l_.hidden);
    for (int row = 0; row < l_.rows; ++row) {
      for (int i = 0; i < width; ++i) {
        const int at = columns.row(i, k_.lanes);
        const T value = from[static_cast<size_t>(row) * width + i];
        if (at >= 0) {
          (*out)[static_cast<size_t>(row) * gates * l_.hidden + at] = value;
        } else if (zero_padding) {
          ASSERT_EQ(value, 0) << "padding, which the products of backward read, is not zero";
        }
      }
    }
  }
  Numbers plain(const T* from, const Columns& columns, int gates) const {
    Numbers out;
    read_rows(from, columns, gates, &out);
    return out;
  }
  // One exact array per row, and pointers to them.
  static void rows_of(const Numbers& from, int width, std::vector<std::vector<T>>* arrays, std::vector<const T*>* pointers) {
    for (size_t i = 0; i + width <= from.size(); i += width)
      arrays->emplace_back(from.begin() + i, from.begin() + i + width);
    for (const auto& array : *arrays) pointers->push_back(array.data());
  }
  std::vector<T> pack(const PackForm& form, const Numbers& source) {
    const std::vector<T> from(source.begin(), source.end());
    std::vector<T> out(form.size(k_.lanes), kNan);
    k_.pack(pool_, form, from.data(), out.data());
    return out;
  }
  std::vector<T> pack_vector(const Columns& columns, const Numbers& source) {
    const std::vector<T> from(source.begin(), source.end());
    const T* sources[] = {from.data()};
    std::vector<T> out(columns.padded(k_.lanes), kNan);
    k_.pack_vector(columns, sources, 1, out.data());
    return out;
  }

  void lay_out_inputs() {
    const size_t rows = l_.rows, padded = Columns{l_.hidden}.padded(k_.lanes);
    a_.cell = l_.shape.variant.cell, a_.flags = l_.shape.variant.flags, a_.cell_clip = l_.shape.variant.cell_clip,
    a_.hidden = l_.hidden, a_.output = l_.output;
    a_.reverse = l_.shape.reverse, a_.steps = l_.steps, a_.streams = l_.streams, a_.start = l_.start.data();
    if (l_.shape.resets) a_.reset = l_.reset.data();
    gates_ = packed_rows(l_.pre, l_.cell.gates);
    a_.gates = gates_.data();
    a_.h_stride = l_.output + l_.shape.gap;
    h_ = Guarded<T>(rows * a_.h_stride, kNan);
    a_.h = h_.data();
    if (l_.cell.sides > 0) side_ = Guarded<T>(rows * padded, kNan), a_.side = side_.data();
    if (l_.cell.states > 1) c_ = Guarded<T>(rows * padded, kNan), a_.c = c_.data();
    if (l_.shape.variant.projection) m_ = Guarded<T>(rows * padded, kNan), a_.m = m_.data();
    rows_of(l_.h0, l_.output, &h0_, &h0_rows_), rows_of(l_.c0, l_.hidden, &c0_, &c0_rows_);
    a_.h0 = h0_rows_.data();
    if (l_.cell.states > 1) a_.c0 = c0_rows_.data();
    if (l_.shape.reset_states) {
      h_reset_.assign(l_.h_reset.begin(), l_.h_reset.end()), c_reset_.assign(l_.c_reset.begin(), l_.c_reset.end());
      a_.h_reset = h_reset_.data(), a_.c_reset = c_reset_.data();
    }
    lay_out_masks(rows, padded);
    if (l_.normed()) lay_out_norm(padded);
    scratch_ = Guarded<T>(recurrent_scratch(l_.streams, l_.hidden, l_.output, l_.cell.gates, pool_.size(), k_.lanes), kNan);
    a_.scratch = scratch_.data();
  }

  void lay_out_masks(size_t rows, size_t padded) {
    if (!l_.h_mask.empty()) {
      Numbers h0(l_.h0.size());
      for (size_t i = 0; i < h0.size(); ++i) h0[i] = static_cast<T>(l_.h0[i]) * static_cast<T>(l_.h_mask[i]);
      rows_of(h0, l_.output, &h0_masked_, &h0_masked_rows_);
      h_mask_.assign(l_.h_mask.begin(), l_.h_mask.end());
      masked_ = Guarded<T>(rows * l_.output, kNan);
      a_.h_mask = h_mask_.data(), a_.h0_masked = h0_masked_rows_.data(), a_.masked = masked_.data();
    }
    for (int k = 0; k < 2; ++k) {
      if (l_.keep_old[k].empty()) continue;
      keep_old_[k] = packed_rows(l_.keep_old[k], 1), computed_[k] = Guarded<T>(rows * padded, kNan);
      a_.keep_old[k] = keep_old_[k].data(), a_.computed[k] = computed_[k].data();
      a_.keep_old_stride = static_cast<int64_t>(padded);
    }
  }

  // Buffers of forward's results: a row per packed row, in inference per stream.
  void lay_out_norm(size_t padded) {
    const bool keep = l_.keep || l_.input != InputMode::inside;
    const size_t rows = keep ? l_.rows : l_.streams;
    const auto take = [&](const T*& gain, const Columns& columns, const Numbers& source) {
      gains_.push_back(pack_vector(columns, source));
      gain = gains_.back().data();
    };
    const auto buffer = [&](T*& at, size_t size) {
      norm_buffers_.emplace_back(size, kNan);
      at = norm_buffers_.back().data();
    };
    gains_.reserve(8), norm_buffers_.reserve(12);
    take(norm_.input_gain, {l_.hidden, l_.cell.gates}, l_.input_gain);
    if (keep) buffer(norm_.input, rows * padded * l_.cell.gates), buffer(norm_.dinput, rows * padded * l_.cell.gates);
    for (int s = 0; s < l_.cell.stages; ++s) {
      take(norm_.recurrent_gain[s], {l_.hidden, l_.cell.count[s], l_.cell.first[s]}, l_.recurrent_gain);
      buffer(norm_.recurrent[s], rows * padded * l_.cell.count[s]);
      buffer(norm_.drecurrent[s], rows * padded * l_.cell.count[s]);
    }
    buffer(norm_.scales, rows * kNormScales);
    if (l_.cell.shown >= 0) {
      take(norm_.state_gain, {l_.hidden}, l_.state_gain), take(norm_.state_bias, {l_.hidden}, l_.state_bias);
      buffer(norm_.state, rows * padded), buffer(norm_.dstate, rows * padded);
      buffer(norm_.incoming, l_.streams * padded);
    }
    a_.norm = &norm_;
  }

  // Column sums of d and of d * x in plain order, added to rows first * H on.
  void add_sums(const T* d, const T* x, int gates, int first, Numbers* sums, Numbers* products) {
    const size_t n = static_cast<size_t>(gates) * l_.hidden, at = static_cast<size_t>(first) * l_.hidden;
    Guarded<T> sum(n), product(n);
    k_.column_sums(pool_, {d, x, l_.rows, {l_.hidden, gates}, sum.data(), product.data()});
    EXPECT_TRUE(sum.intact() && product.intact());
    sums->resize(std::max(sums->size(), at + n)), products->resize(sums->size());
    for (size_t i = 0; i < n; ++i) (*sums)[at + i] += sum[i], (*products)[at + i] += product[i];
  }
  void read_norm_gradients() {
    add_sums(gates_.data(), norm_.input, l_.cell.gates, 0, &d_input_bias, &d_input_gain);
    for (int s = 0; s < l_.cell.stages; ++s) {
      add_sums(l_.cell.split() ? recurrent_[s].data() : gates_.data(), norm_.recurrent[s], l_.cell.count[s],
               l_.cell.first[s], &d_bias, &d_recurrent_gain);
    }
    if (l_.cell.shown >= 0) add_sums(norm_.dstate, norm_.state, 1, 0, &d_state_bias, &d_state_gain);
  }

  void lay_out_weights() {
    for (int s = 0; s < l_.cell.stages; ++s) {
      const Columns columns{l_.hidden, l_.cell.count[s], l_.cell.first[s]};
      forward_[s] = pack(PackForm::forward(columns, l_.output, l_.output), l_.weights);
      backward_[s] = pack(PackForm::backward(columns, l_.output, l_.output), l_.weights);
      a_.weights[s] = forward_[s].data();
    }
    if (l_.cell.apart >= 0) bias_ = pack_vector({l_.hidden, 1, l_.cell.apart}, l_.bias), a_.bias = bias_.data();
    if (l_.shape.variant.has_unit_weights())
      unit_ = pack_vector({l_.hidden, l_.cell.unit_weights}, l_.unit), a_.unit_weights = unit_.data();
    if (l_.shape.variant.projection) {
      project_ = pack(PackForm::forward({l_.output}, l_.hidden, l_.hidden), l_.projection);
      project_back_ = pack(PackForm::backward({l_.output}, l_.hidden, l_.hidden), l_.projection);
      a_.projection = project_.data();
    }
  }

  void lay_out_input() {
    const Columns all{l_.hidden, l_.cell.gates};
    const int width = all.padded(k_.lanes);
    x_.assign(l_.x.begin(), l_.x.end());
    input_ = pack(PackForm::forward(all, l_.inputs, l_.inputs), l_.input_weights);
    input_back_ = pack(PackForm::backward(all, l_.inputs, l_.inputs), l_.input_weights);
    input_bias_ = pack_vector(all, l_.input_bias);
    const bool inside = l_.input == InputMode::inside;
    const int gate_rows = inside && !l_.keep ? recurrent_gate_rows(l_.streams, l_.block_rows, pool_.size()) : l_.rows;
    gates_ = Guarded<T>(static_cast<size_t>(gate_rows) * width, kNan);
    a_.gates = gates_.data();
    const View<const T> x{x_.data(), l_.rows, l_.inputs, l_.inputs};
    if (inside) {
      a_.x = x, a_.input_weights = input_.data(), a_.input_bias = input_bias_.data();
      a_.block_rows = l_.block_rows, a_.keep = l_.keep;
    } else {
      if (a_.norm) a_.input_bias = input_bias_.data();
      k_.gemm(
          pool_,
          {x, input_.data(), a_.norm ? nullptr : input_bias_.data(), false, all, {gates_.data(), l_.rows, width, width}});
    }
  }

  // dx = dgates W: inside the pass, or a separate product after it.
  void input_gradient(bool inside) {
    const View<T> out{dx_.data(), l_.rows, l_.inputs, l_.inputs};
    if (inside) {
      a_.dx = out, a_.input_weights = input_back_.data();
      return;
    }
    const int width = Columns{l_.hidden, l_.cell.gates}.padded(k_.lanes);
    const int depth = l_.cell.gates > 1 ? width : l_.hidden;  // one gate is in plain order
    const View<const T> d{a_.norm ? norm_.dinput : gates_.data(), l_.rows, depth, width};
    k_.gemm(pool_, {d, input_back_.data(), nullptr, false, {l_.inputs}, out});
  }

  void run_backward() {
    const size_t rows = l_.rows;
    const bool has_input = l_.input != InputMode::given, inside = l_.input == InputMode::inside;
    if (has_input) dx_ = Guarded<T>(rows * l_.inputs, kNan);
    a_.dh_stride = l_.output + l_.shape.gap;
    dh_ = Guarded<T>(rows * a_.dh_stride, kNan);
    for (size_t row = 0; row < rows; ++row) {
      for (int i = 0; i < l_.output; ++i) dh_[row * a_.dh_stride + i] = static_cast<T>(l_.dh[row * l_.output + i]);
    }
    a_.dh = dh_.data();
    rows_of(l_.dh_last, l_.output, &dh_last_, &dh_last_rows_), rows_of(l_.dc_last, l_.hidden, &dc_last_, &dc_last_rows_);
    if (l_.shape.last) a_.dh_last = dh_last_rows_.data(), a_.dc_last = dc_last_rows_.data();
    dh0_ = Guarded<T>(static_cast<size_t>(l_.streams) * l_.output, kNan), a_.dh0 = dh0_.data();
    if (l_.cell.states > 1) dc0_ = Guarded<T>(static_cast<size_t>(l_.streams) * l_.hidden, kNan), a_.dc0 = dc0_.data();
    if (a_.projection) dprojected_ = Guarded<T>(rows * l_.output, kNan), a_.dprojected = dprojected_.data();
    for (int s = 0; s < l_.cell.stages; ++s) {
      if (l_.cell.split())
        recurrent_[s] = Guarded<T>(rows * blocks() * l_.cell.count[s] * k_.lanes, kNan),
        a_.recurrent[s] = recurrent_[s].data();
      a_.weights[s] = backward_[s].data();
    }
    if (a_.projection) a_.projection = project_back_.data();
    scratch_ = Guarded<T>(scratch_.size(), kNan), a_.scratch = scratch_.data();
    if (inside) input_gradient(true);
    k_.recurrent_backward(pool_, a_);
    if (has_input && !inside) input_gradient(false);
    dx.assign(dx_.begin(), dx_.end());
    d_unit_ = Guarded<T>(static_cast<size_t>(l_.cell.unit_weights) * l_.hidden);
    if (a_.unit_weights) k_.unit_gradient(pool_, a_, d_unit_.data());
    check();
    read_rows(gates_.data(), {l_.hidden, l_.cell.gates}, l_.cell.gates, &d_pre, true);
    if (a_.norm) {
      read_norm_gradients();
      read_rows(norm_.dinput, {l_.hidden, l_.cell.gates}, l_.cell.gates, &d_pre, true);
    }
    d_recurrent = d_pre;
    for (int s = 0; s < l_.cell.stages && (l_.cell.split() || a_.norm); ++s) {
      read_rows(a_.norm ? norm_.drecurrent[s] : recurrent_[s].data(), {l_.hidden, l_.cell.count[s], l_.cell.first[s]},
                l_.cell.gates, &d_recurrent, true);
    }
    dh0.assign(dh0_.begin(), dh0_.end()), dc0.assign(dc0_.begin(), dc0_.end());
    dprojected.assign(dprojected_.begin(), dprojected_.end()), d_unit.assign(d_unit_.begin(), d_unit_.end());
  }

  void check() const {
    for (const auto* buffer : {&gates_, &side_, &h_, &c_, &m_, &dh_, &dh0_, &dc0_, &dprojected_, &d_unit_, &scratch_, &dx_,
                               &masked_, &computed_[0], &computed_[1], &recurrent_[0], &recurrent_[1]}) {
      EXPECT_TRUE(buffer->intact()) << "written outside a buffer";
    }
    for (const auto& buffer : norm_buffers_) EXPECT_TRUE(buffer.intact()) << "written outside a buffer";
    for (size_t i = 0; i < h_.size(); ++i) {
      if (static_cast<int64_t>(i) % a_.h_stride >= l_.output) {
        ASSERT_TRUE(std::isnan(h_[i])) << "written between rows of h";
      }
    }
  }

  const Kernels<T>& k_;
  Pool& pool_;
  const Layer& l_;
  RecurrentArgs<T> a_;
  NormArgs<T> norm_;
  std::vector<std::vector<T>> gains_;
  std::vector<Guarded<T>> norm_buffers_;
  Guarded<T> gates_, side_, h_, c_, m_, dh_, dh0_, dc0_, dprojected_, d_unit_, scratch_, dx_, masked_, keep_old_[2],
      computed_[2], recurrent_[2];
  std::vector<T> forward_[2], backward_[2], bias_, unit_, x_, h_mask_, input_, input_back_, input_bias_, project_,
      project_back_, h_reset_, c_reset_;
  std::vector<std::vector<T>> h0_, h0_masked_, c0_, dh_last_, dc_last_;
  std::vector<const T*> h0_rows_, h0_masked_rows_, c0_rows_, dh_last_rows_, dc_last_rows_;
};

}  // namespace rnn::core::test
