// Why: the memory of a session travels as bytes through other people's programs before it comes back.
#include <optional>
#include <string>

#include "fuzz/target.h"
#include "rnn/rnn.h"

namespace rnn::core::fuzz {
namespace {

void test(std::string_view input) {
  static const v1::Model model = v1::Model::load(RNN_FUZZ_MODEL);
  static v1::Session one(model), two(model, 2);
  std::optional<v1::State> state;
  if (!reads([&] { state = v1::State::from_bytes(input); })) return;
  require(state->to_bytes() == input, "a state is written to the bytes it was read from");
  bool taken = false;
  for (v1::Session* session : {&one, &two}) {
    session->reset();
    const v1::State before = session->state();
    if (!reads([&] { session->set_state(*state); })) {
      require(session->state() == before, "a state that is refused changes nothing");
      continue;
    }
    taken = true;
    // It also says of which model it is now.
    require(session->state().to_bytes().starts_with(input), "a session has the state it was given");
    const int32_t ids[] = {0, 0};
    const auto logits = session->push(std::span(ids).first(static_cast<size_t>(state->streams())));
    require(logits.size() == static_cast<size_t>(state->streams() * model.vocabulary()), "a session goes on from a state");
  }
  if (taken) ++accepted;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
