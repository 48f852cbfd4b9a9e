// Why: see eval_labels.h.
#include "eval_labels.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "metrics/figures.h"
#include "outputs.h"
#include "result_rows.h"
#include "screen.h"
#include "table_text.h"
#include "tasks/sequences/evaluate_labels.h"
#include "tasks/sequences/stream/sequence_shape.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

constexpr size_t kShownClasses = 30, kShownConfusions = 5;

// One class of the table: its name and what was counted.
using ClassRow = std::pair<std::string, ClassCounts>;

std::vector<ClassRow> classes_of(const LabelScores& scores) {
  std::vector<ClassRow> rows;
  for (size_t k = 0; k < scores.labels().size(); ++k) rows.emplace_back(scores.labels()[k], scores.counts(k));
  return rows;
}

std::vector<ClassRow> classes_of(const LabelReport& r) {
  std::vector<ClassRow> rows;
  if (r.several) {
    for (size_t k = 0; k < r.several->labels().size(); ++k) rows.emplace_back(r.several->labels()[k], r.several->counts(k));
    return rows;
  }
  if (!r.scores) return rows;  // numbers
  if (r.spans) {
    rows.assign(r.spans->types().begin(), r.spans->types().end());
  } else {
    rows = classes_of(*r.scores);
  }
  return rows;
}

struct Confused {
  int64_t count;
  size_t wanted, given;
};

std::vector<Confused> confusions_of(const LabelScores& scores) {
  std::vector<Confused> all;
  for (size_t i = 0; i < scores.labels().size(); ++i)
    for (size_t j = 0; j < scores.labels().size(); ++j)
      if (i != j && scores.confused(i, j) > 0) all.push_back({scores.confused(i, j), i, j});
  std::stable_sort(all.begin(), all.end(), [](const Confused& a, const Confused& b) { return a.count > b.count; });
  return all;
}

// Rows: the right label; columns: the label that was given.
std::string confusion_table(const LabelScores& scores) {
  std::string table = "label";
  for (const std::string& label : scores.labels()) table += "," + table_cell(label);
  for (size_t i = 0; i < scores.labels().size(); ++i) {
    table += "\n" + table_cell(scores.labels()[i]);
    for (size_t j = 0; j < scores.labels().size(); ++j) table += fmt::format(",{}", scores.confused(i, j));
  }
  return table + "\n";
}

constexpr double kThresholds[] = {0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99};

double right_of(const Reliability::Bin& bin) {
  return bin.answers > 0 ? static_cast<double>(bin.right) / static_cast<double>(bin.answers) : 0;
}

// From a probability on, a label of several is given.
constexpr double kGiven[] = {0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95};

ordered_json several_thresholds_json(const ThresholdCurve& curve) {
  ordered_json list = ordered_json::array();
  for (const double threshold : kGiven) {
    const ClassCounts c = curve.at_least(threshold);
    list.push_back({{"threshold", threshold},
                    {"micro_f1", c.f1()},
                    {"precision", c.precision()},
                    {"recall", c.recall()},
                    {"given", c.given}});
  }
  return list;
}

// What another threshold would give.
void print_several_thresholds(const ThresholdCurve& curve) {
  Table table({"at least", "micro-F1", "precision", "recall", "labels given"});
  for (const double threshold : kGiven) {
    const ClassCounts c = curve.at_least(threshold);
    table.add({fmt::format("{}", threshold), fmt::format("{:.2f}%", 100 * c.f1()),
               c.given > 0 ? fmt::format("{:.2f}%", 100 * c.precision()) : "", fmt::format("{:.2f}%", 100 * c.recall()),
               grouped(c.given)});
  }
  print("\n" + table.text());
}

void print_json(const LabelReport& r, bool thresholds) {
  ordered_json json = figures_json(r.model);
  json["examples"] = r.examples, json["targets"] = r.targets;
  const auto add_class = [&](const char* key, const ClassRow& row) {
    const auto& [name, c] = row;
    json[key][name] = {{"precision", c.precision()}, {"recall", c.recall()}, {"f1", c.f1()}, {"support", c.wanted}};
  };
  for (const ClassRow& row : classes_of(r)) add_class("classes", row);
  if (r.whole) {
    for (const ClassRow& row : classes_of(*r.whole)) add_class("label_classes", row);
    json["label_ece"] = r.whole_reliability.ece();
  }
  add_others(r.others, figures_json, json);
  for (const ResultRow& row : r.baselines) json["baselines"][row.name] = figures_json(row);
  for (const EarlyAnswers& e : r.early)
    json["early"].push_back({{"steps", e.steps}, {"accuracy", e.accuracy}, {"ended", e.ended}});
  if (thresholds && r.several) json["thresholds"] = several_thresholds_json(r.curve);
  if (thresholds && !r.several) {
    for (const double threshold : kThresholds) {
      const Reliability::Bin left = r.reliability.at_least(threshold);
      json["thresholds"].push_back({{"threshold", threshold}, {"answers", left.answers}, {"accuracy", right_of(left)}});
    }
  }
  for (const Reliability::Bin& bin : r.reliability.bins()) {
    if (bin.answers > 0)
      json["reliability"].push_back({{"answers", bin.answers},
                                     {"probability", bin.probability / static_cast<double>(bin.answers)},
                                     {"accuracy", right_of(bin)}});
  }
  if (!r.unseen.empty()) json["unseen"] = r.unseen;
  if (r.shared) json["shared"] = *r.shared;
  print(json_line(json));
}

