// Why: fine-tuning keeps the shape of a model and may change how it is trained: the rule of each option says which it is.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "runs/config_options.h"
#include "runs/run.h"

namespace rnn::core {
namespace {

// Values that leave the choice to the program; also, a model of numbers has no embedding.
bool asks_for_nothing(const std::string& name, const ModelOptions& asked, const ModelConfig& config) {
  if (name == "embed") return asked.embed == 0 || config.vocabulary == 0;
  if (name == "encoder-layers") return asked.encoder_layers == 0;
  if (name == "attention-size") return asked.attention_size == 0;
  return (name == "tokens" && asked.tokens == "auto") || (name == "bridge" && asked.bridge == "auto");
}

}  // namespace

std::unique_ptr<Model<float>> start_from(std::unique_ptr<Model<float>> start, const RunRequest& request,
                                         const Tokenizer* tokenizer, ModelOptions* options) {
  const Options asked{*options, {}};
  Options taken = asked;
  options_from_config(start->config(), &taken.model);
  if (tokenizer) taken.model.tokens = std::string(tokenizer->kind());
  bool changed = false;
  for (const std::string& name : request.given) {
    const std::string wanted = get_option(asked, name), found = get_option(taken, name);
    if (wanted == found || asks_for_nothing(name, asked.model, start->config())) continue;
    const ResumeRule rule = find_option(name)->rule;
    if (rule == ResumeRule::shape) {
      throw Error(Exit::usage, "usage/init_from",
                  fmt::format("--{} is {}, but {} has {}", name, wanted, request.init_from, found),
                  "leave it out: shape and weights come from the model; or train a new one without --init-from");
    }
    if (rule != ResumeRule::regularisation) continue;
    set_option(taken, name, wanted);
    changed = true;
  }
  *options = taken.model;
  if (!changed) return start;
  ModelConfig config = start->config();
  regularise_by(taken.model, &config);
  config.drops.unknown = tokenizer ? tokenizer->unknown_id() : -1;
  auto model = std::make_unique<Model<float>>(config);
  std::copy_n(start->params().data(), start->params().size(), model->params().data());
  return model;
}

}  // namespace rnn::core
