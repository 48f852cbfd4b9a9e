// Why: rnn info: what is in a model file, without running it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/numbers.h"
#include "cells/names.h"
#include "command.h"
#include "data/labels/table_inputs.h"
#include "eval_labels.h"
#include "events/events.h"
#include "info_series.h"
#include "screen.h"
#include "tasks/effect/stream/effect.h"
#include "tasks/forecast/stream/model_front.h"
#include "tasks/language_model/evaluate_text.h"
#include "tasks/sequences/stream/sequence_shape.h"
#include "tasks/transcribe/stream/recognizer.h"

namespace rnn::core::app {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::string shape_text(const ParamInfo& p) {
  return p.vector ? std::to_string(p.cols) : fmt::format("{} x {}", p.rows, p.cols);
}

int64_t file_bytes(const ModelFile& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file.path, error);
  return error ? 0 : static_cast<int64_t>(size);
}

int64_t state_bytes(const ModelFile& file) { return int64_t{4} * file.model->state_width(); }

// The parts of a translator other than its decoder.
std::string encoder_summary(const EncoderOptions& e) {
  std::string text =
      fmt::format(", {}encoder {} x {}", e.rnn.bidirectional ? "bidirectional " : "", e.rnn.layers, e.output());
  text += e.attention == AttentionKind::none ? ", no attention" : fmt::format(", {} attention", attention_name(e.attention));
  if (e.attention == AttentionKind::additive) text += fmt::format(" of {}", e.attention_size);
  if (e.input_feeding) text += ", input feeding";
  text += fmt::format(", bridge {}", bridge_name(e.bridge));
  if (e.own_embedding) text += ", separate embedding for the source";
  if (e.reversed_source) text += ", sources read backwards";
  return text;
}

ordered_json encoder_json(const EncoderOptions& e) {
  return {{"layers", e.rnn.layers},
          {"hidden", e.rnn.hidden},
          {"bidirectional", e.rnn.bidirectional},
          {"output", e.output()},
          {"attention", attention_name(e.attention)},
          {"attention_size", e.attention == AttentionKind::additive ? e.attention_size : 0},
          {"input_feeding", e.input_feeding},
          {"bridge", bridge_name(e.bridge)},
          {"own_embedding", e.own_embedding},
          {"reversed_source", e.reversed_source}};
}

std::string summary(const ModelFile& file) {
  const RecurrentOptions& o = file.model->config().rnn;
  std::string text =
      fmt::format("{}{} {} x {}", cell_name(o.cell, o.flags), o.flags & kPeephole ? " (peephole)" : "", o.layers, o.hidden);
  if (o.last_hidden > 0) text += fmt::format(", last layer {}", o.last_hidden);
  if (o.flags & kLayerNorm) text += ", layer normalisation";
  if (o.cell_clip > 0) text += fmt::format(", cell state clipped to +-{}", o.cell_clip);
  if (o.projection > 0) text += fmt::format(", projected to {}", o.projection);
  if (o.bidirectional) text += ", bidirectional";
  if (o.residual) text += ", residual";
  text += fmt::format(", {} {}", file.model->reads_ids() ? "embedding" : "input", o.input);
  if (const LetterOptions& l = file.model->config().letters; l.present())
    text += fmt::format(", {} filters over {} of {} letters", l.filters, counted(l.width, "neighbour"), l.vocabulary);
  if (!file.model->writes_text() && file.model->has_head()) text += fmt::format(", output {}", file.model->outputs());
  if (file.model->config().tied) text += ", output tied to the embedding";
  const ModelConfig& config = file.model->config();
  if (config.encoder.present()) text += encoder_summary(config.encoder);
  const SoftmaxOptions& softmax = config.softmax;
  if (softmax.kind == SoftmaxKind::sampled) text += ", trained with a sampled softmax";
  if (softmax.kind == SoftmaxKind::adaptive) {
    text += fmt::format(", adaptive softmax with cutoffs {} and divide {}", fmt::join(softmax.cutoffs, ","), softmax.divide);
  }
  const auto add = [&](const char* what, double p) {
    if (p > 0) text += fmt::format(", {} {}", what, p);
  };
  add("dropout", config.dropout);
  if (config.vocabulary > 0 && config.dropout_of_input() != config.dropout) add("input dropout", config.dropout_of_input());
  if (config.dropout_of_output() != config.dropout) add("output dropout", config.dropout_of_output());
  add("embedding dropout", config.drops.rows), add("word dropout", config.drops.words);
  if (o.variational) text += ", variational";
  add("state dropout", o.state_dropout), add("weight drop", o.weight_drop);
  add("zoneout", o.zoneout[0]), add("cell zoneout", o.zoneout[1]);
  return text;
}

