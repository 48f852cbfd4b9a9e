// Why: rnn inspect: what a model does with a sentence word by word, or its gradient, gates and states over a text; how a
// translator arrives at its translation; how a model of labels decides.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "command.h"
#include "explain.h"
#include "explain_labels.h"
#include "held_out.h"
#include "inspect/explain_model.h"
#include "inspect_translation.h"
#include "inspect_view.h"
#include "io/ready_model.h"
#include "outputs.h"
#include "screen.h"
#include "text_tokens.h"

namespace rnn::core::app {
namespace {

struct InspectArguments {
  std::string model, data, prompt, svg;
  LabelAsk label;
  bool json = false, force = false;
  int64_t top = 5, tokens = kMeasuredTokens, beam = kWidestBeam, threads = 0;
};

void declare(Command& command, InspectArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file");
  command.word("DATA", &a.data,
               "text over which gradient, gates and states are measured; of a model of labels the file of --row");
  command.text("-p,--prompt", &a.prompt, "TEXT",
               "show this text word by word; for a translator its translation, for sensors a file of series");
  command.whole("--top", &a.top, {1, 1000}, "N", "next words after each word (5)");
  command.whole("--tokens", &a.tokens, {3, 1e7}, "N", "read at most N tokens of DATA (2000)");
  command.text("--svg", &a.svg, "DIR", "write the figures as SVG files into this folder");
  command.flag("--json", &a.json, "one JSON object on standard output");
  declare_label_options(command, a.label);
  command.more();
  command.flag("--force", &a.force, "with --svg: overwrite files that are no such figures");
  command.whole("--beam", &a.beam, {1, kWidestBeam}, "N", "for a translator: hypotheses of the search (5)");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  command.example("rnn inspect runs/story-001 -p \"The cat is sleeping because it\"");
  command.example("rnn inspect runs/story-001 other.txt --svg figures");
}

// The data on which gradient, gates and states were measured.
std::string measured_on(const InspectArguments& a, const ModelFile& file, const ModelExplanation& m) {
  if (a.data.empty()) return "the last word of the prompt";
  return fmt::format("{} positions of {}{}", m.gradient.steps, a.data,
                     reads_sentences(file) ? ", with the state carried across lines" : "");
}

void print_json(const nlohmann::ordered_json& json) { print(json_line(json)); }

int inspect_translator(const Command& command, const InspectArguments& a, ModelFile& file, Pool& pool) {
  if (!a.data.empty()) {
    throw Error(Exit::usage, "usage/argument",
                fmt::format("a translator is inspected sentence by sentence, not over {}", a.data),
                "give a sentence: -p \"I have lost my keys.\"; rnn eval evaluates a translator on pairs");
  }
  if (command.given("--tokens"))
    throw Error(Exit::usage, "usage/option", "--tokens is for language models; this model translates");
  const TranslationExplanation e =
      look_at_translation(file, a.prompt, static_cast<int>(a.beam), static_cast<int>(a.top), pool);
  a.json ? print_json(to_json_object(e)) : print(translation_view(e, command.given("--top") ? static_cast<int>(a.top) : 3));
  if (!a.svg.empty()) write_drawings(a.svg, a.force, translation_drawings(e));
  return 0;
}

int inspect_labels(const Command& command, const InspectArguments& a, ModelFile& file) {
  command.refuse({"--top", "--tokens", "--beam"}, "is not for models that classify or tag", "leave it out");
  LabelLookRequest request;
  request.ask = a.label, request.ask.prompt = a.prompt, request.ask.data = a.data;
  request.svg = a.svg, request.json = a.json, request.force = a.force, request.tables = true;
  request.threads = static_cast<int>(a.threads);
  look_at_labels(file, request);
  return 0;
}

}  // namespace

int run_inspect(const Arguments& arguments) {
  InspectArguments a;
  Command command("inspect", "MODEL [DATA] [-p TEXT] [options]", "what a model remembers: word by word, or over a text");
  declare(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  const bool prompted = command.given("--prompt");
  if (!prompted) command.need(a.data, "a text: -p TEXT, or a DATA file");

  ModelFile file = load_model(a.model);
  if (!file.about.contains("speech") && look_for(file) != LabelLook::none) return inspect_labels(command, a, file);
  refuse_effect(file);
  refuse_label_options(command);
  Pool pool(static_cast<int>(a.threads));
  if (file.model->translates()) return inspect_translator(command, a, file, pool);
  if (command.given("--beam")) throw Error(Exit::usage, "usage/option", "--beam is for translators; this model is not");
  inspected_model(file, pool);
  ExplainOptions options;
  options.top = static_cast<int>(a.top), options.tokens = static_cast<int>(a.tokens);
  if (a.json) options.pairs = held_out_pairs();
  if (prompted) prompt_ids(file, a.prompt, options.limit);  // reports its errors before a long text is read
  if (!a.data.empty()) options.text = first_tokens(file, read_text(a.data), a.data, a.tokens);
  const ModelExplanation m = prompted ? explain_model(file, a.prompt, options, pool) : explain_text(file, options, pool);
  const std::string over = measured_on(a, file, m);
  if (a.json) {
    print_json(to_json_object(m));
  } else {
    const int shown = command.given("--top") ? options.top : 3;
    print(model_view(m) + words_view(m, shown) + gates_by_word_view(m) + memory_view(m) + gradient_view(m, over) +
          gate_use_view(m) + norms_view(m) + spectra_view(m));
  }
  if (!a.svg.empty()) write_drawings(a.svg, a.force, drawings(m, over));
  return 0;
}

}  // namespace rnn::core::app
