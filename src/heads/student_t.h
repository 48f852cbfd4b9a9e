// Why: a distribution whose tails are learnt: outliers cost the logarithm of their distance.
#pragma once

#include "heads/family.h"

namespace rnn::core {

// Location o0, scale softplus(o1) + kLeastDeviation, degrees of freedom 2 + softplus(o2); -log p(y) in nats.
double student_t_loss(const Said& said, double y, double* d);
// By bisection, to a relative error of 1e-9 of its distance from the location; above 10,000 degrees of freedom by the expansion
// around the normal quantile (Abramowitz and Stegun 26.7.5), to 1e-12.
double student_t_quantile(const Said& said, double level);
// A thousand times faster than the quantile at a random level (the polar method of Bailey 1994).
double student_t_draw(const Said& said, double u, double v);

// A loss above the limit is no outlier: 1000 nats are e^333 deviations with three degrees of freedom.
inline constexpr Family kStudentT{"student-t",        "nats",     1000,          [](size_t) { return 3; }, student_t_loss,
                                  student_t_quantile, point_mean, student_t_draw};

}  // namespace rnn::core
