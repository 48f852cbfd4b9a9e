// Why: the public writer wraps that of the language-model task and adds random numbers.
#include "rnn/writer.h"

#include <limits>

#include "base/rng.h"
#include "rnn/running/access.h"
#include "tasks/language_model/stream/writer.h"

namespace rnn {
inline namespace v1 {

struct Writer::Core {
  Core(std::vector<Model> m, const Threads& t, WriterOptions options, uint64_t seed)
      : models(std::move(m)),
        threads(t),
        writer(Access::text_file(models[0]), (options.pool = &Access::pool(threads), options)),
        random(seed, Purpose::sample) {}

  std::vector<Model> models;  // keeps the weights alive
  Threads threads;
  core::Writer writer;
  Random random;
};

Writer::Writer(const Model& model, uint64_t seed, const Threads& threads)
    : Writer(std::vector<Model>{model}, seed, threads) {}

Writer::Writer(const std::vector<Model>& models, uint64_t seed, const Threads& threads) {
  require_range("session/size", "the number of models", static_cast<double>(models.size()), 1, kMaxStreams);
  WriterOptions options;
  for (size_t i = 1; i < models.size(); ++i) options.with.files.push_back(&Access::text_file(models[i]));
  core_ = std::make_unique<Core>(models, threads, options, seed);
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

std::vector<Continuation> Writer::search(const SearchOptions& options) {
  constexpr const char* kCode = "generate/options";
  require_range(kCode, "beam", options.beam, 1, 1024);
  require_range(kCode, "n_best", options.n_best, 1, options.beam);
  require_range(kCode, "tokens", options.tokens, 0, 1 << 20);
  require_range(kCode, "length_penalty", options.length_penalty, 0, 10);
  require_range(kCode, "no_repeat", options.no_repeat, 0, 1024);
  TextSearch search;
  search.beam = options.beam;
  search.n_best = options.n_best;
  search.tokens = options.tokens;
  search.alpha = options.length_penalty;
  search.no_repeat = options.no_repeat;
  search.stop = options.stop;
  search.prefix = options.prefix;
  search.cancel = options.cancel;
  std::vector<Continuation> found;
  for (FoundText& f : core_->writer.search(search))
    found.push_back({std::move(f.text), std::move(f.ids), f.log_prob, f.score, f.finished});
  return found;
}

int32_t Writer::last_token() const noexcept { return core_->writer.last_token(); }
std::string Writer::flush() { return core_->writer.flush(); }
std::string Writer::save_state() const { return core_->writer.save_state(); }
void Writer::load_state(std::string_view bytes) { core_->writer.load_state(bytes); }

}  // namespace v1
}  // namespace rnn
