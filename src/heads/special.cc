// Why: see special.h; asymptotic series with their coefficients, and the switch between them and the plain formula.
#include "heads/special.h"

#include <cmath>

#include <algorithm>
#include <limits>

namespace rnn::core {
namespace {

constexpr double kAsymptotic = 10;  // from here on the series below have errors under 1e-16

// log Gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), x >= 10 (Abramowitz and Stegun 6.1.41); next term 3e-17.
double stirling_rest(double x) {
  const double i = 1 / x, s = i * i;
  return i * (1.0 / 12 +
              s * (-1.0 / 360 + s * (1.0 / 1260 + s * (-1.0 / 1680 + s * (1.0 / 1188 + s * (-691.0 / 360360 + s / 156))))));
}

// log x - 1 / (2x) - psi(x), x >= 10 (Abramowitz and Stegun 6.3.18); next term 5e-17.
double digamma_rest(double x) {
  const double s = 1 / (x * x);
  return s * (1.0 / 12 +
              s * (-1.0 / 120 + s * (1.0 / 252 + s * (-1.0 / 240 + s * (1.0 / 132 + s * (-691.0 / 32760 + s / 12))))));
}

template <int n>
double polynomial(const double (&c)[n], double x) {
  double sum = 0;
  for (int i = n - 1; i >= 0; --i) sum = sum * x + c[i];
  return sum;
}

// AS 241: the ratios of its three ranges, lowest power first.
constexpr double kCentre[] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                              1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                              3.3430575583588128105e4, 2.5090809287301226727e3};
constexpr double kUnderCentre[] = {1.0,
                                   4.2313330701600911252e1,
                                   6.8718700749205790830e2,
                                   5.3941960214247511077e3,
                                   2.1213794301586595867e4,
                                   3.9307895800092710610e4,
                                   2.8729085735721942674e4,
                                   5.2264952788528545610e3};
constexpr double kNear[] = {1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
                            3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
                            2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double kUnderNear[] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
constexpr double kFar[] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                           2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                           2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr double kUnderFar[] = {1.0,
                                5.99832206555887937690e-1,
                                1.36929880922735805310e-1,
                                1.48753612908506148525e-2,
                                7.86869131145613259100e-4,
                                1.84631831751005468180e-5,
                                1.42151175831644588870e-7,
                                2.04426310338993978564e-15};

// The continued fraction of the incomplete beta function.
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300, kEnough = 1e-15;
  constexpr int kMostTerms = 1000000;
  const auto away = [](double v) { return std::fabs(v) < kTiny ? kTiny : v; };
  double c = 1, d = 1 / away(1 - (a + b) * x / (a + 1)), h = d;
  for (int m = 1; m < kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d), c = away(1 + even / c);
    h *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d), c = away(1 + odd / c);
    h *= d * c;
    if (!(std::fabs(d * c - 1) > kEnough)) break;
  }
  return h;
}

}  // namespace

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }

double logistic(double x) {
  const double e = std::exp(-std::fabs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

// Below -37, log(1 + e^x) is e^x to the last bit.
double log_softplus(double x) { return x < -37 ? x : std::log(softplus(x)); }
double softplus_slope(double x) { return x < -37 ? 1 : logistic(x) / softplus(x); }

double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

double digamma(double x) {
  double below = 0;
  for (; x < kAsymptotic; ++x) below += 1 / x;
  return std::log(x) - 0.5 / x - digamma_rest(x) - below;
}

double log_rising(double r, double z) {
  if (!(r >= kAsymptotic)) return log_gamma(r + z) - log_gamma(r) - z * std::log(r);
  return (r + z - 0.5) * std::log1p(z / r) - z + stirling_rest(r + z) - stirling_rest(r);
}

double log_rising_slope(double r, double z) {
  if (!(r >= kAsymptotic)) return digamma(r + z) - digamma(r) - z / r;
  const double q = z / r;
  return std::log1p(q) - q + 0.5 * q / (r + z) + digamma_rest(r) - digamma_rest(r + z);
}

double normal_quantile(double p) {
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kCentre, r) / polynomial(kUnderCentre, r);
  }
  const double r = std::sqrt(-std::log(std::min(p, 1 - p)));
  const double x = r <= 5 ? polynomial(kNear, r - 1.6) / polynomial(kUnderNear, r - 1.6)
                          : polynomial(kFar, r - 5) / polynomial(kUnderFar, r - 5);
  return q < 0 ? -x : x;
}

double incomplete_beta(double a, double b, double x, double log_front) {
  const double front = std::exp(log_front);
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

}  // namespace rnn::core
