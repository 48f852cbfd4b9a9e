// Why: the last layer, from hidden states to the argument of a softmax or an error: one matrix, or an adaptive softmax.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "nn/context.h"
#include "nn/packed.h"
#include "options/kinds.h"

namespace rnn::core {

struct SoftmaxOptions {
  SoftmaxKind kind = SoftmaxKind::full;
  // adaptive only. Classes are numbered by descending count; cluster i holds [cutoffs[i], cutoffs[i + 1]), the last one the
  // rest.
  std::vector<int> cutoffs;  // ascending, in [1, classes); empty: automatic_cutoffs()
  double divide = 4;         // cluster i reads width / divide^(i + 1) numbers, rounded down, as PyTorch's div_value
};

// 2000, 10000, 50000, ...: at most four, each with at least as many classes above as below it, for clusters that read at
// least one number; a fifth of the classes where there are fewer than 4000 of them.
std::vector<int> automatic_cutoffs(int classes, int width, double divide);
// Throws Error{usage, "model/softmax" or "model/cutoffs"} for options from which no adaptive softmax can be built.
void check_softmax(const SoftmaxOptions& options, int classes, int width);

// Every part is a chain of one or two matrices with a softmax of its own:
//   part 0      the classes below the first cutoff and a column for each cluster (full, sampled: all classes, and a bias)
//   part i + 1  the classes of cluster i
// log p(class) = log p(column of its part) + log p(its cluster's column of part 0). Parameters have the names of PyTorch's
// Linear and AdaptiveLogSoftmaxWithLoss: output.weight, output.bias; output.head.weight, output.tail.0.0.weight,
// output.tail.0.1.weight.
template <class T>
class OutputLayer {
 public:
  // tied: the parameter that is also the output matrix, or -1.
  OutputLayer(const SoftmaxOptions& options, int classes, int width, ParamId tied, ParamTable& table, Packed<T>& packed);

  int classes() const { return classes_; }
  int parts() const { return static_cast<int>(parts_.size()); }
  int columns(int part) const { return parts_[part].columns; }
  // The column of a class in a part: its own or, in part 0, that of its cluster; -1: the class has none in this part.
  int column(int part, int32_t label) const;
  // The matrix and the bias of part 0.
  ParamId weight() const { return parts_[0].weight; }
  ParamId bias() const { return parts_[0].bias; }
  // The matrices of a part: one, or the two of a cluster; the first may be -1.
  std::array<ParamId, 2> weights(int part) const { return {parts_[part].down, parts_[part].weight}; }

  // h [m, width] -> logits [m, columns] of one part. Returns the input of the part's last matrix: h, or numbers in the
  // arena.
  View<const T> forward_part(Context<T>& context, const Packed<T>& packed, int part, View<const T> h, View<T> logits) const;
  // read: what forward_part returned. dh [m, width] is assigned; adds to grads; an empty one is not wanted.
  void backward_part(Context<T>& context, const Packed<T>& packed, int part, View<const T> h, View<const T> read,
                     View<const T> dlogits, View<T> dh, Params<T>& grads) const;

  // h [m, width] -> outputs [m, classes]: logits, or the log-probabilities of an adaptive softmax. In both cases their
  // softmax is the model's distribution.
  void forward(Context<T>& context, const Packed<T>& packed, View<const T> h, View<T> outputs) const;
  // dh [m, width] is assigned; adds to grads; an empty one is not wanted.
  void backward(Context<T>& context, const Packed<T>& packed, View<const T> h, View<const T> doutputs, View<T> dh,
                Params<T>& grads) const;

 private:
  struct Part {
    int first = 0, count = 0;                   // classes
    int columns = 0, reads = 0;                 // of the last matrix [columns, reads]
    ParamId down = -1, weight = -1, bias = -1;  // down [reads, width]: the first matrix of a cluster
    int down_form = -1, down_back = -1, form = -1, back = -1, bias_form = -1;
  };
  void add_adaptive(const SoftmaxOptions& options, int width, ParamTable& table, Packed<T>& packed);
  void forward_adaptive(Context<T>& context, const Packed<T>& packed, View<const T> h, View<T> outputs) const;
  void logits_gradient(int part, View<const T> doutputs, View<T> logits) const;

  int classes_, shortlist_;  // shortlist: classes with a column of their own in part 0
  std::vector<Part> parts_;
};

}  // namespace rnn::core
