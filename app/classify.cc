// Why: rnn classify: a label and its probability for every text or series.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "data/labels/table_inputs.h"
#include "data/sequence_line.h"
#include "events/events.h"
#include "label_inputs.h"
#include "line_reader.h"
#include "screen.h"
#include "signals.h"
#include "table_text.h"
#include "tasks/sequences/stream/label_ensemble.h"
#include "with_models.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

constexpr size_t kTextsAtOnce = 256;

struct ClassifyArguments {
  std::string model, unsure = "?";
  WithArguments with;
  std::vector<std::string> files, texts;
  int64_t top = 0, threads = 0;
  double threshold = -1;  // below 0: not given
  bool json = false, each_step = false, quiet = false, tokenized = false;
};

void declare(Command& command, ClassifyArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file of a model that classifies");
  command.words("DATA...", &a.files,
                "a table with the column of texts, texts line by line, series; - or none: standard input");
  command.texts("-p,--prompt", &a.texts, "TEXT", "this text instead of a file; may be repeated");
  command.whole("--top", &a.top, {1, 1 << 24}, "N", "the N likeliest labels with their probabilities");
  command.real("--threshold", &a.threshold, {0, 1}, "P",
               "say ? where the likeliest label has a probability below P (0); of several labels: give those from P on");
  a.with.declare(command, "also ask this model, and say what all say on average; may be repeated");
  command.flag("--each-step", &a.each_step, "what it thinks after every word, character or sample, a line each");
  command.flag("--json", &a.json, "JSON lines on standard output");
  command.flag("--tokenized", &a.tokenized, "of a model that also tags: words stand between spaces, as for rnn tag");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  command.more();
  a.with.declare_weights(command);
  command.example("rnn classify runs/reviews-001 new.csv > labelled.csv");
  command.example("echo 'I liked it.' | rnn classify runs/reviews-001 --top 3");
}

// A text up to each of its steps, or a series up to each sample.
std::vector<SequenceExample> beginnings_of(const SequenceExample& whole, const SequenceShape& shape) {
  std::vector<SequenceExample> out;
  const auto width = static_cast<size_t>(shape.width), columns = static_cast<size_t>(shape.columns);
  const auto steps = static_cast<size_t>(shape.steps(whole));
  for (size_t n = 1; n <= steps; ++n) {
    SequenceExample part;
    if (width > 0) {
      part.frames.assign(whole.frames.begin(), whole.frames.begin() + static_cast<std::ptrdiff_t>(n * width));
    } else {
      part.ids.assign(whole.ids.begin(), whole.ids.begin() + static_cast<std::ptrdiff_t>(n * columns));
    }
    out.push_back(std::move(part));
  }
  return out;
}

RawSet set_of_texts(const std::vector<std::string>& texts) {
  RawSet set;
  set.kind = InputKind::text;
  for (const std::string& text : texts) set.examples.emplace_back().text = text;
  return set;
}

class ClassifyRun {
 public:
  // ensemble: null, or the model and others, whose mean is the answer.
  ClassifyRun(LabelModel& model, LabelEnsemble* ensemble, const ClassifyArguments& a)
      : model_(model), ensemble_(ensemble), a_(a) {}

  // Line by line: label and probability between a comma.
  void header() const {
    if (a_.json || a_.each_step || a_.top > 0) return;
    print(several() ? "labels,probabilities\n" : "label,probability\n");
  }

  // Of several models, whose mean is the answer. The labels of the set are not read.
  void answer_together(const RawSet& set) {
    std::vector<LabelShares> said;
    for (size_t i = 0; i < ensemble_->size(); ++i) said.push_back(ensemble_->answers(i, set));
    for (const std::vector<double>& shares : ensemble_->together(said)) print(line(likeliest(shares)));
    flush_output();
  }
  bool together() const { return ensemble_ != nullptr; }

  // Texts as they stand in a file or were typed.
  void answer_lines(const std::vector<std::string>& lines) {
    if (together()) return answer_together(set_of_texts(lines));
    std::vector<SequenceExample> examples;
    for (const std::string& line : lines) examples.push_back(model_.typed(line, a_.tokenized));
    answer(examples, lines);
  }

