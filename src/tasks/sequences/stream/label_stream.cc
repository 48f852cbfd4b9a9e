// Why: see label_stream.h.
#include "tasks/sequences/stream/label_stream.h"

#include <cassert>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "networks/step_ids.h"

namespace rnn::core {
namespace {

constexpr std::string_view kLabelMark =
    "rnnlabl1";  // then the state, and the answer so far of a model that answers at the end

}  // namespace

LabelStream::LabelStream(const Model<float>& model)
    : Stream(model.initial(1), -1),
      model_(&model),
      width_(model.reads_ids() ? 0 : static_cast<size_t>(model.config().rnn.input)),
      columns_(static_cast<size_t>(ids_of_step(model.config()))),
      whole_(model.config().rnn.bidirectional || model.config().pool != Pooling::last),
      every_step_(!model.answers_at_end()) {}

void LabelStream::read(std::span<const int32_t> ids) {
  assert(width_ == 0 && !finished_);
  ids_.insert(ids_.end(), ids.begin(), ids.end());
}

void LabelStream::read(std::span<const float> frames) {
  assert(width_ > 0 && frames.size() % width_ == 0 && !finished_);
  frames_.insert(frames_.end(), frames.begin(), frames.end());
}

std::vector<float> LabelStream::rows() { return std::exchange(rows_, {}); }

Wanted LabelStream::want() const {
  if (whole_ && !finished_) return {};
  return {.ids = ids_, .frames = frames_, .every_row = every_step_, .one_pass = whole_};
}

void LabelStream::take(std::span<const float> outputs) {
  if (!every_step_) rows_.clear();
  rows_.insert(rows_.end(), outputs.begin(), outputs.end());
  if (every_step_ && ++taken_ < waiting_steps()) return;
  taken_ = 0;
  ids_.clear(), frames_.clear();
}

std::string LabelStream::save() const {
  if (waiting_steps() > 0)
    throw Error(Exit::usage, "stream/unread", "a stream cannot be saved before what it was given is read",
                whole_ ? "this model reads only whole sequences: finish it first" : "");
  std::string bytes = std::string(kLabelMark) + memory().bytes();
  if (!every_step_) bytes.append(reinterpret_cast<const char*>(rows_.data()), rows_.size() * sizeof(float));
  return bytes;
}

void LabelStream::load(std::string_view bytes) {
  const size_t state = static_cast<size_t>(memory().width()) * sizeof(float);
  const size_t answer = every_step_ ? 0 : static_cast<size_t>(model_->outputs()) * sizeof(float);
  if (!bytes.starts_with(kLabelMark))
    throw Error(Exit::model, "state/corrupt", "this is not the saved state of a sequence", "LabelStream::save() makes one");
  bytes.remove_prefix(kLabelMark.size());
  if (bytes.size() != state && bytes.size() != state + answer)
    throw Error(Exit::model, "state/size",
                "a state of " + std::to_string(bytes.size()) + " bytes does not fit a model whose state has " +
                    std::to_string(state),
                "use the model that saved this state");
  reset();
  set_memory(State<float>::of_bytes(bytes.substr(0, state), memory().width()));
  bytes.remove_prefix(state);
  rows_.resize(bytes.size() / sizeof(float));
  if (!bytes.empty()) std::memcpy(rows_.data(), bytes.data(), bytes.size());
}

void LabelStream::reset() {
  set_memory(model_->initial(1));
  ids_.clear(), frames_.clear(), rows_.clear();
  taken_ = 0, finished_ = false;
}

}  // namespace rnn::core
