// Why: the cache of Grave, Joulin and Usunier (2017), for evaluating a text and for generating one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/context.h"

namespace rnn::core {

// Continuous cache (Grave, Joulin and Usunier 2017, "Improving neural language models with a continuous cache"): the hidden
// states of the last `size` tokens vote for the tokens that followed them: p = (1 - weight) p_model + weight p_cache, where
// p_cache(w) is the share of exp(sharpness h . h_i) that belongs to those i which w followed. While the cache is empty, p =
// p_model.
struct CacheOptions {
  int size = 0;  // tokens; 0: no cache
  double weight = 0.1, sharpness = 0.3;
};

// Hidden states (what the output layer reads) and the tokens that followed them.
class TextCache {
 public:
  TextCache(const CacheOptions& options, int width) : options_(options), width_(width) {}
  const CacheOptions& options() const { return options_; }
  int width() const { return width_; }

  // Sum of -log p of the targets, given -log p of the model; each token uses only what precedes it. Then adds the segment to
  // the cache: h [rows, width], targets and nll [rows].
  double mix(Context<float>& context, View<const float> h, const std::vector<int32_t>& targets,
             const std::vector<double>& nll);

  // log_p [V], the log-probabilities of the model after h [1, width], becomes that of the mixture.
  void mix(Context<float>& context, View<const float> h, std::span<float> log_p) const;
  // h [width] was followed by `next`.
  void add(std::span<const float> h, int32_t next);

  // Tokens that can vote, and up to twice as many kept for a rewind.
  int stored() const { return static_cast<int>(next_.size()); }
  // A position in the text, for a later rewind. Exact for at least the last `size` tokens; entries dropped since then stay
  // dropped.
  int64_t position() const { return dropped_ + stored(); }
  void rewind(int64_t position);

  // The tokens that can vote, as bytes: count, width, ids, states. load() throws Error{model, "state/corrupt"} for other
  // content and for ids outside [0, vocabulary), "state/size" for another width; of more than `size` tokens it keeps the
  // last.
  std::string save() const;
  void load(std::string_view bytes, int vocabulary);

 private:
  View<float> scores(Context<float>& context, View<const float> h, int begin) const;
  template <class Visit>
  double each_vote(const float* scores, int begin, int end, const Visit& visit) const;
  void keep_last(int count);

  CacheOptions options_;
  int width_;
  std::vector<float> states_;  // [n, width]
  std::vector<int32_t> next_;  // [n]
  int64_t dropped_ = 0;        // number of tokens dropped before these
};

}  // namespace rnn::core
