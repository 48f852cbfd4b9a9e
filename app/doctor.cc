// Why: rnn doctor: what is wrong with a run, how it shows and which command to type; the other rules in a table.
#include "doctor/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "command.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

// "health/lr_large" -> "lr_large".
std::string_view short_code(const HealthVerdict& v) { return v.rule->code.substr(v.rule->code.find('/') + 1); }

std::string finding(const Diagnosis& d, const HealthVerdict& v) {
  std::string text = fmt::format("{} [{}]\n", strong(v.rule->title, Stream::output), v.rule->code);
  text += key_line("how", std::string(v.rule->sign)) + "\n" + key_line("here", v.evidence) + "\n";
  text += key_line("change", std::string(v.rule->mend)) + "\n";
  const std::string command = mending_command(d, v);
  if (!command.empty()) text += key_line("try", command) + "\n";
  return text + "\n";
}

std::string headline(const Diagnosis& d) {
  const auto count = [&](Health health) {
    return std::count_if(d.verdicts.begin(), d.verdicts.end(), [&](const auto& v) { return v.health == health; });
  };
  const auto unknown = count(Health::unknown), seen = count(Health::good) + count(Health::bad);
  std::string text = d.bad() == 0 ? fmt::format("{}: {} rules found no problem", d.run, seen)
                                  : fmt::format("{}: {} of {} rules found a problem", d.run, d.bad(), seen);
  if (unknown > 0) text += fmt::format(", {} could not be evaluated", unknown);
  return text + "\n\n";
}

// " rules\n why" for each reason shared by rules.
std::string reasons(const Diagnosis& d, Health health, std::string_view head) {
  std::vector<std::pair<std::string, std::string>> found;  // why, which
  for (const HealthVerdict& v : d.verdicts) {
    if (v.health != health) continue;
    const auto same = std::find_if(found.begin(), found.end(), [&](const auto& f) { return f.first == v.evidence; });
    if (same == found.end())
      found.emplace_back(v.evidence, short_code(v));
    else
      same->second += fmt::format(", {}", short_code(v));
  }
  std::string text = found.empty() ? "" : fmt::format("\n{}\n", head);
  for (const auto& [why, which] : found) text += fmt::format(" {}: {}\n", which, why);
  return text;
}

std::string view(const Diagnosis& d) {
  std::string text = headline(d);
  size_t widest = 0;
  for (const HealthVerdict& v : d.verdicts) {
    if (v.health == Health::bad) text += finding(d, v);
    widest = std::max(widest, short_code(v).size());
  }
  for (const HealthVerdict& v : d.verdicts)
    if (v.health == Health::good) text += fmt::format(" {:<{}}  {}\n", short_code(v), widest, v.evidence);
  text += reasons(d, Health::unknown, "not evaluated") + reasons(d, Health::absent, "not applicable");
  return text;
}

}  // namespace

int run_doctor(const Arguments& arguments) {
  DoctorRequest request;
  bool json = false;
  int64_t threads = 0;
  Command command("doctor", "RUN [options]", "what is wrong with a run, how it shows, which option to change");
  command.word("RUN", &request.run, "run folder");
  command.text("--data", &request.data, "FILE",
               "text or sequences to test the model on (default: the run's validation data)");
  command.flag("--json", &json, "one JSON object on standard output");
  command.more();
  command.whole("-t,--threads", &threads, {0, 1024}, "N", "0: all cores (0)");
  command.example("rnn doctor runs/story-001");
  command.example("rnn doctor runs/story-001 --json");
  if (!command.parse(arguments)) return 0;
  command.need(request.run, "a RUN");
  request.threads = static_cast<int>(threads);
  const Diagnosis d = diagnose(request);
  if (json) {
    print(json_line(to_json_object(d)));
  } else {
    print(view(d));
  }
  return d.bad() > 0 ? static_cast<int>(Exit::check) : 0;
}

}  // namespace rnn::core::app
