// Why: places parameters in the slab, each on its own cache line.
#include "nn/params.h"

namespace rnn::core {

ParamId ParamTable::add(ParamInfo info) {
  info.offset = slab_size_;
  slab_size_ += (info.size() + 15) / 16 * 16;
  all_.push_back(std::move(info));
  return static_cast<ParamId>(all_.size()) - 1;
}

ParamId ParamTable::find(std::string_view name) const {
  for (size_t i = 0; i < all_.size(); ++i) {
    if (all_[i].name == name) return static_cast<ParamId>(i);
  }
  return -1;
}

ParamId ParamTable::find(Role role, std::string_view stack, int layer, int direction) const {
  for (size_t i = 0; i < all_.size(); ++i) {
    const ParamUse& use = all_[i].use;
    if (use.role == role && use.stack == stack && use.layer == layer && use.direction == direction)
      return static_cast<ParamId>(i);
  }
  return -1;
}

size_t ParamTable::count() const {
  size_t sum = 0;
  for (const auto& p : all_) sum += p.size();
  return sum;
}

}  // namespace rnn::core