ordered_json speech_info_json(const ModelFile& file) {
  const SpeechFront front = speech_model(file).front;
  return {{"rate", front.bank.rate},
          {"bands", front.bank.bins},
          {"step_seconds", front.step_seconds()},
          {"streaming", front.streaming},
          {"latency_seconds", front.latency()},
          {"head", file.model->config().head()},
          {"times", speech_model(file).timed()},
          {"text_rules", kSpeechTextNames[static_cast<size_t>(front.rules)]}};
}

ordered_json as_json(const ModelFile& file) {
  const ModelConfig& c = file.model->config();
  ordered_json tensors = ordered_json::array();
  for (const ParamInfo& p : file.model->table().all()) {
    const ordered_json shape = p.vector ? ordered_json::array({p.cols}) : ordered_json::array({p.rows, p.cols});
    tensors.push_back({{"name", p.name}, {"shape", shape}, {"parameters", p.size()}});
  }
  ordered_json result = {{"file", file.path},
                         {"bytes", file_bytes(file)},
                         {"task", c.task},
                         {"cell", cell_name(c.rnn.cell, c.rnn.flags)},
                         {"layers", c.rnn.layers},
                         {"hidden", c.rnn.hidden},
                         {"last_hidden", c.rnn.last_hidden},
                         {"input", c.rnn.input},
                         {"projection", c.rnn.projection},
                         {"vocabulary", c.vocabulary},
                         {"output", file.model->outputs()},
                         {"softmax", softmax_name(c.softmax.kind)},
                         {"parameters", file.model->table().count()},
                         {"state_bytes", state_bytes(file)}};
  if (c.encoder.present()) result["encoder"] = encoder_json(c.encoder), result["residual"] = c.rnn.residual;
  if (file.tokenizer) result["tokenizer"] = {{"kind", file.tokenizer->kind()}, {"size", file.tokenizer->size()}};
  if (!c.softmax.cutoffs.empty()) result["cutoffs"] = c.softmax.cutoffs, result["softmax_divide"] = c.softmax.divide;
  if (c.forecast.present()) result["forecast"] = series_info_json(file);
  if (c.hears()) result["speech"] = speech_info_json(file);
  if (is_effect(file)) result["effect"] = {{"rate", effect_model(file).front.rate}};
  result["config"] = config_to_json(c);  // all of it, as in the file
  result["tensors"] = tensors;
  result["about"] = file.about.get();
  return result;
}

std::string speech_info_text(const ModelFile& file) {
  const SpeechFront front = speech_model(file).front;
  return fmt::format(
      "{} Hz, {} bands, steps of {:.0f} ms; {}", front.bank.rate, front.bank.bins, 1000 * front.step_seconds(),
      front.streaming ? fmt::format("listens while people speak, {:.0f} ms behind them", 1000 * front.latency())
                      : "hears a clip to its end first");
}

