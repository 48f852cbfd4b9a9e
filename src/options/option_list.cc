// Why: the table of options itself, and the one place where their values are parsed and written.
#include "options/option_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "cells/names.h"
#include "options/kinds.h"

namespace rnn::core {
namespace {

using M = ModelOptions;
using R = TrainOptions;

constexpr std::string_view kTokens[] = {"auto", "byte", "char", "word", "unigram", "bpe"};
constexpr std::string_view kInits[] = {"pytorch", "uniform:A", "glorot", "orthogonal", "identity"};
constexpr std::string_view kOptimizers[] = {"sgd", "adam", "adamw", "rmsprop", "adagrad"};
constexpr std::string_view kAverages[] = {"off", "asgd", "nt-asgd", "ema"};
constexpr std::string_view kSchedules[] = {"constant", "stall", "decay", "cosine", "steps"};
constexpr std::string_view kCutoffs[] = {"auto", "N,N,..."};
constexpr std::string_view kSamplers[] = {"log-uniform", "unigram"};
constexpr std::string_view kModes[] = {"auto", "stream", "sentence"};

constexpr std::string_view kBridges[] = {"auto", "copy", "dense", "zero"};
constexpr std::string_view kFigures[] = {"loss", "bleu"};

constexpr double kMany = 2147483647, kInt64 = 9007199254740992.0;  // 2^53: every whole number below is exact
constexpr OptionRange kShare = {0, 1, false, true};                // [0, 1)
constexpr OptionRange kPositive = {0, 1e9, true, false};

const OptionInfo kOptions[] = {
    {"tokens", "model", "KIND", "pieces of text: auto, byte, char, word, unigram, bpe", &M::tokens, {}, kTokens},
    {"tokenizer", "model", "FILE", "use this sub-word model (SentencePiece) instead of learning one", &M::tokenizer},
    {"min-count", "model", "N", "words seen less often become the unknown word", &M::min_count, {1, kMany}},
    {"max-vocabulary",
     "model",
     "N",
     "largest vocabulary; 0: no limit, for sub-words set by the size of the text",
     &M::max_vocabulary,
     {0, 1 << 24}},
    {"cell", "model", "NAME", kCellNamesText, &M::cell, {}, kCellNames},
    {"peephole", "model", "", "the gates also read the cell state (lstm)", &M::peephole},
    {"layer-norm", "model", "", "normalise the gates and the cell state over the units of a layer", &M::layer_norm},
    {"cell-clip", "model", "X", "keep the cell state in [-X, X] (lstm, lstm-coupled); 0: off", &M::cell_clip, {0, 1e9}},
    {"layers", "model", "N", "recurrent layers, one on top of the other", &M::layers, {1, 64}},
    {"hidden", "model", "N", "units of each layer", &M::hidden, {1, 65536}},
    {"last-hidden", "model", "N", "units of the last layer; 0: the same as hidden", &M::last_hidden, {0, 65536}},
    {"embed", "model", "N", "size of the token embedding; 0: the same as hidden", &M::embed, {0, 65536}},
    {"projection", "model", "N", "size of the projected hidden state (lstm); 0: none", &M::projection, {0, 65536}},
    {"residual", "model", "", "layers above the first add their input to their output", &M::residual},
    {"tied", "model", "", "the output weights are those of the embedding", &M::tied},
    {"encoder-layers", "model", "N", "layers of a translator's encoder; 0: as --layers", &M::encoder_layers, {0, 64}},
    {"one-way", "model", "", "the encoder reads forward only, not in both directions", &M::one_way},
    {"attention", "model", "KIND", "none, additive, general, dot, scaled-dot", &M::attention, {}, kAttentionNames},
    {"attention-size", "model", "N", "size of additive attention; 0: as --hidden", &M::attention_size, {0, 65536}},
    {"input-feeding", "model", "", "the decoder also reads what its attention found at the previous step",
     &M::input_feeding},
    {"bridge", "model", "KIND", "initial state of the decoder: auto, copy, dense, zero", &M::bridge, {}, kBridges},
    {"own-embedding", "model", "", "a separate embedding for the source", &M::own_embedding},
    {"reverse-source", "model", "", "read the source from the last word to the first", &M::reverse_source},
    {"softmax", "model", "KIND", "output layer: full, sampled (in training), adaptive", &M::softmax, {}, kSoftmaxNames},
    {"cutoffs", "model", "LIST", "adaptive: tokens at which clusters begin; auto: by vocabulary", &M::cutoffs, {}, kCutoffs},
    {"softmax-divide", "model", "D", "adaptive: each next cluster is D times narrower", &M::softmax_divide, {1, 65536}},
    {"dropout", "model", "P", "share of values dropped between layers", &M::dropout, kShare},
    {"input-dropout", "model", "P", "dropout after the embedding; auto: as --dropout", &M::input_dropout, kShare, {}, -1},
    {"output-dropout", "model", "P", "dropout before the output; auto: as --dropout", &M::output_dropout, kShare, {}, -1},
    {"embedding-dropout", "model", "P", "share of words whose embedding is dropped for an update", &M::embedding_dropout,
     kShare},
    {"word-dropout", "model", "P", "share of input words replaced by the unknown word", &M::word_dropout, kShare},
    {"variational", "model", "", "one dropout mask per sequence instead of one per step", &M::variational},
    {"state-dropout", "model", "P", "dropout of the recurrent state, one mask per sequence", &M::state_dropout, kShare},
    {"zoneout", "model", "P", "chance that a unit keeps its hidden value for a step", &M::zoneout, kShare},
    {"zoneout-cell", "model", "P", "chance that a unit keeps its cell value for a step (lstm)", &M::zoneout_cell, kShare},
    {"weight-drop", "model", "P", "share of recurrent weights dropped, a new mask for each update", &M::weight_drop, kShare},
    {"init", "model", "NAME", "pytorch, uniform:A, glorot, orthogonal, identity", &M::init, {}, kInits},
    {"forget-bias", "model", "B", "initial forget gate bias (lstm); auto: by --init", &M::forget_bias, {0, 100}, {}, -1},
    {"chrono", "model", "T", "longest dependency in steps for chrono initialisation; 0: off", &M::chrono, {0, 1e9}},

    {"optimizer", "train", "NAME", "sgd, adam, adamw, rmsprop, adagrad", &R::optimizer, {}, kOptimizers},
    {"lr", "train", "RATE", "learning rate; auto: the optimizer's default", &R::lr, kPositive, {}, 0},
    {"momentum", "train", "M", "momentum of sgd", &R::momentum, kShare},
    {"weight-decay", "train", "W", "pull of the weights towards 0", &R::weight_decay, {0, 1e3}},
    {"beta1", "train", "B", "adam: decay of the first moment", &R::beta1, kShare},
    {"beta2", "train", "B", "adam: decay of the second moment", &R::beta2, kShare},
    {"epsilon", "train", "E", "adam, rmsprop, adagrad: added to the denominator", &R::epsilon, {0, 1, true, false}},
    {"rms-decay", "train", "A", "rmsprop: decay of the mean of squares", &R::rms_decay, kShare},
    {"average", "train", "KIND", "averaging of the weights: off, asgd, nt-asgd, ema", &R::average, {}, kAverages},
    {"ema-decay", "train", "D", "ema: decay of the mean of weights", &R::ema_decay, kShare},
    {"nonmono", "train", "N", "nt-asgd: start averaging when N validations brought no gain", &R::nonmono, {1, kMany}},
    {"layer-lr", "train", "LIST", "factors for the learning rate by layer: embedding=0.1,rnn.0=0.5", &R::layer_lr},
    {"layer-lr-decay", "train", "F", "each layer learns F times slower than the one above", &R::layer_lr_decay, {1, 1e3}},
    {"freeze", "train", "LIST", "layers that are not trained: embedding,rnn.0", &R::freeze},
    {"clip", "train", "NORM", "largest norm of the whole gradient; 0: off", &R::clip, {0, 1e9}},
    {"clip-value", "train", "X", "largest gradient of one weight; 0: off", &R::clip_value, {0, 1e9}},
    {"schedule",
     "train",
     "NAME",
     "learning rate over time: constant, stall, decay, cosine, steps",
     &R::schedule,
     {},
     kSchedules},
    {"decay", "train", "F", "factor of the schedules stall, decay and steps", &R::decay, {0, 1, true, false}},
    {"decay-from", "train", "N", "schedule decay: the first N epochs keep the full rate", &R::decay_from, {0, kMany}},
    {"decay-at", "train", "LIST", "schedule steps: epochs after which the rate decays, such as 25,35", &R::decay_at},
    {"warmup", "train", "N", "updates over which the rate rises linearly to its full value", &R::warmup, {0, kMany}},
    {"label-smoothing", "train", "S", "share of the target probability spread over all tokens", &R::label_smoothing, kShare},
    {"activation-regularization",
     "train",
     "A",
     "pull of the last layer's outputs towards 0",
     &R::activation_regularization,
     {0, 1e6}},
    {"temporal-activation-regularization",
     "train",
     "B",
     "pull of these outputs towards those of the previous step",
     &R::temporal_activation_regularization,
     {0, 1e6}},
    {"samples", "train", "N", "sampled: tokens drawn per update; 0: 1024, or all", &R::samples, {0, 1 << 24}},
    {"sampler", "train", "NAME", "sampled: distribution to draw from: log-uniform, unigram", &R::sampler, {}, kSamplers},
    {"mode", "train", "NAME", "auto, stream (running text), sentence (each line alone)", &R::mode, {}, kModes},
    {"batch", "train", "N", "streams or sentences in a batch", &R::batch, {1, 65536}},
    {"batch-tokens",
     "train",
     "N",
     "target tokens in a batch of translations; 0: --batch pairs",
     &R::batch_tokens,
     {0, 1 << 24}},
    {"accumulate", "train", "N", "parts of a batch, computed one after another to save memory", &R::accumulate, {1, 65536}},
    {"output-memory",
     "train",
     "MB",
     "memory for logits; a larger output layer is computed in blocks",
     &R::output_memory,
     {1, 65536}},
    {"bptt", "train", "N", "steps that the gradient is propagated back", &R::bptt, {1, 1 << 20}},
    {"bptt-random", "train", "", "windows of random lengths around --bptt, the learning rate in proportion",
     &R::bptt_random},
    {"epochs", "train", "N", "passes over the text", &R::epochs, {1, 1000000}},
    {"max-updates", "train", "N", "stop after N updates; 0: no limit", &R::max_updates, {0, kInt64}},
    {"max-time",
     "train",
     "TIME",
     "stop after this time: 90s, 30m, 2h; 0: no limit",
     &R::max_seconds,
     {0, 1e9},
     {},
     -2,
     true},
    {"best-by", "train", "FIGURE", "figure by which the best model is chosen: loss, bleu", &R::best_by, {}, kFigures},
    {"patience", "train", "N", "stop after N validations without improvement; 0: never", &R::patience, {0, kMany}},
    {"eval-every", "train", "N", "updates between validations; 0: once per epoch", &R::eval_every, {0, kInt64}},
    {"seed", "train", "N", "seed of all random numbers", &R::seed, {0, 18446744073709551615.0}},
    {"threads", "train", "N", "0: all cores; the result does not depend on it", &R::threads, {0, 1024}},

    {"valid-share", "data", "P", "share of the text held out for validation", &R::valid_share, {0, 1, true, true}},
};

[[noreturn]] void bad(const std::string& message, const std::string& help = {}) {
  throw Error(Exit::usage, "usage/option", message, help);
}

std::string dashes(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', '-');
  return text == "max-seconds" ? "max-time" : text;
}

// "at least 1", "above 0 and at most 1"; a limit that only guards against overflow is mentioned only if it was exceeded.
std::string range_text(const OptionRange& r, double value) {
  std::string text = fmt::format("{} {}", r.above_low ? "above" : "at least", r.low);
  const bool obvious = r.high >= 65536 && !(value > r.high);
  return obvious ? text : text + fmt::format(" and {} {}", r.below_high ? "below" : "at most", r.high);
}

void check_range(std::string_view flag, const OptionRange& r, double value, std::string_view text) {
  const bool low = r.above_low ? value > r.low : value >= r.low, high = r.below_high ? value < r.high : value <= r.high;
  if (!(low && high)) bad(fmt::format("--{} is {}, it must be {}", flag, text, range_text(r, value)));
}

template <class T>
T number_of(std::string_view flag, std::string_view text, const char* what) {
  T value{};
  const std::errc wrong = read_number(text, value);
  if (wrong == std::errc::result_out_of_range) bad(fmt::format("--{} is {}, which is out of range", flag, text));
  if (wrong != std::errc()) bad(fmt::format("--{} is '{}', it must be {}", flag, text, what));
  if constexpr (std::is_floating_point_v<T>) {
    if (!std::isfinite(value)) bad(fmt::format("--{} is {}, it must be a finite number", flag, text));
  }
  return value;
}

bool is_auto(const OptionInfo& o, double value) { return o.automatic > -2 && value == o.automatic; }

void read(const OptionInfo& o, std::string_view text, double& value) {
  if (o.automatic > -2 && text == "auto") {
    value = o.automatic;
    return;
  }
  const double number = o.seconds ? parse_seconds(o.name, text) : number_of<double>(o.name, text, "a number");
  check_range(o.name, o.range, number, text);
  value = number;
}

template <class T>
T parse_in_range(std::string_view flag, std::string_view text, const OptionRange& range) {
  // A minus sign is a range error, not a syntax error, for unsigned numbers, too.
  if (std::is_unsigned_v<T> && text.size() > 1 && text[0] == '-') {
    check_range(flag, range, number_of<double>(flag, text, "a whole number"), text);
  }
  const T number = number_of<T>(flag, text, "a whole number");
  check_range(flag, range, static_cast<double>(number), text);
  return number;
}

template <class T>
void read_whole(const OptionInfo& o, std::string_view text, T& value) {
  value = parse_in_range<T>(o.name, text, o.range);
}
void read(const OptionInfo& o, std::string_view text, int& value) { read_whole(o, text, value); }
void read(const OptionInfo& o, std::string_view text, int64_t& value) { read_whole(o, text, value); }
void read(const OptionInfo& o, std::string_view text, uint64_t& value) { read_whole(o, text, value); }

void read(const OptionInfo& o, std::string_view text, bool& value) {
  const bool yes = text == "true" || text == "1", no = text == "false" || text == "0";
  if (!yes && !no) bad(fmt::format("--{} is '{}', it must be true or false", o.name, text));
  value = yes;
}

void read(const OptionInfo& o, std::string_view text, std::string& value) {
  const bool chosen = std::find(o.choices.begin(), o.choices.end(), text) != o.choices.end();
  bool known = o.choices.empty() || (chosen && text.find(':') == text.npos);  // no choices: any text
  if (o.name == "cutoffs") parse_cutoffs(text), known = true;
  if (o.name == "decay-at") parse_rising(o.name, text);
  if (o.name == "init" && uniform_range(text)) known = true;
  if (!known) {
    const std::string near = nearest_name(text, o.choices);
    bad(fmt::format("--{} is '{}', it must be one of {}", o.name, text, fmt::join(o.choices, ", ")),
        near.empty() ? "" : "did you mean " + near + "?");
  }
  value = text;
}

std::string write(const OptionInfo& o, double value) { return is_auto(o, value) ? "auto" : fmt::format("{}", value); }
std::string write(const OptionInfo&, int value) { return fmt::format("{}", value); }
std::string write(const OptionInfo&, int64_t value) { return fmt::format("{}", value); }
std::string write(const OptionInfo&, uint64_t value) { return fmt::format("{}", value); }
std::string write(const OptionInfo&, bool value) { return value ? "true" : "false"; }
std::string write(const OptionInfo&, const std::string& value) { return value; }

// f(value) for the member that the option names; AnyOptions is Options, const or not.
template <class AnyOptions, class F>
void visit_value(AnyOptions& options, const OptionInfo& o, F&& f) {
  std::visit(
      [&]<class T, class S>(T S::*member) {
        if constexpr (std::is_same_v<S, M>) {
          f(options.model.*member);
        } else {
          f(options.train.*member);
        }
      },
      o.member);
}

const OptionInfo& known_option(std::string_view name) {
  if (const OptionInfo* o = find_option(name)) return *o;
  std::vector<std::string_view> names;
  for (const OptionInfo& o : kOptions) names.push_back(o.name);
  const std::string near = nearest_name(dashes(name), names);
  bad(fmt::format("there is no option '{}'", name),
      near.empty() ? "rnn config show lists all of them" : "did you mean " + near + "?");
}

nlohmann::json json_value(const OptionInfo& o, double value) {
  return is_auto(o, value) ? nlohmann::json("auto") : nlohmann::json(value);
}
template <class T>
nlohmann::json json_value(const OptionInfo&, const T& value) {
  return value;
}

// A TOML basic string: that of JSON, but DEL must be escaped, too.
std::string toml_string(const std::string& text) {
  std::string quoted = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  for (size_t at = 0; (at = quoted.find('\x7F', at)) != std::string::npos;) quoted.replace(at, 1, "\\u007F");
  return quoted;
}

std::string toml_files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) files.push_back(toml_string(path));
  return fmt::format("[{}]", fmt::join(files, ", "));
}

