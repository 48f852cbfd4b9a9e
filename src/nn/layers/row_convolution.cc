// Why: see row_convolution.h. Every number has one owner and its terms one order, so neither threads nor portions change a bit.
#include "nn/layers/row_convolution.h"

#include <algorithm>

#include "kernels/host.h"

namespace rnn::core {
namespace {

constexpr int64_t kRowsPerShare = 16;

// to += weight * from, number by number.
template <class T>
void add_scaled(const T* weight, const T* from, int width, T* to) {
  for (int i = 0; i < width; ++i) to[i] += weight[i] * from[i];
}

}  // namespace

// Of packed row (t, r): how many rows before it belong to it, those of the history included; of packed row r of step 0: its length.
template <class T>
struct RowConvolution<T>::Places {
  int *step, *age, *length;  // [rows], [rows], [streams]
  const Seq& seq;
  int stream(int row) const { return row - seq.start[static_cast<size_t>(step[row])]; }
  int row(int t, int r) const { return seq.start[static_cast<size_t>(t)] + r; }
  // The row k steps after this one that reads it, -1: none.
  int reader(int row_at, int k) const {
    const int t = step[row_at] + k, r = stream(row_at);
    if (t >= length[r]) return -1;
    return age[row(t, r)] >= k ? row(t, r) : -1;
  }
};

template <class T>
RowConvolution<T>::RowConvolution(int steps, int width, const std::string& stack, ParamTable& table)
    : steps_(steps),
      width_(width),
      weight_(table.add_matrix(stack + ".weight", steps + 1, width,
                               {.role = Role::linear, .stack = stack, .inputs = steps + 1, .init = InitAs::first_row})) {}

template <class T>
auto RowConvolution<T>::places(Arena& arena, const Seq& seq) const -> Places {
  const auto rows = static_cast<size_t>(seq.rows()), streams = static_cast<size_t>(seq.streams());
  Places at{arena.take<int>(rows), arena.take<int>(rows), arena.take<int>(streams), seq};
  std::fill_n(at.length, streams, 0);
  for (int t = 0; t < seq.steps(); ++t) {
    for (int r = 0; r < seq.active(t); ++r) {
      const int row = at.row(t, r);
      const bool fresh = !seq.reset.empty() && seq.reset[static_cast<size_t>(row)];
      at.step[row] = t, at.length[r] = t + 1;
      at.age[row] = fresh ? 0 : t == 0 ? steps_ : at.age[at.row(t - 1, r)] + 1;
    }
  }
  return at;
}

// What was read k <= age(row) steps before `row`.
template <class T>
const T* RowConvolution<T>::read_at(const Saved& saved, const Places& at, int row, int k) const {
  const int t = at.step[row], r = at.stream(row);
  if (k <= t) return host(saved.x).row(at.row(t - k, r));
  return saved.history + static_cast<ptrdiff_t>(r) * history_width() + static_cast<ptrdiff_t>(k - t - 1) * width_;
}

// before [streams, history_width()].
template <class T>
void RowConvolution<T>::move_on(const Seq& seq, const Places& at, View<const T> x, const T* before,
                                T* const* history) const {
  for (int r = 0; r < seq.streams(); ++r) {
    const int length = at.length[r];
    for (int j = 0; j < steps_ && length > 0; ++j) {
      T* to = history[r] + static_cast<ptrdiff_t>(j) * width_;
      if (j > at.age[at.row(length - 1, r)]) {
        std::fill_n(to, width_, T(0));
      } else if (j < length) {
        std::copy_n(host(x).row(at.row(length - 1 - j, r)), width_, to);
      } else {
        std::copy_n(before + static_cast<ptrdiff_t>(r) * history_width() + static_cast<ptrdiff_t>(j - length) * width_,
                    width_, to);
      }
    }
  }
}

template <class T>
auto RowConvolution<T>::forward(Context<T>& context, const Weights<T>& weights, const Seq& seq, View<const T> x, View<T> y,
                                T* const* history) const -> Saved {
  const ProfileScope profiled(context.profile, Phase::recurrence);
  T* before = context.arena.template take<T>(static_cast<size_t>(seq.streams()) * static_cast<size_t>(history_width()));
  for (int r = 0; r < seq.streams(); ++r)
    std::copy_n(history[r], history_width(), before + static_cast<ptrdiff_t>(r) * history_width());
  const ArenaScope scope(context.arena);
  const Places at = places(context.arena, seq);
  const T* w = weights.rows(weight_);
  context.pool.parallel_for(seq.rows(), kRowsPerShare, [&](int64_t begin, int64_t end) {
    for (int row = static_cast<int>(begin); row < end; ++row) {
      T* to = host(y).row(row);
      std::fill_n(to, width_, T(0));
      for (int k = 0; k <= std::min(steps_, at.age[row]); ++k) {
        add_scaled(w + static_cast<ptrdiff_t>(steps_ - k) * width_, read_at({x, before}, at, row, k), width_, to);
      }
    }
  });
  move_on(seq, at, x, before, history);
  return {x, before};
}

// Adds what the histories after the last step say of the rows and the histories that they are copies of.
template <class T>
void RowConvolution<T>::last_gradients(const Places& at, const Seq& seq, const T* const* dlast, View<T> dx,
                                       T* const* dfirst) const {
  for (int r = 0; r < seq.streams(); ++r) {
    const int length = at.length[r], age = length > 0 ? at.age[at.row(length - 1, r)] : steps_;
    for (int j = 0; j < std::min(steps_, age + 1); ++j) {
      const T* from = dlast[r] + static_cast<ptrdiff_t>(j) * width_;
      T* to = j < length ? host(dx).row(at.row(length - 1 - j, r))
              : dfirst   ? dfirst[r] + static_cast<ptrdiff_t>(j - length) * width_
                         : nullptr;
      for (int i = 0; i < width_ && to; ++i) to[i] += from[i];
    }
  }
}

template <class T>
void RowConvolution<T>::backward(Context<T>& context, const Weights<T>& weights, const Seq& seq, const Saved& saved,
                                 View<const T> dy, View<T> dx, Params<T>& grads, const T* const* dlast,
                                 T* const* dfirst) const {
  const ProfileScope profiled(context.profile, Phase::recurrence);
  const ArenaScope scope(context.arena);
  const Places at = places(context.arena, seq);
  const T* w = weights.rows(weight_);
  context.pool.parallel_for(seq.rows(), kRowsPerShare, [&](int64_t begin, int64_t end) {
    for (int row = static_cast<int>(begin); row < end; ++row) {
      T* to = host(dx).row(row);
      std::fill_n(to, width_, T(0));
      for (int k = 0; k <= steps_; ++k) {
        const int reader = at.reader(row, k);
        if (reader >= 0) add_scaled(w + static_cast<ptrdiff_t>(steps_ - k) * width_, host(dy).row(reader), width_, to);
      }
    }
  });
  for (int r = 0; r < seq.streams() && dfirst; ++r) {
    std::fill_n(dfirst[r], history_width(), T(0));
    for (int s = 0; s < steps_; ++s) {
      for (int t = 0; t < at.length[r] && t + s + 1 <= std::min(steps_, at.age[at.row(t, r)]); ++t)
        add_scaled(w + static_cast<ptrdiff_t>(steps_ - t - s - 1) * width_, host(dy).row(at.row(t, r)), width_,
                   dfirst[r] + static_cast<ptrdiff_t>(s) * width_);
    }
  }
  if (dlast) last_gradients(at, seq, dlast, dx, dfirst);
  if (grads.size() == 0) return;
  const View<T> dw = grads.view(weight_);
  context.pool.parallel_for(steps_ + 1, 1, [&](int64_t begin, int64_t end) {
    for (int k = static_cast<int>(begin); k < end; ++k) {
      T* to = host(dw).row(steps_ - k);
      for (int row = 0; row < seq.rows(); ++row) {
        if (k <= at.age[row]) add_scaled(host(dy).row(row), read_at(saved, at, row, k), width_, to);
      }
    }
  });
}

template class RowConvolution<float>;
template class RowConvolution<double>;

}  // namespace rnn::core
