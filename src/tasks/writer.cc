// Why: generation is a Session that reads its own words.
#include <cstring>

#include "base/error.h"
#include "io/ready_model.h"
#include "tasks/language_model.h"

namespace rnn {

Writer::Writer(ModelFile& file, int threads)
    : file_(file),
      pool_(threads),
      session_(ready_language_model(file, pool_, "it has no vocabulary to write with; rnn info shows what it is"), 1,
               &pool_),
      detokenizer_(*file.tokenizer),
      sampler_(file.tokenizer->size()),
      sentences_(reads_sentences(file)),
      logits_(static_cast<size_t>(file.tokenizer->size())) {
  feed(file.tokenizer->newline_id());
}

void Writer::feed(int32_t id) {
  if (sentences_ && id == file_.tokenizer->newline_id()) session_.reset();  // as in training: a line starts afresh
  before_ = session_.state();
  const View<const float> logits = session_.push(id);
  std::memcpy(logits_.data(), logits.data, logits_.size() * sizeof(float));
  last_ = id;
  constexpr size_t kRecent = 64;
  if (recent_.size() == kRecent) recent_.erase(recent_.begin());
  recent_.push_back(id);
}

std::vector<std::string> Writer::read(std::string_view text) {
  const Tokenizer& tokenizer = *file_.tokenizer;
  std::string whole(text);
  bool space = !text.empty() && (text.back() == ' ' || text.back() == '\n');
  if (tokenizer.space_leads()) {  // the last space waits: it is the beginning of the next piece, not a piece of its own
    if (detokenizer_.space_written()) whole.insert(0, 1, ' ');
    space = whole.ends_with(' ');
    if (space) whole.pop_back();
  }
  const std::vector<int32_t> ids = tokenizer.encode(whole);
  for (const int32_t id : ids) feed(id);
  detokenizer_.seed(ids, space);
  return tokenizer.unknown_pieces(text);
}

// Where a space waits, all that does not begin with one.
void Writer::ban_inner_pieces(SampleOptions& options) {
  const Tokenizer& tokenizer = *file_.tokenizer;
  if (!tokenizer.space_leads() || !detokenizer_.space_written()) return;
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

std::string Writer::next(const SampleOptions& options, Random& random) {
  SampleOptions here = options;
  here.recent = recent_;
  ban_inner_pieces(here);
  const int32_t id = sampler_.draw(logits_, here, random);
  feed(id);
  return detokenizer_.push(id);
}

// Mark, last token, length of the spacing, spacing, the state before the last token: reading that token again brings back the
// logits, too.
std::string Writer::save_state() const {
  const std::string spacing = detokenizer_.save(), state = before_.bytes();
  const auto number = [](uint32_t n) { return std::string(reinterpret_cast<const char*>(&n), sizeof n); };
  return "rnnstat1" + number(static_cast<uint32_t>(last_)) + number(static_cast<uint32_t>(spacing.size())) + spacing + state;
}

size_t Writer::state_bytes() const { return session_.state().bytes().size(); }

void Writer::load_state(std::string_view bytes) {
  const auto bad = [&] {
    throw Error(Exit::model, "state/corrupt", "this is not a saved state of this program",
                "write one with rnn generate --save-state");
  };
  uint32_t last = 0, length = 0;
  if (bytes.size() < 16 || bytes.substr(0, 8) != "rnnstat1") bad();
  std::memcpy(&last, bytes.data() + 8, 4);
  std::memcpy(&length, bytes.data() + 12, 4);
  if (length >= bytes.size() - 16 || last >= static_cast<uint32_t>(file_.tokenizer->size())) bad();
  Detokenizer spacing(*file_.tokenizer);  // read aside: on bad bytes the writer stays as it was
  spacing.load(bytes.substr(16, length));
  session_.set_state(State<float>::of_bytes(bytes.substr(16 + length), session_.state().width()));
  detokenizer_ = spacing;
  recent_.clear();
  feed(static_cast<int32_t>(last));
}

}  // namespace rnn
