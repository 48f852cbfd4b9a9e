// Why: rnn predict: one sequence per line in; its label, its labels or its numbers out.
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "data/inputs/text_line.h"
#include "data/sequence_input.h"
#include "eval_labels.h"
#include "events/events.h"
#include "line_reader.h"
#include "predict_rows.h"
#include "screen.h"
#include "signals.h"
#include "tasks/sequences/stream/labeller.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

constexpr size_t kLinesAtOnce = 1024;
constexpr size_t kShownSymbols = 8;

struct PredictArguments {
  std::string model;
  std::vector<std::string> files, sequences;
  int64_t top = 0, threads = 0;
  bool json = false, strict = false;
};

void declare(Command& command, PredictArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file of a model of sequences");
  command.words("FILE...", &a.files,
                "sequences as JSON lines, or of a model that follows a table, tables; - or none: standard input");
  command.texts("-p,--prompt", &a.sequences, "SEQUENCE", "this sequence instead of a file; may be repeated");
  command.whole("--top", &a.top, {1, 1 << 24}, "N",
                "the N likeliest labels with their probabilities; for tag a line for every step");
  command.flag("--json", &a.json, "JSON lines on standard output");
  command.flag("--strict", &a.strict, "refuse symbols that the model does not know, instead of reading them as nothing");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  command.example("rnn predict runs/parity-001 new.jsonl");
  command.example("rnn predict runs/parity-001 -p '[\"0\", \"1\", \"1\"]' --top 2");
}

// The shortest text that reads back as this 32-bit number.
std::string value_text(float value) { return fmt::format("{}", value); }

// Prints answers, as text or as JSON.
class Predictions {
 public:
  Predictions(const Labeller& labeller, const PredictArguments& a)
      : names_(labeller.shape().labels),
        every_step_(labeller.answers_every_step()),
        top_(static_cast<int>(a.top)),
        json_(a.json) {}

  // How many labels of each answer add() needs.
  int wanted() const { return top_ > 0 ? top_ : json_ && !every_step_ ? static_cast<int>(names_.size()) : 1; }

  void add(const Labels& labels, size_t unknown) {
    if (json_) {
      print_json(labels, unknown);
    } else if (labels.answers.empty()) {
      std::string text;
      for (const float value : labels.values) text += (text.empty() ? "" : " ") + value_text(value);
      print(text + "\n");
    } else if (every_step_ && top_ == 0) {
      std::string text;
      for (const auto& answer : labels.answers) text += (text.empty() ? "" : " ") + printable(name(answer[0]));
      print(text + "\n");
    } else {
      for (const auto& answer : labels.answers) print(line(answer));
      if (every_step_) print("\n");
    }
  }

 private:
  const std::string& name(const Candidate& c) const { return names_[static_cast<size_t>(c.id)]; }

  std::string line(const std::vector<Candidate>& answer) const {
    std::string text;
    for (const Candidate& c : answer) {
      text += fmt::format("{}{}\t{:.3f}", text.empty() ? "" : "\t", printable(name(c)), c.probability);
    }
    return text + "\n";
  }

  // The likeliest first if their number was asked for, else every label in the model's order.
  ordered_json probabilities(const std::vector<Candidate>& answer) const {
    ordered_json json = ordered_json::object();
    if (top_ == 0) {
      for (const std::string& label : names_) json[label] = 0.0;
    }
    for (const Candidate& c : answer) json[name(c)] = c.probability;
    return json;
  }

  void print_json(const Labels& labels, size_t unknown) const {
    ordered_json json;
    if (labels.answers.empty()) {
      json["values"] = ordered_json::array();
      for (const float value : labels.values) json["values"].push_back(*parse_number<double>(value_text(value)));
    } else if (every_step_) {
      json["labels"] = ordered_json::array();
      json["probabilities"] = ordered_json::array();
      for (const auto& answer : labels.answers) {
        json["labels"].push_back(name(answer[0]));
        json["probabilities"].push_back(answer[0].probability);
        if (top_ > 0) json["top"].push_back(probabilities(answer));
      }
    } else {
      const auto& answer = labels.answers[0];
      json = {{"label", name(answer[0])}, {"probability", answer[0].probability}, {"probabilities", probabilities(answer)}};
    }
    if (unknown > 0) json["unknown"] = unknown;
    print(json_line(json));
  }

  const std::vector<std::string>& names_;
  bool every_step_;
  int top_;
  bool json_;
};

// What was read as nothing, for one note at the end.
class UnknownNote {
 public:
  void add(const std::vector<std::string>& symbols) {
    if (symbols.empty()) return;
    ++sequences_;
    for (const std::string& symbol : symbols) {
      ++symbols_;
      if (shown_.size() >= kShownSymbols) {
        more_ = more_ || std::find(shown_.begin(), shown_.end(), symbol) == shown_.end();
      } else if (std::find(shown_.begin(), shown_.end(), symbol) == shown_.end()) {
        shown_.push_back(symbol);
      }
    }
  }
  void tell() const {
    if (symbols_ == 0) return;
    std::string names;
    for (const std::string& symbol : shown_) names += fmt::format("{}'{}'", names.empty() ? "" : ", ", printable(symbol));
    say(fmt::format("note: {} in {} {} unknown to the model and {} read as nothing: {}{}", counted(symbols_, "symbol"),
                    counted(sequences_, "sequence"), symbols_ == 1 ? "is" : "are", symbols_ == 1 ? "was" : "were", names,
                    more_ ? " ..." : ""));
  }

