// Why: a saved memory of a writer is a file like any other: it is taken up whole, or the writer stays as it was.
#include <memory>
#include <string>

#include "fuzz/target.h"
#include "tasks/language_model/stream/writer.h"
#include "text/utf8.h"

namespace rnn::core::fuzz {
namespace {

constexpr int kSteps = 3;

// One model, read once, and a writer on it.
struct Desk {
  explicit Desk(int cache)
      : file(load_model(RNN_FUZZ_MODEL)),
        writer(file, WriterOptions{1, {}, {cache, 0.1, 0.3}}),
        fresh(writer.save_state()) {}
  ModelFile file;
  Writer writer;
  std::string fresh;  // its state before it reads anything
};

// True when the input is a state.
bool test_on(Desk& desk, std::string_view input) {
  Writer& writer = desk.writer;
  writer.load_state(desk.fresh);
  if (!reads([&] { writer.load_state(input); })) {
    require(writer.save_state() == desk.fresh, "a writer stays as it was when a state is refused");
    return false;
  }
  const std::string state = writer.save_state();
  writer.load_state(state);
  require(writer.save_state() == state, "a saved state comes back");
  const int32_t size = desk.file.tokenizer->size();
  require(writer.last_token() >= 0 && writer.last_token() < size, "the last token is one of the model");
  const Writer::Mark mark = writer.mark();
  Random random(1, Purpose::test);
  std::string text;
  for (int i = 0; i < kSteps; ++i) {
    for (const Candidate& c : writer.top(2)) require(c.id >= 0 && c.id < size, "a choice is a token of the model");
    text += writer.next({}, random);
  }
  text += writer.flush();
  require(utf8_error(text) == std::string_view::npos, "what is written is UTF-8");
  writer.rewind(mark);
  require(writer.save_state() == state, "a rewound writer stands where it stood");
  return true;
}

void test(std::string_view input) {
  static Desk plain(0), cached(4);
  const bool read = test_on(plain, input);
  if (test_on(cached, input) || read) ++accepted;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
