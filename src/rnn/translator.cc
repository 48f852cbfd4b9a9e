// Why: the public translator wraps that of the translation task, with its threads and the models that it keeps alive.
#include "base/thread_pool.h"
#include "rnn/engine.h"

namespace rnn {
inline namespace v1 {

struct Translator::Core {
  Core(std::vector<Model> m, ModelFile& file, const WithModels& with, int threads)
      : models(std::move(m)), pool(threads), translator(file, with, pool) {}

  std::vector<Model> models;  // keeps the weights alive
  Pool pool;
  core::Translator translator;
};

Translator::Translator(const Model& model, int threads) : Translator(std::vector<Model>{model}, threads) {}

Translator::Translator(const std::vector<Model>& models, int threads) {
  require_range("session/size", "threads", threads, 0, kMaxThreads);
  require_range("session/size", "the number of models", static_cast<double>(models.size()), 1, kMaxStreams);
  WithModels with;
  for (size_t i = 1; i < models.size(); ++i) with.files.push_back(&models[i].core_->file);
  core_ = std::make_unique<Core>(models, models[0].core_->file, with, threads);
}
Translator::~Translator() = default;
Translator::Translator(Translator&& other) noexcept = default;
Translator& Translator::operator=(Translator&& other) noexcept = default;

std::vector<std::vector<Translation>> Translator::translate(const std::vector<std::string>& lines,
                                                            const TranslateOptions& options) {
  constexpr const char* kCode = "translate/options";
  require_range(kCode, "beam", options.beam, 1, 1024);
  require_range(kCode, "n_best", options.n_best, 1, options.beam);
  require_range(kCode, "length_penalty", options.length_penalty, 0, 10);
  require_range(kCode, "no_repeat", options.no_repeat, 0, 1024);
  core::TranslateOptions how;
  how.beam = options.beam, how.n_best = options.n_best, how.alpha = options.length_penalty;
  how.no_repeat = options.no_repeat, how.prefix = options.prefix;
  std::vector<std::vector<Translation>> all;
  for (const auto& found : core_->translator.translate(lines, how)) {
    all.emplace_back();
    for (const core::Translation& t : found) all.back().push_back({t.text, t.log_prob, t.score, t.finished});
  }
  return all;
}

std::string Translator::translate(const std::string& line) { return translate(std::vector<std::string>{line})[0][0].text; }

}  // namespace v1
}  // namespace rnn