 private:
  int64_t symbols_ = 0, sequences_ = 0;
  std::vector<std::string> shown_;
  bool more_ = false;
};

// Lines in, answers out, in their order.
class PredictRun {
 public:
  PredictRun(Labeller& labeller, const PredictArguments& a)
      : labeller_(labeller),
        reader_(labeller.shape(), a.strict ? UnknownSymbol::refused : UnknownSymbol::noted),
        predictions_(labeller, a) {}

  // places[i] begins every message about lines[i]. Blank lines are skipped. What stands before a bad line is answered first.
  void answer(const std::vector<std::string>& lines, const std::vector<std::string>& places) {
    std::vector<SequenceExample> examples;
    std::vector<std::string> read;  // the place of each
    std::vector<size_t> unknown;
    std::exception_ptr failure;
    try {
      for (size_t i = 0; i < lines.size(); ++i) {
        if (is_blank(lines[i])) continue;
        SequenceInput input = reader_.read(lines[i], places[i]);
        note_.add(input.unknown);
        unknown.push_back(input.unknown.size());
        examples.push_back(std::move(input.example));
        read.push_back(places[i]);
      }
    } catch (const Error&) {
      failure = std::current_exception();
    }
    const std::vector<Labels> found = labeller_.label(examples, predictions_.wanted());
    for (size_t i = 0; i < found.size(); ++i) {
      if (!found[i].finite) {
        throw Error(Exit::data, "data/overflow",
                    read[i] + ": the numbers are too large for the model, its outputs are not finite",
                    "scale the numbers as in the training data");
      }
      predictions_.add(found[i], unknown[i]);
    }
    sequences_ += found.size();
    flush_output();
    if (failure) std::rethrow_exception(failure);
  }
  size_t sequences() const { return sequences_; }
  const UnknownNote& note() const { return note_; }

 private:
  Labeller& labeller_;
  SequenceInputReader reader_;
  Predictions predictions_;
  UnknownNote note_;
  size_t sequences_ = 0;
};

void answer_files(PredictRun& run, const PredictArguments& a) {
  const std::atomic<int>& stop = *watch_signals();
  LineReader reader(a.files, LineContent::data);
  if (reader.asks_a_person()) say("one sequence per line, as in the training data but without a target; Ctrl-D ends");
  std::vector<LineOrigin> origins;
  for (;;) {
    const std::vector<std::string> lines = reader.next(kLinesAtOnce, stop, &origins);
    if (lines.empty() || stop.load() != 0) break;
    std::vector<std::string> places;
    places.reserve(origins.size());
    for (const LineOrigin& origin : origins) places.push_back(fmt::format("{}:{}", origin.file, origin.number));
    run.answer(lines, places);
  }
  if (run.sequences() == 0 && !reader.reads_standard_input() && stop.load() == 0)
    throw Error(Exit::data, "data/empty", a.files[0] + ": the file contains no sequences", kInputForm);
}

}  // namespace

int run_predict(const Arguments& arguments) {
  PredictArguments a;
  Command command("predict", "MODEL [FILE...] [options]", "labels or numbers for new sequences, one per line");
  declare(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  if (!a.sequences.empty() && !a.files.empty())
    throw Error(Exit::usage, "usage/option", "--prompt gives the sequence itself and does not go with a FILE",
                "leave one of them out");

  ModelFile file = load_model(a.model);
  Pool pool(static_cast<int>(a.threads));
  if (follows_rows(file)) {
    if (!a.sequences.empty())
      throw Error(Exit::usage, "usage/option",
                  "--prompt gives a sequence, but " + file.path + " follows the rows of a table",
                  "give it a table with the columns of training");
    predict_rows(file, pool, {a.files, a.json, static_cast<int>(a.top)});
    return status_of(0);
  }
  if (reads_labels(file))
    throw Error(Exit::model, "model/task", file.path + " reads texts, words or sensors, not lines of JSON",
                fmt::format("rnn {} runs it", file.model->answers_at_end() ? "classify" : "tag"));
  Labeller labeller(file, pool);
  if (a.top > 0 && !labeller.answers_with_labels())
    throw Error(Exit::usage, "usage/option", fmt::format("--top is for labels, but {} answers with numbers", file.path));
  PredictRun run(labeller, a);
  for (const std::string& sequence : a.sequences)
    command.need(is_blank(sequence) ? "" : sequence, "a sequence after --prompt");
  try {
    if (a.sequences.empty()) {
      answer_files(run, a);
    } else {
      run.answer(a.sequences, std::vector<std::string>(a.sequences.size(), "--prompt"));
    }
  } catch (const Error&) {
    run.note().tell();  // of what was answered before
    throw;
  }
  run.note().tell();
  return status_of(0);
}

}  // namespace rnn::core::app
