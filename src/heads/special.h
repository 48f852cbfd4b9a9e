// Why: the functions of likelihoods, safe for every argument: no overflow, and no difference of two large numbers.
#pragma once

namespace rnn::core {

// log(1 + e^x), its derivative 1 / (1 + e^-x), its logarithm, and derivative / value.
double softplus(double x);
double logistic(double x);
double log_softplus(double x);
double softplus_slope(double x);  // d log softplus(x) / dx: 1 far below zero, 1 / x far above

double log_gamma(double x);  // log |Gamma(x)|; thread-safe
// d log Gamma(x) / dx, x > 0, within 3e-15 of the larger of 1 and its value: the asymptotic series from 10 on, below that by
// psi(x) = psi(x + 1) - 1 / x (Abramowitz and Stegun 1964, 6.3.5 and 6.3.18).
double digamma(double x);
// log Gamma(r + z) - log Gamma(r) - z log r, and its derivative w.r.t. r, for r > 0 and z >= 0: near 0 where r is large, which a
// difference of logarithms of 1e12 would not show. Errors: 5e-15 of 1, the value, and z or z / r.
double log_rising(double r, double z);
double log_rising_slope(double r, double z);

// x with P(Z <= x) = p for a standard normal Z, 0 < p < 1, within 1e-15 of it (Wichura 1988, AS 241, PPND16).
double normal_quantile(double p);

// The regularised incomplete beta function I_x(a, b) (Abramowitz and Stegun 26.5.8; Lentz' evaluation as in Press et al. 2007,
// 6.4), for 0 < x < 1. log_front: log of x^a (1 - x)^b / B(a, b), which the caller knows without cancellation. About
// sqrt(max(a, b)) terms.
double incomplete_beta(double a, double b, double x, double log_front);

}  // namespace rnn::core
