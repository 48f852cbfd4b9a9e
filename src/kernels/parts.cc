// Why: the list of kernels of a program that trains and measures.
#include "kernels/table.h"

namespace rnn::core {

std::vector<Fillers> parts_of_kernels() {
  return {fillers_of_product(),   fillers_of_recurrent_forward(), fillers_of_recurrent_backward(),
          fillers_of_attention(), fillers_of_elementwise(),       fillers_of_limits()};
}

}  // namespace rnn::core
