// Why: the cache of Grave, Joulin and Usunier (2017), for who measures a text and for who writes one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nn/context.h"

namespace rnn::core {

// Continuous cache (Grave, Joulin and Usunier 2017, "Improving neural language models with a continuous cache"): the hidden states of
// the last `size` tokens vote for the tokens that followed them, p = (1 - weight) p_model + weight p_cache, p_cache(w) the share of
// exp(sharpness h . h_i) over the i that w followed. Without anything in it, p = p_model.
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

  // Sum of -log p of the targets, given -log p of the model; each token sees only what lies before it. Then takes the segment in:
  // h [rows, width], targets and nll [rows].
  double mix(Context<float>& context, View<const float> h, const std::vector<int32_t>& targets,
             const std::vector<double>& nll);

  // log_p [V] of the model behind h [1, width] becomes log p of both.
  void mix(Context<float>& context, View<const float> h, std::span<float> log_p) const;
  // h [width] was followed by `next`.
  void add(std::span<const float> h, int32_t next);

  int stored() const { return static_cast<int>(next_.size()); }  // what can vote, and as much again for a rewind
  // A place in the text, to come back to. Exact for at least the last `size` tokens; what fell out since then stays out.
  int64_t position() const { return dropped_ + stored(); }
  void rewind(int64_t position);

  // The tokens that can vote, as bytes: number, width, ids, states. load() throws Error{model, "state/corrupt"} for other content and
  // for ids outside [0, vocabulary), "state/size" for another width; of more than `size` it keeps the last.
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
  int64_t dropped_ = 0;        // that stood before them
};

}  // namespace rnn::core
