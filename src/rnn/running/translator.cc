// Why: the public translator wraps that of the translation task, with its threads and the models that it keeps alive.
#include "rnn/translator.h"

#include "rnn/running/access.h"
#include "tasks/translate/stream/translator.h"

namespace rnn {
inline namespace v1 {

struct Translator::Core {
  Core(std::vector<Model> m, const WithModels& with, const Threads& t)
      : models(std::move(m)), threads(t), translator(Access::text_file(models[0]), with, Access::pool(threads)) {}

  std::vector<Model> models;  // keeps the weights alive
  Threads threads;
  core::Translator translator;
};

Translator::Translator(const Model& model, const Threads& threads) : Translator(std::vector<Model>{model}, threads) {}

Translator::Translator(const std::vector<Model>& models, const Threads& threads) {
  require_range("session/size", "the number of models", static_cast<double>(models.size()), 1, kMaxStreams);
  WithModels with;
  for (size_t i = 1; i < models.size(); ++i) with.files.push_back(&Access::text_file(models[i]));
  core_ = std::make_unique<Core>(models, with, threads);
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
  how.no_repeat = options.no_repeat, how.prefix = options.prefix, how.cancel = options.cancel;
  std::vector<std::vector<Translation>> all;
  for (const auto& found : core_->translator.translate(lines, how)) {
    all.emplace_back();
    for (const core::Translation& t : found) all.back().push_back({t.text, t.ids, t.log_prob, t.score, t.finished});
  }
  return all;
}

std::string Translator::translate(const std::string& line) { return translate(std::vector<std::string>{line})[0][0].text; }

Attention Translator::attention(const std::string& line, const Translation& translation) {
  const Tokenizer& tokenizer = core_->translator.tokenizer();
  for (const int32_t id : translation.tokens) require_range("text/token", "a token", id, 0, tokenizer.size() - 1);
  core::Translation own;
  own.ids = translation.tokens;
  const Matrix<float> weights = core_->translator.align(line, own);
  Attention out;
  if (weights.size() == 0) return out;
  for (const int32_t id : encode_line(tokenizer, line)) out.source.push_back(tokenizer.piece(id));
  for (const int32_t id : translation.tokens) out.target.push_back(tokenizer.piece(id));
  out.weights.assign(weights.data(), weights.data() + weights.size());
  return out;
}

}  // namespace v1
}  // namespace rnn
