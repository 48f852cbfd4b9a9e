// Why: all weights of a model in one slab, so that optimizer, clipping, saving and averaging are one loop over memory.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/matrix.h"
#include "base/view.h"

namespace rnn::core {

using ParamId = int;

// What a parameter does. Initialisation, freezing, plans and pages read this and never the name.
enum class Role {
  embedding,       // [ids, width]: a row per id
  input,           // [gates * units, inputs]: from the input of a recurrent layer
  recurrent,       // [gates * units, output]: from its previous output
  projection,      // [output, units]
  unit,            // [weights, units]: weights that belong to one unit (peepholes, the IndRNN's own weight)
  input_bias,      // [gates * units]
  recurrent_bias,  // [gates * units]: its partner
  linear,          // [outputs, inputs]
  bias,            // [outputs] of a linear map, or of normalised values
  gain,            // [units]: of normalised values
  score            // [inputs]: a linear map to one number
};
// random: what the chosen initialisation makes of this role. first_row: ones there, zeros in the others.
enum class InitAs { random, zeros, ones, first_row };

struct ParamUse {
  Role role = Role::linear;
  std::string stack = {};  // what it belongs to: rnn, encoder, decoder, output ...
  int layer = -1;          // of a recurrent stack; -1: not part of a layer
  int direction = 0;       // 1: the layer read backwards
  int units = 0;           // of a recurrent layer
  int inputs = 0;          // numbers that a linear map reads, of its bias, too
  InitAs init = InitAs::random;
  bool operator==(const ParamUse&) const = default;
};

struct ParamInfo {
  std::string name;  // PyTorch's name, for example rnn.weight_ih_l0
  int rows = 0, cols = 0;
  bool vector = false;  // one-dimensional in files: shape [cols], rows = 1
  size_t offset = 0;    // in the slab, in numbers
  ParamUse use = {};
  size_t size() const { return static_cast<size_t>(rows) * cols; }
};

// Names, shapes and offsets of parameters; holds no values.
class ParamTable {
 public:
  ParamId add_matrix(std::string name, int rows, int cols, ParamUse use) {
    return add({std::move(name), rows, cols, false, 0, std::move(use)});
  }
  ParamId add_vector(std::string name, int size, ParamUse use) {
    return add({std::move(name), 1, size, true, 0, std::move(use)});
  }
  const std::vector<ParamInfo>& all() const { return all_; }
  const ParamInfo& operator[](ParamId id) const { return all_[id]; }
  ParamId find(std::string_view name) const;  // -1: no such parameter
  // The first parameter with this role in this part of the model, -1: none.
  ParamId find(Role role, std::string_view stack, int layer = -1, int direction = 0) const;
  size_t slab_size() const { return slab_size_; }
  size_t count() const;  // numbers without padding

 private:
  ParamId add(ParamInfo info);
  std::vector<ParamInfo> all_;
  size_t slab_size_ = 0;
};

// A slab of values for a table: weights, gradients, moments and averages all have this layout. Padding stays zero.
template <class T>
class Params {
 public:
  Params() = default;
  explicit Params(const ParamTable& table) : table_(&table), values_(table.slab_size()) {}
  View<T> view(ParamId id) { return {values_.data() + info(id).offset, info(id).rows, info(id).cols, info(id).cols}; }
  View<const T> view(ParamId id) const {
    return {values_.data() + info(id).offset, info(id).rows, info(id).cols, info(id).cols};
  }
  std::span<T> values(ParamId id) { return {values_.data() + info(id).offset, info(id).size()}; }  // row by row
  std::span<const T> values(ParamId id) const { return {values_.data() + info(id).offset, info(id).size()}; }
  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  size_t size() const { return values_.size(); }
  const ParamTable& table() const { return *table_; }

 private:
  const ParamInfo& info(ParamId id) const { return (*table_)[id]; }
  const ParamTable* table_ = nullptr;  // must outlive this
  Buffer<T> values_;
};

}  // namespace rnn::core