// What a model answers where that is not one kind of label, and how sure it was made.
template <class Line>
void print_label_info(const ModelFile& file, const Line& line) {
  const SequenceShape shape = shape_of_model(file);
  if (!shape.whole_labels.empty())
    line("answers", fmt::format("a tag for every word ({}), a label for the sentence ({})",
                                counted(shape.labels.size(), "tag"), counted(shape.whole_labels.size(), "label")));
  const LabelFront& front = shape.front;
  if (!front.inputs.empty())
    line("inputs", fmt::format("{}, each as a word before the text", names_of_inputs(front.inputs)));
  if (shape.answers == Answers::several) line("threshold", fmt::format("a label is given from {:.4g} on", front.threshold));
  if (shape.answers == Answers::ordered) line("scale", fmt::format("{}", fmt::join(shape.labels, " < ")));
  if (front.calibrated == 0) return;
  std::string text = fmt::format("by {}: temperature {:.2f}", counted(front.calibrated, "answer"), front.temperature);
  const json& saved = file.about.get().at("sequences").at("front");
  if (saved.contains("whole_temperature"))
    text += fmt::format("; labels of sentences by {}: {:.2f}", grouped(saved.value("whole_calibrated", int64_t{0})),
                        saved.value("whole_temperature", 1.0));
  line("calibrated", text);
}

void print_text(const ModelFile& file) {
  const Model<float>& model = *file.model;
  const auto line = [](const char* key, const std::string& text) { print(fmt::format(" {:<10} {}\n", key, text)); };
  line("file", fmt::format("{}, {}", file.path, bytes_text(file_bytes(file))));
  line("task", model.config().task);
  line("model", summary(file));
  line("parameters", fmt::format("{}, {} as 32-bit numbers", grouped(static_cast<int64_t>(model.table().count())),
                                 bytes_text(static_cast<int64_t>(model.table().count()) * 4)));
  if (model.config().forecast.present()) {
    print_series_info(file, line);
  } else {
    line("state", bytes_text(state_bytes(file)) + (model.translates() ? " for each hypothesis" : " for each stream"));
  }
  if (is_effect(file))
    line("sound",
         fmt::format("an effect on sound of {} Hz, sample by sample, without delay", effect_model(file).front.rate));
  if (model.config().hears()) {
    line("sound", speech_info_text(file));
    line("head", speech_head_text(model.config()));
  }
  if (reads_labels(file)) print_label_info(file, line);
  if (file.tokenizer) {
    line("tokenizer", fmt::format("{}, {} different tokens", file.tokenizer->kind(), grouped(file.tokenizer->size())));
  }
  const auto text_of = [&](const char* key) {
    return file.about.is_object() ? file.about.get().value(key, json()) : json();
  };
  if (text_of("command").is_string()) line("command", text_of("command").get<std::string>());
  const json metrics = text_of("metrics");
  if (metrics.is_object()) {
    std::string text;
    for (const auto& item : metrics.items()) {
      if (item.value().is_number())
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", item.key(), short_number(item.value().get<double>()));
    }
    line("metrics", text);
  }
  if (!file.checkpoint.is_null()) line("checkpoint", "contains what rnn train --resume needs");
  Table table({"tensor", "shape", "parameters"});
  for (const ParamInfo& p : model.table().all()) table.add({p.name, shape_text(p), grouped(static_cast<int64_t>(p.size()))});
  print("\n" + table.text());
}

}  // namespace

int run_info(const Arguments& arguments) {
  std::string model;
  bool as_object = false;
  Command command("info", "MODEL [options]", "layers, shapes, sizes, tokenizer, training command and metrics");
  command.word("MODEL", &model, "run folder or .safetensors file");
  command.flag("--json", &as_object, "one JSON object on standard output");
  command.example("rnn info runs/story-001");
  command.example("rnn info lstm.safetensors --json");
  if (!command.parse(arguments)) return 0;
  command.need(model, "a MODEL");
  const ModelFile file = load_model(model);
  if (file.model->config().forecast.present()) front_of_model(file);  // is refused before anything is said
  if (as_object) {
    print(json_line(as_json(file)));
  } else {
    print_text(file);
  }
  return 0;
}

}  // namespace rnn::core::app
