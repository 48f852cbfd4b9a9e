// Why: what makes data sequences with targets, and the words for them.
#include "tasks/sequences/task.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/labels/raw_labels.h"
#include "data/sequences.h"
#include "runs/model_head.h"
#include "runs/option_checks.h"
#include "runs/run.h"
#include "tasks/sequences/label_data.h"

namespace rnn::core {
namespace {

constexpr std::string_view kLines = "lines of {\"input\": [...], \"target\": ...}";
constexpr std::string_view kFiles[] = {
    "tables of texts and labels, labelled series, lines of {\"input\": [...], \"target\": ...}",
    "words and tags in columns or aligned files, lines of {\"input\": [...], \"target\": ...}", kLines,
    "tables with a label or a number at every row (--y COLUMN)"};

// Whether these are texts, tagged words or sensors, and no lines of JSON that are sequences.
bool has_layout(const std::vector<std::string>& data) {
  return !data.empty() && !holds_sequences(data[0]) && !guess_layout(data).layout.empty();
}

// The format is recognised by content, whatever the name of the file; the target says which of the tasks it is.
TaskGuess guess(const std::vector<std::string>& data) {
  constexpr const char* kFound[] = {"sequences with one label each", "a label for every step",
                                    "sequences with numbers as targets"};
  for (const std::string& path : data) {
    const FirstSequence first = first_sequence(path);
    if (first.target) {
      const char* found = kFound[static_cast<size_t>(*first.target)];
      return {TaskGuess::certain, fmt::format("{} has {}", path, found), target_task(*first.target)};
    }
    // An input without a target that can be read: the error of reading it says what is wrong.
    if (first.found) return {TaskGuess::content, path + " has inputs", target_task(TargetForm::label)};
  }
  const LayoutGuess layout = guess_layout(data);
  if (layout.layout.empty() || !layout.certain) return {};
  return {TaskGuess::certain, layout.reason, target_task(layout.target)};
}

template <TargetForm form>
void require_data(const std::vector<std::string>& data) {
  constexpr const char* kWanted[] = {"with one label each", "with a label for every step", "with numbers as targets"};
  if (has_layout(data)) return;
  const std::optional<TargetForm> found = data.empty() ? std::nullopt : first_sequence(data[0]).target;
  if (!found || *found == form) return;  // none: reading the file says why
  throw Error(Exit::usage, "task/data", fmt::format("{} holds no sequences {}", data[0], kWanted[static_cast<size_t>(form)]),
              *found == TargetForm::values
                  ? std::string("labels are words: write \"1\" in quotes; numbers are targets of --task regress")
                  : fmt::format("--task {} reads {}", target_task(form), kLines));
}

void require_table(const std::vector<std::string>& data) {
  for (const std::string& path : data)
    if (holds_sequences(path))
      throw Error(Exit::usage, "task/data", path + " holds lines of JSON, not a table with a row for every step",
                  "leave --task out: it is guessed from the data");
}

Task::Next next(const std::string& folder) {
  const nlohmann::json about = head_part(read_model_head(folder + "/model.safetensors"), "rnn.about");
  if (!about.is_object() || !about.contains("sequences") || !about.at("sequences").contains("front"))
    return {{"rnn", "predict", folder}, " DATA.jsonl"};
  const std::string task = about.value("task", "");
  if (task == target_task(TargetForm::numbers)) return {{"rnn", "predict", folder}, " NEW.csv"};
  return task == "tag" || task == kClassifyTagTask ? Task::Next{{"rnn", "tag", folder}, " TEXT.txt"}
                                                   : Task::Next{{"rnn", "classify", folder}, " NEW.csv"};
}

// Options that only some layouts read: lines of JSON read symbols as they are, and answer in one direction unless asked.
void require_plain_options(const RunRequest& request, const Task& task) {
  constexpr OptionReaders kPlain[] = {OptionReaders::of_labels};
  Task plain = task;
  plain.options = kPlain;
  const Options options{request.model, request.options, request.series, request.speech, request.labels};
  check_task_options(options, plain);
  LabelOptions rest = request.labels;
  rest.pool = rest.directions = "auto";
  if (rest.layout == "lines") rest.layout = "auto";
  if (rest == LabelOptions{}) return;
  throw Error(Exit::usage, "usage/task_option",
              "an option for texts, words or sensors is given, but " + request.data.at(0) +
                  " holds lines of {\"input\": [...], \"target\": ...}",
              "leave it out; --pool and --directions work with these, too");
}

template <TargetForm form>
std::unique_ptr<Run> run(const RunRequest& request) {
  const bool named = request.labels.layout != "auto";
  if (form != TargetForm::values && !request.data.empty() && !holds_sequences(request.data[0]) &&
      (named || has_layout(request.data)))
    return run_labels(request);
  require_plain_options(request, kSequenceTasks[static_cast<size_t>(form)]);
  return run_sequences(request);
}

// No layout but tables, nothing of texts.
std::unique_ptr<Run> follow(const RunRequest& request) {
  LabelOptions rest = request.labels;
  rest.crf = rest.directions = "auto", rest.class_weights = "none";
  if (rest != LabelOptions{})
    throw Error(Exit::usage, "usage/task_option",
                "an option for texts, words or whole sequences is given, but the task is follow",
                "follow reads --y, --id, --time, --ignore, --directions, --crf, --class-weights");
  return run_labels(request);
}

template <TargetForm form>
DataReport check(const std::vector<std::string>& data, const Options& options) {
  if (form != TargetForm::values && has_layout(data)) return check_labels(data, target_task(form), options);
  return check_sequences(data, options);
}

DataReport check_table(const std::vector<std::string>& data, const Options& options) {
  return check_labels(data, target_task(TargetForm::numbers), options);
}

// Reading says what else is wrong.
void require_sentences(const std::vector<std::string>& data) {
  for (const std::string& path : data)
    if (holds_sequences(path))
      throw Error(Exit::usage, "task/data", path + " holds lines of JSON: no sentences that have tags and a label",
                  "words, tags and labels are three files, line by line; --task tag and --task classify read such lines");
}

DataReport check_sentences(const std::vector<std::string>& data, const Options& options) {
  return check_labels(data, kClassifyTagTask, options);
}

constexpr OptionReaders kReaders[] = {OptionReaders::of_labels, OptionReaders::of_text};
constexpr OptionReaders kFollowReaders[] = {OptionReaders::of_labels, OptionReaders::of_series, OptionReaders::of_windows};

template <TargetForm form>
constexpr Task task_of(std::string_view name, std::string_view summary) {
  return {.name = name,
          .summary = summary,
          .reads = kFiles[static_cast<size_t>(form)],
          .options = std::span(kReaders).first(form == TargetForm::values ? 1 : 2),
          .card = {},
          .guess = guess,
          .require_data = require_data<form>,
          .check = check<form>,
          .run = run<form>,
          .next = next};
}

}  // namespace

const Task kClassifyAndTag = {.name = kClassifyTagTask,
                              .summary = "a tag for every word of a sentence, and a label for the sentence",
                              .reads = "words, tags and labels in three aligned files",
                              .options = kReaders,
                              .card = {},
                              .guess = guess,
                              .require_data = require_sentences,
                              .check = check_sentences,
                              .run = run_labels,
                              .next = next};

const Task kSequenceTasks[4] = {task_of<TargetForm::label>("classify", "one label for a sequence"),
                                task_of<TargetForm::labels>("tag", "a label for every step of a sequence"),
                                task_of<TargetForm::values>("regress", "numbers for a sequence"),
                                {.name = "follow",
                                 .summary = "a label or a number at every row of a table",
                                 .reads = kFiles[3],
                                 .options = kFollowReaders,
                                 .card = {},
                                 .guess = guess,
                                 .require_data = require_table,
                                 .check = check_table,
                                 .run = follow,
                                 .next = next}};

}  // namespace rnn::core
