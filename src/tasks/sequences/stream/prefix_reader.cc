// Why: see prefix_reader.h.
#include "tasks/sequences/stream/prefix_reader.h"

#include <cstring>

#include "base/error.h"
#include "decode/sample.h"
#include "io/fingerprint.h"
#include "networks/step_ids.h"
#include "nn/layers/pooling.h"

namespace rnn::core {

bool PrefixReader::fits(const Model<float>& model) {
  return model.answers_at_end() && !model.config().rnn.bidirectional && !model.writes_text();
}

PrefixReader::PrefixReader(const Model<float>& model, Pool& pool)
    : engine_(model, &pool), pool_(model.config().pool), row_(1, model.width()) {
  reset();
}

void PrefixReader::reset() {
  const Model<float>& model = engine_.model();
  const size_t kept = static_cast<size_t>(model.width()) + (pool_ == Pooling::attention ? 2 : 0);
  now_ = {0, model.initial(1), std::vector<float>(kept, 0.0f)};
  before_ = now_;
}

void PrefixReader::read(std::span<const int32_t> ids) {
  const auto columns = static_cast<size_t>(ids_of_step(engine_.model().config()));
  for (size_t at = 0; at < ids.size(); at += columns) read_step({&now_.state, ids.subspan(at, columns)});
}

void PrefixReader::read(std::span<const float> frames) {
  const auto width = static_cast<size_t>(engine_.model().config().rnn.input);
  for (size_t at = 0; at < frames.size(); at += width) read_step({&now_.state, {}, frames.subspan(at, width)});
}

// A pass of one step hands out the hidden row of that step, whatever is pooled. The order of sums and comparisons is that of
// nn/layers/pooling.cc.
void PrefixReader::read_step(const Engine::Part& part) {
  before_ = now_;
  const std::span<const float> h = row_of(engine_.run_hidden({&part, 1}));
  if (pool_ == Pooling::attention) {
    float *const sum = now_.pooled.data(), *const scores = sum + h.size();
    Attended<float> so_far{scores[0], scores[1]};
    attend_row(h.data(), engine_.model().query(), static_cast<int>(h.size()), now_.steps == 0, so_far, sum);
    scores[0] = so_far.largest, scores[1] = so_far.total;
  }
  for (size_t i = 0; i < h.size(); ++i) {
    float& kept = now_.pooled[i];
    const bool better = now_.steps == 0 || h[i] > kept || h[i] != h[i];
    if (pool_ == Pooling::last || (pool_ == Pooling::max && better)) kept = h[i];
    if (pool_ == Pooling::mean) kept += h[i];
  }
  ++now_.steps;
}

bool PrefixReader::take_back() {
  if (now_.steps == before_.steps) return false;
  now_ = before_;
  return true;
}

std::span<const float> PrefixReader::outputs() {
  const size_t width = static_cast<size_t>(engine_.model().width());
  const float by = pool_ == Pooling::mean        ? static_cast<float>(now_.steps)
                   : pool_ == Pooling::attention ? now_.pooled[width + 1]
                                                 : 1;
  for (size_t i = 0; i < width; ++i) row_.row(0)[i] = now_.pooled[i] / by;
  return row_of(engine_.outputs_of(row_.view()));
}

std::string PrefixReader::save() const {
  std::string bytes;
  for (const Memory* m : {&now_, &before_}) {
    bytes.append(reinterpret_cast<const char*>(&m->steps), sizeof m->steps);
    bytes += m->state.bytes();
    bytes.append(reinterpret_cast<const char*>(m->pooled.data()), m->pooled.size() * sizeof(float));
  }
  return bytes;
}

void PrefixReader::load(std::string_view bytes) {
  const size_t state = static_cast<size_t>(now_.state.width()) * sizeof(float), row = now_.pooled.size() * sizeof(float);
  if (const size_t size = 2 * (sizeof(int64_t) + state + row); bytes.size() != size)
    throw Error(Exit::model, "state/size",
                "the network's part of this state has " + std::to_string(bytes.size()) + " bytes; that of this model has " +
                    std::to_string(size),
                "use the model that saved this state");
  Memory read[2];
  for (Memory& m : read) {
    std::memcpy(&m.steps, bytes.data(), sizeof m.steps);
    bytes.remove_prefix(sizeof m.steps);
    m.state = State<float>::of_bytes(bytes.substr(0, state), now_.state.width());
    m.pooled.resize(now_.pooled.size());
    std::memcpy(m.pooled.data(), bytes.data() + state, row);
    bytes.remove_prefix(state + row);
    require_finite_state({m.state.row(0), static_cast<size_t>(m.state.width())});
    require_finite_state(m.pooled);
  }
  if (read[1].steps < 0 || read[0].steps < read[1].steps || read[0].steps > read[1].steps + 1)
    throw Error(Exit::model, "state/corrupt", "the numbers of steps in this state contradict each other",
                "save the state again");
  now_ = std::move(read[0]), before_ = std::move(read[1]);
}

}  // namespace rnn::core
