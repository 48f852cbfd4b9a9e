// Why: matrices whose eigenvalues and singular values are known by construction.
#include "inspect/spectrum.h"
#include "kernels/host.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>

#include "inspect_case.h"

namespace rnn::core {
namespace {

// Product of reflections by random vectors: orthogonal.
Matrix<double> orthogonal(int n, uint32_t stream) {
  Matrix<double> q(n, n);
  for (int i = 0; i < n; ++i) q(i, i) = 1;
  Random random(1, Purpose::test, stream);
  for (int k = 0; k < 3; ++k) {
    std::vector<double> v(static_cast<size_t>(n));
    double size = 0;
    for (double& x : v) x = random.normal(), size += x * x;
    for (int r = 0; r < n; ++r) {
      double dot = 0;
      for (int c = 0; c < n; ++c) dot += q(r, c) * v[c];
      for (int c = 0; c < n; ++c) q(r, c) -= 2 * dot * v[c] / size;
    }
  }
  return q;
}

Matrix<double> times(const Matrix<double>& a, const Matrix<double>& b) {
  Matrix<double> out(a.rows(), b.cols());
  for (int r = 0; r < a.rows(); ++r) {
    for (int k = 0; k < a.cols(); ++k) {
      for (int c = 0; c < b.cols(); ++c) out(r, c) += a(r, k) * b(k, c);
    }
  }
  return out;
}
Matrix<double> turned(const Matrix<double>& a) {
  Matrix<double> out(a.cols(), a.rows());
  for (int r = 0; r < a.rows(); ++r) {
    for (int c = 0; c < a.cols(); ++c) out(c, r) = a(r, c);
  }
  return out;
}
Matrix<float> rounded(const Matrix<double>& a) {
  Matrix<float> out(a.rows(), a.cols());
  for (size_t i = 0; i < a.size(); ++i) out.data()[i] = static_cast<float>(a.data()[i]);
  return out;
}
double radius_of(const Matrix<double>& a) {
  Pool pool(1);
  return spectral_radius(pool, rounded(a).view());
}

TEST(SingularValues, OfAKnownMatrix) {
  constexpr int n = 40;
  Matrix<double> scale(n, n);
  for (int i = 0; i < n; ++i) scale(i, i) = 0.05 * (i + 1);
  const Matrix<double> a = times(times(orthogonal(n, 1), scale), orthogonal(n, 2));
  const std::vector<double> values = singular_values(rounded(a).view());
  ASSERT_EQ(values.size(), static_cast<size_t>(n));
  for (int i = 0; i < n; ++i) EXPECT_NEAR(values[i], 0.05 * (n - i), 1e-6);
  EXPECT_NEAR(largest_singular_value(a.view()), 2, 1e-6);
}

TEST(SingularValues, OfMatricesThatVanishOrExplode) {
  for (const double size : {1e-200, 1e200}) {
    Matrix<double> a(3, 3);
    a(0, 0) = 3 * size, a(1, 1) = 4 * size, a(2, 0) = 4 * size;
    EXPECT_NEAR(largest_singular_value(a.view()) / size, 5, 1e-6);
  }
  EXPECT_EQ(largest_singular_value(Matrix<double>(4, 4).view()), 0);
}

TEST(SpectralRadius, OfKnownMatrices) {
  Matrix<double> turn(2, 2);  // a turn by one radian, shrinking: eigenvalues 0.8 e^(+-i)
  turn(0, 0) = turn(1, 1) = 0.8 * std::cos(1.0), turn(0, 1) = -0.8 * std::sin(1.0), turn(1, 0) = -turn(0, 1);
  EXPECT_NEAR(radius_of(turn), 0.8, 1e-5);
  Matrix<double> shear(2, 2);  // far from normal: singular values up to 100
  shear(0, 0) = shear(1, 1) = 0.5, shear(0, 1) = 100;
  EXPECT_NEAR(radius_of(shear), 0.5, 1e-4);
  Matrix<double> nothing(3, 3);  // nilpotent
  nothing(0, 1) = nothing(1, 2) = 7;
  EXPECT_EQ(radius_of(nothing), 0);
  EXPECT_NEAR(radius_of(orthogonal(33, 3)), 1, 1e-5);
  for (const double scale : {1e-6, 1.0, 1e6}) {  // similar to a triangle: eigenvalues on its diagonal
    Matrix<double> triangle(30, 30);
    Random random(2, Purpose::test);
    for (int i = 0; i < 30; ++i) {
      for (int j = i; j < 30; ++j)
        triangle(i, j) = scale * (i == j ? 0.03 * (i % 2 ? -1 : 1) * (i + 1) : 0.3 * random.normal());
    }
    const Matrix<double> q = orthogonal(30, 4);
    EXPECT_NEAR(radius_of(times(times(q, triangle), turned(q))), 0.9 * scale, 1e-4 * scale);
  }
}

TEST(Spectra, AreThoseOfEachGate) {
  Pool pool(2);
  for (const test::InspectCase& c : test::kInspectCases) {
    SCOPED_TRACE(c.name);
    const auto model = test::lively_model<float>(test::config_of(c, 5));
    const RecurrentOptions& o = model->config().rnn;
    if (!has_recurrent_matrix(c.cell)) {
      EXPECT_TRUE(spectra(*model, pool).empty());
      continue;
    }
    for (int l = 0; l < c.layers; ++l) {  // gate g of layer l: (g + 1) / 4 + l on the diagonal
      const auto R = model->params().view(model->table().find("rnn.weight_hh_l" + std::to_string(l)));
      for (int r = 0; r < R.rows; ++r) {
        const int H = o.width(l);
        for (int k = 0; k < R.cols; ++k) host(R)(r, k) = r % H == k ? 0.25F * static_cast<float>(r / H + 1 + 4 * l) : 0;
      }
      if (c.projection == 0) continue;
      const auto P = model->params().view(model->table().find("rnn.weight_hr_l" + std::to_string(l)));
      for (int r = 0; r < P.rows; ++r) {
        for (int k = 0; k < P.cols; ++k) host(P)(r, k) = r == k ? 2 : 0;
      }
    }
    const std::vector<Spectrum> all = spectra(*model, pool);
    const std::string names = c.cell == CellKind::lstm           ? "ifgo"
                              : c.cell == CellKind::lstm_coupled ? "fgo"
                              : c.cell == CellKind::elman        ? ""
                                                                 : "rzn";
    const int gates = std::max<int>(1, static_cast<int>(names.size()));
    ASSERT_EQ(static_cast<int>(all.size()), gates * c.layers);
    for (int i = 0; i < gates * c.layers; ++i) {
      const double value = 0.25 * (i % gates + 1 + 4 * (i / gates));
      EXPECT_EQ(all[i].layer, i / gates);
      EXPECT_EQ(all[i].gate, names.empty() ? "" : names.substr(i % gates, 1));
      EXPECT_NEAR(all[i].radius, c.projection > 0 ? 2 * value : value, 1e-4);
      EXPECT_NEAR(all[i].largest, value, 1e-6);
      EXPECT_NEAR(all[i].smallest, value, 1e-6);
      EXPECT_EQ(static_cast<int>(all[i].singular_values.size()), o.of_layer(i / gates).output());
    }
  }
}

}  // namespace
}  // namespace rnn::core
