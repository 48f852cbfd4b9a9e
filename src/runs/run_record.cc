// Why: the events of a run, its data.json and the header of its model file, combined into one record.
#include "runs/run_record.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "io/json_tree.h"
#include "metrics/figures.h"
#include "networks/model_config.h"
#include "options/option_list.h"
#include "runs/model_head.h"
#include "train/metrics_file.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string text_of(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<double> number_of(const json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_number() ? std::optional<double>(found->get<double>()) : std::nullopt;
}

json part_of(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() ? *found : json();
}

// The settings of a config, as text that set_option parses.
std::string plain(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? fmt::format("{}", value.get<double>()) : value.dump();
}

void take_settings(const json& config, RunRecord& run) {
  for (const auto& section : config.items()) {
    for (const auto& option : section.value().items()) run.settings[option.key()] = plain(option.value());
  }
}

void take_best(const json& figures, RunRecord& run) {
  for (const Figure* f : figure::kValidated) run.best.set(*f, number_of(figures, val_key(*f)));
  run.best.set(figure::kSmoothedLoss, number_of(figures, val_key(figure::kSmoothedLoss)));
}

// Better than the best validation so far, by the figure that selects the best model of the run.
bool is_better(const json& check, const RunRecord& run) {
  const auto by = run.settings.find("best-by");
  const Figure& figure = selection_figure(by != run.settings.end() ? by->second : "");
  const std::optional<double> found = number_of(check, val_key(figure)), best = run.best[figure];
  return found && (!best || figure.better(*found, *best));
}

void take_event(const json& event, RunRecord& run) {
  const std::string type = text_of(event, "type");
  const auto take = [&](const Figure& figure, const char* key) {
    if (const auto value = number_of(event, key)) run.best.set(figure, value);
  };
  take(figure::kUpdates, "step");
  take(figure::kSeconds, "elapsed_s");
  take(figure::kTokensPerSecond, "tokens_per_s");
  if (type == "start") {
    run.ended.clear();
    run.settings.clear();  // a resumed run may have changed some
    take_settings(part_of(event, "config"), run);
  } else if (type == "eval") {
    if (!is_better(event, run)) return;
    take_best(event, run);
    run.best_epoch = number_of(event, "epoch");
  } else if (type == "result") {
    if (number_of(part_of(event, "metrics"), val_key(figure::kLoss))) take_best(part_of(event, "metrics"), run);
    if (const auto epoch = number_of(event, "best_epoch")) run.best_epoch = epoch;
    if (const auto count = number_of(event, "parameters")) run.parameters = static_cast<int64_t>(*count);
    run.ended = text_of(event, "reason");
  } else if (type == "warning" && text_of(event, "code") == "train/diverged") {
    run.ended = "diverged";
  }
}

void read_metrics(const std::string& path, const EventTaker& also, RunRecord& run) {
  const int64_t events = read_events(path, [&](json&& event) {
    take_event(event, run);
    if (also) also(event);
  });
  if (events == 0) run.problem = "its metrics.jsonl is empty";
}

// None: the shapes are impossible.
std::optional<int64_t> count_parameters(const json& head) {
  int64_t total = 0;
  for (const auto& tensor : head.items()) {
    if (tensor.key() == "__metadata__") continue;
    int64_t count = 1;
    for (const json& n : part_of(tensor.value(), "shape")) {
      if (!n.is_number_unsigned() || __builtin_mul_overflow(count, n.get<uint64_t>(), &count)) return std::nullopt;
    }
    if (__builtin_add_overflow(total, count, &total)) return std::nullopt;
  }
  return total;
}

// The word after a flag of a command line: "--init-from runs/a".
std::string word_after(const std::string& command, const std::string& flag) {
  const size_t at = command.find(flag + " ");
  if (at == std::string::npos) return "";
  const size_t begin = at + flag.size() + 1;
  return command.substr(begin, command.find(' ', begin) - begin);
}

