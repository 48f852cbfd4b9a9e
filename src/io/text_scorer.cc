// Why: the adapters between models and decoders.
#include "io/text_scorer.h"

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/ready_model.h"
#include "text/utf8.h"

namespace rnn::core {
View<const float> NgramScorer::step(std::span<const int32_t> ids) {
  const View<float> log_p = log_probs_.at_least(static_cast<int>(ids.size()), vocabulary());
  for (size_t r = 0; r < ids.size(); ++r) {
    std::vector<int32_t>& past = past_[r];
    past.push_back(ids[r]);
    if (past.size() >= static_cast<size_t>(model_.order())) past.erase(past.begin());
    float* row = log_probs_.row(static_cast<int>(r));
    for (int id = 0; id < log_p.cols; ++id) row[id] = static_cast<float>(model_.log_prob(past, id));
  }
  return log_p;
}

void NgramScorer::select(const std::vector<int>& rows) {
  std::vector<std::vector<int32_t>> past;
  past.reserve(rows.size());
  for (const int row : rows) past.push_back(past_[static_cast<size_t>(row)]);
  past_ = std::move(past);
}

void require_one_tokenizer(const ModelFile& a, const ModelFile& b) {
  const Tokenizer &x = *a.tokenizer, &y = *b.tokenizer;
  const auto unlike = [&](const std::string& how) {
    throw Error(
        Exit::model, "ensemble/tokens", a.path + " and " + b.path + " do not split text into the same tokens: " + how,
        "the models of an ensemble must be trained on the same text with the same --tokens, or start with --init-from");
  };
  const auto named = [](const Tokenizer& t, int32_t id) {
    const std::string piece = t.piece(id);
    return piece == "\n" ? std::string("an end of line") : "'" + repair_utf8(piece) + "'";
  };
  if (x.kind() != y.kind()) unlike("the first has kind " + std::string(x.kind()) + ", the second " + std::string(y.kind()));
  for (int32_t id = 0; id < std::min(x.size(), y.size()); ++id) {
    if (x.piece(id) != y.piece(id))
      unlike("token " + std::to_string(id) + " is " + named(x, id) + " in the first and " + named(y, id) + " in the second");
  }
  if (x.size() != y.size())
    unlike("the first has " + std::to_string(x.size()) + " of them, the second " + std::to_string(y.size()));
  if (x.to_json() != y.to_json()) unlike("they have the same tokens but different rules");
}

TextScorer::TextScorer(ModelFile& file, const WithModels& with, Pool& pool) {
  const auto add = [&](ModelFile& f) {
    const Model<float>& model =
        ready_language_model(f, pool, "only language models generate text; rnn info shows what the file is");
    members_.push_back(std::make_unique<ModelScorer>(model, pool, fresh_token(f)));
  };
  add(file);
  for (ModelFile* other : with.files) {
    add(*other);
    require_one_tokenizer(file, *other);
  }
  ensemble_weights(members_.size(), with.weights);
  if (alone()) return;
  std::vector<Scorer*> all;
  for (const auto& member : members_) all.push_back(member.get());
  ensemble_.emplace(all, with.weights);
}

int TextScorer::memory_width() const {
  int width = 0;
  for (const auto& member : members_) width += member->state().width();
  return width;
}

State<float> TextScorer::memory() const {
  State<float> memory(1, memory_width());
  float* to = memory.row(0);
  for (const auto& member : members_) to = std::copy_n(member->state().row(0), member->state().width(), to);
  return memory;
}

template <class Take>
void TextScorer::deal_out(const State<float>& memory, const Take& take) {
  State<float>(1, memory_width()).require_shape_of(memory);
  const float* from = memory.row(0);
  for (const auto& member : members_) {
    State<float> state(1, member->state().width());
    std::copy_n(from, state.width(), state.row(0));
    from += state.width();
    take(*member, state);
  }
}

void TextScorer::set_memory(const State<float>& memory) {
  deal_out(memory, [](ModelScorer& member, const State<float>& state) { member.set_state(state); });
}

void TextScorer::start_from(const State<float>& memory) {
  deal_out(memory, [](ModelScorer& member, const State<float>& state) { member.start_from(state); });
}

}  // namespace rnn::core
