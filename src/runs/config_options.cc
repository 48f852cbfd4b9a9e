// Why: see config_options.h.
#include "runs/config_options.h"

#include <fmt/format.h>

#include <optional>
#include <type_traits>

#include "base/numbers.h"
#include "cells/names.h"
#include "networks/config_fields.h"
#include "options/option_list.h"

namespace rnn::core {
namespace {

// Sets the fields whose options have the rule (none: any rule) to the values of the options.
class FieldSetter : public EveryField {
 public:
  FieldSetter(const ModelOptions& options, std::optional<ResumeRule> rule) : options_{options, {}}, rule_(rule) {}

  template <class T>
  void field(const FieldInfo& info, T&& value) {
    if (info.option.empty()) return;
    const OptionInfo& option = *find_option(info.option);
    if (rule_ && option.rule != *rule_) return;
    const std::string text = get_option(options_, option);
    using V = std::remove_cvref_t<T>;
    if constexpr (requires { value.text(); }) {
      value.set(text);  // a name of the options' own is up to the caller
    } else if constexpr (requires { value.get(); }) {
      value.set((text == "true") != info.negated);
    } else if constexpr (requires { value.resolved; }) {
      value.stored = text == "auto" ? option.automatic : parse_number<double>(text).value();
    } else if constexpr (std::is_same_v<V, std::vector<int>>) {
      value = parse_rising(info.option, text == "auto" ? "" : text);
    } else if constexpr (std::is_same_v<V, bool>) {
      value = (text == "true") != info.negated;
    } else if constexpr (std::is_arithmetic_v<V>) {
      value = parse_number<V>(text).value();
    }
  }

 private:
  Options options_;
  std::optional<ResumeRule> rule_;
};

// Sets the options of the fields to their values.
class OptionTaker : public EveryField {
 public:
  explicit OptionTaker(const ModelOptions& options) : options{options, {}} {}

  template <class T>
  void field(const FieldInfo& info, const T& value) {
    if (info.option.empty()) return;
    const auto take = [&](std::string_view text) { set_option(options, info.option, text); };
    if constexpr (requires { value.text(); }) {
      take(value.text());
    } else if constexpr (requires { value.get(); }) {
      take(value.get() != info.negated ? "true" : "false");
    } else if constexpr (requires { value.resolved; }) {
      take(fmt::format("{}", value.resolved));
    } else if constexpr (std::is_same_v<T, std::vector<int>>) {
      take(value.empty() ? "auto" : fmt::format("{}", fmt::join(value, ",")));
    } else if constexpr (std::is_same_v<T, std::vector<double>>) {
      take(fmt::format("{}", fmt::join(value, ",")));
    } else if constexpr (std::is_same_v<T, bool>) {
      take(value != info.negated ? "true" : "false");
    } else {
      take(fmt::format("{}", value));
    }
  }
  Options options;
};

}  // namespace

void regularise_by(const ModelOptions& o, ModelConfig* config) {
  FieldSetter setter(o, ResumeRule::regularisation);
  fields(*config, setter);
  config->rnn.dropout = config->dropout;
  if (config->encoder.present()) config->encoder.match(config->rnn);
}

ModelConfig model_config(const ModelOptions& o) {
  ModelConfig c;
  FieldSetter setter(o, std::nullopt);
  fields(c, setter);
  c.rnn.dropout = c.dropout;
  const NamedCell& cell = *find_cell(o.cell);  // a choice of --cell; a name may mean a flag, too
  c.rnn.cell = cell.kind, c.rnn.flags |= cell.variant.flag;
  c.rnn.residual = o.residual && o.layers > 1;
  c.rnn.input = o.embed > 0 ? o.embed : o.tied ? c.rnn.output() : o.hidden;
  c.softmax.cutoffs = parse_cutoffs(o.cutoffs), c.softmax.divide = o.softmax_divide;  // of whatever kind
  return c;
}

void options_from_config(const ModelConfig& config, ModelOptions* options) {
  OptionTaker taker(*options);
  const Options usual;
  for (const OptionInfo& option : option_list()) {
    if (option.rule == ResumeRule::shape || option.rule == ResumeRule::regularisation)
      set_option(taker.options, option.name, get_option(usual, option));
  }
  fields(config, taker);
  *options = taker.options.model;
  options->cell = cell_name(config.rnn.cell, config.rnn.flags);
  // A separate share is "as dropout" if it is the same; a model of numbers has no embedding.
  const auto own = [&](double share) { return share == config.dropout ? -1 : share; };
  options->input_dropout = config.vocabulary > 0 ? own(options->input_dropout) : -1;
  options->output_dropout = own(options->output_dropout);
}

}  // namespace rnn::core
