// Why: what the recurrent weights do to a state over and over decides if memory and gradient fade or explode.
#pragma once

#include <vector>

#include "inspect/explanation.h"
#include "networks/model.h"

namespace rnn::core {

constexpr int kLargestFullSpectrum = 1024;  // hidden units; above it only the largest singular value is computed

// Of every gate's recurrent matrix R [hidden, output], layer after layer, gates in the cell's order. With a projection P the
// radius is that of P R: what goes round. Needs the row-major weights; a bidirectional layer's forward direction.
std::vector<Spectrum> spectra(const Model<float>& model, Pool& pool);

// By power iteration on A^T A, until a round changes less than `change` of it. 1e-11: relative error about 1e-6, more where two
// values lie closer than 1e-4.
double largest_singular_value(View<const double> a, double change = 1e-11);
// All, falling, in double.
std::vector<double> singular_values(View<const float> a);
// Largest |eigenvalue| of a square matrix, relative error about 1e-5 (above 512 rows 1e-3): growth of the norm of
// A^(2^k) (Gelfand 1941).
double spectral_radius(Pool& pool, View<const float> a);

}  // namespace rnn::core
