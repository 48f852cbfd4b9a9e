// Why: a visible list of the suites and the sizes that each measures, and the loop over the chosen cases.
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/error.h"
#include "bench/bench.h"
#include "cells/names.h"

namespace rnn::core::bench {
namespace {

struct Size {
  int batch, steps;
};

using Cells = std::vector<NamedCell>;
using Hidden = std::vector<int>;

const NamedCell& lstm() { return named_cell(CellKind::lstm, 0); }

// The lengths of torch.randint(1, T + 1, (B,), generator=torch.Generator().manual_seed(1)), the longest raised to T:
// PyTorch's generator is the standard Mersenne twister, so all engines get batches of the same shape.
std::vector<int> ragged_lengths(int batch, int steps) {
  std::mt19937 words(1);
  std::vector<int> lengths(static_cast<size_t>(batch));
  for (int& n : lengths) n = 1 + static_cast<int>(words() % static_cast<uint32_t>(steps));
  *std::max_element(lengths.begin(), lengths.end()) = steps;
  return lengths;
}

struct LayerSuite {
  std::string_view name;
  std::vector<Size> sizes;
  Hidden hidden;        // by default
  Hidden short_hidden;  // in the short selection; empty: not part of it
  bool one_thread;      // also on one thread
  Figures (*measure)(const Case&, Pool&, double);
};

const std::vector<LayerSuite>& layer_suites() {
  static const std::vector<LayerSuite> list{
      {"step", {{1, 1}}, {64, 128, 256, 512, 1024}, {64, 128, 256, 512}, true, measure_step},
      {"sequence", {{1, 100}, {32, 100}}, {64, 128, 256, 512, 1024}, {128, 512}, false, measure_sequence},
      {"train", {{20, 35}}, {64, 128, 256, 512, 1024, 1500}, {128, 512}, false, measure_training},
      {"ragged", {{64, 50}, {64, 200}, {64, 1000}}, {128, 512}, {}, false, measure_training},
  };
  return list;
}

struct LanguageModel {
  const char* name;
  int vocabulary, hidden, layers;
  Size size;
  bool in_short_round;
  SoftmaxKind softmax = SoftmaxKind::full;
};

constexpr std::string_view kLanguageModels = "lm";
constexpr LanguageModel kModels[] = {
    {"word 2x200", 10000, 200, 2, {20, 20}, true},
    {"word 2x650", 10000, 650, 2, {20, 35}, true},
    {"word 2x1500", 10000, 1500, 2, {20, 35}, false},
    {"char 2x128", 96, 128, 2, {50, 50}, true},
    {"char 2x512", 96, 512, 2, {50, 50}, true},
    {"char 1x1024", 96, 1024, 1, {64, 100}, false},
    {"word 2x650 of 100k, adaptive", 100000, 650, 2, {20, 35}, false, SoftmaxKind::adaptive},
};

// One language model with methods from the literature.
constexpr std::string_view kMethodSuite = "methods";
struct Method {
  const char* name;
  int flags;
  double dropout, state_dropout, weight_drop;
};
constexpr Method kMethods[] = {
    {"plain", 0, 0, 0, 0}, {"variational, weight drop", 0, 0.5, 0.3, 0.5}, {"layer norm", kLayerNorm, 0, 0, 0}};

void add_methods(const Selection& s, std::vector<Case>& cases) {
  const Cells cells = s.cells.empty() ? Cells{lstm()} : s.cells;
  const Hidden hidden = s.hidden.empty() ? Hidden{650} : s.hidden;
  for (const NamedCell& cell : cells) {
    for (const int H : hidden) {
      for (const Method& m : kMethods) {
        if (m.weight_drop > 0 && !has_recurrent_matrix(cell.kind)) continue;  // there are no such weights
        std::string name = fmt::format("word 2x{} {}", H, m.name);
        if (cell.kind != CellKind::lstm) name += fmt::format(" {}", cell.variant.name);
        Case c{kMethodSuite, name, cell.kind, H, 2, 10000, 20, 35, false, s.threads};
        c.flags = m.flags | cell.variant.flag;
        c.dropout = m.dropout, c.state_dropout = m.state_dropout, c.weight_drop = m.weight_drop;
        cases.push_back(c);
      }
    }
  }
}

// The same translators as in bench/peers_seq2seq.py, which describes their sentences.
constexpr std::string_view kPairs = "pairs", kBeam = "beam";
constexpr int kLongestSentence = 26;  // 25 words and the end

void add_translators(std::string_view suite, const Selection& s, std::vector<Case>& cases) {
  const Cells cells = s.cells.empty() ? Cells{lstm()} : s.cells;
  const Hidden hidden = s.hidden.empty() ? Hidden{512} : s.hidden;
  for (const NamedCell& cell : cells) {
    for (const int H : hidden) {
      const std::string name = fmt::format("{} 2x{}", cell.variant.name, H);
      Case c{suite, name, cell.kind, H, 2, 8000, 64, kLongestSentence, true, s.threads};
      c.flags = cell.variant.flag;
      if (suite == kBeam) c.beam = 5, c.name += ", beam 5";
      cases.push_back(c);
      if (suite == kBeam) continue;
      c.input_feeding = true, c.name += ", input feeding";
      cases.push_back(c);
    }
  }
}

void add_layer_cases(const LayerSuite& suite, const Selection& s, std::vector<Case>& cases) {
  const bool short_round = s.suites.empty();
  const Cells cells = s.cells.empty() ? Cells{lstm(), named_cell(CellKind::gru, 0)} : s.cells;
  const Hidden& hidden = !s.hidden.empty() ? s.hidden : short_round ? suite.short_hidden : suite.hidden;
  const auto add = [&](const NamedCell& cell, int H, Size size, bool ragged, int threads) {
    std::string name = fmt::format("{} {}", cell.variant.name, H);
    if (suite.name != "step") name += fmt::format(" B={} T={}", size.batch, size.steps);
    if (suite.name == "ragged") name += ragged ? " ragged" : " uniform";
    cases.push_back({suite.name, name, cell.kind, H, 1, 0, size.batch, size.steps, ragged, threads});
    cases.back().flags = cell.variant.flag;
  };
  for (const NamedCell& cell : cells) {
    for (const int H : hidden) {
      for (const Size& size : suite.sizes) {
        if (suite.name == "ragged") {
          if (H > 256 && size.steps > 200) continue;  // as in the program for the other engines
          // To see the cost of raggedness: uniform batches of as many tokens, with the same steps or the same streams.
          add(cell, H, size, true, s.threads);
          int64_t tokens = 0;
          for (const int n : ragged_lengths(size.batch, size.steps)) tokens += n;
          add(cell, H, {static_cast<int>((tokens + size.steps / 2) / size.steps), size.steps}, false, s.threads);
          add(cell, H, {size.batch, static_cast<int>((tokens + size.batch / 2) / size.batch)}, false, s.threads);
          continue;
        }
        if (suite.one_thread && s.threads > 1) add(cell, H, size, false, 1);
        add(cell, H, size, false, s.threads);
      }
    }
  }
}

void add_language_models(const Selection& s, std::vector<Case>& cases) {
  const Cells cells = s.cells.empty() ? Cells{lstm()} : s.cells;
  for (const LanguageModel& m : kModels) {
    const bool wanted = s.hidden.empty() ? !s.suites.empty() || m.in_short_round
                                         : std::find(s.hidden.begin(), s.hidden.end(), m.hidden) != s.hidden.end();
    if (!wanted) continue;
    for (const NamedCell& cell : cells) {
      const std::string name = cell.kind == CellKind::lstm ? m.name : fmt::format("{} {}", m.name, cell.variant.name);
      cases.push_back({kLanguageModels, name, cell.kind, m.hidden, m.layers, m.vocabulary, m.size.batch, m.size.steps, false,
                       s.threads});
      cases.back().softmax = m.softmax, cases.back().flags = cell.variant.flag;
    }
  }
}

}  // namespace

std::vector<std::string_view> suite_names() {
  std::vector<std::string_view> names{kLimits};
  for (const LayerSuite& suite : layer_suites()) names.push_back(suite.name);
  names.push_back(kLanguageModels);
  for (const std::string_view name : {kMethodSuite, kPairs, kBeam}) names.push_back(name);
  return names;
}

Seq shape_of(const Case& c) {
  return c.ragged ? Seq::ragged(ragged_lengths(c.batch, c.steps)) : Seq::uniform_batch(c.batch, c.steps);
}

bool Selection::wants(std::string_view suite) const {
  return suites.empty() || std::find(suites.begin(), suites.end(), suite) != suites.end();
}

std::vector<Case> cases_of(const Selection& s) {
  std::vector<Case> cases;
  for (const LayerSuite& suite : layer_suites()) {
    if (s.wants(suite.name) && !(s.suites.empty() && suite.short_hidden.empty())) add_layer_cases(suite, s, cases);
  }
  if (s.wants(kLanguageModels)) add_language_models(s, cases);
  for (const std::string_view suite : {kPairs, kBeam}) {
    if (!s.suites.empty() && s.wants(suite)) add_translators(suite, s, cases);
  }
  for (Case& c : cases) {
    c.flags |= s.layer_norm ? kLayerNorm : 0;
    if (s.layer_norm) c.name += " normed";
  }
  if (!s.suites.empty() && s.wants(kMethodSuite)) add_methods(s, cases);
  for (Case& c : cases) c.profile = s.profile;
  return cases;
}

std::vector<Result> run(const std::vector<Case>& cases, double seconds, const std::function<void(const Case&)>& before) {
  std::vector<Result> results;
  std::unique_ptr<Pool> pool;
  for (const Case& c : cases) {
    before(c);
    if (!pool || pool->size() != c.threads) pool = std::make_unique<Pool>(c.threads);
    auto measure = c.suite == kPairs ? measure_pairs : c.suite == kBeam ? measure_beam : measure_language_model;
    for (const LayerSuite& suite : layer_suites()) {
      if (suite.name == c.suite) measure = suite.measure;
    }
    results.push_back({c, measure(c, *pool, seconds)});
  }
  return results;
}

}  // namespace rnn::core::bench
