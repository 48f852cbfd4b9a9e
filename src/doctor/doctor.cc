// Why: what is read from a run, and the command that is advised.
#include "doctor/doctor.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "doctor/patient.h"
#include "runs/model_card.h"

namespace rnn::core {
namespace {

constexpr std::string_view kHealthNames[] = {"unknown", "good", "bad", "absent"};

// Whether all training files end in .txt; rnn train takes files with other names for tables, sequences or collections.
bool only_texts(const ModelFile& file) {
  const std::vector<std::string> train = run_files(file, "train");
  return std::all_of(train.begin(), train.end(), [](const std::string& path) { return path.ends_with(".txt"); });
}

}  // namespace

int Diagnosis::bad() const {
  return static_cast<int>(
      std::count_if(verdicts.begin(), verdicts.end(), [](const HealthVerdict& v) { return v.health == Health::bad; }));
}

Diagnosis diagnose(const DoctorRequest& request) {
  std::string run = request.run;
  while (run.size() > 1 && run.back() == '/') run.pop_back();
  std::error_code ignored;
  if (!std::filesystem::is_directory(run, ignored)) {
    throw Error(Exit::data, "run/missing", run + " is not a run folder",
                "name a folder that rnn train created; rnn inspect examines a model without its run");
  }
  const History history = read_history(run + "/metrics.jsonl");
  const Options options = history.config.is_null() ? Options{} : options_from_json(history.config);
  Pool pool(request.threads);
  const Patient patient = examine(run, request.data, options, pool);
  Diagnosis d;
  d.run = run;
  d.task = patient.task;
  d.steps = patient.steps;
  const ModelForm* form = find_form(d.task);
  d.name_task = form && form->writes && (form->encoder || !only_texts(patient.file));
  d.verdicts = judge_history(history, options, patient.chance);
  for (HealthVerdict& verdict : judge_model(patient, history, pool)) d.verdicts.push_back(std::move(verdict));
  return d;
}

std::string mending_command(const Diagnosis& d, const HealthVerdict& verdict) {
  if (verdict.health != Health::bad || verdict.options.empty()) return "";
  const std::string start =
      verdict.resume ? "rnn train --resume " + shell_word(d.run) : "rnn train -c " + shell_word(d.run + "/config.toml");
  return start + (d.name_task && !verdict.resume ? " --task " + d.task : "") + " " + verdict.options;
}

nlohmann::ordered_json to_json_object(const Diagnosis& d) {
  nlohmann::ordered_json rules = nlohmann::ordered_json::array();
  for (const HealthVerdict& v : d.verdicts) {
    rules.push_back({{"code", v.rule->code},
                     {"health", kHealthNames[static_cast<size_t>(v.health)]},
                     {"title", v.rule->title},
                     {"evidence", v.evidence},
                     {"sign", v.rule->sign},
                     {"mend", v.rule->mend},
                     {"options", v.options},
                     {"command", mending_command(d, v)}});
  }
  return {{"run", d.run}, {"task", d.task}, {"steps", d.steps}, {"bad", d.bad()}, {"rules", rules}};
}

}  // namespace rnn::core