  // lines: of sentences, for their words.
  void answer(const std::vector<SequenceExample>& examples, const std::vector<std::string>& lines = {}) {
    if (a_.each_step) {
      for (size_t i = 0; i < examples.size(); ++i)
        each_step(examples[i], model_.sentences() ? words_of_line(lines[i], a_.tokenized) : std::vector<std::string>());
      return;
    }
    const std::vector<Labels> found = model_.label(examples, static_cast<int>(std::max<int64_t>(a_.top, 1)));
    for (const Labels& labels : found) print(line(labels));
    flush_output();
  }

 private:
  Labels likeliest(const std::vector<double>& shares) const {
    Labels labels;
    std::vector<Candidate>& all = labels.answers.emplace_back();
    for (size_t k = 0; k < shares.size(); ++k) all.push_back({static_cast<int32_t>(k), shares[k]});
    std::stable_sort(all.begin(), all.end(),
                     [](const Candidate& a, const Candidate& b) { return a.probability > b.probability; });
    all.resize(std::min(all.size(), static_cast<size_t>(std::max<int64_t>(a_.top, 1))));
    return labels;
  }

  bool several() const { return model_.shape().answers == Answers::several; }
  std::string label_of(const Candidate& c) const { return c.probability < a_.threshold ? a_.unsure : model_.name(c); }

  // Of several labels, those that are given: from a threshold on that was asked for, else from the model's own on.
  std::vector<Candidate> given(const Labels& found) const {
    const std::vector<Candidate>& all = found.answers[0];
    const auto count = a_.threshold < 0 ? static_cast<std::ptrdiff_t>(found.given)
                                        : std::count_if(all.begin(), all.end(),
                                                        [&](const Candidate& c) { return c.probability >= a_.threshold; });
    return {all.begin(), all.begin() + count};
  }

  // Several labels and their probabilities as two cells, between the same sign.
  std::pair<std::string, std::string> cells(const Labels& found) const {
    const char* between = model_.shape().front.between == "|" ? "|" : ";";
    std::string labels, probabilities;
    for (const Candidate& c : given(found)) {
      labels += (labels.empty() ? "" : between) + model_.name(c);
      probabilities += fmt::format("{}{:.4f}", probabilities.empty() ? "" : between, c.probability);
    }
    return {labels, probabilities};
  }

  std::string line(const Labels& found) const {
    const std::vector<Candidate>& answer = found.answers[0];
    if (a_.json) return json_line(json_of(found));
    if (a_.top == 0 && several()) {
      const auto [labels, probabilities] = cells(found);
      return fmt::format("{},{}\n", table_cell(labels), probabilities);
    }
    if (a_.top == 0) return fmt::format("{},{:.4f}\n", table_cell(label_of(answer[0])), answer[0].probability);
    std::string text;
    for (size_t i = 0; i < shown(answer); ++i)
      text += fmt::format("{}{}\t{:.4f}", text.empty() ? "" : "\t",
                          i == 0 && !several() ? label_of(answer[0]) : model_.name(answer[i]), answer[i].probability);
    return text + "\n";
  }

  size_t shown(const std::vector<Candidate>& answer) const { return std::min(answer.size(), static_cast<size_t>(a_.top)); }

  ordered_json json_of(const Labels& found) const {
    const std::vector<Candidate>& answer = found.answers[0];
    ordered_json json;
    if (several()) {
      json = {{"labels", ordered_json::array()}, {"probabilities", ordered_json::array()}};
      for (const Candidate& c : given(found))
        json["labels"].push_back(model_.name(c)), json["probabilities"].push_back(c.probability);
    } else {
      json = {{"label", label_of(answer[0])}, {"probability", answer[0].probability}};
    }
    for (size_t i = 0; i < shown(answer); ++i) json["top"][model_.name(answer[i])] = answer[i].probability;
    return json;
  }

  // Each line is the answer to that beginning alone, with the same bits. words: of a sentence without any, none.
  void each_step(const SequenceExample& e, const std::vector<std::string>& words) {
    const auto width = static_cast<size_t>(model_.shape().width);
    const std::vector<SequenceExample> parts = beginnings_of(e, model_.shape());
    const std::vector<Labels> found = model_.label(parts, static_cast<int>(std::max<int64_t>(a_.top, 1)));
    for (size_t n = 0; n < found.size(); ++n) {
      const std::string step = width > 0            ? std::to_string(n + 1)
                               : model_.sentences() ? (n < words.size() ? words[n] : "")
                                                    : model_.piece(e.ids[n]);
      if (a_.json) {
        ordered_json json = {{"step", n + 1}, {"read", step}};
        json.update(json_of(found[n]));
        print(json_line(json));
      } else {
        print(fmt::format("{}\t{}", step, line_with_tabs(found[n])));
      }
    }
    if (!a_.json) print("\n");
    flush_output();
  }

