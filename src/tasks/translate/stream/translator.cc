// Why: from lines to the sources of a scorer, and from hypotheses back to lines.
#include "tasks/translate/stream/translator.h"

#include <algorithm>
#include <cassert>
#include <exception>
#include <utility>

#include "base/cancel.h"
#include "data/inputs/text_line.h"
#include "decode/sample.h"
#include "io/ready_model.h"

namespace rnn::core {
namespace {

constexpr size_t kSortedAtOnce = 16;  // number of batches whose sentences are sorted by length together

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

Translator::Translator(ModelFile& file, const WithModels& with, Pool& pool) : tokenizer_(file.tokenizer.get()), pool_(pool) {
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

Translator::Translator(const Model<float>& model, const Tokenizer& tokenizer, Pool& pool)
    : tokenizer_(&tokenizer), pool_(pool) {
  members_.push_back(std::make_unique<TranslationScorer>(model, pool));
}

// The hypotheses of all lines are the rows of one step.
void Translator::run(std::span<TranslateStream> streams, const std::atomic<int>* cancel) {
  Scorer& scorer = ensemble_ ? static_cast<Scorer&>(*ensemble_) : *members_[0];
  std::vector<std::vector<int32_t>> sources;
  for (const TranslateStream& stream : streams) sources.emplace_back(stream.source().begin(), stream.source().end());
  for (const auto& member : members_) member->set_sources(sources);
  scorer.start(static_cast<int>(streams.size()));
  std::vector<int> first(streams.size()), rows;  // first row of each stream; rows that go on, stream after stream
  std::vector<int32_t> ids;
  for (bool begun = false;; begun = true) {
    check_cancelled(cancel);
    rows.clear(), ids.clear();
    for (size_t i = 0; i < streams.size(); ++i) {
      const Wanted wanted = streams[i].want();
      for (const int row : wanted.rows) rows.push_back(first[i] + row);
      ids.insert(ids.end(), wanted.ids.begin(), wanted.ids.end());
      if (!begun) rows.back() = static_cast<int>(i);
    }
    if (rows.empty()) return;
    if (begun) scorer.select(rows);
    const View<const float> next = scorer.step(ids), attention = scorer.attention();
    int row = 0;
    for (size_t i = 0; i < streams.size(); ++i)
      first[i] = std::exchange(row, row + static_cast<int>(streams[i].want().ids.size()));
    const auto take = [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        const int n = static_cast<int>(streams[i].want().ids.size());
        if (n == 0) continue;
        const bool looked = attention.rows > 0;
        streams[i].take_rows(next.middle(first[i], n), looked ? attention.middle(first[i], n) : View<const float>{},
                             looked ? scorer.looked_at(first[i]) : 0);
      }
    };
    constexpr int64_t kNumbers = 1 << 16;  // so many are worth waking threads
    const auto count = static_cast<int64_t>(streams.size());
    int64_t{next.rows} * next.cols > kNumbers ? pool_.parallel_for(count, 1, take) : take(0, count);
    for (const TranslateStream& stream : streams)
      if (stream.failure()) std::rethrow_exception(stream.failure());
  }
}

std::vector<std::vector<Translation>> Translator::translate(const std::vector<std::string>& lines, const TranslateOptions& o,
                                                            int64_t first_line) {
  const auto rules = std::make_shared<const TranslationRules>(*tokenizer_, o);
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
    std::vector<TranslateStream> streams;
    for (size_t k = begin; k < end; ++k) {
      streams.emplace_back(members_[0]->model(), rules);
      streams.back().read_ids(std::move(tokens[order[k]]), first_line + static_cast<int64_t>(order[k]));
    }
    run(streams, o.cancel);
    for (size_t k = begin; k < end; ++k) out[order[k]] = *streams[k - begin].next();
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