void read_model(const std::string& path, RunRecord& run) {
  const json head = read_model_head(path);
  if (head.is_null()) {
    run.problem = "its model.safetensors cannot be read";
    return;
  }
  const json metadata = part_of(head, "__metadata__");
  const auto parsed = [&](const char* key) { return head_part(head, key); };
  const json config = parsed("rnn.config"), about = parsed("rnn.about");
  run.task = text_of(config, "task");
  const ModelForm* form = find_form(run.task);  // null: written by a newer program
  run.best.set(form ? loss_figure(form->loss) : figure::kLoss, run.best[figure::kLoss]);
  if (!run.parameters) run.parameters = count_parameters(head);
  if (run.settings.empty()) take_settings(part_of(about, "options"), run);  // no start event
  const std::string tokenizer = text_of(metadata, "rnn.tokenizer");
  if (!tokenizer.empty()) {
    run.tokenizer = content_hash(tokenizer);
    run.settings["tokens"] = text_of(parsed("rnn.tokenizer"), "kind");
    const auto& kind = run.settings["tokens"];
    run.spelled = run.spelled || kind == "byte" || kind == "unigram" ||
                  kind == "bpe";  // of an earlier version: these spell nearly every word
    run.settings["vocabulary"] = plain(part_of(config, "vocabulary"));
  }
  if (!text_of(about, "mode").empty()) run.settings["mode"] = text_of(about, "mode");
  const std::string origin = word_after(text_of(about, "command"), "--init-from");
  if (!origin.empty()) run.settings["init-from"] = origin;
}

// "a.txt, b.txt": without folders.
std::string names_of(const json& files) {
  std::string names;
  for (const json& file : files) {
    names += (names.empty() ? "" : ", ") + (file.is_string() ? fs::path(file.get<std::string>()).filename().string() : "");
  }
  return names;
}

void read_data_note(const std::string& path, RunRecord& run) {
  const json data = parse_tree(read_file(path));
  const json valid = part_of(data, "valid");
  if (text_of(data, "hash").empty() || !valid.is_object()) {
    run.problem = "its data.json cannot be read";
    return;
  }
  // For pairs the files of each side of the split are listed, for texts all files that were read.
  const json train = part_of(data, "train");
  run.settings["data"] = names_of(part_of(train.contains("files") ? train : data, "files"));
  const std::string one = text_of(valid, "file");
  const std::string own = one.empty() ? names_of(part_of(valid, "files")) : names_of(json::array({one}));
  if (!own.empty()) run.settings["valid"] = own;
  json part = valid;
  run.spelled = part.contains("unknown");
  for (const char* key : {"tokens", "target_tokens", "unknown"})
    part.erase(key);  // their number depends on the tokenizer, not on the text
  run.data = text_of(data, "hash") + " " + part.dump();
  // Equal for the last part of the same text, or for a file of the same name and size.
  run.validation = own.empty() ? run.data : part.dump();
}

}  // namespace

RunRecord read_run_record(const std::string& folder, const EventTaker& also) {
  RunRecord run;
  run.path = folder;
  while (run.path.size() > 1 && run.path.back() == '/') run.path.pop_back();
  const auto file = [&](const char* name) { return run.path + "/" + name; };
  std::error_code ignored;
  const auto there = [&](const char* name) { return fs::is_regular_file(file(name), ignored); };
  if (!fs::exists(run.path, ignored)) {
    throw Error(Exit::data, "run/missing", "there is no run " + run.path, "check the path; rnn train creates run folders");
  }
  if (!there("metrics.jsonl") && !there("config.toml")) {
    throw Error(Exit::data, "run/missing", run.path + " is not a run folder: it has no metrics.jsonl",
                "name folders that rnn train created");
  }
  if (there("metrics.jsonl")) {
    read_metrics(file("metrics.jsonl"), also, run);
  } else {
    run.problem = "it has no metrics.jsonl";
  }
  if (there("data.json")) read_data_note(file("data.json"), run);
  if (there("model.safetensors")) read_model(file("model.safetensors"), run);
  for (const OptionInfo& option : option_list()) {  // an option that is newer than the run has its default
    run.settings.emplace(option.name, get_option(Options{}, option));
  }
  return run;
}

}  // namespace rnn::core
