// Why: the public session checks the arguments of the caller, then steps the model; the state is returned as a value.
#include "rnn/session.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "decode/sample.h"
#include "networks/session.h"
#include "networks/step_ids.h"
#include "rnn/running/access.h"

namespace rnn {
inline namespace v1 {
namespace {

static_assert(std::endian::native == std::endian::little, "saved states and model files are little-endian");
constexpr std::string_view kMark = "rnnstate";  // then number of streams and numbers per stream, 4 bytes each
constexpr size_t kHeader = 16;

const core::Model<float>& steppable(const core::Model<float>& model, const std::string& path) {
  if (model.translates()) {
    throw Error(Exit::model, "model/task", path + " translates whole sentences, so it cannot be stepped",
                "use rnn translate, or rnn::Translator");
  }
  if (model.config().forecast.present()) {
    throw Error(Exit::model, "model/task", path + " forecasts series from whole windows, so it cannot be stepped",
                "use rnn forecast, or rnn::Forecaster");
  }
  if (model.config().pool != Pooling::last || ids_of_step(model.config()) > 1)
    throw Error(Exit::model, "model/task", path + " answers for whole sequences only, so it cannot be stepped",
                "rnn classify and rnn tag run it");
  if (model.config().rnn.bidirectional) {
    throw Error(Exit::model, "model/bidirectional", path + " also reads backwards, so it cannot be stepped",
                "use a unidirectional model");
  }
  return model;
}

}  // namespace

bool operator==(const State& a, const State& b) noexcept {
  return a.streams_ == b.streams_ && a.values_.size() == b.values_.size() &&
         (a.values_.empty() || std::memcmp(a.values_.data(), b.values_.data(), a.values_.size() * sizeof(float)) == 0);
}

std::string State::to_bytes() const {
  const uint32_t sizes[2] = {static_cast<uint32_t>(streams_),
                             streams_ > 0 ? static_cast<uint32_t>(values_.size() / static_cast<size_t>(streams_)) : 0};
  std::string bytes(kMark);
  bytes.append(reinterpret_cast<const char*>(sizes), sizeof sizes);
  if (!values_.empty()) bytes.append(reinterpret_cast<const char*>(values_.data()), values_.size() * sizeof(float));
  if (model_[2] != 0) bytes.append(reinterpret_cast<const char*>(model_), sizeof model_);
  return bytes;
}

State State::from_bytes(std::string_view bytes) {
  uint32_t sizes[2] = {0, 0};
  const bool marked = bytes.size() >= kHeader && bytes.substr(0, kMark.size()) == kMark;
  if (marked) std::memcpy(sizes, bytes.data() + kMark.size(), sizeof sizes);
  const size_t count = static_cast<size_t>(sizes[0]) * sizes[1];  // below 2^64
  const std::string_view body = marked ? bytes.substr(kHeader) : std::string_view();
  // What may follow the numbers.
  const bool says_model = body.size() % sizeof(float) == 0 && body.size() >= Fingerprint::kBytes &&
                          (body.size() - Fingerprint::kBytes) / sizeof(float) == count;
  const Fingerprint model =
      says_model ? Fingerprint::of_bytes(body.substr(body.size() - Fingerprint::kBytes)) : Fingerprint{};
  const bool plain = body.size() % sizeof(float) == 0 && body.size() / sizeof(float) == count;
  if (!marked || sizes[0] > kMaxStreams || (sizes[0] == 0) != (sizes[1] == 0) || !(plain || model.known())) {
    throw Error(Exit::model, "state/corrupt", "these " + std::to_string(bytes.size()) + " bytes are not a saved state",
                "State::to_bytes() writes one");
  }
  State state;
  state.streams_ = static_cast<int>(sizes[0]);
  state.values_.resize(count);
  if (count > 0) std::memcpy(state.values_.data(), bytes.data() + kHeader, count * sizeof(float));
  require_finite_state(state.values_);
  state.model_[0] = model.config, state.model_[1] = model.tokenizer, state.model_[2] = model.weights;
  return state;
}

struct Session::Core {
  Core(const Model& m, const core::Model<float>& network, int streams, const Threads& t)
      : model(m), threads(t), session(network, streams, &Access::pool(threads)), given(network.initial(streams)) {}

  Model model;  // keeps the weights alive
  Threads threads;
  core::Session session;
  core::State<float> given;  // set_state() copies its numbers here first, so that no memory is allocated

  int streams() const { return session.state().rows(); }
  const core::Model<float>& network() const { return session.model(); }
  // The rows of a step's output are contiguous: one direction, one step.
  static std::span<const float> rows(View<const float> view) {
    return {core::row_of(view).data(), static_cast<size_t>(view.rows) * static_cast<size_t>(view.cols)};
  }
};

Session::Session(const Model& model, int streams, const Threads& threads) {
  require_range("session/size", "streams", streams, 1, kMaxStreams);
  core_ =
      std::make_unique<Core>(model, steppable(Access::core(model).network(), Access::file(model).path), streams, threads);
}
Session::~Session() = default;
Session::Session(Session&& other) noexcept = default;
Session& Session::operator=(Session&& other) noexcept = default;

std::span<const float> Session::push(std::span<const int32_t> ids) noexcept {
  const core::Model<float>& network = core_->network();
  const int vocabulary = network.config().vocabulary;
  if (!network.reads_ids() || ids.size() != static_cast<size_t>(core_->streams())) return {};
  for (const int32_t id : ids) {
    if (id < 0 || id >= vocabulary) return {};
  }
  return Core::rows(core_->session.push(ids));
}

std::span<const float> Session::push(std::span<const float> frames) noexcept {
  const core::Model<float>& network = core_->network();
  const int inputs = network.config().rnn.input, streams = core_->streams();
  if (network.reads_ids() || frames.size() != static_cast<size_t>(streams) * static_cast<size_t>(inputs)) return {};
  return Core::rows(core_->session.push(View<const float>{frames.data(), streams, inputs, inputs}));
}

State Session::state() const {
  const core::State<float>& from = core_->session.state();
  State state;
  state.streams_ = from.rows();
  state.values_.assign(from.row(0), from.row(from.rows()));
  const Fingerprint& model = Access::file(core_->model).fingerprint;
  state.model_[0] = model.config, state.model_[1] = model.tokenizer, state.model_[2] = model.weights;
  return state;
}

void Session::set_state(const State& state) {
  const size_t width = static_cast<size_t>(core_->given.width());
  if (state.streams_ != core_->streams() || state.values_.size() != static_cast<size_t>(state.streams_) * width) {
    const size_t theirs = state.streams_ > 0 ? state.values_.size() / static_cast<size_t>(state.streams_) : 0;
    throw Error(Exit::model, "state/size",
                "a state of " + std::to_string(state.streams_) + " streams x " + std::to_string(theirs) +
                    " numbers does not fit " + std::to_string(core_->streams()) + " x " + std::to_string(width),
                "use it with a session of the same model and number of streams");
  }
  require_same_model({state.model_[0], state.model_[1], state.model_[2]}, Access::file(core_->model).fingerprint);
  std::copy(state.values_.begin(), state.values_.end(), core_->given.row(0));
  core_->session.set_state(core_->given);
}

void Session::reset() noexcept { core_->session.reset(); }
const Model& Session::model() const noexcept { return core_->model; }

}  // namespace v1
}  // namespace rnn