// TOML: words in quotes; a double keeps its decimal point or exponent, so that it stays a float.
std::string toml_value(const OptionInfo& o, const Options& options) {
  std::string text = get_option(options, o);
  const bool word = std::holds_alternative<std::string M::*>(o.member) ||
                    std::holds_alternative<std::string R::*>(o.member) || text == "auto";
  // TOML integers end at 2^63 - 1; a larger seed is written as a string.
  const bool large = o.name == "seed" && options.train.seed > static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  return word || large ? toml_string(text) : text;
}

}  // namespace

std::span<const OptionInfo> option_list() { return kOptions; }

const OptionInfo* find_option(std::string_view name) {
  const std::string wanted = dashes(name);
  for (const OptionInfo& o : kOptions) {
    if (o.name == wanted) return &o;
  }
  return nullptr;
}

std::optional<double> uniform_range(std::string_view init) {
  constexpr std::string_view kUniform = "uniform:";
  if (!init.starts_with(kUniform)) return std::nullopt;
  const double range =
      number_of<double>("init", init.substr(kUniform.size()), "uniform: and a number, for example uniform:0.1");
  if (!(range > 0 && range <= 10)) bad(fmt::format("--init is {}, the number must be above 0 and at most 10", init));
  return range;
}

double parse_real(std::string_view flag, std::string_view text, const OptionRange& range) {
  const double value = number_of<double>(flag, text, "a number");
  check_range(flag, range, value, text);
  return value;
}

