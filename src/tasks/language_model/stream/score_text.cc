// Why: see score_text.h.
#include "tasks/language_model/stream/score_text.h"

#include "base/cancel.h"
#include "data/batcher.h"
#include "io/ready_model.h"

namespace rnn::core {
namespace {

constexpr size_t kScoredAtOnce = 256;  // steps; affects memory, not results

// Steps [begin, end) of a text: the id at t - 1 predicts the id at t, an end of line stands before the first.
void score_steps(const ModelFile& file, std::span<const int32_t> ids, size_t begin, size_t end, State<float>& state,
                 Pool& pool, Arena& arena, TokenScores& out) {
  Batch batch;
  batch.in.seq = Seq::uniform_batch(1, Seq::checked_length(end - begin));
  for (size_t t = begin; t < end; ++t) batch.in.ids.push_back(t == 0 ? file.tokenizer->newline_id() : ids[t - 1]);
  batch.to.ids.assign(ids.begin() + static_cast<ptrdiff_t>(begin), ids.begin() + static_cast<ptrdiff_t>(end));
  arena.clear();
  Context<float> context{pool, arena};
  std::vector<double> losses;
  const View<float> h = file.model->forward_hidden(context, batch, state, nullptr);
  file.model->loss(context, h, batch.to, {0, &losses, nullptr, {}});
  out.losses.insert(out.losses.end(), losses.begin(), losses.end());
}

}  // namespace

TokenScores score_text(const ModelFile& file, std::string_view text, Pool& pool, const std::atomic<int>* cancel) {
  const FlushDenormals flush;
  const std::vector<int32_t> ids = file.tokenizer->encode(text);
  const std::vector<std::vector<int32_t>> parts =
      reads_sentences(file) ? split_sentences(ids, file.tokenizer->newline_id()) : std::vector<std::vector<int32_t>>{ids};
  TokenScores out;
  Arena arena;
  for (const std::vector<int32_t>& part : parts) {
    State<float> state = file.model->initial(1);
    for (size_t begin = 0; begin < part.size(); begin += kScoredAtOnce) {
      check_cancelled(cancel);
      score_steps(file, part, begin, std::min(part.size(), begin + kScoredAtOnce), state, pool, arena, out);
    }
    out.ids.insert(out.ids.end(), part.begin(), part.end());
  }
  return out;
}

}  // namespace rnn::core
