// Why: a translator is examined with its own passes: the encoder alone, the decoder step by step, both without one word.
#include "inspect/translation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "cells/names.h"
#include "events/events.h"
#include "inspect/explain_model.h"
#include "io/ready_model.h"
#include "kernels/host.h"

namespace rnn::core {
namespace {

double norm(const std::vector<float>& x, const std::vector<float>& minus = {}) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double d = static_cast<double>(x[i]) - (minus.empty() ? 0 : static_cast<double>(minus[i]));
    sum += d * d;
  }
  return std::sqrt(sum);
}

StateStep state_step(std::vector<float> h, const std::vector<float>& before) {
  StateStep step;
  step.state_norm = norm(h), step.update_norm = norm(h, before);
  step.h = std::move(h);
  return step;
}

std::vector<float> copied(const float* row, int count) { return {row, row + count}; }

// --------------------------------------------------------------------------------------------------------------- the source

// The encoder alone, as a plain recurrent model: its output for each token is then available without attention, too.
std::unique_ptr<Model<float>> encoder_alone(const Model<float>& model, Pool& pool) {
  ModelConfig config;
  config.task = "recurrent";
  config.rnn = model.encoder_decoder().encoder().options();
  auto alone = std::make_unique<Model<float>>(config);
  for (ParamId id = 0; id < static_cast<ParamId>(alone->table().all().size()); ++id) {
    const ParamInfo& info = alone->table()[id];
    const std::span<const float> from = model.params().values(model.table().find("encoder." + info.name));
    std::copy(from.begin(), from.end(), alone->params().values(id).begin());
  }
  alone->pack(pool, false);
  return alone;
}

