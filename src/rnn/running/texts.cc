// Why: the public texts are streams of the language-model task, numbered, over one engine.
#include "rnn/texts.h"

#include <limits>
#include <map>

#include "base/error.h"
#include "rnn/running/access.h"
#include "tasks/language_model/stream/write_stream.h"

namespace rnn {
inline namespace v1 {

struct Texts::Core {
  Core(const Model& m, const Threads& t)
      : model(m),
        threads(t),
        file(Access::text_file(model)),
        engine(ready_language_model(file, Access::pool(threads), ""), &Access::pool(threads)) {}

  WriteStream& at(size_t number) {
    const auto found = texts.find(number);
    if (found != texts.end()) return *found->second;
    throw Error(Exit::usage, "texts/number", "there is no text " + std::to_string(number),
                "Texts::add() returns the number of a text, which it keeps until it is removed");
  }

  Model model;  // keeps the weights alive
  Threads threads;
  ModelFile& file;
  Engine engine;
  std::map<size_t, std::unique_ptr<WriteStream>> texts;
  size_t next = 0;
};

Texts::Texts(const Model& model, const Threads& threads) : core_(std::make_unique<Core>(model, threads)) {}
Texts::~Texts() = default;
Texts::Texts(Texts&& other) noexcept = default;
Texts& Texts::operator=(Texts&& other) noexcept = default;

size_t Texts::add(std::string_view prompt, const TextOptions& options) {
  constexpr const char* kCode = "generate/options";
  require_range(kCode, "tokens", static_cast<double>(options.tokens), 0, 9e15);
  require_range(kCode, "temperature", options.temperature, 0, 1e6);
  require_range(kCode, "top_k", options.top_k, 0, std::numeric_limits<int>::max());
  require_range(kCode, "top_p", options.top_p, std::numeric_limits<double>::min(), 1);
  Core& c = *core_;
  const Tokenizer& tokenizer = *c.file.tokenizer;
  auto text = std::make_unique<WriteStream>(tokenizer, c.engine.model().initial(1), fresh_token(c.file), c.file.fingerprint);
  if (!prompt.empty()) text->read(prompt);
  WriteOptions how;
  how.tokens = options.tokens, how.stop = options.stop;
  how.sampling.temperature = options.temperature, how.sampling.top_k = options.top_k, how.sampling.top_p = options.top_p;
  text->write(how, Random(options.seed, Purpose::sample));
  c.texts.emplace(c.next, std::move(text));
  return c.next++;
}

bool Texts::step() {
  std::vector<core::Stream*> writing;
  for (const auto& [number, text] : core_->texts)
    if (text->writing()) writing.push_back(text.get());
  return step_streams(core_->engine, writing) && unfinished() > 0;
}

std::string Texts::take(size_t number) { return core_->at(number).pieces(); }
bool Texts::finished(size_t number) const { return !core_->at(number).writing(); }
std::string Texts::save_state(size_t number) const { return core_->at(number).save(); }

void Texts::remove(size_t number) {
  core_->at(number);
  core_->texts.erase(number);
}

size_t Texts::unfinished() const noexcept {
  size_t count = 0;
  for (const auto& [number, text] : core_->texts) count += text->writing();
  return count;
}

}  // namespace v1
}  // namespace rnn
