// Why: eigenvalues and singular values are Eigen's; products of large matrices use our own kernels, which are faster here.
#include "inspect/spectrum.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "cells/reference.h"
#include "kernels/host.h"

namespace rnn::core {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// out = a b, all row-major.
void multiply(Pool& pool, View<const float> a, View<const float> b, View<float> out) {
  Arena arena;
  const Kernels<float>& k = Context<float>{pool, arena}.kernels;
  const PackForm form = PackForm::plain(b.rows, b.cols, b.stride);
  Buffer<float> packed(form.size(k.lanes));
  k.pack(pool, form, host(b).data, packed.data());
  k.gemm(pool, {a, packed.data(), nullptr, false, {b.cols}, out});
}

double frobenius(View<const float> a) {
  double sum = 0;
  for (int r = 0; r < a.rows; ++r) {
    for (int c = 0; c < a.cols; ++c) sum += static_cast<double>(host(a)(r, c)) * static_cast<double>(host(a)(r, c));
  }
  return std::sqrt(sum);
}

}  // namespace

double largest_singular_value(View<const double> a, double change) {
  const Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>> A(host(a).data, a.rows, a.cols, Eigen::OuterStride<>(a.stride));
  const double scale = A.size() > 0 ? A.cwiseAbs().maxCoeff() : 0;  // squares of tiny numbers would underflow
  if (!(scale > 0) || !std::isfinite(scale)) return scale;
  // Starts from the row with the largest number, plus a little in every direction: never orthogonal to the wanted vector.
  Eigen::Index row = 0;
  A.rowwise().lpNorm<Eigen::Infinity>().maxCoeff(&row);
  Eigen::VectorXd v = A.row(row).transpose() / scale;
  for (Eigen::Index i = 0; i < v.size(); ++i) v[i] += 0.01 * std::cos(static_cast<double>(i * i + 1)) * v.norm();
  double value = 0;
  for (int i = 0; i < 2000; ++i) {
    v.normalize();
    const Eigen::VectorXd u = A * v / scale;
    const double next = u.norm();
    if (!(next > 0)) return 0;
    const bool done = std::abs(next - value) <= change * next;
    value = next;
    if (done && i > 10) break;
    v = A.transpose() * u / scale;
  }
  return value * scale;
}

// The eigenvalues of [0 A^T; A 0] are plus and minus the singular values of A (Golub and Kahan 1965). As exact as an SVD, which takes a
// minute to compile; 512 x 512 takes 0.6 s.
std::vector<double> singular_values(View<const float> a) {
  const Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0, Eigen::OuterStride<>> A(
      host(a).data, a.rows, a.cols, Eigen::OuterStride<>(a.stride));
  const Eigen::Index n = A.rows() + A.cols();
  Eigen::MatrixXd both = Eigen::MatrixXd::Zero(n, n);
  both.bottomLeftCorner(A.rows(), A.cols()) = A.cast<double>();  // the solver reads the lower triangle
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(both, Eigen::EigenvaluesOnly);
  std::vector<double> values;
  for (Eigen::Index i = n - 1; i >= n - std::min(A.rows(), A.cols()); --i)
    values.push_back(std::max(0.0, solver.eigenvalues()[i]));
  return values;
}

double spectral_radius(Pool& pool, View<const float> a) {
  const int n = a.rows, squarings = n <= 512 ? 20 : 12;
  Matrix<float> power(n, n), square(n, n);
  for (int r = 0; r < n; ++r) std::copy_n(host(a).row(r), n, power.row(r));
  double log_norm = 0, before = 0;  // of A^(2^k)
  for (int k = 0; k <= squarings; ++k) {
    const double norm = frobenius(power.view());
    if (!std::isfinite(norm)) return norm;
    if (!(norm > 0)) return 0;
    before = log_norm;
    log_norm = (k > 0 ? 2 * log_norm : 0) + std::log(norm);
    if (k == squarings) break;
    for (size_t i = 0; i < power.size(); ++i) power.data()[i] = static_cast<float>(power.data()[i] / norm);
    multiply(pool, power.view(), power.view(), square.view());
    std::swap(power, square);
  }
  return std::exp((log_norm - before) / std::ldexp(1.0, squarings - 1));
}

std::vector<Spectrum> spectra(const Model<float>& model, Pool& pool) {
  const RecurrentOptions& o = model.config().rnn;
  const CellInfo& info = cell_info(o.cell);
  if (info.recurrence == Recurrence::none) return {};
  std::vector<Spectrum> result(static_cast<size_t>(o.layers) * info.gates);
  const auto recurrent = [&](int i) {
    const ParamId id = model.table().find(Role::recurrent, model.stack(), i / info.gates);
    const int H = o.width(i / info.gates);
    return model.params().view(id).middle(i % info.gates * H, H);
  };
  for (int i = 0; i < static_cast<int>(result.size()); ++i) {
    Spectrum& spectrum = result[static_cast<size_t>(i)];
    spectrum.layer = i / info.gates;
    if (info.gates > 1) spectrum.gate = info.gate_names[static_cast<size_t>(i % info.gates)];
    const View<const float> R = recurrent(i);
    if (o.projection == 0) {
      spectrum.radius = spectral_radius(pool, R);
    } else {
      Matrix<float> round(o.projection, o.projection);
      multiply(pool, model.params().view(model.table().find(Role::projection, model.stack(), spectrum.layer)), R,
               round.view());
      spectrum.radius = spectral_radius(pool, round.view());
    }
  }
  // Each decomposition runs on one thread.
  pool.parallel_for(static_cast<int64_t>(result.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Spectrum& spectrum = result[static_cast<size_t>(i)];
      const View<const float> R = recurrent(static_cast<int>(i));
      if (R.rows <= kLargestFullSpectrum) {
        spectrum.singular_values = singular_values(R);
        spectrum.largest = spectrum.singular_values.front(), spectrum.smallest = spectrum.singular_values.back();
      } else {
        Matrix<double> copy(R.rows, R.cols);
        for (int r = 0; r < R.rows; ++r) std::copy_n(host(R).row(r), R.cols, copy.row(r));
        spectrum.largest = largest_singular_value(copy.view(), 1e-7), spectrum.smallest = -1;
      }
    }
  });
  return result;
}

}  // namespace rnn::core
