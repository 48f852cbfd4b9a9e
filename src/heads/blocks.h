// Why: outputs of many classes are held for a few rows at a time.
#pragma once

#include <algorithm>
#include <cstddef>

namespace rnn::core {

// Number of rows in such a block, of `rows` with `row_bytes` of outputs each. With fewer than 16 rows a block would mostly
// read weights, so it then takes more than its share of memory.
int output_block_rows(int rows, size_t row_bytes, size_t output_bytes);

// Calls f(first, count) for blocks of nearly equal size that cover `rows`, each of which fits.
template <class F>
void for_row_blocks(int rows, size_t row_bytes, size_t output_bytes, F&& f) {
  const int block = output_block_rows(rows, row_bytes, output_bytes);
  for (int first = 0; first < rows; first += block) f(first, std::min(block, rows - first));
}

}  // namespace rnn::core
