// Why: see text_state.h.
#include "tasks/language_model/stream/text_state.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace rnn::core {

void refuse_prefix(const std::string& prefix) {
  throw Error(Exit::usage, "generate/prefix", "this model has no tokens for a text here that begins with '" + prefix + "'",
              "try a shorter prefix, or one with words and characters that the model knows");
}

void refuse_state() {
  throw Error(Exit::model, "state/corrupt", "this is not a saved state of this program",
              "rnn generate --save-state writes one");
}

std::vector<int32_t> TextState::read(std::string_view text) {
  std::string whole(text);
  bool space = !text.empty() && (text.back() == ' ' || text.back() == '\n');
  if (tokenizer_->space_leads()) {  // the last space stays pending: it begins the next piece
    if (detokenizer_.space_written()) whole.insert(0, 1, ' ');
    space = whole.ends_with(' ');
    if (space) whole.pop_back();
  }
  std::vector<int32_t> ids = tokenizer_->encode(whole);
  detokenizer_.seed(ids, space);
  return ids;
}

void TextState::note(int32_t id) {
  constexpr size_t kRecent = 64;
  last_ = id;
  if (recent_.size() == kRecent) recent_.erase(recent_.begin());
  recent_.push_back(id);
}

void TextState::ban_inner_pieces(SampleOptions& options) {
  if (!space_waits()) return;
  banned_.assign(options.banned.begin(), options.banned.end());
  for (int32_t id = 0; id < tokenizer_->size(); ++id) {
    if (!tokenizer_->piece(id).starts_with(' ')) banned_.push_back(id);
  }
  options.banned = banned_;
}

void TextState::begin_with(std::string_view text) {
  begun_.clear();
  prefix_.reset();
  if (!text.empty()) prefix_.emplace(detokenizer_, text);
}

int32_t TextState::choose(std::span<const float> logits, const SampleOptions& options, Random& random) {
  SampleOptions here = options;
  here.recent = recent_;
  ban_inner_pieces(here);
  std::vector<int32_t> banned;
  if (prefix_) {
    std::vector<uint8_t> allowed(logits.size());
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
  return sampler_.draw(logits, here, random);
}

std::string TextState::push(int32_t id) {
  if (prefix_) {
    begun_.push_back(id);
    if (prefix_->complete(begun_) >= 0) prefix_.reset();
  }
  return detokenizer_.push(id);
}

namespace {

std::string bytes_of(uint32_t number) { return {reinterpret_cast<const char*>(&number), sizeof number}; }

uint32_t take_number(std::string_view& bytes) {
  uint32_t number = 0;
  if (bytes.size() < sizeof number) refuse_state();
  std::memcpy(&number, bytes.data(), sizeof number);
  bytes.remove_prefix(sizeof number);
  return number;
}

}  // namespace

std::string TextState::save() const {
  const std::string spacing = detokenizer_.save();
  return bytes_of(static_cast<uint32_t>(last_)) + bytes_of(static_cast<uint32_t>(spacing.size())) + spacing;
}

void TextState::load(std::string_view& bytes) {
  const uint32_t last = take_number(bytes), length = take_number(bytes);
  if (length >= bytes.size() || last >= static_cast<uint32_t>(tokenizer_->size())) refuse_state();
  Detokenizer spacing(*tokenizer_);
  spacing.load(bytes.substr(0, length));
  bytes.remove_prefix(length);
  detokenizer_ = std::move(spacing);
  recent_.clear();
  begin_with("");
  last_ = static_cast<int32_t>(last);
}

bool StopText::ends(std::string& piece) {
  if (stop_.empty()) return false;
  const size_t before = tail_.size();
  tail_ += piece;
  const size_t found = tail_.find(stop_);
  if (found != std::string::npos) piece.resize(found + stop_.size() - before);
  if (tail_.size() >= stop_.size()) tail_.erase(0, tail_.size() - stop_.size() + 1);
  return found != std::string::npos;
}

}  // namespace rnn::core
