// Why: gate blocks and PyTorch's rows are converted into each other without losing, moving or inventing a number.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/rng.h"
#include "kernels/denormals.h"
#include "kernels/guarded.h"
#include "kernels/kernels.h"
#include "support/tolerances.h"

namespace rnn::core::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const Columns kColumns[] = {{1},     {5},     {16},    {17},      {70},       {1, 4}, {3, 3},  {16, 4},
                            {17, 3}, {33, 2}, {70, 4}, {9, 1, 2}, {20, 2, 1}, {1100}, {400, 3}};

std::string describe(const Columns& c) {
  return "units " + std::to_string(c.units) + " gates " + std::to_string(c.gates) + " first " + std::to_string(c.first);
}

TEST(Layout, ColumnsCoverEveryRowOnce) {
  for (const int lanes : {1, 4, 8, 16}) {
    for (const Columns& c : kColumns) {
      std::set<int> rows;
      int padding = 0;
      for (int i = 0; i < c.padded(lanes); ++i) {
        const int row = c.row(i, lanes);
        if (row < 0) {
          ++padding;
        } else {
          EXPECT_TRUE(rows.insert(row).second) << describe(c);
        }
      }
      EXPECT_EQ(static_cast<int>(rows.size()), c.units * c.gates) << describe(c);
      EXPECT_EQ(*rows.begin(), c.first * c.units);
      EXPECT_EQ(*rows.rbegin(), (c.first + c.gates) * c.units - 1);
      EXPECT_EQ(padding, c.padded(lanes) - c.units * c.gates);
    }
  }
}

TEST(Layout, PackVector) {
  const Kernels<float>& k = kernels<float>();
  Random random(5, Purpose::test);
  for (const Columns& columns : kColumns) {
    std::vector<float> b1((columns.first + columns.gates) * columns.units), b2(b1.size());
    for (auto& x : b1) x = static_cast<float>(random.uniform(-1, 1));
    for (auto& x : b2) x = static_cast<float>(random.uniform(-1, 1));
    const float* sources[] = {b1.data(), b2.data()};
    for (const int count : {1, 2}) {
      Guarded<float> out(columns.padded(k.lanes), kNan);
      k.pack_vector(columns, sources, count, out.data());
      ASSERT_TRUE(out.intact());
      for (int i = 0; i < columns.padded(k.lanes); ++i) {
        const int row = columns.row(i, k.lanes);
        const float want = row < 0 ? 0 : count == 1 ? b1[row] : b1[row] + b2[row];
        ASSERT_EQ(out[i], want) << describe(columns) << " position " << i;
      }
    }
  }
}

TEST(Layout, DenormalsCountAsZero) {
  const KeepDenormals mode;
  Pool pool(1);
  const std::vector<float> small(64, 1e-40f);
  const float* sources[] = {small.data(), small.data()};
  std::vector<float> packed(Columns{16}.padded(kernels<float>().lanes));
  kernels<float>().pack_vector({16}, sources, 2, packed.data());
  EXPECT_EQ(packed, std::vector<float>(packed.size()));
  EXPECT_TRUE(mode.kept());
}

// In parts, as an update of the weights packs them: the same form, every number of it written.
TEST(Layout, PackRowsIsPack) {
  const Kernels<float>& k = kernels<float>();
  Pool pool(3);
  Random random(6, Purpose::test);
  for (const Columns& columns : kColumns) {
    for (const int length : {1, 3, 4, 15, 16, 17, 70}) {
      const int height = (columns.first + columns.gates) * columns.units, stride = length + 3;
      std::vector<float> w(static_cast<size_t>(height) * stride, kNan);
      for (size_t i = 0; i < w.size(); ++i) {
        if (static_cast<int>(i % stride) < length) w[i] = static_cast<float>(random.uniform(-1, 1));
      }
      for (const PackForm& form :
           {PackForm::forward(columns, length, stride), PackForm::backward(columns, length, stride)}) {
        SCOPED_TRACE(describe(columns) + (form.turned ? " forward " : " backward ") + std::to_string(length));
        Guarded<float> whole(form.size(k.lanes), kNan), parts(form.size(k.lanes), kNan);
        k.pack(pool, form, w.data(), whole.data());
        for (int gate = columns.first + columns.gates - 1; gate >= columns.first; --gate) {
          for (int unit = 0, step = k.lanes; unit < columns.units; unit += step, step = 2 * k.lanes) {
            k.pack_rows(form, w.data(), gate * columns.units + unit,
                        gate * columns.units + std::min(unit + step, columns.units), parts.data());
          }
        }
        ASSERT_TRUE(whole.intact() && parts.intact());
        ASSERT_EQ(std::memcmp(whole.data(), parts.data(), whole.size() * sizeof(float)), 0);
        std::multiset<float> from, to;
        for (int row = columns.first * columns.units; row < height; ++row) {
          from.insert(w.begin() + static_cast<ptrdiff_t>(row) * stride,
                      w.begin() + static_cast<ptrdiff_t>(row) * stride + length);
        }
        for (const float x : whole) {
          if (x != 0) to.insert(x);
        }
        ASSERT_EQ(from, to) << "numbers lost or invented";
      }
    }
  }
}

// With one lane the packed order is the plain one: small enough to write down.
TEST(Layout, DoubleTableIsPlain) {
  Pool pool(1);
  const Kernels<double>& k = kernels<double>();
  const double w[] = {1, 2, 3, 4, 5, 6};
  double out[6];
  k.pack(pool, PackForm::forward({1, 2}, 3, 3), w, out);
  const double turned[] = {1, 4, 2, 5, 3, 6};
  EXPECT_EQ(std::memcmp(out, turned, sizeof out), 0);
  k.pack(pool, PackForm::backward({1, 2}, 3, 3), w, out);
  EXPECT_EQ(std::memcmp(out, w, sizeof out), 0);
}

}  // namespace
}  // namespace rnn::core::test
