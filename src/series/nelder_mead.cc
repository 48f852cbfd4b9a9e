// Why: a bounded simplex search with fixed starts.
#include "series/nelder_mead.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rnn::core {
namespace {

struct Corner {
  std::vector<double> at;
  double loss;
};

class Simplex {
 public:
  Simplex(const std::function<double(std::span<const double>)>& loss, const NelderMeadOptions& options)
      : loss_(loss), options_(options) {}

  Corner search(const std::vector<double>& start) {
    evaluations_ = 0;
    Corner best = corner(start);
    while (evaluations_ < options_.evaluations) {
      Corner found = search_once(best.at);
      if (!(found.loss < best.loss)) break;
      best = std::move(found);
    }
    return best;
  }

 private:
  Corner search_once(const std::vector<double>& start) {
    corners_.clear();
    corners_.push_back(corner(start));
    for (size_t i = 0; i < start.size(); ++i) {
      std::vector<double> at = start;
      at[i] += at[i] + options_.step <= options_.high ? options_.step : -options_.step;
      corners_.push_back(corner(std::move(at)));
    }
    order();
    while (evaluations_ < options_.evaluations && !converged()) improve();
    return corners_.front();
  }

  Corner corner(std::vector<double> at) {
    for (double& x : at) x = std::clamp(x, options_.low, options_.high);
    const double loss = loss_(at);
    ++evaluations_;
    return {std::move(at), std::isfinite(loss) ? loss : std::numeric_limits<double>::infinity()};
  }

  void order() {
    std::stable_sort(corners_.begin(), corners_.end(), [](const Corner& a, const Corner& b) { return a.loss < b.loss; });
  }

  bool converged() const {
    for (const Corner& c : corners_) {
      for (size_t i = 0; i < c.at.size(); ++i) {
        if (std::abs(c.at[i] - corners_.front().at[i]) > options_.tolerance) return false;
      }
    }
    return true;
  }

  // centre + factor (worst - centre), centre: of all corners but the worst.
  Corner along(double factor) {
    const size_t n = corners_.size() - 1;
    std::vector<double> at(corners_[0].at.size());
    for (size_t i = 0; i < at.size(); ++i) {
      double centre = 0;
      for (size_t k = 0; k < n; ++k) centre += corners_[k].at[i];
      centre /= static_cast<double>(n);
      at[i] = centre + factor * (corners_[n].at[i] - centre);
    }
    return corner(std::move(at));
  }

  void improve() {
    Corner& worst = corners_.back();
    Corner reflected = along(-1);
    if (reflected.loss < corners_.front().loss) {
      Corner expanded = along(-2);
      worst = expanded.loss < reflected.loss ? std::move(expanded) : std::move(reflected);
    } else if (reflected.loss < corners_[corners_.size() - 2].loss) {
      worst = std::move(reflected);
    } else {
      Corner contracted = along(reflected.loss < worst.loss ? -0.5 : 0.5);
      if (contracted.loss < std::min(worst.loss, reflected.loss)) {
        worst = std::move(contracted);
      } else {
        shrink();
      }
    }
    order();
  }

  void shrink() {
    for (size_t k = 1; k < corners_.size(); ++k) {
      std::vector<double> at = corners_[k].at;
      for (size_t i = 0; i < at.size(); ++i) at[i] = (at[i] + corners_[0].at[i]) / 2;
      corners_[k] = corner(std::move(at));
    }
  }

  const std::function<double(std::span<const double>)>& loss_;
  const NelderMeadOptions& options_;
  std::vector<Corner> corners_;
  int evaluations_ = 0;
};

}  // namespace

std::vector<double> nelder_mead(const std::function<double(std::span<const double>)>& loss,
                                std::span<const std::vector<double>> starts, const NelderMeadOptions& options) {
  Corner best{starts[0], std::numeric_limits<double>::infinity()};
  for (const std::vector<double>& start : starts) {
    Corner found = Simplex(loss, options).search(start);
    if (found.loss < best.loss) best = std::move(found);
  }
  return best.at;
}

}  // namespace rnn::core