// The output of the encoder's top layer for each token, one direction after the other.
std::vector<SourceToken> read_source(const Model<float>& model, const Tokenizer& tokenizer,
                                     const std::vector<int32_t>& source, Pool& pool) {
  const EncoderOptions& encoder = model.config().encoder;
  const int m = static_cast<int>(source.size()), E = model.config().rnn.input;
  const View<const float> embedding = model.params().view(model.source_embedding());
  Matrix<float> x(m, E);
  for (int t = 0; t < m; ++t)
    std::copy_n(host(embedding).row(source[static_cast<size_t>(place_read(encoder, t, m))]), E, x.row(t));
  const auto alone = encoder_alone(model, pool);
  Arena arena;
  Context<float> context{pool, arena};
  State<float> state = alone->initial(1);
  const View<float> y = alone->forward_frames(context, Seq::uniform_batch(1, m), x.view(), state, nullptr);

  const int width = encoder.rnn.output();
  std::vector<SourceToken> tokens;
  for (int i = 0; i < m; ++i) {
    SourceToken token{source[static_cast<size_t>(i)], shown_token(tokenizer, source[static_cast<size_t>(i)]), {}};
    const int t = place_read(encoder, i, m);
    for (int d = 0; d < encoder.rnn.directions(); ++d) {
      const int before = d == 0 ? t - 1 : t + 1;
      std::vector<float> old(static_cast<size_t>(width));
      if (before >= 0 && before < m) old = copied(host(y).row(before) + d * width, width);
      token.read.push_back(state_step(copied(host(y).row(t) + d * width, width), old));
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

// --------------------------------------------------------------------------------------------------------------- the target

// The output of the top layer, taken from a row of State: q of the attention.
std::vector<float> handed_on(const Recurrent<float>& rnn, const float* row) {
  const RecurrentOptions& o = rnn.options();
  const int top = o.layers - 1;
  std::vector<float> q(static_cast<size_t>(o.of_layer(top).output()));
  for (int l = o.residual ? 0 : top; l <= top; ++l) {
    const float* h = row + rnn.state_offset(l, 0, 0);
    for (size_t i = 0; i < q.size(); ++i) q[i] += h[i];
  }
  return q;
}

// |W[:, first : first + x.size()] x|
double contribution(View<const float> w, int first, const std::vector<float>& x) {
  double sum = 0;
  for (int row = 0; row < w.rows; ++row) {
    const float* weights = host(w).row(row) + first;
    double y = 0;
    for (size_t i = 0; i < x.size(); ++i) y += static_cast<double>(weights[i]) * static_cast<double>(x[i]);
    sum += y * y;
  }
  return std::sqrt(sum);
}

// The attention of one step: weights [longest] in the order in which the encoder reads.
void look_at_attention(const Model<float>& model, const float* weights, const Encoded<float>& encoded,
                       const std::vector<float>& q, TargetToken& token) {
  const EncoderOptions& encoder = model.config().encoder;
  const int m = encoded.length[0], M = encoder.output();
  std::vector<double> sum(static_cast<size_t>(M));
  token.entropy = 0;
  for (int i = 0; i < m; ++i) {
    const int t = place_read(encoder, i, m);
    const double w = static_cast<double>(weights[t]);
    token.attention.push_back(weights[t]);
    if (w > 0) token.entropy -= w * std::log2(w);
    const float* value = host(encoded.values).row(encoded.begin[0] + t);
    for (int k = 0; k < M; ++k) sum[static_cast<size_t>(k)] += w * static_cast<double>(value[k]);
  }
  token.spread = std::exp2(token.entropy);
  const std::vector<float> c(sum.begin(), sum.end());
  const View<const float> output = model.params().view(model.table().find("attention.output.weight"));
  const double seen = contribution(output, 0, c), own = contribution(output, M, q);
  token.from_context = seen + own > 0 ? seen / (seen + own) : 0;
}

std::vector<WordChance> likeliest_tokens(const Tokenizer& tokenizer, View<const float> log_p, int top) {
  std::vector<int32_t> ids(static_cast<size_t>(log_p.cols));
  std::iota(ids.begin(), ids.end(), 0);
  const auto end = ids.begin() + std::min(top, log_p.cols);
  std::partial_sort(ids.begin(), end, ids.end(), [&](int32_t a, int32_t b) {
    return host(log_p)(0, a) != host(log_p)(0, b) ? host(log_p)(0, a) > host(log_p)(0, b) : a < b;
  });
  std::vector<WordChance> table;
  for (auto id = ids.begin(); id != end; ++id)
    table.push_back({shown_token(tokenizer, *id), std::exp(static_cast<double>(host(log_p)(0, *id)))});
  return table;
}

// log p of the token after h [rows, width] -> [rows, V], in the arena.
View<const float> next_log_probs(const Model<float>& model, Context<float>& context, View<const float> h) {
  const View<float> outputs = context.arena.matrix<float>(h.rows, model.outputs());
  model.forward_output(context, h, outputs);
  log_softmax(context.kernels, context.pool, outputs, outputs);
  return outputs;
}

std::vector<TargetToken> write_target(const Model<float>& model, const Tokenizer& tokenizer,
                                      const std::vector<int32_t>& source, const std::vector<int32_t>& target, int top,
                                      Pool& pool) {
  Arena source_arena, arena;
  Context<float> reading{pool, source_arena};
  State<float> state;
  const Rows one = pack_sources(model.config().encoder, {source});
  const Encoded<float> encoded = model.encode(reading, one.seq, one.ids.data(), state);
  const Seq step = Seq::uniform_batch(1, 1);
  const Recurrent<float>& decoder = model.recurrent();
  std::vector<float> before = handed_on(decoder, state.row(0));
  std::vector<TargetToken> tokens;
  for (size_t t = 0; t < target.size(); ++t) {
    arena.clear();
    Context<float> context{pool, arena};
    const int32_t input = t == 0 ? tokenizer.newline_id() : target[t - 1];
    View<const float> weights;
    const View<float> h = model.decode(context, step, &input, encoded, nullptr, state, &weights);
    const View<const float> log_p = next_log_probs(model, context, h);
    TargetToken token;
    token.id = target[t], token.text = shown_token(tokenizer, target[t]);
    token.p = std::exp(static_cast<double>(host(log_p)(0, target[t])));
    token.next = likeliest_tokens(tokenizer, log_p, top);
    std::vector<float> q = handed_on(decoder, state.row(0));
    if (weights) look_at_attention(model, host(weights).row(0), encoded, q, token);
    token.state = state_step(q, before);
    before = std::move(q);
    tokens.push_back(std::move(token));
  }
  return tokens;
}

// --------------------------------------------------------------------------------------------------------- without one word

// The tokens of the sentence grouped into words: a word is whatever is between spaces, or a token if there are no spaces.
std::vector<LeftOutWord> words_of(const Tokenizer& tokenizer, const std::vector<int32_t>& source) {
  const bool whole = is_word_kind(tokenizer.kind());
  std::vector<LeftOutWord> words;
  for (size_t i = 0; i + 1 < source.size(); ++i) {
    if (i == 0 || whole || tokenizer.piece(source[i]).starts_with(' '))
      words.push_back({static_cast<int>(i), 0, "", 1, 0, {}});
    ++words.back().tokens;
  }
  if (words.size() == 1 && words[0].tokens > 1) {
    words.clear();
    for (size_t i = 0; i + 1 < source.size(); ++i) words.push_back({static_cast<int>(i), 1, "", 1, 0, {}});
  }
  for (LeftOutWord& word : words) {
    const std::span<const int32_t> ids(source.data() + word.first, static_cast<size_t>(word.tokens));
    const std::string text = tokenizer.decode(ids);
    const size_t begin = text.find_first_not_of(' ');
    word.word = begin == text.npos || text.find("\uFFFD") != text.npos
                    ? shown_token(tokenizer, ids[0])
                    : printable(text.substr(begin, text.find_last_not_of(' ') + 1 - begin));
  }
  return words;
}

// ln p(target[t] | source, target before t), [sources][target]; all sources in one batch.
std::vector<std::vector<double>> target_log_probs(const Model<float>& model, int32_t begin,
                                                  const std::vector<std::vector<int32_t>>& sources,
                                                  const std::vector<int32_t>& target, Pool& pool) {
  const int n = static_cast<int>(sources.size());
  Arena source_arena, arena;
  Context<float> reading{pool, source_arena};
  State<float> state;
  const Rows all = pack_sources(model.config().encoder, sources);
  const Encoded<float> encoded = model.encode(reading, all.seq, all.ids.data(), state);
  const Seq step = Seq::uniform_batch(n, 1);
  std::vector<std::vector<double>> log_probs(sources.size());
  for (size_t t = 0; t < target.size(); ++t) {
    arena.clear();
    Context<float> context{pool, arena};
    const std::vector<int32_t> inputs(sources.size(), t == 0 ? begin : target[t - 1]);
    const View<float> h = model.decode(context, step, inputs.data(), encoded, nullptr, state);
    const View<const float> log_p = next_log_probs(model, context, h);
    for (int s = 0; s < n; ++s) log_probs[static_cast<size_t>(s)].push_back(static_cast<double>(host(log_p)(s, target[t])));
  }
  return log_probs;
}

std::vector<LeftOutWord> leave_out(const Model<float>& model, const Tokenizer& tokenizer, const std::vector<int32_t>& source,
                                   const std::vector<int32_t>& target, Pool& pool) {
  std::vector<LeftOutWord> words = words_of(tokenizer, source);
  std::vector<std::vector<int32_t>> sources = {source};
  for (const LeftOutWord& word : words) {
    std::vector<int32_t> rest = source;
    rest.erase(rest.begin() + word.first, rest.begin() + word.first + word.tokens);
    sources.push_back(std::move(rest));
  }
  const std::vector<std::vector<double>> log_probs = target_log_probs(model, tokenizer.newline_id(), sources, target, pool);
  for (size_t i = 0; i < words.size(); ++i) {
    for (size_t t = 0; t < target.size(); ++t) {
      const double lost = (log_probs[0][t] - log_probs[i + 1][t]) / std::log(2.0);
      words[i].by_token.push_back(static_cast<float>(lost));
      words[i].bits += lost;
    }
    words[i].kept = std::exp2(-words[i].bits);
  }
  return words;
}

// ----------------------------------------------------------------------------------------------------------------- together

TranslationExplanation describe(const ModelFile& file) {
  const ModelConfig& c = file.model->config();
  TranslationExplanation e;
  e.name = model_name(file.path), e.path = file.path, e.cell = cell_name(c.rnn.cell, c.rnn.flags);
  e.tokenizer = file.tokenizer->kind();
  e.attention = attention_name(c.encoder.attention), e.bridge = bridge_name(c.encoder.bridge);
  e.both_ways = c.encoder.rnn.bidirectional, e.input_feeding = c.encoder.input_feeding;
  e.reversed_source = c.encoder.reversed_source;
  e.encoder_layers = c.encoder.rnn.layers, e.layers = c.rnn.layers, e.hidden = c.rnn.hidden, e.vocabulary = c.vocabulary;
  e.parameters = static_cast<long long>(file.model->table().count());
  e.val_loss = trained_metric(file, "val_loss"), e.val_perplexity = trained_metric(file, "val_perplexity");
  e.val_bleu = trained_metric(file, "val_bleu");
  return e;
}

void add_texts(const Tokenizer& tokenizer, BeamTree& tree) {
  std::vector<std::vector<int32_t>> written, before(1);  // per node of a step
  for (std::vector<BeamNode>& nodes : tree.steps) {
    written.clear();
    for (BeamNode& node : nodes) {
      std::vector<int32_t> ids = before[static_cast<size_t>(std::max(0, node.parent))];
      ids.push_back(node.id);
      node.text = shown_token(tokenizer, node.id);
      const bool ends = node.id == tokenizer.newline_id();
      node.so_far = tokenizer.decode(std::span<const int32_t>(ids).first(ids.size() - (ends ? 1 : 0)));
      written.push_back(std::move(ids));
    }
    before = written;
  }
}

}  // namespace

const Model<float>& inspected_translator(ModelFile& file, Pool& pool) {
  if (!file.tokenizer || !file.model->translates())
    throw Error(Exit::model, "model/task", file.path + " is not a translator", "rnn info shows what it is");
  require_finite(*file.model, file.path);
  file.model->pack(pool, false);
  return *file.model;
}

void require_sentence(std::string_view sentence, const std::vector<int32_t>& source) {
  const char* example = "give a sentence: -p \"I have lost my keys.\"";
  if (source.size() < 2 || sentence.find_first_not_of(" \t\r\n") == sentence.npos)
    throw Error(Exit::usage, "inspect/empty", "the sentence has no words", example);
  if (sentence.find('\n') != sentence.npos)
    throw Error(Exit::usage, "inspect/lines", "a translator reads one line at a time, but there are several", example);
  if (source.size() > kLongestSentence + 1) {
    throw Error(Exit::usage, "inspect/too_long",
                fmt::format("the sentence has {} tokens, but at most {} can be shown", source.size() - 1, kLongestSentence),
                "use a part of it; rnn translate reads sentences of any length");
  }
}

TranslationExplanation explain_translation(const ModelFile& file, std::string_view sentence,
                                           const std::vector<int32_t>& source, Scorer& scorer, const BeamOptions& search,
                                           const TranslationLook& look, Pool& pool) {
  const FlushDenormals flush;
  const Model<float>& model = *file.model;
  const Tokenizer& tokenizer = *file.tokenizer;
  TranslationExplanation e = describe(file);
  e.sentence = std::string(sentence);
  const int32_t begin[] = {tokenizer.newline_id()};
  const std::vector<Hypothesis> found = traced_search(scorer, begin, search, look.dropped, e.search);
  add_texts(tokenizer, e.search);
  for (const Hypothesis& h : found) {
    const std::span<const int32_t> ids = std::span<const int32_t>(h.ids).first(h.ids.size() - (h.finished ? 1 : 0));
    e.translations.push_back({tokenizer.decode(ids), std::exp(h.log_prob), h.log_prob, h.score, h.finished});
  }
  e.source = read_source(model, tokenizer, source, pool);
  if (found.empty()) return e;
  e.target = write_target(model, tokenizer, source, found[0].ids, look.top, pool);
  e.left_out = leave_out(model, tokenizer, source, found[0].ids, pool);
  return e;
}

}  // namespace rnn::core
