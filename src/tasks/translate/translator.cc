// Why: from lines to the sources of a scorer, and from hypotheses back to lines.
#include "tasks/translate/translator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/error.h"
#include "data/inputs/text_line.h"
#include "decode/sample_search.h"
#include "io/ready_model.h"
#include "tasks/translate/pair_data.h"
#include "text/prefix.h"

namespace rnn::core {
namespace {

constexpr size_t kSortedAtOnce = 16;  // number of batches whose sentences are sorted by length together

[[noreturn]] void bad(const std::string& message, const std::string& help) {
  throw Error(Exit::usage, "usage/option", message, help);
}

void check(const TranslateOptions& o) {
  if (o.beam < 1) bad(fmt::format("a beam of {} is not possible", o.beam), "1 is greedy, 5 is usual");
  if (o.n_best < 1 || o.n_best > o.beam)
    bad(fmt::format("{} results need a beam at least as wide, but it is {}", o.n_best, o.beam), "raise --beam");
  if (o.sample && o.n_best > 1) bad("--sample gives one translation", "leave --nbest or --sample out");
}

}  // namespace

// --------------------------------------------------------------------------------------------------------------- the scorer

TranslationScorer::TranslationScorer(const Model<float>& model, Pool& pool)
    : model_(model), pool_(pool), engine_(model, &pool) {
  assert(model.translates());
}

void TranslationScorer::set_sources(const std::vector<std::vector<int32_t>>& sources) {
  const FlushDenormals flush;
  source_arena_.clear();
  const Rows packed = pack_sources(model_.config().encoder, sources);
  Context<float> context{pool_, source_arena_};
  encoded_ = model_.encode(context, packed.seq, packed.ids.data(), first_);
}

void TranslationScorer::start(int n) {
  assert(n == first_.rows());
  state_ = first_;
  begin_.assign(encoded_.begin, encoded_.begin + n), length_.assign(encoded_.length, encoded_.length + n);
}

// The source of every hypothesis, where it is.
Encoded<float> TranslationScorer::sources() const {
  Encoded<float> own = encoded_;
  own.begin = begin_.data(), own.length = length_.data();
  return own;
}

View<const float> TranslationScorer::step(std::span<const int32_t> ids) {
  const int rows = static_cast<int>(ids.size());
  assert(rows == state_.rows());
  if (seq_.streams() != rows) seq_ = Seq::uniform_batch(rows, 1);
  const View<float> outputs = engine_.outputs_of(engine_.decode(seq_, ids.data(), sources(), state_, &weights_));
  const View<float> log_p = log_probs_.at_least(rows, vocabulary());
  log_softmax(model_.kernels(), pool_, outputs, log_p);
  return log_p;
}

void TranslationScorer::select(const std::vector<int>& rows) {
  std::swap(state_, before_);
  state_.select_from(pool_, before_, rows);
  const auto select_from = [&](std::vector<int>& values) {
    std::swap(values, before_values_);
    values.resize(rows.size());
    for (size_t i = 0; i < rows.size(); ++i) values[i] = before_values_[static_cast<size_t>(rows[i])];
  };
  select_from(begin_), select_from(length_);
}

Matrix<float> TranslationScorer::align(const std::vector<int32_t>& source, const std::vector<int32_t>& target) {
  const EncoderOptions& encoder = model_.config().encoder;
  if (encoder.attention == AttentionKind::none) return {};
  set_sources({source});
  start(1);
  const Seq seq = Seq::uniform_batch(1, Seq::checked_length(target.size()));
  std::vector<int32_t> inputs = {source.back()};  // the end of line is the first input
  inputs.insert(inputs.end(), target.begin(), target.end() - (target.empty() ? 0 : 1));
  View<const float> weights;
  engine_.decode(seq, inputs.data(), encoded_, state_, &weights);
  const int m = static_cast<int>(source.size());
  Matrix<float> out(static_cast<int>(target.size()), m);
  for (int t = 0; t < out.rows(); ++t) {
    for (int j = 0; j < m; ++j) out(t, j) = row_of(weights, t)[static_cast<size_t>(place_read(encoder, j, m))];
  }
  return out;
}

// ----------------------------------------------------------------------------------------------------------- the translator

TranslationRules::TranslationRules(const Tokenizer& tokenizer, const TranslateOptions& options)
    : options_(options), end_(tokenizer.newline_id()), unknown_(tokenizer.unknown_id()) {}

std::span<const int32_t> TranslationRules::banned() const {
  return unknown_ >= 0 && !options_.unknown_words ? std::span<const int32_t>(&unknown_, 1) : std::span<const int32_t>();
}

int TranslationRules::longest(size_t source) const {
  return static_cast<int>(options_.max_ratio * static_cast<double>(source - 1)) + options_.max_extra;
}

BeamOptions TranslationRules::search(size_t source) const {
  BeamOptions b;
  b.beam = options_.beam, b.n_best = options_.n_best, b.max_tokens = longest(source), b.ends = ends(), b.banned = banned();
  b.alpha = options_.beam > 1 ? options_.alpha : 0;  // greedy stops when the end is the likeliest token
  b.length_rule = options_.length_rule, b.no_repeat = options_.no_repeat, b.coverage = options_.coverage;
  return b;
}

Translator::Translator(ModelFile& file, const WithModels& with, Pool& pool) : tokenizer_(file.tokenizer.get()) {
  const auto add = [&](ModelFile& f) {
    members_.push_back(std::make_unique<TranslationScorer>(ready_translator(f, pool), pool));
  };
  add(file);
  for (ModelFile* other : with.files) {
    add(*other);
    require_one_tokenizer(file, *other);
  }
  ensemble_weights(members_.size(), with.weights);
  if (members_.size() == 1) return;
  std::vector<Scorer*> all;
  for (const auto& member : members_) all.push_back(member.get());
  ensemble_.emplace(all, with.weights);
}

Translator::Translator(const Model<float>& model, const Tokenizer& tokenizer, Pool& pool) : tokenizer_(&tokenizer) {
  members_.push_back(std::make_unique<TranslationScorer>(model, pool));
}

std::vector<std::vector<Hypothesis>> Translator::decode(const std::vector<std::vector<int32_t>>& sources,
                                                        const std::vector<int64_t>& numbers, const TranslateOptions& o) {
  for (const auto& member : members_) member->set_sources(sources);
  Scorer& scorer = ensemble_ ? static_cast<Scorer&>(*ensemble_) : *members_[0];
  const TranslationRules rules(*tokenizer_, o);
  if (o.sample) {
    std::vector<SampleSearch> each(sources.size());
    for (size_t i = 0; i < each.size(); ++i) {
      each[i].max_tokens = rules.longest(sources[i].size()), each[i].ends = rules.ends();
      each[i].options = o.sampling, each[i].options.banned = rules.banned();
      each[i].seed = o.seed, each[i].stream = static_cast<uint32_t>(numbers[i]);
    }
    std::vector<std::vector<Hypothesis>> drawn;
    for (Hypothesis& h : sample_search(scorer, rules.ends(), each)) drawn.push_back({std::move(h)});
    return drawn;
  }
  std::optional<PrefixRule> prefix;
  if (!o.prefix.empty()) prefix.emplace(Detokenizer(*tokenizer_), o.prefix);
  std::vector<BeamOptions> each(sources.size());
  for (size_t i = 0; i < each.size(); ++i) {
    each[i] = rules.search(sources[i].size());
    if (o.n_best > 1) each[i].n_best = o.beam;  // several may be the same text
    if (!prefix) continue;
    each[i].allow = [&](std::span<const int32_t> written, std::vector<uint8_t>& allowed) {
      return prefix->allow(written, allowed);
    };
  }
  return beam_search(scorer, rules.ends(), each);
}

// At most n of the hypotheses, each text once.
std::vector<Translation> Translator::results_of(const std::vector<Hypothesis>& found, size_t n) const {
  std::vector<Translation> results;
  for (const Hypothesis& h : found) {
    std::span<const int32_t> ids = h.ids;
    if (h.finished) ids = ids.first(ids.size() - 1);
    std::string text = tokenizer_->decode(ids);
    const bool known = std::any_of(results.begin(), results.end(), [&](const Translation& t) { return t.text == text; });
    if (!known) results.push_back({h.ids, std::move(text), h.log_prob, h.score, h.finished});
    if (results.size() == n) break;
  }
  if (results.empty()) results.push_back({});
  return results;
}

std::vector<std::vector<Translation>> Translator::translate(const std::vector<std::string>& lines, const TranslateOptions& o,
                                                            int64_t first_line) {
  check(o);
  if (o.sample && !o.prefix.empty()) bad("--prefix needs a search", "leave --sample out");
  std::vector<std::vector<Translation>> out(lines.size());
  std::vector<std::vector<int32_t>> tokens(lines.size());
  std::vector<size_t> order;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (is_blank(lines[i])) {
      out[i].push_back({{}, "", 0, 0, true});
      continue;
    }
    tokens[i] = encode_line(*tokenizer_, lines[i]);
    order.push_back(i);
  }
  const auto batch = static_cast<size_t>(std::max(1, o.batch));
  for (size_t begin = 0; begin < order.size(); begin += batch * kSortedAtOnce) {
    const auto first = order.begin() + static_cast<ptrdiff_t>(begin);
    const auto last = order.begin() + static_cast<ptrdiff_t>(std::min(order.size(), begin + batch * kSortedAtOnce));
    std::stable_sort(first, last, [&](size_t a, size_t b) { return tokens[a].size() > tokens[b].size(); });
  }
  for (size_t begin = 0; begin < order.size(); begin += batch) {
    const size_t end = std::min(order.size(), begin + batch);
    std::vector<std::vector<int32_t>> sources;
    std::vector<int64_t> numbers;
    for (size_t k = begin; k < end; ++k) {
      sources.push_back(std::move(tokens[order[k]]));
      numbers.push_back(first_line + static_cast<int64_t>(order[k]));
    }
    const auto found = decode(sources, numbers, o);
    for (size_t k = begin; k < end; ++k) {
      out[order[k]] = results_of(found[k - begin], static_cast<size_t>(o.n_best));
    }
  }
  return out;
}

Matrix<float> Translator::align(const std::string& line, const Translation& translation) {
  if (is_blank(line) || translation.ids.empty()) return {};
  Matrix<float> mean;
  for (const auto& member : members_) {
    Matrix<float> one = member->align(encode_line(*tokenizer_, line), translation.ids);
    if (one.size() == 0) return {};
    if (mean.size() == 0) mean = Matrix<float>(one.rows(), one.cols());
    for (size_t i = 0; i < one.size(); ++i) mean.data()[i] += one.data()[i] / static_cast<float>(members_.size());
  }
  return mean;
}

std::vector<std::string> first_texts(const std::vector<std::vector<Translation>>& translations) {
  std::vector<std::string> texts;
  texts.reserve(translations.size());
  for (const auto& results : translations) texts.push_back(results[0].text);
  return texts;
}

}  // namespace rnn::core
