// Why: the public writer is the language-model task's own, with its random numbers beside it.
#include <limits>

#include "base/rng.h"
#include "rnn/engine.h"

namespace rnn {
inline namespace v1 {

struct Writer::Core {
  Core(const Model& m, ModelFile& file, uint64_t seed, int threads)
      : model(m), writer(file, threads), random(seed, Purpose::sample) {}

  Model model;  // keeps the weights alive
  engine::Writer writer;
  Random random;
};

Writer::Writer(const Model& model, uint64_t seed, int threads) {
  require_range("session/size", "threads", threads, 0, kMaxThreads);
  core_ = std::make_unique<Core>(model, model.core_->file, seed, threads);
}
Writer::~Writer() = default;
Writer::Writer(Writer&& other) noexcept = default;
Writer& Writer::operator=(Writer&& other) noexcept = default;

std::vector<std::string> Writer::read(std::string_view text) { return core_->writer.read(text); }

std::vector<Choice> Writer::top(int n) {
  constexpr int kAll = std::numeric_limits<int>::max();
  require_range("generate/options", "n", n, 1, kAll);
  std::vector<Choice> choices;
  for (const Candidate& c : core_->writer.top(n)) {
    choices.push_back({c.id, core_->writer.tokenizer().piece(c.id), c.probability});
  }
  return choices;
}

std::string Writer::next(const GenerateOptions& options) {
  constexpr const char* kCode = "generate/options";
  require_range(kCode, "temperature", options.temperature, 0, 1e6);
  require_range(kCode, "top_k", options.top_k, 0, std::numeric_limits<int>::max());
  require_range(kCode, "top_p", options.top_p, std::numeric_limits<double>::min(), 1);
  const int32_t unknown[] = {core_->writer.tokenizer().unknown_id()};
  SampleOptions sample;
  sample.temperature = options.temperature;
  sample.top_k = options.top_k;
  sample.top_p = options.top_p;
  if (!options.unknown_words) sample.banned = unknown;
  return core_->writer.next(sample, core_->random);
}

int32_t Writer::last_token() const noexcept { return core_->writer.last_token(); }
std::string Writer::flush() { return core_->writer.flush(); }
std::string Writer::save_state() const { return core_->writer.save_state(); }
void Writer::load_state(std::string_view bytes) { core_->writer.load_state(bytes); }

}  // namespace v1
}  // namespace rnn
