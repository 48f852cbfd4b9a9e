// Why: see distribution.h.
#include "heads/distribution.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

#include "base/error.h"
#include "heads/gaussian.h"
#include "heads/huber.h"
#include "heads/negative_binomial.h"
#include "heads/quantiles.h"
#include "heads/squared.h"
#include "heads/student_t.h"

namespace rnn::core {
namespace {

constexpr const Family* kFamilies[] = {&kSquared, &kHuber, &kQuantiles, &kGaussian, &kStudentT, &kNegativeBinomial};

// Calls read(said) with what is said of a step.
template <class T, class Read>
double read_step(const T* outputs, int step, int P, double scale, std::span<const double> levels, const Read& read) {
  double o[kMostNumbers];
  std::copy_n(outputs + static_cast<int64_t>(step) * P, P, o);
  return read(Said{o, scale, levels});
}

}  // namespace

const Family* find_family(std::string_view head) {
  for (const Family* family : kFamilies)
    if (family->name == head) return family;
  return nullptr;
}

Distribution::Distribution(std::string_view head, std::vector<double> levels)
    : family_(find_family(head)), levels_(std::move(levels)) {
  if (!family_) {
    std::string names;
    for (const Family* family : kFamilies) names += (names.empty() ? "" : ", ") + std::string(family->name);
    throw Error(Exit::usage, "model/head", "there is no forecast by a head '" + std::string(head) + "'", "one of " + names);
  }
  numbers_ = family_->numbers(levels_.size());
  assert(numbers_ >= 1 && numbers_ <= kMostNumbers);
}

bool Distribution::points() const { return family_->quantile == point_quantile; }

template <class T>
double Distribution::quantile(const T* outputs, int step, double level, double scale) const {
  assert(level > 0 && level < 1);
  return read_step(outputs, step, numbers_, scale, levels_,
                   [&](const Said& said) { return family_->quantile(said, level); });
}

template <class T>
double Distribution::mean(const T* outputs, int step, double scale) const {
  return read_step(outputs, step, numbers_, scale, levels_, [&](const Said& said) { return family_->mean(said); });
}

template <class T>
double Distribution::sample(const T* outputs, int step, double u, double scale) const {
  constexpr double kLeast = 1.0 / (uint64_t{1} << 53);  // u = 0 may be drawn
  return quantile(outputs, step, std::clamp(u, kLeast, 1 - kLeast), scale);
}

template <class T>
double Distribution::draw(const T* outputs, int step, double u, double v, double scale) const {
  assert(u > 0 && u < 1 && v > 0 && v < 1);
  return read_step(outputs, step, numbers_, scale, levels_,
                   [&](const Said& said) { return family_->draw ? family_->draw(said, u, v) : family_->quantile(said, u); });
}

#define RNN_INSTANTIATE(T)                                                     \
  template double Distribution::quantile(const T*, int, double, double) const; \
  template double Distribution::mean(const T*, int, double) const;             \
  template double Distribution::sample(const T*, int, double, double) const;   \
  template double Distribution::draw(const T*, int, double, double, double) const;
RNN_INSTANTIATE(float)
RNN_INSTANTIATE(double)
#undef RNN_INSTANTIATE

}  // namespace rnn::core
