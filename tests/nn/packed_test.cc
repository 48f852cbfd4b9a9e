// Why: changing and packing the weights in one pass gives the same bits as changing them and then packing them.
#include "nn/packed.h"
#include "kernels/host.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "base/rng.h"
#include "cells/reference.h"
#include "networks/init.h"
#include "optim/optimizer.h"

namespace rnn::core {
namespace {

void fill(float* to, size_t n, uint64_t seed) {
  Random random(seed, Purpose::test);
  for (size_t i = 0; i < n; ++i) to[i] = static_cast<float>(random.uniform(-1, 1));
}

// The parts of a gradient that the model has; padding stays zero.
void fill(Params<float>& grads, uint64_t seed) {
  for (ParamId id = 0; id < static_cast<ParamId>(grads.table().all().size()); ++id)
    fill(host(grads.view(id)).data, grads.table()[id].size(), seed + static_cast<uint64_t>(id));
}

// A parameter in all forms that there are, gates in two stages, a length that is no multiple of anything.
TEST(Packed, AnUpdatePacksLikeTheKernel) {
  const auto& k = kernels<float>();
  for (const int units : {3, 16, 50, 650}) {
    for (const int depth : {1, 37, 700}) {
      ParamTable table;
      const ParamId w = table.add_matrix("w", 3 * units, depth, {}), b = table.add_vector("b", 3 * units, {}),
                    c = table.add_vector("c", 3 * units, {});
      Packed<float> packed;
      const Columns all{units, 3, 0}, first{units, 2, 0}, second{units, 1, 2};
      std::vector<std::pair<int, PackForm>> forms;
      for (const Columns& columns : {all, first, second}) {
        forms.emplace_back(packed.add_forward(w, columns, depth), PackForm::forward(columns, depth, depth));
        forms.emplace_back(packed.add_backward(w, columns, depth), PackForm::backward(columns, depth, depth));
      }
      const int vector = packed.add_vector(all, b, c, 1);
      packed.allocate(k, table, true);
      Params<float> params(table);
      std::vector<int> touched(params.size());
      Pool pool(3);
      packed.update(pool, params, [&](size_t begin, size_t end) {
        fill(params.data() + begin, end - begin, begin);
        for (size_t i = begin; i < end; ++i) ++touched[i];
      });
      for (ParamId id = 0; id < 3; ++id) {
        for (size_t i = 0; i < table[id].size(); ++i) ASSERT_EQ(touched[table[id].offset + i], 1) << table[id].name << i;
      }
      for (const auto& [form, matrix] : forms) {
        Buffer<float> want(matrix.size(k.lanes));
        k.pack(pool, matrix, host(params.view(w)).data, want.data());
        ASSERT_EQ(std::memcmp(packed[form], want.data(), want.size() * sizeof(float)), 0) << units << " x " << depth;
      }
      for (int i = 0; i < all.padded(k.lanes); ++i) {
        const int row = all.row(i, k.lanes);
        const float apart = row >= 0 && row / units == 1 ? 0 : row < 0 ? 0 : host(params.view(c)).data[row];
        ASSERT_EQ(packed[vector][i], row < 0 ? 0 : host(params.view(b)).data[row] + apart);
      }
    }
  }
}

ModelConfig config_of(CellKind cell, int hidden, int layers) {
  ModelConfig c;
  c.rnn.cell = cell, c.rnn.hidden = c.rnn.input = hidden, c.rnn.layers = layers;
  c.vocabulary = 71;
  return c;
}

std::vector<ModelConfig> configs() {
  std::vector<ModelConfig> all;
  for (size_t cell = 0; cell < kCells.size(); ++cell) all.push_back(config_of(static_cast<CellKind>(cell), 37, 2));
  all.push_back(config_of(CellKind::lstm, 33, 1));
  all.back().rnn.projection = 19, all.back().rnn.flags = kPeephole;
  all.push_back(config_of(CellKind::gru, 50, 1));
  all.back().tied = true;
  all.push_back(config_of(CellKind::lstm, 300, 1));  // more than one block per gate, past the caches
  all.back().vocabulary = 3000;
  return all;
}

// Outputs and gradients of one batch: what the packed forms are worth.
std::vector<float> pass(const Model<float>& model, Pool& pool) {
  const Seq seq = Seq::uniform_batch(2, 3);
  Arena arena;
  Tape tape;
  Context<float> context{pool, arena};
  State<float> state = model.initial(2);
  const int32_t ids[] = {1, 2, 3, 4, 5, 70};
  const View<float> y = model.forward(context, seq, ids, state, &tape);
  std::vector<float> found(host(y).data, host(y).data + static_cast<ptrdiff_t>(y.rows) * y.cols);
  Params<float> grads(model.table());
  model.backward(context, seq, tape, y, grads);
  found.insert(found.end(), grads.data(), grads.data() + grads.size());
  return found;
}

TEST(Packed, OptimizerAndPackingInOneGo) {
  const OptimizerOptions optimizers[] = {{"sgd"}, {"sgd", 0.9, 0.01}, {"adam", 0, 0.01}, {"adamw", 0, 0.01}};
  for (const ModelConfig& config : configs()) {
    for (const OptimizerOptions& options : optimizers) {
      SCOPED_TRACE(std::to_string(config.rnn.hidden) + " " + options.name);
      Model<float> fused(config), apart(config);
      for (auto* model : {&fused, &apart}) initialise(*model, {}, 1);
      Pool one(1), three(3);
      fused.pack(three, true), apart.pack(one, true);
      Params<float> fused_grads(fused.table()), apart_grads(apart.table());
      const auto first = make_optimizer(options, fused.table(), kernels<float>()),
                 second = make_optimizer(options, apart.table(), kernels<float>());
      for (int step = 0; step < 3; ++step) {
        fill(fused_grads, static_cast<uint64_t>(100 * step)), fill(apart_grads, static_cast<uint64_t>(100 * step));
        first->begin(fused.params(), fused_grads, 0.3, 0.01);
        fused.update(three, [&](size_t begin, size_t end) { first->update(begin, end); });
        second->begin(apart.params(), apart_grads, 0.3, 0.01);
        second->update(0, apart.params().size());
        apart.pack(one, true);
      }
      const size_t bytes = fused.params().size() * sizeof(float);
      ASSERT_EQ(std::memcmp(fused.params().data(), apart.params().data(), bytes), 0);
      for (size_t i = 0; i < fused_grads.size(); ++i) ASSERT_EQ(fused_grads.data()[i], 0);
      for (size_t s = 0; s < first->slabs().size(); ++s)
        ASSERT_EQ(std::memcmp(first->slabs()[s].second->data(), second->slabs()[s].second->data(), bytes), 0);
      ASSERT_EQ(pass(fused, one), pass(apart, one));
    }
  }
}

// Where the gradient is zero, plain SGD may look at the other rows only: same norm, same weights.
TEST(Packed, RowsThatABatchReadsAreEnough) {
  const ModelConfig config = config_of(CellKind::lstm, 37, 1);
  Batch batch;
  batch.in.ids = {5, 70, 5, 0, 33};
  Model<float> all(config), some(config);
  const SparseParams sparse = some.sparse_rows(batch);
  ASSERT_EQ(sparse.size(), 1u);
  EXPECT_EQ(some.table()[sparse[0].param].name, "embedding.weight");
  EXPECT_EQ(sparse[0].rows, (std::vector<int32_t>{0, 5, 33, 70}));
  ModelConfig tied = config;
  tied.tied = true;
  EXPECT_TRUE(Model<float>(tied).sparse_rows(batch).empty());

  Pool pool(2);
  Params<float> all_grads(all.table()), some_grads(some.table());
  for (auto* model : {&all, &some}) initialise(*model, {}, 1), model->pack(pool, true);
  for (auto* grads : {&all_grads, &some_grads}) {
    fill(*grads, 7);
    const View<float> embedding = grads->view(sparse[0].param);
    const std::set<int> read(batch.in.ids.begin(), batch.in.ids.end());
    for (int row = 0; row < embedding.rows; ++row) {
      if (read.count(row) == 0) std::fill_n(host(embedding).row(row), embedding.cols, 0.0f);
    }
  }
  EXPECT_NEAR(gradient_norm(kernels<float>(), pool, all_grads), gradient_norm(kernels<float>(), pool, some_grads, sparse),
              1e-6 * gradient_norm(kernels<float>(), pool, all_grads));
  const auto one = make_optimizer({"sgd"}, all.table(), kernels<float>()),
             two = make_optimizer({"sgd"}, some.table(), kernels<float>());
  one->begin(all.params(), all_grads, 0.5, 0.1);
  all.update(pool, [&](size_t begin, size_t end) { one->update(begin, end); });
  two->begin(some.params(), some_grads, 0.5, 0.1);
  some.update(
      pool, [&](size_t begin, size_t end) { two->update(begin, end); }, sparse);
  ASSERT_EQ(std::memcmp(all.params().data(), some.params().data(), all.params().size() * sizeof(float)), 0);
  for (size_t i = 0; i < some_grads.size(); ++i) ASSERT_EQ(some_grads.data()[i], 0);
  ASSERT_EQ(pass(all, pool), pass(some, pool));
}

}  // namespace
}  // namespace rnn::core
