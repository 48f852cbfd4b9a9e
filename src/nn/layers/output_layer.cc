// Why: the last layer written out: one chain of matrices per part; an adaptive softmax joins its parts for whole rows.
#include "nn/layers/output_layer.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/numbers.h"
#include "kernels/host.h"
#include "nn/layers/product.h"

namespace rnn::core {
namespace {

constexpr int kFirstCutoff = 2000, kCutoffFactor = 5, kMostCutoffs = 4;  // of automatic ones
constexpr size_t kMostClusters = 64;

[[noreturn]] void bad(const std::string& code, const std::string& message, const std::string& help) {
  throw Error(Exit::usage, code, message, help);
}

int width_of_cluster(int width, double divide, int cluster) {
  return static_cast<int>(std::floor(width / std::pow(divide, cluster + 1)));
}

// log of the summed exponentials of a row, from the kernel's own sums: its loss is that minus the target's logit.
template <class T>
double* log_sums(Context<T>& context, View<T> logits) {
  const auto rows = static_cast<size_t>(logits.rows);
  double* sums = context.arena.template take<double>(rows);
  auto* first = context.arena.template take<int32_t>(rows);
  std::fill_n(first, rows, 0);
  SoftmaxArgs<T> args{logits, first};
  args.loss = sums;
  context.kernels.softmax_cross_entropy(context.pool, args);
  for (int m = 0; m < logits.rows; ++m) sums[m] += static_cast<double>(host(logits)(m, 0));
  return sums;
}

// to[k] = from[k] + shift[row], in double.
template <class T>
void add_to_rows(Pool& pool, View<const T> from, const double* shift, View<T> to) {
  const int64_t cols = to.cols;
  pool.parallel_for(to.rows * cols, 4096, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end;) {
      const int row = static_cast<int>(i / cols);
      const T* x = host(from).row(row);
      T* y = host(to).row(row);
      for (int64_t k = i % cols; k < cols && i < end; ++k, ++i)
        y[k] = static_cast<T>(static_cast<double>(x[k]) + shift[row]);
    }
  });
}

}  // namespace

std::vector<int> automatic_cutoffs(int classes, int width, double divide) {
  std::vector<int> cutoffs;
  for (int64_t at = kFirstCutoff; 2 * at <= classes && static_cast<int>(cutoffs.size()) < kMostCutoffs;
       at *= kCutoffFactor) {
    if (width_of_cluster(width, divide, static_cast<int>(cutoffs.size())) >= 1) cutoffs.push_back(static_cast<int>(at));
  }
  if (cutoffs.empty()) cutoffs.push_back(std::max(1, classes / kCutoffFactor));
  return cutoffs;
}

void check_softmax(const SoftmaxOptions& o, int classes, int width) {
  if (o.kind != SoftmaxKind::adaptive) return;
  if (classes < 2) bad("model/softmax", "an adaptive softmax needs at least 2 classes, not " + std::to_string(classes), "");
  if (!(o.divide >= 1 && o.divide <= 65536)) {
    bad("model/softmax", "softmax-divide is " + number_text(o.divide) + ", it must be between 1 and 65536",
        "4 makes each cluster a quarter as wide as the previous one");
  }
  const std::vector<int> cutoffs = o.cutoffs.empty() ? automatic_cutoffs(classes, width, o.divide) : o.cutoffs;
  if (cutoffs.size() > kMostClusters) {
    bad("model/cutoffs",
        std::to_string(cutoffs.size()) + " cutoffs are too many, at most " + std::to_string(kMostClusters) + " are possible",
        "--cutoffs auto takes up to " + std::to_string(kMostCutoffs));
  }
  for (size_t i = 0; i < cutoffs.size(); ++i) {
    const int before = i > 0 ? cutoffs[i - 1] : 0;
    if (cutoffs[i] <= before) {
      bad("model/cutoffs",
          "the cutoffs are out of order: " + std::to_string(cutoffs[i]) + " follows " + std::to_string(before),
          "they must be above 0 and ascending, for example --cutoffs 2000,10000");
    }
  }
  if (cutoffs.back() >= classes) {
    bad("model/cutoffs",
        "the last cutoff is " + std::to_string(cutoffs.back()) + ", but the vocabulary has " + std::to_string(classes) +
            " tokens",
        "it must be below that; --cutoffs auto fits them to the vocabulary");
  }
  const int last = static_cast<int>(cutoffs.size()) - 1;
  if (width_of_cluster(width, o.divide, last) < 1) {
    bad("model/cutoffs",
        "the last of " + std::to_string(last + 1) + " clusters would read " + std::to_string(width) + " / " +
            number_text(o.divide) + "^" + std::to_string(last + 1) + " = 0 numbers",
        "use fewer --cutoffs or a smaller --softmax-divide");
  }
}

