// Why: what is shown of a translator must be what the translator does: its own encoder, its own steps, its own search.
#include "inspect/translation.h"
#include "kernels/host.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

#include "inspect/reading.h"
#include "inspect_case.h"
#include "support/failure.h"
#include "support/history_scorer.h"
#include "tasks/translate/pair_data.h"
#include "tasks/translate/stream/translator.h"

namespace rnn::core {
namespace {

using Ids = std::vector<int32_t>;
constexpr char kSentence[] = "The cat is sleeping.";

struct TranslatorCase {
  const char* name;
  CellKind cell;
  AttentionKind attention;
  BridgeKind bridge = BridgeKind::copy;
  int layers = 1, encoder_layers = 1, projection = 0;
  bool both_ways = true, residual = false, input_feeding = false, reversed = false, own_embedding = false;
};
constexpr TranslatorCase kCases[] = {
    {"lstm, additive", CellKind::lstm, AttentionKind::additive},
    {"gru, general, dense bridge, residual", CellKind::gru, AttentionKind::general, BridgeKind::dense, 3, 2, 0, true, true},
    {"rnn, dot, input feeding, reversed", CellKind::elman, AttentionKind::dot, BridgeKind::zero, 2, 1, 0, true, false, true,
     true},
    {"lstm, scaled dot, one way, own embedding", CellKind::lstm, AttentionKind::scaled_dot, BridgeKind::copy, 2, 2, 0, false,
     false, false, false, true},
    {"lstm, projection, residual, input feeding", CellKind::lstm, AttentionKind::additive, BridgeKind::zero, 2, 2, 4, true,
     true, true},
    {"gru, none, reversed", CellKind::gru, AttentionKind::none, BridgeKind::copy, 1, 1, 0, true, false, false, true},
};

ModelFile translator_file(const TranslatorCase& c, const char* tokens = "word") {
  ModelFile file;
  file.path = "runs/en-fr/model.safetensors";
  file.tokenizer =
      build_tokenizer(tokens, {"The cat is sleeping.\nThe dog is eating bread.\nA bird sees the cat and the dog.\n"});
  ModelConfig config;
  config.task = "translate", config.vocabulary = file.tokenizer->size();
  config.rnn.cell = c.cell, config.rnn.input = 5, config.rnn.hidden = 6, config.rnn.layers = c.layers;
  config.rnn.projection = c.projection, config.rnn.residual = c.residual && c.layers > 1;
  EncoderOptions& e = config.encoder;
  const int ways = c.both_ways ? 2 : 1;
  e.rnn.input = 5, e.rnn.hidden = 6 / ways, e.rnn.layers = c.encoder_layers, e.rnn.bidirectional = c.both_ways;
  e.rnn.projection = c.projection / ways, e.rnn.residual = c.residual && c.encoder_layers > 1;
  e.attention = c.attention, e.attention_size = 7, e.bridge = c.bridge;
  e.input_feeding = c.input_feeding, e.reversed_source = c.reversed, e.own_embedding = c.own_embedding;
  e.match(config.rnn);
  file.model = test::lively_model<float>(config);
  file.about.get() = {{"metrics", {{"val_loss", 1.5}, {"val_perplexity", 4.5}, {"val_bleu", 12.5}}}};
  return file;
}

struct Looked {
  ModelFile file;
  Pool pool{2};
  const Model<float>& model;
  Ids source;
  TranslationScorer scorer;
  int32_t ends[1];
  BeamOptions search;
  TranslationExplanation e;

