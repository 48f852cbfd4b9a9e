// Why: the initial weights decide whether a recurrent network learns at all.
#pragma once

#include <cstdint>

#include "networks/model.h"

namespace rnn::core {

enum class InitKind { pytorch, uniform, glorot, orthogonal, identity };

struct InitOptions {
  InitKind kind = InitKind::pytorch;
  double range = 0.1;  // uniform: every weight in [-range, range]
  double forget_bias =
      -1;  // cells with a cell state: bias of the forget gate (Gers et al. 2000; Jozefowicz et al. 2015); < 0: 1 for glorot,
           // orthogonal and identity, untouched for pytorch and uniform
  double chrono = 0;  // longest dependency in steps (Tallec and Ollivier 2018); 0: off. Cells with a gate
                      // that keeps or writes (CellInfo)
};

// pytorch: uniform(+-1/sqrt(H)); embedding normal(0, 1), or uniform(+-0.1) where it is also the output matrix; output
// uniform(+-1/sqrt(inputs)). glorot: uniform per gate (Glorot and Bengio 2010), biases 0. orthogonal: recurrent matrices
// orthogonal per gate (Saxe et al. 2014), the rest glorot. identity: recurrent matrices the identity (Le, Jaitly and Hinton
// 2015), inputs normal(0, 0.001). Unit weights with a range of their own (UnitWeights) are uniform in it, for identity at its
// upper end; not for uniform. Values depend on (seed, parameter) only; float and double models get the same numbers up
// to rounding.
template <class T>
void initialise(Model<T>& model, const InitOptions& options, uint64_t seed);

}  // namespace rnn::core
