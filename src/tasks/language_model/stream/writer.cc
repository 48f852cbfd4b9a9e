// Why: a stream of text, read by one model or several.
#include "tasks/language_model/stream/writer.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/hash.h"
#include "io/ready_model.h"
#include "kernels/rows.h"

namespace rnn::core {
namespace {

// Marks of saved states with a cache: with the fingerprint of the model, and of an older version.
constexpr std::string_view kCached = "rnnstat4", kOldCached = "rnnstat2";

Fingerprint model_of(const ModelFile& file, const WithModels& with) {
  std::vector<Fingerprint> all = {file.fingerprint};
  for (const ModelFile* other : with.files) all.push_back(other->fingerprint);
  return fingerprint_together(all);
}

// Position of the stop text in what is generated after `before`, searched for after the tokens of the prefix; npos: none.
size_t find_stop(Detokenizer before, const PrefixRule& rule, const std::string& stop, std::span<const int32_t> written) {
  const int begin = rule.complete(written);
  if (stop.empty() || begin < 0) return std::string::npos;
  std::string text;
  size_t from = std::string::npos;  // after the prefix
  for (size_t i = 0; i < written.size(); ++i) {
    if (i == static_cast<size_t>(begin)) from = text.size();
    text += before.push(written[i]);
  }
  return text.find(stop, from);
}

template <class T>
std::string raw(T number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

}  // namespace

Writer::Writer(ModelFile& file, int threads) : Writer(file, WriterOptions{threads}) {}

Writer::Writer(ModelFile& file, const WriterOptions& options)
    : file_(file),
      own_pool_(options.pool ? 1 : options.threads),
      pool_(options.pool ? *options.pool : own_pool_),
      scorer_(file, options.with, pool_),
      stream_(*file.tokenizer, scorer_.memory(), -1, model_of(file, options.with)) {
  if (options.cache.size > 0) cache_.emplace(options.cache, file.model->width());
  read_waiting();
}

// What follows the id: numbers whose softmax is the distribution.
std::span<const float> Writer::push(int32_t id) {
  if (cache_ && !hidden_.empty()) cache_->add(hidden_, id);
  const View<const float> logits = scorer_.push(std::span<const int32_t>(&id, 1));
  if (!cache_) return row_of(logits);
  mixed_.resize(static_cast<size_t>(logits.cols));
  read_rows(logits, mixed_.data());
  const View<const float> h = scorer_.first().hidden();
  hidden_.resize(static_cast<size_t>(h.cols));
  read_rows(h, hidden_.data());
  const View<float> log_p{mixed_.data(), 1, logits.cols, logits.cols};
  log_softmax(log_p, log_p);
  arena_.clear();
  Context<float> context{pool_, arena_};
  cache_->mix(context, h, mixed_);
  return mixed_;
}

void Writer::read_waiting() {
  const std::span<const int32_t> ids = stream_.want().ids;
  if (ids.empty()) return;
  for (const int32_t id : ids.first(ids.size() - 1)) push(id);
  State<float> before = scorer_.memory();
  const std::span<const float> next = push(ids.back());
  stream_.passed(std::move(before), scorer_.memory(), next);
}

std::vector<std::string> Writer::read(std::string_view text) {
  std::vector<std::string> unknown = stream_.read(text);
  read_waiting();
  return unknown;
}

std::vector<Candidate> Writer::top(int n) {
  std::vector<Candidate> best;
  stream_.text().top(stream_.outputs(), n, best);
  return best;
}

std::string Writer::next(const SampleOptions& options, Random& random) {
  std::string piece = stream_.next(options, random);
  read_waiting();
  return piece;
}

int64_t Writer::write(const WriteOptions& options, const Random& random, const std::function<void(std::string_view)>& show) {
  stream_.write(options, random);
  for (;;) {
    if (const std::string piece = stream_.pieces(); !piece.empty()) show(piece);
    if (!stream_.writing()) break;
    read_waiting();
  }
  if (stream_.failure()) std::rethrow_exception(stream_.failure());
  read_waiting();
  return stream_.written();
}

std::vector<FoundText> Writer::search(const TextSearch& options) {
  if (cache_) {
    throw Error(Exit::usage, "generate/cache", "a beam search cannot use a cache: every hypothesis would need its own",
                "sample with the cache, or search without it");
  }
  const PrefixRule rule(stream_.text().detokenizer(), options.prefix);
  const auto stop_at = [&](std::span<const int32_t> written) {
    return find_stop(stream_.text().detokenizer(), rule, options.stop, written);
  };
  const int32_t unknown = file_.tokenizer->unknown_id();
  BeamOptions beam;
  beam.beam = options.beam, beam.n_best = options.n_best;
  beam.max_tokens = options.tokens, beam.min_tokens = options.min_tokens;
  beam.alpha = options.alpha, beam.length_rule = options.length_rule, beam.no_repeat = options.no_repeat;
  beam.cancel = options.cancel;
  if (!options.unknown_words) beam.banned = {&unknown, 1};
  if (!options.prefix.empty() || stream_.text().space_waits()) {
    beam.allow = [&](std::span<const int32_t> written, std::vector<uint8_t>& allowed) {
      const bool ruled = !options.prefix.empty() && rule.allow(written, allowed);
      if (!written.empty() || !stream_.text().space_waits()) return ruled;
      if (!ruled) std::fill(allowed.begin(), allowed.end(), uint8_t{1});
      for (size_t id = 0; id < allowed.size(); ++id)
        allowed[id] &= file_.tokenizer->piece(static_cast<int32_t>(id)).starts_with(' ');
      return true;
    };
  }
  if (!options.stop.empty())
    beam.finished = [&](std::span<const int32_t> written) { return stop_at(written) != std::string::npos; };

  const State<float> here = scorer_.memory();
  scorer_.start_from(stream_.before());
  const int32_t last = last_token();
  const std::vector<Hypothesis> best = beam_search(scorer_, std::span<const int32_t>(&last, 1), beam);
  scorer_.start(1);
  scorer_.set_memory(here);

  std::vector<FoundText> found;
  for (const Hypothesis& h : best) {
    if (!options.prefix.empty() && rule.complete(h.ids) < 0) continue;  // cut off within the prefix
    FoundText text{h.ids, "", h.log_prob, h.score, h.finished};
    Detokenizer detokenizer = stream_.text().detokenizer();
    for (const int32_t id : h.ids) text.text += detokenizer.push(id);
    text.text += detokenizer.flush();
    if (h.finished) text.text.resize(stop_at(h.ids) + options.stop.size());
    found.push_back(std::move(text));
  }
  if (found.empty() && !best.empty() && !options.prefix.empty()) {
    throw Error(
        Exit::usage, "generate/prefix",
        std::to_string(options.tokens) + " tokens are not enough for a text that begins with '" + options.prefix + "'",
        "ask for more tokens");
  }
  if (found.empty() && !options.prefix.empty()) refuse_prefix(options.prefix);
  return found;
}

void Writer::take(const FoundText& found) {
  for (const int32_t id : found.ids) stream_.add(id);
  read_waiting();
}

uint64_t Writer::tokenizer_hash() const { return fnv1a64(file_.tokenizer->to_json().dump()); }

// With a cache, after the mark: hash of the tokenizer, size of the cache in bytes, cache, and the state without one.
std::string Writer::save_state() const {
  std::string plain = stream_.save();
  if (!cache_) return plain;
  const std::string cache = cache_->save();
  return std::string(kCached) + raw(tokenizer_hash()) + raw(static_cast<uint64_t>(cache.size())) + cache + plain;
}

bool Writer::has_cache(std::string_view state) { return state.starts_with(kCached) || state.starts_with(kOldCached); }

bool Writer::says_its_model(std::string_view state) {
  return state.starts_with(kWriteMark) || state.starts_with(kEnsembleMark) || state.starts_with(kCached);
}

size_t Writer::state_bytes() const { return scorer_.memory().bytes().size(); }

// If the state is invalid, the writer does not change.
void Writer::restore(std::string_view state) {
  stream_.load(state);
  scorer_.set_memory(stream_.memory());
  hidden_.clear();  // the token that is read again is already in the cache
  read_waiting();
}

void Writer::load_state(std::string_view bytes) {
  const std::string_view mark = bytes.substr(0, kCached.size());
  std::optional<TextCache> cache;
  if (cache_) cache.emplace(cache_->options(), cache_->width());
  if (has_cache(mark)) {
    bytes.remove_prefix(mark.size());
    uint64_t hash = 0, length = 0;
    if (bytes.size() < 16) refuse_state();
    std::memcpy(&hash, bytes.data(), 8);
    std::memcpy(&length, bytes.data() + 8, 8);
    if (length > bytes.size() - 16) refuse_state();
    if (hash != tokenizer_hash()) {
      throw Error(Exit::model, "state/tokenizer",
                  "the cache of this saved state was made with another tokenizer than that of " + file_.path,
                  "use the model that saved this state");
    }
    if (cache) cache->load(bytes.substr(16, length), file_.tokenizer->size());
    bytes.remove_prefix(16 + length);
  }
  const std::string old = mark == kOldCached ? std::string(kOldWriteMark).append(bytes) : std::string();
  // The logits of the token that is read again are mixed with the cache, so it must be in place before.
  std::swap(cache_, cache);
  try {
    restore(mark == kOldCached ? std::string_view(old) : bytes);
  } catch (...) {
    std::swap(cache_, cache);
    throw;
  }
}

Writer::Mark Writer::mark() const { return {stream_.save(), cache_ ? cache_->position() : 0}; }

void Writer::rewind(const Mark& mark) {
  if (cache_) cache_->rewind(mark.cached);
  restore(mark.state);
}

}  // namespace rnn::core
