// Why: see suspect.h.
#include "train/suspect.h"

#include <cmath>
#include <utility>

#include "base/numbers.h"

namespace rnn::core {

std::string suspect_tensor(const ParamTable& table, const Params<float>& weights, const Params<float>& grads) {
  const std::pair<const char*, const Params<float>*> slabs[] = {{"weights", &weights}, {"gradient", &grads}};
  std::string largest_name;
  double largest = 0;
  for (const auto& [what, slab] : slabs) {
    for (ParamId id = 0; id < static_cast<ParamId>(table.all().size()); ++id) {
      const std::string& name = table[id].name;
      for (const float value : slab->values(id)) {
        if (!std::isfinite(value))
          return "the " + std::string(what) + " of " + name + " contain" + (slab == &grads ? "s " : " ") + "NaN or infinity";
        if (slab != &grads && std::abs(value) > largest) largest = std::abs(value), largest_name = name;
      }
    }
  }
  return "the largest weight is " + short_number(largest) + ", in " + largest_name;
}

}  // namespace rnn::core
