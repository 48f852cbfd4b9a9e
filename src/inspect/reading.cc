// Why: each reading uses a Session, so its figures are those of generation, bit for bit.
#include "inspect/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "events/events.h"
#include "io/ready_model.h"
#include "kernels/host.h"
#include "networks/session.h"
#include "networks/step_ids.h"
#include "options/option_list.h"

namespace rnn::core {
namespace {

constexpr size_t kNearest = 3;

// Words of the vocabulary that are spelt like `word`, most similar first.
std::vector<std::string> nearest_words(const Tokenizer& tokenizer, const std::string& word) {
  std::vector<std::string> pieces;
  for (int32_t id = 0; id < tokenizer.size(); ++id) {
    std::string piece = tokenizer.piece(id);
    const size_t apart = std::max(piece.size(), word.size()) - std::min(piece.size(), word.size());
    if (id != tokenizer.unknown_id() && id != tokenizer.newline_id() && apart <= 3) pieces.push_back(std::move(piece));
  }
  std::vector<std::string_view> candidates(pieces.begin(), pieces.end());
  std::vector<std::string> found;
  while (found.size() < kNearest) {
    const std::string near = nearest_name(word, candidates);
    if (near.empty()) break;
    candidates.erase(std::find(candidates.begin(), candidates.end(), near));
    found.push_back(near);
  }
  return found;
}

[[noreturn]] void unknown_word(const Tokenizer& tokenizer, const std::string& word) {
  const std::vector<std::string> near = nearest_words(tokenizer, word);
  throw Error(Exit::usage, "inspect/unknown_word", fmt::format("'{}' is not in the vocabulary", printable(word)),
              near.empty() ? "use words from the text that the model was trained on"
                           : fmt::format("similar words that the model knows: {}", fmt::join(near, ", ")));
}

}  // namespace

const Model<float>& inspected_model(ModelFile& file, Pool& pool) {
  if (!file.tokenizer || !file.model->is_language_model()) {
    throw Error(Exit::model, "model/task", file.path + " is not a language model: it has no words to show",
                "rnn info shows what it is");
  }
  require_finite(*file.model, file.path);
  file.model->pack(pool, true);
  return *file.model;
}

std::vector<int32_t> prompt_ids(const ModelFile& file, std::string_view prompt, int limit) {
  const Tokenizer& tokenizer = *file.tokenizer;
  const std::vector<int32_t> ids = tokenizer.encode(prompt);
  if (ids.empty()) {
    throw Error(Exit::usage, "inspect/empty", "the prompt has no words", "give a few words: -p \"The cat is\"");
  }
  if (static_cast<int>(ids.size()) > limit) {
    throw Error(Exit::usage, "inspect/too_long",
                fmt::format("the prompt has {} tokens, but at most {} can be shown", ids.size(), limit),
                "use a part of it, or give the whole text as a file: rnn inspect MODEL FILE");
  }
  const std::vector<std::string> unknown = tokenizer.unknown_pieces(prompt);
  if (!unknown.empty()) unknown_word(tokenizer, unknown.front());
  std::vector<int32_t> all{tokenizer.newline_id()};
  all.insert(all.end(), ids.begin(), ids.end());
  return all;
}

std::string shown_token(const Tokenizer& tokenizer, int32_t id) {
  return id == tokenizer.newline_id() ? "↵" : printable(marked_piece(tokenizer, id));
}

void softmax(std::span<const float> logits, std::vector<double>& out) {
  out.resize(logits.size());
  const double top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (size_t i = 0; i < logits.size(); ++i) sum += out[i] = std::exp(logits[i] - top);
  for (double& p : out) p /= sum;
}

Reading read_ids(const Model<float>& model, std::span<const int32_t> ids, const ReadingOptions& options) {
  Session session(model);
  Sampler sampler(model.outputs());
  Reading reading;
  reading.ids.assign(ids.begin(), ids.end());
  const int steps = static_cast<int>(ids.size());
  reading.states = Matrix<float>(steps, model.recurrent().state_width());
  for (int t = 0; t < steps; ++t) {
    const int32_t id = ids[t];
    const bool fresh = t == 0 || (options.lines && id == options.newline);
    if (fresh) session.reset();
    reading.fresh.push_back(fresh);
    reading.surprise.push_back(t == 0 ? -1 : -std::log2(reading.last[static_cast<size_t>(id)]));
    const View<const float> row = session.push(id);
    const std::span<const float> logits = row_of(row);
    std::copy_n(session.state().row(0), reading.states.cols(), reading.states.row(t));
    reading.next.emplace_back();
    sampler.top(logits, options.top, reading.next.back());
    softmax(logits, reading.last);
  }
  return reading;
}

Reading read_states(const Model<float>& model, std::span<const int32_t> ids, View<const float> frames) {
  Session session(model);
  Reading reading;
  reading.ids.assign(ids.begin(), ids.end());
  const auto columns = static_cast<size_t>(ids_of_step(model.config()));
  const int steps = frames ? frames.rows : static_cast<int>(ids.size() / columns);
  if (frames) {
    reading.frames = Matrix<float>(steps, frames.cols);
    for (int t = 0; t < steps; ++t) std::copy_n(host(frames).row(t), frames.cols, reading.frames.row(t));
  }
  reading.states = Matrix<float>(steps, model.recurrent().state_width());
  for (int t = 0; t < steps; ++t) {
    reading.fresh.push_back(t == 0);
    frames ? session.push(frames.middle(t, 1)) : session.push(ids.subspan(static_cast<size_t>(t) * columns, columns));
    std::copy_n(session.state().row(0), reading.states.cols(), reading.states.row(t));
  }
  return reading;
}

}  // namespace rnn::core
