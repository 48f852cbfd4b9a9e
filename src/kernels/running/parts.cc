// Why: the list of kernels of a program that only runs models, half the size of all.
#include "kernels/table.h"

namespace rnn::core {

std::vector<Fillers> parts_of_kernels() {
  return {fillers_of_product(), fillers_of_recurrent_forward(), fillers_of_attention(), fillers_of_elementwise()};
}

}  // namespace rnn::core
