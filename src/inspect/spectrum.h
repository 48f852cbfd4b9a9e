// Why: whether memory and gradient fade or explode depends on the effect of applying the recurrent weights again and again.
#pragma once

#include <vector>

#include "inspect/explanation.h"
#include "networks/model.h"

namespace rnn::core {

constexpr int kLargestFullSpectrum = 1024;  // hidden units; above it only the largest singular value is computed

// For every gate's recurrent matrix R [hidden, output], layer by layer, gates in the cell's order. With a projection P the
// radius is that of P R, the matrix of the recurrent loop. Needs the row-major weights; for bidirectional layers, the
// forward direction only.
std::vector<Spectrum> spectra(const Model<float>& model, Pool& pool);

// By power iteration on A^T A, until the relative change of an iteration is at most `change`. 1e-11: relative error about
// 1e-6, more if two values are closer than 1e-4.
double largest_singular_value(View<const double> a, double change = 1e-11);
// All of them, in descending order, computed in double.
std::vector<double> singular_values(View<const float> a);
// Largest |eigenvalue| of a square matrix, relative error about 1e-5 (above 512 rows 1e-3): growth of the norm of
// A^(2^k) (Gelfand 1941).
double spectral_radius(Pool& pool, View<const float> a);

}  // namespace rnn::core
