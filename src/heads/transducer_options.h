// Why: what a transducer is made of besides its network.
#pragma once

#include "cells/cell.h"

namespace rnn::core {

// The predictor reads the labels so far: the last `context` of them (Ghodsi et al. 2020; the convolution is one matrix with the joiner's),
// or all of them, through a recurrent layer.
struct TransducerOptions {
  bool recurrent = false;
  int context = 2;                 // labels, of a predictor that is not recurrent
  int embedding = 64;              // numbers per label
  int hidden = 128;                // units of the recurrent layer
  CellKind cell = CellKind::lstm;  // of it
  int joiner = 128;                // J
  double ctc_weight = 0.2;         // of the CTC loss of the network's rows, which is added; 0: none
  bool present() const { return joiner > 0; }
};

}  // namespace rnn::core
