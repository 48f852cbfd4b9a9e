// Why: generation is a scorer that reads its own output.
#include "tasks/language_model/writer.h"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/hash.h"
#include "io/ready_model.h"
#include "kernels/rows.h"

namespace rnn::core {
namespace {

// Marks of saved states without and with a cache.
constexpr std::string_view kPlain = "rnnstat1", kCached = "rnnstat2";

[[noreturn]] void refuse_prefix(const std::string& prefix) {
  throw Error(Exit::usage, "generate/prefix", "this model has no tokens for a text here that begins with '" + prefix + "'",
              "try a shorter prefix, or one with words and characters that the model knows");
}

[[noreturn]] void refuse_state() {
  throw Error(Exit::model, "state/corrupt", "this is not a saved state of this program",
              "rnn generate --save-state writes one");
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

Writer::Writer(ModelFile& file, int threads) : Writer(file, WriterOptions{threads, {}, {}}) {}

Writer::Writer(ModelFile& file, const WriterOptions& options)
    : file_(file),
      pool_(options.threads),
      scorer_(file, options.with, pool_),
      detokenizer_(*file.tokenizer),
      sampler_(file.tokenizer->size()),
      logits_(static_cast<size_t>(file.tokenizer->size())) {
  if (options.cache.size > 0) cache_.emplace(options.cache, file.model->width());
  feed(file.tokenizer->newline_id());
}

void Writer::feed(int32_t id) {
  if (cache_ && !hidden_.empty()) cache_->add(hidden_, id);
  before_ = scorer_.memory();
  const View<const float> logits = scorer_.push(std::span<const int32_t>(&id, 1));
  read_rows(logits, logits_.data());
  if (cache_) {
    const View<const float> h = scorer_.first().hidden();
    hidden_.resize(static_cast<size_t>(h.cols));
    read_rows(h, hidden_.data());
    const View<float> log_p{logits_.data(), 1, static_cast<int>(logits_.size()), static_cast<int>(logits_.size())};
    log_softmax(log_p, log_p);
    arena_.clear();
    Context<float> context{pool_, arena_};
    cache_->mix(context, h, logits_);
  }
  last_ = id;
  constexpr size_t kRecent = 64;
  if (recent_.size() == kRecent) recent_.erase(recent_.begin());
  recent_.push_back(id);
}

std::vector<std::string> Writer::read(std::string_view text) {
  const Tokenizer& tokenizer = *file_.tokenizer;
  std::string whole(text);
  bool space = !text.empty() && (text.back() == ' ' || text.back() == '\n');
  if (tokenizer.space_leads()) {  // the last space stays pending: it begins the next piece
    if (detokenizer_.space_written()) whole.insert(0, 1, ' ');
    space = whole.ends_with(' ');
    if (space) whole.pop_back();
  }
  const std::vector<int32_t> ids = tokenizer.encode(whole);
  for (const int32_t id : ids) feed(id);
  detokenizer_.seed(ids, space);
  return tokenizer.unknown_pieces(text);
}

// A space at the end of a prompt of sub-words is the beginning of the next piece.
bool Writer::space_waits() const { return file_.tokenizer->space_leads() && detokenizer_.space_written(); }

// If a space is pending, bans all pieces that do not begin with one.
void Writer::ban_inner_pieces(SampleOptions& options) {
  const Tokenizer& tokenizer = *file_.tokenizer;
  if (!space_waits()) return;
  banned_.assign(options.banned.begin(), options.banned.end());
  for (int32_t id = 0; id < tokenizer.size(); ++id) {
    if (!tokenizer.piece(id).starts_with(' ')) banned_.push_back(id);
  }
  options.banned = banned_;
}

std::vector<Candidate> Writer::top(int n) {
  std::vector<Candidate> best;
  sampler_.top(logits_, n, best);
  return best;
}

void Writer::begin_with(std::string_view text) {
  begun_.clear();
  prefix_.reset();
  if (!text.empty()) prefix_.emplace(detokenizer_, text);
}

std::string Writer::next(const SampleOptions& options, Random& random) {
  SampleOptions here = options;
  here.recent = recent_;
  ban_inner_pieces(here);
  std::vector<int32_t> banned;
  if (prefix_) {
    std::vector<uint8_t> allowed(logits_.size());
    prefix_->allow(begun_, allowed);
    for (const int32_t id : here.banned) {
      if (id >= 0 && static_cast<size_t>(id) < allowed.size()) allowed[static_cast<size_t>(id)] = 0;
    }
    for (size_t id = 0; id < allowed.size(); ++id) {
      if (!allowed[id]) banned.push_back(static_cast<int32_t>(id));
    }
    if (banned.size() == allowed.size()) refuse_prefix(prefix_->text());
    here.banned = banned;
  }
  const int32_t id = sampler_.draw(logits_, here, random);
  feed(id);
  if (prefix_) {
    begun_.push_back(id);
    if (prefix_->complete(begun_) >= 0) prefix_.reset();
  }
  return detokenizer_.push(id);
}

std::vector<FoundText> Writer::search(const TextSearch& options) {
  if (cache_) {
    throw Error(Exit::usage, "generate/cache", "a beam search cannot use a cache: every hypothesis would need its own",
                "sample with the cache, or search without it");
  }
  const PrefixRule rule(detokenizer_, options.prefix);
  const auto stop_at = [&](std::span<const int32_t> written) {
    return find_stop(detokenizer_, rule, options.stop, written);
  };
  const int32_t unknown = file_.tokenizer->unknown_id();
  BeamOptions beam;
  beam.beam = options.beam, beam.n_best = options.n_best;
  beam.max_tokens = options.tokens, beam.min_tokens = options.min_tokens;
  beam.alpha = options.alpha, beam.length_rule = options.length_rule, beam.no_repeat = options.no_repeat;
  if (!options.unknown_words) beam.banned = {&unknown, 1};
  if (!options.prefix.empty() || space_waits()) {
    beam.allow = [&](std::span<const int32_t> written, std::vector<uint8_t>& allowed) {
      const bool ruled = !options.prefix.empty() && rule.allow(written, allowed);
      if (!written.empty() || !space_waits()) return ruled;
      if (!ruled) std::fill(allowed.begin(), allowed.end(), uint8_t{1});
      for (size_t id = 0; id < allowed.size(); ++id)
        allowed[id] &= file_.tokenizer->piece(static_cast<int32_t>(id)).starts_with(' ');
      return true;
    };
  }
  if (!options.stop.empty())
    beam.finished = [&](std::span<const int32_t> written) { return stop_at(written) != std::string::npos; };

  const State<float> here = scorer_.memory();
  scorer_.start_from(before_);
  const std::vector<Hypothesis> best = beam_search(scorer_, std::span<const int32_t>(&last_, 1), beam);
  scorer_.start(1);
  scorer_.set_memory(here);

  std::vector<FoundText> found;
  for (const Hypothesis& h : best) {
    if (!options.prefix.empty() && rule.complete(h.ids) < 0) continue;  // cut off within the prefix
    FoundText text{h.ids, "", h.log_prob, h.score, h.finished};
    Detokenizer detokenizer = detokenizer_;
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
  for (const int32_t id : found.ids) {
    feed(id);
    detokenizer_.push(id);
  }
}

uint64_t Writer::tokenizer_hash() const { return fnv1a64(file_.tokenizer->to_json().dump()); }

// Mark, last token, length of the spacing, spacing, the state before the last token: reading that token again also restores
// the logits.
std::string Writer::plain_state() const {
  const std::string spacing = detokenizer_.save();
  return raw(static_cast<uint32_t>(last_)) + raw(static_cast<uint32_t>(spacing.size())) + spacing + before_.bytes();
}

// With a cache, after the mark: hash of the tokenizer, size of the cache in bytes, cache.
std::string Writer::save_state() const {
  if (!cache_) return std::string(kPlain) + plain_state();
  const std::string cache = cache_->save();
  return std::string(kCached) + raw(tokenizer_hash()) + raw(static_cast<uint64_t>(cache.size())) + cache + plain_state();
}

bool Writer::has_cache(std::string_view state) { return state.substr(0, kCached.size()) == kCached; }

size_t Writer::state_bytes() const { return scorer_.memory().bytes().size(); }

// If the bytes are invalid, the writer does not change.
void Writer::restore(std::string_view bytes) {
  uint32_t last = 0, length = 0;
  if (bytes.size() < 8) refuse_state();
  std::memcpy(&last, bytes.data(), 4);
  std::memcpy(&length, bytes.data() + 4, 4);
  if (length >= bytes.size() - 8 || last >= static_cast<uint32_t>(file_.tokenizer->size())) refuse_state();
  Detokenizer spacing(*file_.tokenizer);
  spacing.load(bytes.substr(8, length));
  scorer_.set_memory(State<float>::of_bytes(bytes.substr(8 + length), scorer_.memory_width()));
  detokenizer_ = spacing;
  recent_.clear();
  hidden_.clear();  // the token fed now is already in the cache
  begin_with("");
  feed(static_cast<int32_t>(last));
}

void Writer::load_state(std::string_view bytes) {
  const std::string_view mark = bytes.substr(0, kPlain.size());
  if (mark != kPlain && mark != kCached) refuse_state();
  bytes.remove_prefix(mark.size());
  std::optional<TextCache> cache;
  if (cache_) cache.emplace(cache_->options(), cache_->width());
  if (has_cache(mark)) {
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
  // The logits of the token that is read again are mixed with the cache, so it must be in place before.
  std::swap(cache_, cache);
  try {
    restore(bytes);
  } catch (...) {
    std::swap(cache_, cache);
    throw;
  }
}

Writer::Mark Writer::mark() const { return {std::string(kPlain) + plain_state(), cache_ ? cache_->position() : 0}; }

void Writer::rewind(const Mark& mark) {
  if (cache_) cache_->rewind(mark.cached);
  restore(std::string_view(mark.state).substr(kPlain.size()));
}

}  // namespace rnn::core