int64_t parse_whole(std::string_view flag, std::string_view text, const OptionRange& range) {
  return parse_in_range<int64_t>(flag, text, range);
}

std::vector<int> parse_rising(std::string_view flag, std::string_view text) {
  std::vector<int> numbers;
  for (size_t at = 0; at <= text.size() && !text.empty();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const auto value = static_cast<int>(parse_whole(flag, text.substr(at, end - at), {1, 1 << 24}));
    if (!numbers.empty() && value <= numbers.back()) {
      bad(fmt::format("--{} {} is out of order: {} comes after {}", flag, text, value, numbers.back()),
          fmt::format("the numbers must increase, for example --{} 2000,10000", flag));
    }
    numbers.push_back(value);
    at = end + 1;
  }
  return numbers;
}

std::vector<int> parse_cutoffs(std::string_view text) { return parse_rising("cutoffs", text == "auto" ? "" : text); }

double parse_seconds(std::string_view flag, std::string_view text) {
  constexpr std::pair<char, double> kUnits[] = {{'s', 1}, {'m', 60}, {'h', 3600}};
  double unit = 1;
  std::string_view number = text;
  for (const auto& u : kUnits) {
    if (!number.empty() && number.back() == u.first) {
      unit = u.second;
      number.remove_suffix(1);
      break;
    }
  }
  const double value = number_of<double>(flag, number, "a time such as 90s, 30m or 2h");
  if (value < 0) bad(fmt::format("--{} is {}, it must be at least 0", flag, text));
  return value * unit;
}

