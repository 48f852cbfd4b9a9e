// Why: a network as a user of the headers writes one: an embedding that fades, h = x + f * h of the step before, f learnt per unit.
#pragma once

#include "kernels/host.h"
#include "networks/embedded.h"
#include "networks/network.h"

namespace rnn::core::test {

template <class T>
class Leaky final : public Network<T> {
 public:
  Leaky(int vocabulary, int width, ParamTable& table)
      : width_(width),
        embedded_(table.add_matrix("embedding.weight", vocabulary, width, {Role::embedding, "embedding"}), {.width = width}),
        fade_(table.add_vector("leaky.fade", width, {.role = Role::unit, .stack = "leaky", .layer = 0, .units = width})) {}

  int width() const override { return width_; }
  int state_width() const override { return width_; }
  std::vector<const Recurrent<T>*> stacks() const override { return {}; }
  ParamId embedding() const override { return embedded_.id(); }
  void touched(const Batch& batch, bool sampled, SparseParams& touched) const override {
    embedded_.touched(batch.in.ids, sampled, touched);
  }

  Hidden<T> forward(Context<T>& context, const Weights<T>& weights, const Input<T>& input, State<T>& state,
                    Tape* tape) const override {
    const Seq& seq = input.seq;
    const View<T> h = embedded_.forward(context, weights, seq, input.ids);
    const View<T> first = context.arena.template matrix<T>(seq.streams(), width_);
    const T* fade = weights.rows(fade_);
    for (int r = 0; r < seq.streams(); ++r) std::copy_n(state.row(seq.order[r]), width_, host(first).row(r));
    for (int t = 0; t < seq.steps(); ++t) {
      for (int r = 0; r < seq.active(t); ++r) {
        T *now = host(h).row(seq.start[t] + r), *memory = state.row(seq.order[r]);
        for (int i = 0; i < width_; ++i) memory[i] = now[i] += fade[i] * memory[i];
      }
    }
    if (tape) tape->push(Record{input.ids, h, first, fade});
    return {h, &seq};
  }

  void backward(Context<T>& context, const Weights<T>&, const Seq& seq, Tape& tape, View<T> dh, Params<T>& grads,
                const State<T>*, State<T>*) const override {
    const auto record = tape.template pop<Record>();
    std::vector<T> dfade(static_cast<size_t>(width_));
    for (int t = seq.steps() - 1; t >= 0; --t) {
      for (int r = 0; r < seq.active(t); ++r) {
        const T* before = t > 0 ? host(record.h).row(seq.start[t - 1] + r) : host(record.first).row(r);
        T *d = host(dh).row(seq.start[t] + r), *dbefore = t > 0 ? host(dh).row(seq.start[t - 1] + r) : nullptr;
        for (int i = 0; i < width_; ++i) {
          dfade[static_cast<size_t>(i)] += d[i] * before[i];
          if (dbefore) dbefore[i] += d[i] * record.fade[i];
        }
      }
    }
    if (grads.size() == 0) return;
    for (int i = 0; i < width_; ++i) host(grads.view(fade_)).data[i] += dfade[static_cast<size_t>(i)];
    embedded_.backward(context, seq, record.ids, dh, grads);
  }

 private:
  struct Record {
    const int32_t* ids;
    View<T> h, first;
    const T* fade;
  };
  int width_;
  Embedded<T> embedded_;
  ParamId fade_;
};

}  // namespace rnn::core::test
