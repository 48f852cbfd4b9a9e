// Why: masks that depend on what they mask, never on the packed row, the thread or the order of calls.
#include <cmath>

#include "base/rng.h"
#include "nn/layers/recurrent.h"

namespace rnn {

template <class T>
void dropout(Context<T>& context, const Seq& seq, double p, uint32_t site, View<const T> x, View<T> y) {
  const T scale = T(1) / (T(1) - static_cast<T>(p));
  const auto threshold = static_cast<uint32_t>(std::min(4294967295.0, p * 4294967296.0));
  const ProfileScope profiled(context.profile, Phase::dropout);
  const uint64_t key = context.seed * 0x9E3779B97F4A7C15u + static_cast<uint32_t>(Purpose::dropout);
  context.pool.parallel_for(seq.rows(), 4, [&](int64_t begin, int64_t end) {
    int t = 0;
    for (int row = static_cast<int>(begin); row < end; ++row) {
      while (row >= seq.start[t + 1]) ++t;
      const int stream = seq.order[row - seq.start[t]];
      const uint32_t id = seq.id.empty() ? static_cast<uint32_t>(stream) : seq.id[stream];
      const T* from = x.row(row);
      T* to = y.row(row);
      for (int u = 0; u < x.cols; u += 4) {
        const auto words =
            philox({static_cast<uint32_t>(u / 4) | site << 24, static_cast<uint32_t>(t), id, context.update}, key);
        const int n = std::min(4, x.cols - u);
        for (int i = 0; i < n; ++i) to[u + i] = words[i] < threshold ? T(0) : from[u + i] * scale;
      }
    }
  });
}

template void dropout<float>(Context<float>&, const Seq&, double, uint32_t, View<const float>, View<float>);
template void dropout<double>(Context<double>&, const Seq&, double, uint32_t, View<const double>, View<double>);

}  // namespace rnn