static ParamUse use_of(Role role, int inputs) { return {.role = role, .stack = "output", .inputs = inputs}; }

template <class T>
OutputLayer<T>::OutputLayer(const SoftmaxOptions& options, int classes, int width, ParamId tied, ParamTable& table,
                            Packed<T>& packed)
    : classes_(classes), shortlist_(classes) {
  if (options.kind == SoftmaxKind::adaptive) {
    add_adaptive(options, width, table, packed);
    return;
  }
  Part whole{0, classes, classes, width};
  whole.weight = tied >= 0 ? tied : table.add_matrix("output.weight", classes, width, use_of(Role::linear, width));
  whole.bias = table.add_vector("output.bias", classes, use_of(Role::bias, width));
  whole.form = packed.add_forward(whole.weight, {classes}, width);
  whole.back = packed.add_backward(whole.weight, {classes}, width);
  whole.bias_form = packed.add_vector({classes}, whole.bias);
  parts_.push_back(whole);
}

template <class T>
void OutputLayer<T>::add_adaptive(const SoftmaxOptions& options, int width, ParamTable& table, Packed<T>& packed) {
  const std::vector<int>& cutoffs = options.cutoffs;
  const int clusters = static_cast<int>(cutoffs.size());
  shortlist_ = cutoffs[0];
  const auto forms = [&](ParamId id, int rows, int depth, int* forward, int* back) {
    *forward = packed.add_forward(id, {rows}, depth);
    *back = packed.add_backward(id, {rows}, depth);
  };
  Part head{0, shortlist_, shortlist_ + clusters, width};
  head.weight = table.add_matrix("output.head.weight", head.columns, width, use_of(Role::linear, width));
  forms(head.weight, head.columns, width, &head.form, &head.back);
  parts_.push_back(head);
  for (int i = 0; i < clusters; ++i) {
    const int count = (i + 1 < clusters ? cutoffs[i + 1] : classes_) - cutoffs[i];
    const std::string name = "output.tail." + std::to_string(i);
    Part tail{cutoffs[i], count, count, width_of_cluster(width, options.divide, i)};
    tail.down = table.add_matrix(name + ".0.weight", tail.reads, width, use_of(Role::linear, width));
    tail.weight = table.add_matrix(name + ".1.weight", count, tail.reads, use_of(Role::linear, tail.reads));
    forms(tail.down, tail.reads, width, &tail.down_form, &tail.down_back);
    forms(tail.weight, count, tail.reads, &tail.form, &tail.back);
    parts_.push_back(tail);
  }
}

template <class T>
int OutputLayer<T>::column(int part, int32_t label) const {
  const Part& p = parts_[part];
  if (label >= p.first && label < p.first + p.count) return label - p.first;
  if (part > 0) return -1;
  int cluster = 1;
  while (label >= parts_[cluster].first + parts_[cluster].count) ++cluster;
  return shortlist_ + cluster - 1;
}

template <class T>
View<const T> OutputLayer<T>::forward_part(Context<T>& context, const Packed<T>& packed, int part, View<const T> h,
                                           View<T> logits) const {
  const Part& p = parts_[part];
  const double down = p.down >= 0 ? static_cast<double>(h.cols) * p.reads : 0;
  const ProfileScope profiled(context.profile, Phase::output_layer,
                              2.0 * h.rows * (down + static_cast<double>(p.reads) * p.columns));
  View<const T> read = h;
  if (p.down >= 0) {
    const View<T> narrow = context.arena.template matrix<T>(h.rows, p.reads);
    context.kernels.gemm(context.pool, {h, packed[p.down_form], nullptr, false, {p.reads}, narrow});
    read = narrow;
  }
  const T* bias = p.bias_form >= 0 ? packed[p.bias_form] : nullptr;
  context.kernels.gemm(context.pool, {read, packed[p.form], bias, false, {p.columns}, logits});
  return read;
}