  explicit Looked(const TranslatorCase& c, const char* tokens = "word", const char* sentence = kSentence)
      : file(translator_file(c, tokens)),
        model(inspected_translator(file, pool)),
        source(encode_line(*file.tokenizer, sentence)),
        scorer(model, pool),
        ends{file.tokenizer->newline_id()} {
    scorer.set_sources({source});
    search.beam = search.n_best = 3, search.max_tokens = 9, search.ends = ends;
    search.alpha = 1, search.length_rule = LengthRule::wu;
    e = explain_translation(file, sentence, source, scorer, search, {}, pool);
  }
  Ids target() const {
    Ids ids;
    for (const TargetToken& token : e.target) ids.push_back(token.id);
    return ids;
  }
  // Place of token i among those that the encoder reads.
  size_t place(size_t i) const {
    return model.config().encoder.reversed_source && i + 1 < source.size() ? source.size() - 2 - i : i;
  }
};

TEST(Translation, SearchIsThatOfTheScorer) {
  for (const TranslatorCase& c : kCases) {
    SCOPED_TRACE(c.name);
    Looked l(c);
    l.scorer.set_sources({l.source});
    const std::vector<Hypothesis> want = beam_search(l.scorer, l.ends, l.search);
    ASSERT_EQ(l.e.translations.size(), want.size());
    for (size_t i = 0; i < want.size(); ++i) {
      EXPECT_EQ(l.e.translations[i].log_prob, want[i].log_prob);
      EXPECT_EQ(l.e.translations[i].score, want[i].score);
      EXPECT_EQ(l.e.translations[i].p, std::exp(want[i].log_prob));
      EXPECT_EQ(l.e.translations[i].finished, want[i].finished);
    }
    EXPECT_EQ(l.target(), want[0].ids);
    double sum = 0;
    for (const TargetToken& token : l.e.target) sum += std::log(token.p);
    EXPECT_NEAR(sum, want[0].log_prob, 1e-5);
    EXPECT_EQ(l.e.search.beam, 3);
    EXPECT_EQ(l.e.search.steps[0][0].text, shown_token(*l.file.tokenizer, l.e.search.steps[0][0].id));
  }
}

// What the encoder says of all tokens, as the model itself encodes them.
std::vector<std::vector<float>> encoded_values(Looked& l) {
  Ids ids;
  for (size_t t = 0; t < l.source.size(); ++t) ids.push_back(l.source[l.place(t)]);
  Arena arena;
  Context<float> context{l.pool, arena};
  State<float> first;
  const Encoded<float> encoded =
      l.model.encode(context, Seq::uniform_batch(1, static_cast<int>(ids.size())), ids.data(), first);
  std::vector<std::vector<float>> rows;
  for (size_t i = 0; i < l.source.size(); ++i) {
    const float* row = host(encoded.values).row(static_cast<int>(l.place(i)));
    rows.emplace_back(row, row + encoded.values.cols);
  }
  return rows;
}

TEST(Translation, EncoderStatesAreWhatTheAttentionSees) {
  for (const TranslatorCase& c : kCases) {
    SCOPED_TRACE(c.name);
    Looked l(c);
    ASSERT_EQ(l.e.source.size(), l.source.size());
    EXPECT_EQ(l.e.source.back().text, "↵");
    for (const SourceToken& token : l.e.source) {
      ASSERT_EQ(token.read.size(), c.both_ways ? 2u : 1u);
      for (const StateStep& step : token.read) {
        double size = 0;
        for (const float h : step.h) size += static_cast<double>(h) * static_cast<double>(h);
        EXPECT_NEAR(step.state_norm, std::sqrt(size), 1e-6);
        EXPECT_GT(step.update_norm, 0);
      }
    }
    if (c.attention == AttentionKind::none) continue;
    const std::vector<std::vector<float>> want = encoded_values(l);
    for (size_t i = 0; i < want.size(); ++i) {
      std::vector<float> got;
      for (const StateStep& step : l.e.source[i].read) got.insert(got.end(), step.h.begin(), step.h.end());
      EXPECT_EQ(got, want[i]) << i;
    }
    // The first step of each direction starts from nothing.
    const size_t begin = l.place(0) == 0 ? 0 : l.source.size() - 2;
    EXPECT_EQ(l.e.source[begin].read[0].update_norm, l.e.source[begin].read[0].state_norm);
    if (c.both_ways) {
      EXPECT_EQ(l.e.source.back().read[1].update_norm, l.e.source.back().read[1].state_norm);
    }
  }
}

TEST(Translation, AttentionIsThatOfTheTranslator) {
  for (const TranslatorCase& c : kCases) {
    SCOPED_TRACE(c.name);
    Looked l(c);
    const Matrix<float> want = l.scorer.align(l.source, l.target());
    for (int t = 0; t < static_cast<int>(l.e.target.size()); ++t) {
      const TargetToken& token = l.e.target[static_cast<size_t>(t)];
      if (c.attention == AttentionKind::none) {
        EXPECT_TRUE(token.attention.empty());
        EXPECT_EQ(token.entropy, -1);
        EXPECT_EQ(token.from_context, -1);
        continue;
      }
      ASSERT_EQ(token.attention.size(), l.source.size());
      double entropy = 0;
      for (int j = 0; j < want.cols(); ++j) {
        EXPECT_EQ(token.attention[static_cast<size_t>(j)], want(t, j));
        if (want(t, j) > 0) entropy -= static_cast<double>(want(t, j)) * std::log2(static_cast<double>(want(t, j)));
      }
      EXPECT_NEAR(token.entropy, entropy, 1e-9);
      EXPECT_NEAR(token.spread, std::exp2(entropy), 1e-9);
    }
  }
}

// W[:, first : first + x.size()] x
std::vector<double> product(View<const float> w, int first, const std::vector<double>& x) {
  std::vector<double> y(static_cast<size_t>(w.rows));
  for (int row = 0; row < w.rows; ++row) {
    for (size_t i = 0; i < x.size(); ++i)
      y[static_cast<size_t>(row)] += static_cast<double>(host(w)(row, first + static_cast<int>(i))) * x[i];
  }
  return y;
}
double size_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return std::sqrt(sum);
}

// The context is made of the shares and what the encoder said, the query is the state shown: both give what the decoder says.
TEST(Translation, ContextAndStateMakeUpWhatTheDecoderSays) {
  for (const TranslatorCase& c : kCases) {
    if (c.attention == AttentionKind::none) continue;
    SCOPED_TRACE(c.name);
    Looked l(c);
    const View<const float> w = l.model.params().view(l.model.table().find("attention.output.weight"));
    const std::vector<std::vector<float>> values = encoded_values(l);
    Ids read, inputs = {l.ends[0]};
    for (size_t t = 0; t < l.source.size(); ++t) read.push_back(l.source[l.place(t)]);
    const Ids target = l.target();
    inputs.insert(inputs.end(), target.begin(), target.end() - 1);
    Arena arena;
    Context<float> context{l.pool, arena};
    State<float> state;
    const Encoded<float> encoded =
        l.model.encode(context, Seq::uniform_batch(1, static_cast<int>(read.size())), read.data(), state);
    const View<float> said = l.model.decode(context, Seq::uniform_batch(1, static_cast<int>(inputs.size())), inputs.data(),
                                            encoded, nullptr, state);
    for (size_t t = 0; t < target.size(); ++t) {
      const TargetToken& token = l.e.target[t];
      std::vector<double> found(values[0].size());
      for (size_t j = 0; j < values.size(); ++j) {
        for (size_t k = 0; k < found.size(); ++k)
          found[k] += static_cast<double>(token.attention[j]) * static_cast<double>(values[j][k]);
      }
      const std::vector<double> seen = product(w, 0, found);
      const std::vector<double> own =
          product(w, static_cast<int>(found.size()), {token.state.h.begin(), token.state.h.end()});
      for (size_t i = 0; i < seen.size(); ++i)
        EXPECT_NEAR(std::tanh(seen[i] + own[i]), static_cast<double>(host(said)(static_cast<int>(t), static_cast<int>(i))),
                    1e-5);
      EXPECT_NEAR(token.from_context, size_of(seen) / (size_of(seen) + size_of(own)), 1e-6);
    }
  }
}

TEST(Translation, WithoutAWordIsAnotherSentence) {
  for (const TranslatorCase& c : kCases) {
    SCOPED_TRACE(c.name);
    Looked l(c);
    const auto log_prob = [&](const Ids& source) {
      l.scorer.set_sources({source});
      double sum = 0;
      const auto log_probs = continuation_log_probs(l.scorer, l.ends, {l.target()});
      for (const double log_p : log_probs[0]) sum += log_p;
      return sum;
    };
    const double whole = log_prob(l.source);
    ASSERT_EQ(l.e.left_out.size(), l.source.size() - 1);
    for (const LeftOutWord& word : l.e.left_out) {
      Ids rest = l.source;
      rest.erase(rest.begin() + word.first, rest.begin() + word.first + word.tokens);
      EXPECT_NEAR(word.bits, (whole - log_prob(rest)) / std::log(2.0), 1e-5);
      EXPECT_NEAR(word.kept, std::exp2(-word.bits), 1e-12);
      EXPECT_EQ(word.by_token.size(), l.e.target.size());
    }
    EXPECT_EQ(l.e.left_out[1].word, "cat");
  }
}

TEST(Translation, WordsOfLettersAreWhatStandsBetweenSpaces) {
  const Looked l(kCases[0], "char", "The cat  is");
  std::vector<std::string> words;
  for (const LeftOutWord& word : l.e.left_out) words.push_back(word.word);
  EXPECT_EQ(words, (std::vector<std::string>{"The", "cat", "␣", "is"}));
  EXPECT_EQ(l.e.left_out[1].first, 3);
  EXPECT_EQ(l.e.left_out[1].tokens, 4);
  const Looked one(kCases[0], "char", "cat");
  EXPECT_EQ(one.e.left_out.size(), 3u);
  EXPECT_EQ(one.e.left_out[2].word, "t");
}

TEST(Translation, DescribesTheModel) {
  const Looked l(kCases[1]);
  nlohmann::ordered_json json = to_json_object(l.e);
  EXPECT_EQ(json["name"], "en-fr");
  EXPECT_EQ(json["attention"], "general");
  EXPECT_EQ(json["bridge"], "dense");
  EXPECT_EQ(json["layers"], 3);
  EXPECT_EQ(json["encoder_layers"], 2);
  EXPECT_EQ(json["val_bleu"], 12.5);
  EXPECT_EQ(json["sentence"], kSentence);
  EXPECT_EQ(json["source"].size(), l.source.size());
  EXPECT_EQ(json["search"]["length_rule"], "wu");
  EXPECT_EQ(json["search"]["steps"][0][0]["parent"], -1);
  EXPECT_EQ(json["target"][0]["next"].size(), 5u);
}

TEST(Translation, Faults) {
  Pool pool(1);
  ModelFile other = test::small_file(test::kInspectCases[4]);
  EXPECT_EQ(failure_of([&] { inspected_translator(other, pool); }).code, "model/task");
  ModelFile damaged = translator_file(kCases[0]);
  damaged.model->params().data()[3] = std::nanf("");
  EXPECT_EQ(failure_of([&] { inspected_translator(damaged, pool); }).code, "model/nan");
  EXPECT_EQ(failure_of([&] { require_sentence("  ", {4, 1}); }).code, "inspect/empty");
  EXPECT_EQ(failure_of([&] { require_sentence("", {1}); }).code, "inspect/empty");
  EXPECT_EQ(failure_of([&] { require_sentence("a\nb", {2, 1, 3, 1}); }).code, "inspect/lines");
  EXPECT_EQ(failure_of([&] { require_sentence("a", Ids(kLongestSentence + 2, 3)); }).code, "inspect/too_long");
  require_sentence("a", Ids(kLongestSentence + 1, 3));
}

// ---------------------------------------------------------------------------------------------------------------- the tree

void check_tree(const test::HistoryScorer& scorer, const Ids& prompt, const BeamOptions& o, const BeamTree& tree,
                const std::vector<Hypothesis>& results) {
  std::vector<Ids> written, before(1);
  std::vector<Ids> finished;
  Ids won;
  for (size_t t = 0; t < tree.steps.size(); ++t) {
    const std::vector<BeamNode>& nodes = tree.steps[t];
    written.clear();
    int kept = 0, winners = 0;
    for (size_t k = 0; k < nodes.size(); ++k) {
      const BeamNode& node = nodes[k];
      if (k > 0) {
        EXPECT_GE(nodes[k - 1].log_prob, node.log_prob);
      }
      ASSERT_EQ(node.parent < 0, t == 0);
      if (t > 0) {
        ASSERT_EQ(tree.steps[t - 1][static_cast<size_t>(node.parent)].fate, BeamFate::kept);
      }
      Ids history = prompt, ids = before[static_cast<size_t>(std::max(0, node.parent))];
      history.insert(history.end(), ids.begin(), ids.end());
      const float log_p = scorer.after(history)[static_cast<size_t>(node.id)];
      const double base = t > 0 ? tree.steps[t - 1][static_cast<size_t>(node.parent)].log_prob : 0;
      EXPECT_EQ(node.log_prob, base + static_cast<double>(log_p));
      EXPECT_EQ(node.p, std::exp(static_cast<double>(log_p)));
      EXPECT_EQ(node.score, length_score(node.log_prob, t + 1, o));
      ids.push_back(node.id);
      if (node.fate == BeamFate::finished) finished.push_back(ids);
      kept += node.fate == BeamFate::kept;
      winners += node.won;
      if (node.won) won = ids;
      written.push_back(std::move(ids));
    }
    EXPECT_LE(kept, o.beam);
    EXPECT_LE(winners, 1);
    before = written;
  }
  for (const Hypothesis& h : results)
    EXPECT_NE(std::find(finished.begin(), finished.end(), h.ids), finished.end()) << "a result is not in the tree";
  if (!results.empty()) {
    EXPECT_EQ(won, results[0].ids);
  }
}

TEST(BeamTrace, TellsWhatTheSearchDid) {
  const Ids prompt = {1};
  const int32_t ends[] = {0, 4}, banned[] = {2};
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    BeamOptions o;
    o.beam = 1 + static_cast<int>(seed % 4), o.n_best = 1 + static_cast<int>(seed / 4) % o.beam;
    o.max_tokens = static_cast<int>(seed % 7), o.min_tokens = static_cast<int>(seed % 3);
    o.alpha = seed % 2 ? 0.7 : 0, o.length_rule = seed % 5 ? LengthRule::wu : LengthRule::power;
    o.ends = ends;
    if (seed % 3 == 0) o.banned = banned;
    test::HistoryScorer scorer(6, seed, seed % 4 == 3), again(6, seed, seed % 4 == 3);
    const std::vector<Hypothesis> want = beam_search(again, prompt, o);
    BeamTree tree;
    const std::vector<Hypothesis> got = traced_search(scorer, prompt, o, 2, tree);
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i].ids, want[i].ids);
    EXPECT_LE(static_cast<int>(tree.steps.size()), o.max_tokens);
    if (o.max_tokens == 0) continue;
    check_tree(scorer, prompt, o, tree, got);
    for (const auto& nodes : tree.steps)
      EXPECT_LE(std::count_if(nodes.begin(), nodes.end(), [](const BeamNode& n) { return n.fate == BeamFate::dropped; }), 2);
  }
}

}  // namespace
}  // namespace rnn::core
