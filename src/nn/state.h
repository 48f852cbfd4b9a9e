// Why: all memory of the past is this one value: a row of numbers per stream.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/matrix.h"
#include "base/thread_pool.h"

namespace rnn::core {

// One row per stream or hypothesis: for each layer and direction h, then c where the cell has one. A value: copy it to save
// it, assign it to go back. Rows are in stream order.
template <class T>
class State {
 public:
  State() = default;
  State(int rows, int width) : rows_(rows), width_(width), values_(static_cast<size_t>(rows) * width) {}
  int rows() const { return rows_; }
  int width() const { return width_; }
  T* row(int r) { return values_.data() + static_cast<ptrdiff_t>(r) * width_; }
  const T* row(int r) const { return values_.data() + static_cast<ptrdiff_t>(r) * width_; }
  void clear() { std::fill(values_.begin(), values_.end(), T(0)); }
  void clear_row(int r) { std::fill_n(row(r), width_, T(0)); }
  bool operator==(const State&) const = default;

  // The given rows, in that order; a row may be given more than once (a beam splits).
  State select(const std::vector<int>& rows) const {
    State out(static_cast<int>(rows.size()), width_);
    for (size_t i = 0; i < rows.size(); ++i) std::copy_n(row(rows[i]), width_, out.row(static_cast<int>(i)));
    return out;
  }

  // Becomes from.select(rows), reusing its own memory. `from` must be another state.
  void select_from(Pool& pool, const State& from, const std::vector<int>& rows) {
    constexpr int64_t kNumbers = 16384;  // at least this many per share of the work
    rows_ = static_cast<int>(rows.size()), width_ = from.width_;
    values_.resize(rows.size() * static_cast<size_t>(width_));
    pool.parallel_for(rows_, std::max<int64_t>(1, kNumbers / std::max(1, width_)), [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<int>(begin); i < end; ++i)
        std::copy_n(from.row(rows[static_cast<size_t>(i)]), width_, row(i));
    });
  }

  // Throws Error{model, "state/size"} unless `other` has as many rows and numbers.
  void require_shape_of(const State& other) const {
    if (rows_ == other.rows_ && width_ == other.width_) return;
    throw Error(Exit::model, "state/size",
                "a state of " + std::to_string(other.rows_) + " streams x " + std::to_string(other.width_) +
                    " numbers does not fit " + std::to_string(rows_) + " x " + std::to_string(width_),
                "use the model that saved this state");
  }

  // Raw numbers, row after row; the reader must know rows and width (of_bytes checks the length).
  std::string bytes() const { return {reinterpret_cast<const char*>(values_.data()), values_.size() * sizeof(T)}; }
  static State of_bytes(std::string_view bytes, int width) {
    const size_t row = static_cast<size_t>(width) * sizeof(T);
    if (row == 0 || bytes.size() % row != 0) {
      throw Error(Exit::model, "state/size",
                  "a state of " + std::to_string(bytes.size()) + " bytes does not fit a model whose state has " +
                      std::to_string(row) + " bytes per stream",
                  "use the model that saved this state");
    }
    State out(static_cast<int>(bytes.size() / row), width);
    if (!bytes.empty()) std::memcpy(out.values_.data(), bytes.data(), bytes.size());
    return out;
  }

 private:
  int rows_ = 0, width_ = 0;
  std::vector<T> values_;
};

}  // namespace rnn::core
