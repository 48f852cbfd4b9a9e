// Why: see write_stream.h.
#include "tasks/language_model/stream/write_stream.h"

#include <cstring>
#include <exception>

#include "base/error.h"

namespace rnn::core {
namespace {

// It begins as one of this model.
[[noreturn]] void refuse_cut() {
  throw Error(Exit::model, "state/corrupt", "this saved state is cut off or damaged",
              "fetch the file again, or save the state again");
}

}  // namespace

WriteStream::WriteStream(const Tokenizer& tokenizer, State<float> memory, int32_t fresh, const Fingerprint& model)
    : Stream(memory, fresh),
      text_(tokenizer),
      model_(model),
      begin_(std::move(memory)),
      waiting_{tokenizer.newline_id()},
      unknown_(tokenizer.unknown_id()) {
  text_.note(tokenizer.newline_id());
}

std::vector<std::string> WriteStream::read(std::string_view text) {
  for (const int32_t id : text_.read(text)) {
    waiting_.push_back(id);
    text_.note(id);
  }
  return text_.tokenizer().unknown_pieces(text);
}

void WriteStream::write(const WriteOptions& options, Random random) {
  options_ = options;
  random_ = random;
  stop_ = StopText(options.stop);
  written_ = 0;
  failure_ = nullptr;
  text_.begin_with(options.prefix);
  writing_ = true;
  if (waiting_.empty()) write_next();
}

void WriteStream::take(std::span<const float> outputs) {
  waiting_.clear();
  logits_.assign(outputs.begin(), outputs.end());
  if (writing_) write_next();
}

std::string WriteStream::next(const SampleOptions& options, Random& random) {
  return add(text_.choose(logits_, options, random));
}

std::string WriteStream::add(int32_t id) {
  waiting_.push_back(id);
  text_.note(id);
  return text_.push(id);
}

void WriteStream::write_next() {
  if (written_ >= options_.tokens) return finish();
  SampleOptions sampling = options_.sampling;
  if (unknown_ >= 0) sampling.banned = {&unknown_, 1};
  try {
    const bool beginning = text_.beginning();  // the stop text is searched for after the required beginning
    std::string piece = next(sampling, random_);
    ++written_;
    const bool ends = !beginning && stop_.ends(piece);
    out_ += piece;
    if (ends) writing_ = false;
  } catch (const Error&) {
    failure_ = std::current_exception();
    writing_ = false;
  }
}

void WriteStream::finish() {
  if (!writing_) return;
  writing_ = false;
  text_.begin_with("");
  std::string piece = text_.flush();
  stop_.ends(piece);
  out_ += piece;
}

std::string WriteStream::pieces() { return std::exchange(out_, {}); }

std::string WriteStream::save() const {
  if (waiting_.size() > 1)
    throw Error(Exit::usage, "stream/unread", "a stream cannot be saved before what it was given is read",
                "run it until it wants at most one token");
  std::string head(model_.models > 1 ? kEnsembleMark : kWriteMark);
  if (model_.models > 1) head.append(reinterpret_cast<const char*>(&model_.models), sizeof model_.models);
  return head + model_.bytes() + text_.save() + (waiting_.empty() ? before() : memory()).bytes();
}

void WriteStream::load(std::string_view bytes) {
  const bool marked = bytes.starts_with(kWriteMark), together = bytes.starts_with(kEnsembleMark);
  if (!marked && !together && !bytes.starts_with(kOldWriteMark)) refuse_state();
  bytes.remove_prefix(kWriteMark.size());
  if (marked || together) {
    uint32_t models = 0;
    const size_t count = together ? sizeof models : 0;
    if (bytes.size() < count + Fingerprint::kBytes) refuse_cut();
    std::memcpy(&models, bytes.data(), count);
    Fingerprint saved = Fingerprint::of_bytes(bytes.substr(count));
    // Of an ensemble an earlier version wrote no number of models: it is right if all else is.
    Fingerprint alike = saved;
    alike.models = model_.models;
    saved.models = together ? models : alike == model_ ? model_.models : 1;
    require_same_model(saved, model_);
    bytes.remove_prefix(count + Fingerprint::kBytes);
  }
  TextState text(text_.tokenizer());
  try {
    text.load(bytes);
  } catch (const Error& e) {
    if ((marked || together) && e.code() == "state/corrupt") refuse_cut();
    throw;
  }
  if ((marked || together) && bytes.size() < static_cast<size_t>(begin_.width()) * sizeof(float)) refuse_cut();
  State<float> state = State<float>::of_bytes(bytes, begin_.width());
  begin_.require_shape_of(state);
  require_finite_state({state.row(0), static_cast<size_t>(state.width())});
  text.note(text.last());
  text_ = std::move(text);
  set_memory(state);
  waiting_ = {text_.last()};
  writing_ = false, written_ = 0, failure_ = nullptr;
  out_.clear(), logits_.clear();
}

void WriteStream::reset() {
  text_ = TextState(text_.tokenizer());
  set_memory(begin_);
  waiting_ = {text_.tokenizer().newline_id()};
  text_.note(waiting_[0]);
  writing_ = false, written_ = 0, failure_ = nullptr;
  out_.clear(), logits_.clear();
}

}  // namespace rnn::core
