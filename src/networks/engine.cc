// Why: a pass without a tape, and the gathering of streams into one.
#include "networks/engine.h"

#include <algorithm>
#include <atomic>
#include <cassert>

#include "kernels/rows.h"
#include "networks/step_ids.h"

namespace rnn::core {

View<float> Engine::outputs(const Input<float>& input, State<float>& state) noexcept {
  const FlushDenormals flush;
  Context<float> context = new_pass();
  return model_.forward(context, input, state, nullptr);
}

View<float> Engine::hidden(const Input<float>& input, State<float>& state) noexcept {
  const FlushDenormals flush;
  Context<float> context = new_pass();
  return model_.forward_hidden(context, input, state, nullptr);
}

View<float> Engine::outputs_of(View<const float> hidden) noexcept {
  const FlushDenormals flush;
  Context<float> context{pool_, arena_};
  const View<float> outputs = arena_.matrix<float>(hidden.rows, model_.outputs());
  model_.forward_output(context, hidden, outputs);
  return outputs;
}

View<float> Engine::decode(const Seq& seq, const int32_t* ids, const Encoded<float>& encoded, State<float>& state,
                           View<const float>* attention) noexcept {
  const FlushDenormals flush;
  Context<float> context = new_pass();
  return model_.decode(context, seq, ids, encoded, nullptr, state, attention);
}

void Engine::read_sources(std::span<const std::span<const int32_t>> sentences, std::span<EncodedSource* const> sources,
                          std::span<State<float>* const> first) {
  static std::atomic<uint64_t> count{0};
  const FlushDenormals flush;
  std::vector<std::vector<int32_t>> ids;
  for (const std::span<const int32_t> sentence : sentences) ids.emplace_back(sentence.begin(), sentence.end());
  const Rows packed = pack_sources(model_.config().encoder, ids);
  Context<float> context = new_pass();
  State<float> states;
  const Encoded<float> encoded = model_.encode(context, packed.seq, packed.ids.data(), states);
  const auto copy = [](View<const float> from, int begin, int length, std::vector<float>& to) {
    to.resize(static_cast<size_t>(length) * static_cast<size_t>(from.cols));
    read_rows(from.middle(begin, length), to.data());
  };
  const bool own_keys = encoded.keys.rows > 0 && encoded.keys.address() != encoded.values.address();
  for (size_t i = 0; i < sources.size(); ++i) {
    EncodedSource& source = *sources[i];
    source = {++count, encoded.length[i], {}, {}};
    if (encoded.keys.rows > 0) copy(encoded.values, encoded.begin[i], source.length, source.values);
    if (own_keys) copy(encoded.keys, encoded.begin[i], source.length, source.keys);
    *first[i] = State<float>(1, states.width());
    std::copy_n(states.row(static_cast<int>(i)), states.width(), first[i]->row(0));
  }
}

void Engine::join(std::span<EncodedSource* const> sources) {
  const auto same = [](uint64_t number, const EncodedSource* source) { return number == source->number; };
  if (std::equal(joined_.begin(), joined_.end(), sources.begin(), sources.end(), same)) return;
  joined_.clear(), begin_.clear();
  int rows = 0;
  for (const EncodedSource* source : sources) {
    joined_.push_back(source->number);
    begin_.push_back(rows);
    rows += source->length;
  }
  const auto gather = [&](std::vector<float> EncodedSource::*part, Matrix<float>& to) {
    const EncodedSource& one = *sources[0];  // a sentence has at least its end of line
    const int width = static_cast<int>((one.*part).size()) / one.length;
    to = width > 0 ? Matrix<float>(rows, width) : Matrix<float>();
    for (size_t i = 0; width > 0 && i < sources.size(); ++i) {
      const std::vector<float>& from = (*sources[i]).*part;
      std::copy(from.begin(), from.end(), to.row(begin_[i]));
    }
  };
  gather(&EncodedSource::values, values_);
  gather(&EncodedSource::keys, keys_);
}

View<const float> Engine::decode_step(std::span<const int32_t> ids, std::span<EncodedSource* const> sources,
                                      std::span<const int> source_of, State<float>& state, View<const float>* attention) {
  join(sources);
  const int rows = static_cast<int>(ids.size());
  if (seq_.steps() != 1 || seq_.streams() != rows || !seq_.reset.empty()) seq_ = Seq::uniform_batch(rows, 1);
  Encoded<float> encoded;
  begin_of_row_.clear(), length_of_row_.clear();
  for (const int source : source_of) {
    const auto i = static_cast<size_t>(source);
    begin_of_row_.push_back(begin_[i]);
    length_of_row_.push_back(sources[i]->length);
    encoded.longest = std::max(encoded.longest, sources[i]->length);
  }
  encoded.begin = begin_of_row_.data(), encoded.length = length_of_row_.data();
  encoded.values = values_.view();
  encoded.keys = keys_.size() > 0 ? keys_.view() : values_.view();
  return outputs_of(decode(seq_, ids.data(), encoded, state, attention));
}

View<const float> Engine::run(std::span<const Part> parts) { return pass_over(parts, false); }

View<const float> Engine::run_hidden(std::span<const Part> parts) { return pass_over(parts, true); }

View<const float> Engine::pass_over(std::span<const Part> parts, bool up_to_head) {
  const int width = model_.reads_ids() ? 0 : model_.config().rnn.input;
  const auto columns = static_cast<size_t>(ids_of_step(model_.config()));
  std::vector<int> lengths;
  State<float> states(static_cast<int>(parts.size()), model_.state_width());
  bool resets = false;
  for (const Part& part : parts) {
    assert(part.state->rows() == 1 && part.state->width() == states.width());
    std::copy_n(part.state->row(0), states.width(), states.row(static_cast<int>(lengths.size())));
    lengths.push_back(
        Seq::checked_length(width > 0 ? part.frames.size() / static_cast<size_t>(width) : part.ids.size() / columns));
    resets = resets || part.fresh >= 0;
  }
  seq_ = Seq::ragged(lengths);
  position_ = seq_.positions();
  ids_.clear();
  if (width > 0) frames_ = Matrix<float>(seq_.rows(), width);
  if (resets) seq_.reset.assign(static_cast<size_t>(seq_.rows()), 0);
  for (int t = 0; t < seq_.steps(); ++t) {
    for (int r = 0; r < seq_.active(t); ++r) {
      const Part& part = parts[static_cast<size_t>(seq_.order[r])];
      if (width > 0) {
        std::copy_n(part.frames.begin() + static_cast<ptrdiff_t>(t) * width, width, frames_.row(seq_.start[t] + r));
        continue;
      }
      const auto step = part.ids.subspan(static_cast<size_t>(t) * columns, columns);
      ids_.insert(ids_.end(), step.begin(), step.end());
      if (resets && ids_.back() == part.fresh) seq_.reset[static_cast<size_t>(seq_.start[t] + r)] = 1;
    }
  }
  const Input<float> input = width > 0 ? Input<float>{seq_, nullptr, frames_.view()} : Input<float>{seq_, ids_.data()};
  row_of_.clear();
  const View<const float> result = up_to_head ? hidden(input, states) : wanted_outputs(parts, input, states);
  for (size_t p = 0; p < parts.size(); ++p)
    std::copy_n(states.row(static_cast<int>(p)), states.width(), parts[p].state->row(0));
  return result;
}

// Outputs cost as much as the rest of a model with a large vocabulary: they are made for the rows that somebody looks at.
View<const float> Engine::wanted_outputs(std::span<const Part> parts, const Input<float>& input, State<float>& states) {
  const bool all = std::all_of(parts.begin(), parts.end(), [](const Part& part) { return part.wanted; });
  if (all || !model_.has_head() || model_.answers_at_end()) return outputs(input, states);
  const View<const float> h = hidden(input, states);
  row_of_.assign(static_cast<size_t>(h.rows), -1);
  int rows = 0;
  for (int t = 0; t < seq_.steps(); ++t) {
    for (int r = 0; r < seq_.active(t); ++r)
      if (parts[static_cast<size_t>(seq_.order[r])].wanted) row_of_[static_cast<size_t>(seq_.start[t] + r)] = rows++;
  }
  if (rows == 0) return {};
  const View<float> looked_at = arena_.matrix<float>(rows, h.cols);
  for (int row = 0; row < h.rows; ++row)
    if (const int to = row_of_[static_cast<size_t>(row)]; to >= 0) copy_row(h, row, looked_at, to);
  return outputs_of(looked_at);
}

}  // namespace rnn::core
