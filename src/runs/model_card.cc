// Why: the Markdown and YAML of a model card; every value is quoted for its context.
#include "runs/model_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "metrics/figures.h"

namespace rnn::core {
namespace {

// A JSON string is a YAML double-quoted scalar.
std::string yaml(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string number(const Figure& figure, const ResultRow& row) {
  const std::optional<double> value = row[figure];
  return value && std::isfinite(*value) ? fmt::format("{:.{}f}", *value, figure.card) : "";
}

// Escapes text for a cell of a Markdown table.
std::string cell(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '`' || c == '<' || c == '*' || c == '_') result += '\\';
    result += c == '\n' || c == '\r' ? ' ' : c;
  }
  return result;
}

// A fenced block whose fence is longer than any run of backquotes inside.
std::string fenced(const std::string& language, const std::string& text) {
  size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(std::max<size_t>(3, longest + 1), '`');
  return fence + language + "\n" + text + (text.empty() || text.back() != '\n' ? "\n" : "") + fence + "\n";
}

void yaml_list(const char* key, const std::vector<std::string>& values, std::string* out) {
  if (values.empty()) return;
  *out += fmt::format("{}:\n", key);
  for (const std::string& v : values) *out += "- " + yaml(v) + "\n";
}

bool is_text(const ModelCard& card) { return card.task == "language-model"; }
bool translates(const ModelCard& card) { return card.task == "translate"; }

void header(const ModelCard& card, std::string* out) {
  *out += "---\n";
  if (!card.license.empty()) *out += "license: " + yaml(card.license) + "\n";
  yaml_list("language", card.languages, out);
  *out += "library_name: rnn\n";
  if (is_text(card)) *out += "pipeline_tag: text-generation\n";
  if (translates(card)) *out += "pipeline_tag: translation\n";
  yaml_list("tags", card.tags, out);

  std::string names, values;
  for (const Figure* f : card.result ? columns_of({&*card.result}) : std::vector<const Figure*>()) {
    const std::string value = number(*f, *card.result);
    if (value.empty()) continue;
    names += fmt::format("- {}\n", f->key);
    values += fmt::format("    - type: {}\n      name: {}\n      value: {}\n", f->key, yaml(std::string(f->name)), value);
  }
  if (!names.empty()) *out += "metrics:\n" + names;
  if (!values.empty() && !card.dataset.empty()) {
    *out += "model-index:\n- name: " + yaml(card.name) + "\n  results:\n";
    *out += is_text(card) ? "  - task:\n      type: text-generation\n      name: \"Language modelling\"\n"
                          : "  - task:\n      type: " + yaml(card.task) + "\n";
    *out += "    dataset:\n      type: " + std::string(is_text(card) ? "text" : "sequences") +
            "\n      name: " + yaml(card.dataset) + "\n      split: " + yaml(card.split) + "\n";
    *out += "    metrics:\n" + values;
  }
  *out += "---\n";
}

void results(const ModelCard& card, std::string* out) {
  std::vector<ResultRow> rows = card.baselines;
  if (card.result) rows.insert(rows.begin(), *card.result);
  if (rows.empty()) return;
  *out += "\n## Results\n\nMeasured on the " + cell(card.split) +
          (is_text(card)      ? " text; lower is better.\n\n| |"
           : translates(card) ? " pairs; a lower loss and a higher BLEU are better.\n\n| |"
                              : " sequences; a lower loss is better.\n\n| |");
  std::string rule = "|---|";
  const std::vector<const Figure*> columns = columns_of({}, rows);
  for (const Figure* f : columns) {
    *out += fmt::format(" {} |", f->name);
    rule += "---:|";
  }
  *out += "\n" + rule + "\n";
  for (size_t i = 0; i < rows.size(); ++i) {
    *out += fmt::format(fmt::runtime(card.result && i == 0 ? "| **{}** |" : "| {} |"), cell(rows[i].name));
    for (const Figure* f : columns) *out += fmt::format(" {} |", number(*f, rows[i]));
    *out += "\n";
  }
}

void use(const ModelCard& card, std::string* out) {
  const std::string where = shell_word(card.run.empty() ? card.model : card.run);
  const std::string prompt = card.prompt.empty() ? "" : " -p " + shell_word(card.prompt);
  if (translates(card)) {
    *out += "\n## How to use\n\n" + fenced("sh", "rnn translate " + where + " input.txt > output.txt\nrnn eval " + where +
                                                     " " + card.evaluate + "\nrnn info " + where + "\n");
    *out += fmt::format("\nThe whole model is one file, `{}`: weights under PyTorch's names, tokenizer and configuration.\n",
                        card.model);
    if (!card.sample.empty())
      *out += "\nIts translations of sentences that it was not trained on:\n\n" + fenced("text", card.sample);
    return;
  }
  if (!is_text(card)) {
    *out += "\n## How to use\n\n" +
            fenced("sh", "rnn predict " + where + " NEW.jsonl\nrnn eval " + where + " DATA.jsonl\nrnn info " + where + "\n");
    *out += fmt::format("\nThe whole model is one file, `{}`: weights under PyTorch's names, alphabets and configuration.\n",
                        card.model);
    return;
  }
  *out += "\n## How to use\n\n" + fenced("sh", "rnn generate " + where + prompt + " -n 60\n" + "rnn generate " + where +
                                                   prompt + " --top 5\n" + "rnn info " + where + "\n");
  *out += fmt::format("\nThe whole model is one file, `{}`: weights under PyTorch's names, tokenizer and configuration.\n",
                      card.model);
  if (!card.sample.empty()) *out += "\nA text that it generated:\n\n" + fenced("text", card.sample);
}

void training(const ModelCard& card, std::string* out) {
  *out += "\n## Training\n\n";
  if (!card.command.empty()) *out += fenced("sh", card.command) + "\n";
  std::string note = card.trained ? fmt::format("Seed {}.", card.seed) : "";
  if (!card.version.empty())
    note += fmt::format("{}{} with rnn {}.", note.empty() ? "" : " ", card.trained ? "Trained" : "Made", cell(card.version));
  *out += note + "\n";
  if (card.data.empty()) return;
  *out += "\n| data file | used for | bytes | hash |\n|---|---|---:|---|\n";
  for (const ModelCard::DataFile& f : card.data)
    *out += fmt::format("| {} | {} | {} | {} |\n", cell(f.path), cell(f.role), f.bytes, cell(f.hash));
}

}  // namespace

std::string shell_word(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:=,+@%").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'')
      result += "'\\''";
    else
      result += c;
  }
  return result + "'";
}

std::string model_card(const ModelCard& card) {
  std::string out;
  header(card, &out);
  out += "\n# " + cell(card.name) + "\n";
  if (!card.summary.empty()) out += "\n" + card.summary + "\n";
  if (!card.facts.empty()) {
    out += "\n| | |\n|---|---|\n";
    for (const auto& [key, value] : card.facts) out += "| " + cell(key) + " | " + cell(value) + " |\n";
  }
  results(card, &out);
  use(card, &out);
  training(card, &out);
  if (!card.limits.empty()) {
    out += "\n## Limits\n\n";
    for (const std::string& limit : card.limits) out += "- " + limit + "\n";
  }
  return out;
}

}  // namespace rnn::core