template <class T>
void OutputLayer<T>::backward_part(Context<T>& context, const Packed<T>& packed, int part, View<const T> h,
                                   View<const T> read, View<const T> dlogits, View<T> dh, Params<T>& grads) const {
  const Part& p = parts_[part];
  const bool wanted = grads.size() > 0;
  const double down = p.down >= 0 ? static_cast<double>(h.cols) * p.reads : 0;
  const double product = 2.0 * h.rows * (down + static_cast<double>(p.reads) * p.columns);
  const ProfileScope profiled(context.profile, Phase::output_layer, wanted ? 2 * product : product);
  if (wanted) {
    add_outer_product<T>(context, dlogits, {p.columns}, read, grads.view(p.weight),
                         p.bias >= 0 ? grads.view(p.bias).address() : nullptr);
  }
  if (p.down < 0) {
    context.kernels.gemm(context.pool, {dlogits, packed[p.back], nullptr, false, {dh.cols}, dh});
    return;
  }
  const ArenaScope scope(context.arena);
  const View<T> dread = context.arena.template matrix<T>(h.rows, p.reads);
  context.kernels.gemm(context.pool, {dlogits, packed[p.back], nullptr, false, {p.reads}, dread});
  if (wanted) add_outer_product<T>(context, dread, {p.reads}, h, grads.view(p.down));
  context.kernels.gemm(context.pool, {dread, packed[p.down_back], nullptr, false, {dh.cols}, dh});
}

template <class T>
void OutputLayer<T>::forward(Context<T>& context, const Packed<T>& packed, View<const T> h, View<T> outputs) const {
  if (parts() == 1) {
    forward_part(context, packed, 0, h, outputs);
  } else {
    forward_adaptive(context, packed, h, outputs);
  }
}

// The clusters' outputs are written in place, and shifted once the head has computed the clusters' log-probabilities.
template <class T>
void OutputLayer<T>::forward_adaptive(Context<T>& context, const Packed<T>& packed, View<const T> h, View<T> outputs) const {
  const ArenaScope scope(context.arena);
  const View<T> head = context.arena.template matrix<T>(h.rows, columns(0));
  forward_part(context, packed, 0, h, head);
  double* shift = log_sums(context, head);
  for (int m = 0; m < h.rows; ++m) shift[m] = -shift[m];
  add_to_rows<T>(context.pool, head.columns(0, shortlist_), shift, outputs.columns(0, shortlist_));
  for (int part = 1; part < parts(); ++part) {
    const ArenaScope cluster_scope(context.arena);
    const View<T> cluster = outputs.columns(parts_[part].first, parts_[part].count);
    forward_part(context, packed, part, h, cluster);
    double* inside = log_sums(context, cluster);
    for (int m = 0; m < h.rows; ++m)
      inside[m] = static_cast<double>(host(head)(m, shortlist_ + part - 1)) + shift[m] - inside[m];
    add_to_rows<T>(context.pool, cluster, inside, cluster);
  }
}

// In place: a part's logits become gradients: the gradients of each column's classes, minus its share of the row's sum.
template <class T>
void OutputLayer<T>::logits_gradient(int part, View<const T> doutputs, View<T> logits) const {
  const auto sum = [&](int m, int first, int count) {
    double s = 0;
    for (int k = first; k < first + count; ++k) s += static_cast<double>(host(doutputs)(m, k));
    return s;
  };
  const Part& p = parts_[part];
  for (int m = 0; m < logits.rows; ++m) {
    T* x = host(logits).row(m);
    const double top = static_cast<double>(*std::max_element(x, x + logits.cols));
    double total = 0;
    for (int k = 0; k < logits.cols; ++k) total += std::exp(static_cast<double>(x[k]) - top);
    const double all = part == 0 ? sum(m, 0, classes_) : sum(m, p.first, p.count);
    for (int k = 0; k < logits.cols; ++k) {
      const bool cluster = k >= p.count;  // a column of part 0
      const Part& own = parts_[cluster ? k - p.count + 1 : part];
      const double told = cluster ? sum(m, own.first, own.count) : static_cast<double>(host(doutputs)(m, p.first + k));
      x[k] = static_cast<T>(told - all * std::exp(static_cast<double>(x[k]) - top) / total);
    }
  }
}

template <class T>
void OutputLayer<T>::backward(Context<T>& context, const Packed<T>& packed, View<const T> h, View<const T> doutputs,
                              View<T> dh, Params<T>& grads) const {
  if (parts() == 1) return backward_part(context, packed, 0, h, h, doutputs, dh, grads);
  for (int part = 0; part < parts(); ++part) {
    const ArenaScope scope(context.arena);
    const View<T> logits = context.arena.template matrix<T>(h.rows, columns(part));
    const View<const T> read = forward_part(context, packed, part, h, logits);
    logits_gradient(part, doutputs, logits);
    const View<T> own = part == 0 ? dh : context.arena.template matrix<T>(h.rows, h.cols);
    backward_part(context, packed, part, h, read, logits, own, grads);
    for (int m = 0; m < h.rows && part > 0; ++m) {
      for (int i = 0; i < h.cols; ++i) host(dh)(m, i) += host(own)(m, i);
    }
  }
}

template class OutputLayer<float>;
template class OutputLayer<double>;

}  // namespace rnn::core
