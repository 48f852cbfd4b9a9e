// Why: what decoders of speech should find, by brute force: every path of a few rows; and models of language made of nothing but a hash.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alignment/ctc_lattice.h"
#include "base/matrix.h"
#include "decode/word_scorer.h"

namespace rnn::core::test {

using Units = std::vector<int32_t>;

// Every sequence of labels that some path spells, with the sum of the paths' probabilities.
inline std::map<Units, double> every_text(const Matrix<float>& rows) {
  std::map<Units, double> texts;
  const int T = rows.rows(), K = rows.cols();
  int64_t paths = 1;
  for (int t = 0; t < T; ++t) paths *= K;
  for (int64_t path = 0; path < paths; ++path) {
    Units units;
    double log_p = 0;
    int64_t rest = path;
    int32_t before = kBlank;
    for (int t = 0; t < T; ++t, rest /= K) {
      const auto k = static_cast<int32_t>(rest % K);
      log_p += static_cast<double>(rows(t, k));
      if (k != kBlank && k != before) units.push_back(k);
      before = k;
    }
    texts[units] += std::exp(log_p);
  }
  return texts;
}

inline uint64_t mixed(uint64_t a, uint64_t b) {
  uint64_t x = (a + 0x9E3779B97F4A7C15ULL) * 0xBF58476D1CE4E5B9ULL ^ (b + 0x94D049BB133111EBULL);
  x ^= x >> 29;
  x *= 0x94D049BB133111EBULL;
  return x ^ x >> 32;
}
inline double drawn_log_prob(uint64_t hash) { return -0.2 - static_cast<double>(hash % 1000) / 250; }

// A bigram model that knows every word.
class HashWords final : public WordScorer {
 public:
  WordState start() const override { return state_of(1); }
  double word(const WordState& state, std::string_view word, WordState& next) const override {
    ++asked;
    const int32_t id = id_of(word), before = state.ids[0];
    next = state_of(id);
    return log_prob(before, id);
  }
  double end(const WordState& state) const override { return log_prob(state.ids[0], 2); }

  static int32_t id_of(std::string_view word) {
    uint64_t hash = 7;
    for (const char c : word) hash = mixed(hash, static_cast<unsigned char>(c));
    return static_cast<int32_t>(hash & 0x7FFFFFFF);
  }
  static double log_prob(int32_t before, int32_t id) {
    return drawn_log_prob(mixed(static_cast<uint64_t>(before), static_cast<uint64_t>(id)));
  }
  // Of a whole sentence, written out once more.
  static double sentence(const std::vector<std::string>& words) {
    double sum = 0;
    int32_t before = 1;
    for (const std::string& word : words) sum += log_prob(std::exchange(before, id_of(word)), id_of(word));
    return sum + log_prob(before, 2);
  }
  mutable int asked = 0;

 private:
  static WordState state_of(int32_t id) {
    WordState state;
    state.ids[0] = id, state.count = 1;
    return state;
  }
};

// Reads all units so far: the memory of a slot is their hash.
class HashUnits : public UnitScorer {
 public:
  explicit HashUnits(int classes) : classes_(classes) {}
  void start(int slots) override {
    memory_.assign(static_cast<size_t>(slots), 0);
    rows_.assign(static_cast<size_t>(slots), {});
    fill(0);
  }
  void step(std::span<const SlotStep> steps) override {
    for (const SlotStep& s : steps) {
      memory_.at(static_cast<size_t>(s.to)) = mixed(memory_.at(static_cast<size_t>(s.from)), static_cast<uint64_t>(s.unit));
      fill(static_cast<size_t>(s.to));
    }
  }
  std::span<const float> next(int slot) const override { return rows_.at(static_cast<size_t>(slot)); }
  double end(int slot) const override { return drawn_log_prob(memory_.at(static_cast<size_t>(slot))); }

  double text(const Units& units) const {
    uint64_t memory = 0;
    double sum = 0;
    for (const int32_t unit : units) {
      sum += static_cast<double>(static_cast<float>(drawn_log_prob(mixed(memory, 1000 + static_cast<uint64_t>(unit)))));
      memory = mixed(memory, static_cast<uint64_t>(unit));
    }
    return sum + drawn_log_prob(memory);
  }

 private:
  void fill(size_t slot) {
    rows_[slot].clear();
    for (int k = 0; k < classes_; ++k)
      rows_[slot].push_back(static_cast<float>(drawn_log_prob(mixed(memory_[slot], 1000 + static_cast<uint64_t>(k)))));
  }
  int classes_;
  std::vector<uint64_t> memory_;
  std::vector<std::vector<float>> rows_;
};

}  // namespace rnn::core::test