  std::string line_with_tabs(const Labels& found) const {
    if (a_.top > 0) return line(found);
    if (several()) {
      const auto [labels, probabilities] = cells(found);
      return fmt::format("{}\t{}\n", labels, probabilities);
    }
    const std::vector<Candidate>& answer = found.answers[0];
    return fmt::format("{}\t{:.4f}\n", label_of(answer[0]), answer[0].probability);
  }

  LabelModel& model_;
  LabelEnsemble* ensemble_;
  const ClassifyArguments& a_;
};

void answer_pipe(ClassifyRun& run) {
  const std::atomic<int>& stop = *watch_signals();
  LineReader reader({"-"}, LineContent::data);
  if (reader.asks_a_person()) say("one text per line; Ctrl-D ends");
  for (;;) {
    const std::vector<std::string> lines = reader.next(kTextsAtOnce, stop);
    if (lines.empty() || stop.load() != 0) return;
    run.answer_lines(lines);
  }
}

void answer_file(ClassifyRun& run, const std::string& path, const LabelModel& model) {
  const RawSet set = inputs_of_file(path, model);
  if (run.together()) return run.answer_together(set);
  std::vector<SequenceExample> examples;
  std::vector<std::string> lines;
  for (const RawExample& e : set.examples) {
    if (model.sentences()) {
      lines.push_back(e.text);
    } else {
      examples.push_back(model.encoder().example(set, e));
      examples.back().labels.clear();
    }
    if (std::max(examples.size(), lines.size()) < kTextsAtOnce && &e != &set.examples.back()) continue;
    model.sentences() ? run.answer_lines(lines) : run.answer(examples);
    examples.clear(), lines.clear();
  }
}

}  // namespace

int run_classify(const Arguments& arguments) {
  ClassifyArguments a;
  Command command("classify", "MODEL [DATA...] [options]", "a label for every text or series");
  declare(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  if (!a.texts.empty() && !a.files.empty())
    throw Error(Exit::usage, "usage/option", "--prompt gives the text itself and does not go with DATA",
                "leave one of them out");
  if (a.each_step && a.with.given())
    throw Error(Exit::usage, "usage/option", "--each-step follows one model, but --with names others",
                "leave one of them out");
  LabelModel model(a.model, TargetForm::label, static_cast<int>(a.threads));
  const bool texts = model.shape().front.kind == InputKind::text || model.sentences();
  if (a.tokenized && !model.sentences())
    throw Error(Exit::usage, "usage/option", "--tokenized is for models that also tag words; this one reads its texts alike",
                "leave it out");
  if (!texts && !a.texts.empty())
    throw Error(Exit::usage, "usage/option", "--prompt is a text, but this model reads " + input_text(model.shape().width),
                "give it a file such as those of training");
  std::optional<ModelFile> again;
  std::optional<LabelEnsemble> ensemble;
  Pool pool(static_cast<int>(a.threads));
  const WithModels with = a.with.load();
  if (a.with.given()) ensemble.emplace(again.emplace(load_model(a.model)), with, pool);
  ClassifyRun run(model, ensemble ? &*ensemble : nullptr, a);
  run.header();
  const bool piped = a.files.empty() || (a.files.size() == 1 && a.files[0] == "-");
  if (const auto& inputs = model.shape().front.inputs; !inputs.empty() && (piped || !a.texts.empty()))
    say(fmt::format("note: a text alone is read without {}; a table that has them is given as a file",
                    names_of_inputs(inputs)));
  if (!a.texts.empty()) {
    run.answer_lines(a.texts);
    return status_of(0);
  }
  if (piped && texts) {
    answer_pipe(run);
    return status_of(0);
  }
  if (a.files.empty()) a.files.emplace_back("-");
  for (const std::string& path : a.files) answer_file(run, path, model);
  return status_of(0);
}

}  // namespace rnn::core::app