void print_classes(const std::vector<ClassRow>& rows, const char* title) {
  Table classes({title, "precision", "recall", "F1", "support"});
  for (size_t i = 0; i < std::min(rows.size(), kShownClasses); ++i) {
    const auto& [name, c] = rows[i];
    classes.add({for_terminal(name), fmt::format("{:.1f}%", 100 * c.precision()), fmt::format("{:.1f}%", 100 * c.recall()),
                 fmt::format("{:.1f}%", 100 * c.f1()), grouped(c.wanted)});
  }
  print(classes.text());
  if (rows.size() > kShownClasses) print(fmt::format(" and {} more: --json has all\n", rows.size() - kShownClasses));
}

void print_confusions(const LabelScores& scores) {
  const std::vector<Confused> confused = confusions_of(scores);
  std::vector<std::string> texts;
  for (size_t i = 0; i < std::min(confused.size(), kShownConfusions); ++i)
    texts.push_back(fmt::format("{} taken for {} ({})", scores.labels()[confused[i].wanted],
                                scores.labels()[confused[i].given], confused[i].count));
  if (!texts.empty()) print(fmt::format(" most often: {}\n", fmt::join(texts, ", ")));
}

void print_table(const LabelReport& r) {
  const Columns columns = columns_of({&r.model}, r.baselines);
  Table table(joined({""}, titles(columns)));
  const auto add = [&](const ResultRow& row) { table.add(joined({row.name}, cells(row, columns, Digits::fine))); };
  add(r.model);
  for (const ResultRow& row : r.others) add(row);
  for (const ResultRow& row : r.baselines) add(row);
  print(table.text() + fmt::format(" {}, {}\n{}", counted(r.examples, "example"), counted(r.targets, "target"),
                                   r.scores || r.several ? "\n" : ""));
  if (!r.scores && !r.several) return;
  print_classes(classes_of(r), r.spans ? "type" : "label");
  if (!r.scores) return;
  print_confusions(*r.scores);
  if (!r.whole) return;
  print("\n");
  print_classes(classes_of(*r.whole), "label of a sentence");
  print_confusions(*r.whole);
}

std::string_view step_word(const ModelFile& file) {
  if (!file.tokenizer) return shape_of_model(file).width > 0 ? "row" : "word";
  return file.tokenizer->kind() == "char" || file.tokenizer->kind() == "byte" ? "character" : "word";
}

// How much of an input the model needs.
void print_early(const LabelReport& r, std::string_view step) {
  if (r.early.empty()) return;
  Table table({"having read", "accuracy", "inputs that end there"});
  for (const EarlyAnswers& e : r.early)
    table.add({counted(e.steps, std::string(step)), fmt::format("{:.2f}%", 100 * e.accuracy), grouped(e.ended)});
  print("\n" + table.text());
}

// What it costs to leave out the answers that the model is less sure of.
void print_thresholds(const Reliability& r) {
  Table table({"at least", "answered", "of them right"});
  for (const double threshold : kThresholds) {
    const Reliability::Bin left = r.at_least(threshold);
    table.add({fmt::format("{}", threshold),
               fmt::format("{:.1f}%",
                           100 * static_cast<double>(left.answers) / static_cast<double>(std::max<int64_t>(r.answers(), 1))),
               left.answers > 0 ? fmt::format("{:.2f}%", 100 * right_of(left)) : ""});
  }
  print("\n" + table.text());
}

}  // namespace

bool reads_labels(const ModelFile& file) {
  return target_form(file.model->config().task).has_value() && shape_of_model(file).front.kind != InputKind::none;
}

double eval_labels(ModelFile& file, const std::vector<std::string>& data, const LabelEvalArguments& a) {
  const LabelReport report = evaluate_labels(file, data, {a.threads, a.rows, a.early, a.with});
  if (!report.unseen.empty())
    say(fmt::format("note: {} that the model does not know, never right: {}", counted(report.unseen.size(), "label"),
                    fmt::join(report.unseen, ", ")));
  if (report.shared && *report.shared > 0)
    say(fmt::format("note: {} also {} in the training data", counted(*report.shared, "input"),
                    word_for(*report.shared, "stands", "stand")));
  if (!a.output.empty() && report.several)
    throw Error(Exit::usage, "usage/option",
                "--output is a table of labels and what they were taken for, but this model gives several at once",
                "leave it out; --json has precision and recall of every label");
  if (!a.output.empty() && !report.scores)
    throw Error(Exit::usage, "usage/option",
                "--output is a table of labels and what they were taken for, but this model says numbers",
                "rnn predict RUN DATA > answers.csv writes its answers");
  if (!a.output.empty()) write_table(a.output, confusion_table(*report.scores));
  if (a.thresholds && !report.scores && !report.several)
    throw Error(Exit::usage, "usage/option", "--thresholds is for labels, but this model says numbers", "leave it out");
  a.json ? print_json(report, a.thresholds) : print_table(report);
  if (!a.json) print_early(report, step_word(file));
  if (!a.json && a.thresholds)
    report.several ? print_several_thresholds(report.curve) : print_thresholds(report.reliability);
  return (report.others.empty() ? report.model : report.others.back())
      .at(figure::kTargetLoss);  // or the squared error, which has its key
}

}  // namespace rnn::core::app
