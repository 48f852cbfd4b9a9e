// Why: lookup, dropout, and the rows that have a gradient.
#include "networks/embedded.h"

#include <algorithm>
#include <iterator>

namespace rnn::core {

void add_touched(ParamId id, const std::vector<int32_t>& rows, SparseParams& touched) {
  if (touched.empty() || touched.back().param != id) touched.push_back({id, {}});
  touched.back().rows.insert(touched.back().rows.end(), rows.begin(), rows.end());
}

template <class T>
View<T> Embedded<T>::forward(Context<T>& context, const Weights<T>& weights, const Seq& seq, const int32_t* ids) const {
  const View<T> x = context.arena.template matrix<T>(seq.rows(), options_.width);
  embed(context, seq, ids, weights.rows(id_), options_.drops, x, options_.site, options_.columns);
  if (options_.dropout.p > 0 && context.training) dropout<T>(context, seq, options_.dropout, x, x);
  return x;
}

template <class T>
void Embedded<T>::backward(Context<T>& context, const Seq& seq, const int32_t* ids, View<T> dx, Params<T>& grads) const {
  if (options_.dropout.p > 0 && context.training) dropout<T>(context, seq, options_.dropout, dx, dx);
  embed_backward<T>(context, seq, ids, options_.drops, dx, grads.view(id_), options_.site, options_.columns);
}

template <class T>
void Embedded<T>::touched(const std::vector<int32_t>& ids, bool sampled, SparseParams& touched) const {
  if (options_.tied && !sampled) return;
  if (std::find(ids.begin(), ids.end(), -1) == ids.end()) {
    add_touched(id_, ids, touched);
  } else {  // a step without this id
    std::vector<int32_t> known;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(known), [](int32_t id) { return id >= 0; });
    add_touched(id_, known, touched);
  }
  if (options_.drops.words > 0 && options_.drops.unknown >= 0) add_touched(id_, {options_.drops.unknown}, touched);
}

template class Embedded<float>;
template class Embedded<double>;

}  // namespace rnn::core