void set_option(Options& options, std::string_view name, std::string_view text) {
  const OptionInfo& o = known_option(name);
  visit_value(options, o, [&](auto& value) { read(o, text, value); });
}

std::string get_option(const Options& options, const OptionInfo& option) {
  std::string text;
  visit_value(options, option, [&](const auto& value) { text = write(option, value); });
  return text;
}

std::string get_option(const Options& options, std::string_view name) { return get_option(options, known_option(name)); }

nlohmann::json options_to_json(const Options& options) {
  nlohmann::json json = nlohmann::json::object();
  for (const OptionInfo& o : kOptions) {
    visit_value(options, o,
                [&](const auto& value) { json[std::string(o.section)][std::string(o.name)] = json_value(o, value); });
  }
  return json;
}

Options options_from_json(const nlohmann::json& json) {
  const auto corrupt = [](const std::string& what) {
    throw Error(Exit::model, "model/corrupt", "the stored options are not valid: " + what);
  };
  Options options;
  if (!json.is_object()) corrupt("not an object");
  for (const auto& section : json.items()) {
    if (!section.value().is_object()) corrupt("'" + section.key() + "' is not an object");
    for (const auto& item : section.value().items()) {
      const OptionInfo* o = find_option(item.key());
      if (!o || o->section != section.key()) corrupt("unknown option '" + section.key() + "." + item.key() + "'");
      const nlohmann::json& value = item.value();
      if (value.is_structured() || value.is_null()) corrupt("'" + item.key() + "' is " + value.dump());
      try {
        set_option(options, o->name, value.is_string() ? value.get<std::string>() : value.dump());
      } catch (const Error& e) {
        corrupt(e.what());
      }
    }
  }
  return options;
}

std::string options_to_toml(const Options& options, const DataPaths& data) {
  std::string text;
  for (const std::string_view section : {"data", "model", "train"}) {
    text += fmt::format("{}[{}]\n", text.empty() ? "" : "\n", section);
    if (section == "data") {
      if (!data.train.empty()) text += "train = " + toml_files(data.train) + "\n";
      if (!data.valid.empty())
        text += "valid = " + (data.valid.size() == 1 ? toml_string(data.valid[0]) : toml_files(data.valid)) + "\n";
      if (!data.test.empty())
        text += "test = " + (data.test.size() == 1 ? toml_string(data.test[0]) : toml_files(data.test)) + "\n";
    }
    for (const OptionInfo& o : kOptions) {
      if (o.section != section) continue;
      text += fmt::format("{:<40}  # {}\n", fmt::format("{} = {}", o.name, toml_value(o, options)), o.help);
    }
  }
  return text;
}

}  // namespace rnn::core
