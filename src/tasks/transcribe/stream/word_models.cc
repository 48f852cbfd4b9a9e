// Why: see word_models.h.
#include "tasks/transcribe/stream/word_models.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "alignment/ctc_lattice.h"
#include "base/error.h"
#include "decode/sample.h"
#include "text/speech_text.h"

namespace rnn::core {
namespace {

// Below this a logarithm stands for "no number" (ARPA files write 10^-99).
constexpr double kNoNumber = -200;

std::string without_case(std::string_view word) { return speech_text(SpeechText::basic, word); }

WordState followed_by(const WordState& state, int32_t id, int longest) {
  WordState next;
  const int kept = std::min(state.count, std::max(0, longest - 1));
  std::copy_n(state.ids.begin() + (state.count - kept), kept, next.ids.begin());
  next.count = kept;
  if (longest > 0) next.ids[static_cast<size_t>(next.count++)] = id;
  return next;
}

}  // namespace

NgramWords::NgramWords(const AnyNgram& model, const ArpaWords& words, const WordModelOptions& options)
    : model_(model), options_(options), newline_(words.newline), unknown_(words.unknown) {
  if (model.order() - 1 > WordState::kMost)
    throw Error(Exit::model, "lm/order",
                "an n-gram model of order " + std::to_string(model.order()) + " looks back further than " +
                    std::to_string(WordState::kMost) + " words",
                "use a model of lower order");
  if (unknown_ >= 0 && model.log_prob({}, unknown_) < kNoNumber) unknown_ = -1;
  for (int32_t id = 0; id < static_cast<int32_t>(words.words.size()); ++id) {
    if (id == words.newline || id == words.unknown) continue;
    const std::string& word = words.words[static_cast<size_t>(id)];
    exact_.emplace(word, id);
    const std::string folded = without_case(word);
    if (folded.empty()) continue;
    const auto [at, fresh] = any_case_.emplace(folded, id);
    if (!fresh && model.log_prob({}, id) > model.log_prob({}, at->second)) at->second = id;
  }
}

int32_t NgramWords::find(std::string_view word) const {
  const auto exact = exact_.find(word);
  if (exact != exact_.end()) return exact->second;
  const auto folded = any_case_.find(without_case(word));
  return folded != any_case_.end() ? folded->second : -1;
}

WordState NgramWords::start() const { return followed_by({}, newline_, model_.order() - 1); }

double NgramWords::word(const WordState& state, std::string_view word, WordState& next) const {
  const int32_t known = find(word), id = known >= 0 ? known : unknown_;
  if (id < 0) {
    next = {};
    return options_.unknown;
  }
  const double log_p = model_.log_prob(state.last(), id);
  next = followed_by(state, id, model_.order() - 1);
  return log_p < kNoNumber ? options_.unknown : log_p;
}

double NgramWords::end(const WordState& state) const {
  const double log_p = model_.log_prob(state.last(), newline_);
  return log_p < kNoNumber ? options_.unknown : log_p;
}

// ----------------------------------------------------------------------------------------------------------------- of units

NetworkUnits::NetworkUnits(const Model<float>& model, const Tokenizer& tokenizer, const Spelling& spelling, Pool& pool)
    : scorer_(model, pool, tokenizer.newline_id()), newline_(tokenizer.newline_id()), token_of_(spelling.text.size(), -1) {
  for (size_t unit = 1; unit < spelling.text.size(); ++unit) {
    const auto id = static_cast<int32_t>(unit);
    std::string text = id == spelling.space ? " " : spelling.text[unit];
    if (spelling.begins_word(id)) text.insert(0, " ");
    const std::vector<int32_t> tokens = tokenizer.encode(text);
    if (tokens.size() != 1 || tokens[0] == tokenizer.unknown_id())
      throw Error(Exit::model, "lm/units",
                  "the unit '" + text + "' of the recogniser is no single token of the language model",
                  "train the language model on the recogniser's units, for example with characters");
    token_of_[unit] = tokens[0];
  }
}

// Row `row` of what the model says, in the order of the units.
void NetworkUnits::remember(View<const float> log_probs, int row, int slot) {
  const std::span<const float> from = row_of(log_probs, row);
  float* to = next_.row(slot);
  for (size_t unit = 0; unit < token_of_.size(); ++unit)
    to[unit] = token_of_[unit] < 0 ? 0 : from[static_cast<size_t>(token_of_[unit])];
  end_[static_cast<size_t>(slot)] = static_cast<double>(from[static_cast<size_t>(newline_)]);
  std::copy_n(scorer_.state().row(row), memory_.width(), memory_.row(slot));
}

void NetworkUnits::start(int slots) {
  scorer_.start(1);
  memory_ = State<float>(slots, scorer_.state().width());
  next_ = Matrix<float>(slots, static_cast<int>(token_of_.size()));
  end_.assign(static_cast<size_t>(slots), 0);
  const int32_t begin[] = {newline_};
  remember(scorer_.step(begin), 0, 0);
}

void NetworkUnits::step(std::span<const SlotStep> steps) {
  from_.clear();
  ids_.clear();
  for (const SlotStep& s : steps) {
    from_.push_back(s.from);
    ids_.push_back(token_of_[static_cast<size_t>(s.unit)]);
  }
  scorer_.set_state(memory_.select(from_));
  const View<const float> log_probs = scorer_.step(ids_);
  for (size_t i = 0; i < steps.size(); ++i) remember(log_probs, static_cast<int>(i), steps[i].to);
}

std::span<const float> NetworkUnits::next(int slot) const { return {next_.row(slot), static_cast<size_t>(next_.cols())}; }

}  // namespace rnn::core
