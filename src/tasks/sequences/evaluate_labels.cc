// Why: see evaluate_labels.h.
#include "tasks/sequences/evaluate_labels.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "metrics/scale_scores.h"
#include "tasks/sequences/clock_rule.h"
#include "tasks/sequences/label_rows.h"
#include "tasks/sequences/measure_several.h"
#include "tasks/sequences/stream/label_ensemble.h"
#include "tasks/sequences/stream/labeller.h"
#include "tasks/sequences/whole_rows.h"
#include "train/trainer.h"

namespace rnn::core {
namespace {

constexpr double kLeastShare = 1e-30;  // that a loss takes the logarithm of

void set_scores(ResultRow& row, const LabelScores& scores, const SequenceShape& shape) {
  row.set(figure::kAccuracy, scores.accuracy()).set(figure::kMacroF1, scores.macro_f1());
  if (shape.answers == Answers::ordered)
    row.set(figure::kStepsOff, steps_off(scores)).set(figure::kKappa, quadratic_kappa(scores));
}

ResultRow scored(std::string name, const LabelScores& scores, const SequenceShape& shape) {
  ResultRow row(std::move(name));
  set_scores(row, scores, shape);
  return row;
}

void set_spans(ResultRow& row, const SpanScores& scores) {
  row.set(figure::kAccuracy, scores.accuracy());
  row.set(figure::kSpanF1, scores.all().f1()).set(figure::kSpanPrecision, scores.all().precision());
  row.set(figure::kSpanRecall, scores.all().recall());
  if (scores.strict().f1() != scores.all().f1()) row.set(figure::kStrictF1, scores.strict().f1());
}

bool has_spans(const SequenceShape& shape) { return shape.front.kind == InputKind::words && shape.front.scheme != "tags"; }

LabelScores score_answers(const std::vector<SequenceExample>& test, const std::vector<int32_t>& answers,
                          const SequenceShape& shape) {
  LabelScores scores(shape.labels);
  for (size_t i = 0; i < test.size(); ++i) scores.add(test[i].labels[0], std::max(answers[i], 0));
  return scores;
}

// Tags given to sentences, as a row.
ResultRow tag_row(std::string name, const RawSet& test, const std::vector<std::vector<std::string>>& given,
                  const SequenceShape& shape, const LabelEncoder& encoder) {
  ResultRow row(std::move(name));
  SpanScores spans;
  LabelScores scores(shape.labels);
  for (size_t i = 0; i < test.examples.size(); ++i) {
    const std::vector<std::string>& wanted = test.examples[i].labels;
    if (has_spans(shape)) spans.add(wanted, given[i], shape.front.scheme == "bioes");
    for (size_t t = 0; t < wanted.size(); ++t)
      if (!wanted[t].empty()) scores.add(encoder.label(wanted[t]), std::max(encoder.label(given[i][t]), 0));
  }
  if (has_spans(shape)) return set_spans(row, spans), row;
  return scored(row.name, scores, shape);
}

// The label in the middle of all, on a scale.
int32_t median_label(const std::vector<int64_t>& counts) {
  int64_t all = 0, below = 0;
  for (const int64_t n : counts) all += n;
  size_t k = 0;
  for (; k + 1 < counts.size() && 2 * (below + counts[k]) < all; ++k) below += counts[k];
  return static_cast<int32_t>(k);
}

std::vector<ResultRow> rows_of(const LabelData* training, const RawSet& test, const std::vector<SequenceExample>& examples,
                               const SequenceShape& shape, const LabelEncoder& encoder) {
  std::vector<ResultRow> rows;
  const std::vector<SequenceExample>& known = training ? training->train_examples : examples;
  ResultRow constant = constant_row(shape, known, examples);
  std::vector<int64_t> counts(shape.labels.size(), 0);
  for (const SequenceExample& e : known)
    for (const int32_t label : e.labels)
      if (label >= 0) ++counts[static_cast<size_t>(label)];
  const auto most = static_cast<int32_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  if (shape.target == TargetForm::label) {
    const auto always = [&](int32_t label) {
      return score_answers(examples, std::vector<int32_t>(examples.size(), label), shape);
    };
    set_scores(constant, always(most), shape);
    rows.push_back(constant);
    if (shape.answers == Answers::ordered) rows.push_back(scored("always the median", always(median_label(counts)), shape));
  } else {
    std::vector<std::vector<std::string>> given;
    for (const RawExample& e : test.examples) given.emplace_back(e.labels.size(), shape.labels[static_cast<size_t>(most)]);
    ResultRow row = tag_row(constant.name, test, given, shape, encoder);
    rows.push_back(row.set(figure::kTargetLoss, constant[figure::kTargetLoss]));
    if (!shape.whole_labels.empty()) add_frequent_whole(shape, known, test, examples, given, rows.back());
  }
  if (!training) return rows;
  if (shape.follows()) {
    if (const std::optional<ClockRule> clock = clock_rule(training->train, test))
      rows.push_back(tag_row(clock->name, test, clock->labels, shape, encoder));
    return rows;
  }
  const auto labelled = [&](std::string name, const std::vector<int32_t>& answers) {
    rows.push_back(scored(std::move(name), score_answers(examples, answers, shape), shape));
  };
  if (test.kind == InputKind::text) {
    const NaiveBayes bayes = naive_bayes(training->train, test, shape.labels, shape.front.keep_case);
    labelled(bayes.name, bayes.answers);
  } else if (test.kind == InputKind::frames) {
    labelled("nearest series", nearest_series(training->train, test, shape.labels));
  } else {
    const GivenTags tags = frequent_tags(training->train, test);
    rows.push_back(tag_row("most frequent tag of a word", test, tags, shape, encoder));
    if (!shape.whole_labels.empty()) add_bayes_of_wholes(shape, training->train, test, examples, tags, rows);
  }
  return rows;
}

// What the model says of every example.
void answer_all(ModelFile& file, const RawSet& test, const std::vector<SequenceExample>& examples, Pool& pool,
                LabelReport& report) {
  Labeller labeller(file, pool);
  const SequenceShape& shape = labeller.shape();
  const std::vector<Labels> found = labeller.label(examples);
  report.scores.emplace(shape.labels);
  if (has_spans(shape)) report.spans.emplace();
  GivenTags tags;
  std::vector<int32_t> labels;
  for (size_t i = 0; i < found.size(); ++i) {
    std::vector<std::string> given;
    for (size_t t = 0; t < found[i].answers.size(); ++t) {
      const int32_t answer = found[i].answers[t][0].id;
      if (!test.examples[i].labels[t].empty()) {
        report.scores->add(examples[i].labels[t], answer);
        report.reliability.add(found[i].answers[t][0].probability, answer == examples[i].labels[t]);
      }
      given.push_back(shape.labels[static_cast<size_t>(answer)]);
    }
    if (report.spans) report.spans->add(test.examples[i].labels, given, shape.front.scheme == "bioes");
    if (shape.whole_labels.empty()) continue;
    labels.push_back(found[i].whole[0].id), tags.push_back(std::move(given));
    report.whole_reliability.add(found[i].whole[0].probability, labels.back() == examples[i].whole);
  }
  if (shape.whole_labels.empty()) return;
  report.whole = score_wholes(shape, examples, labels);
  report.model.set(figure::kBothRight, both_right(shape, test, examples, tags, labels));
}

// 1, 2, 3, 5, 10, 20, 30, 50 ... below `longest`, then that.
std::vector<int> some_lengths(int longest) {
  std::vector<int> lengths;
  for (int ten = 1; ten < longest; ten *= 10)
    for (const int part : {1, 2, 3, 5})
      if (ten * part < longest) lengths.push_back(ten * part);
  lengths.push_back(longest);
  return lengths;
}

std::vector<EarlyAnswers> early_answers(ModelFile& file, const std::vector<SequenceExample>& examples, Pool& pool) {
  Labeller labeller(file, pool);
  const SequenceShape& shape = labeller.shape();
  int longest = 0;
  for (const SequenceExample& e : examples) longest = std::max(longest, shape.steps(e));
  std::vector<EarlyAnswers> out;
  for (const int steps : some_lengths(longest)) {
    std::vector<SequenceExample> begun = examples;
    EarlyAnswers& early = out.emplace_back();
    early.steps = steps;
    for (SequenceExample& e : begun) {
      if (shape.steps(e) <= steps) {
        ++early.ended;
        continue;
      }
      e.ids.resize(shape.width > 0 ? 0 : static_cast<size_t>(steps * shape.ids_of_step()));
      e.frames.resize(static_cast<size_t>(steps * shape.width));
    }
    const std::vector<Labels> found = labeller.label(begun);
    int64_t right = 0;
    for (size_t i = 0; i < found.size(); ++i) right += found[i].answers[0][0].id == examples[i].labels[0];
    early.accuracy = static_cast<double>(right) / static_cast<double>(std::max<size_t>(found.size(), 1));
  }
  return out;
}

// What some probabilities are worth.
ResultRow share_row(std::string name, const RawSet& test, const LabelShares& said, const LabelEnsemble& models) {
  LabelScores scores(models.shape().labels);
  Reliability reliability;
  double loss = 0, count = 0;
  for (size_t i = 0; i < said.size(); ++i) {
    const int32_t wanted = models.label(test.examples[i].labels.at(0));
    const auto best = std::max_element(said[i].begin(), said[i].end());
    scores.add(wanted, static_cast<int32_t>(best - said[i].begin()));
    reliability.add(*best, wanted == best - said[i].begin());
    if (wanted >= 0) loss -= std::log(std::max(said[i][static_cast<size_t>(wanted)], kLeastShare)), count += 1;
  }
  ResultRow row = ResultRow(std::move(name)).set(figure::kTargetLoss, loss / std::max(count, 1.0));
  set_scores(row, scores, models.shape());
  return row.set(figure::kEce, reliability.ece());
}

// Every further model alone, then all together.
std::vector<ResultRow> rows_of_others(ModelFile& file, const RawSet& test, const WithModels& with, Pool& pool) {
  LabelEnsemble models(file, with, pool);
  std::vector<LabelShares> said;
  std::vector<ResultRow> rows;
  for (size_t i = 0; i < models.size(); ++i) {
    said.push_back(models.answers(i, test));
    if (i > 0) rows.push_back(share_row(with.files[i - 1]->path, test, said[i], models));
  }
  rows.push_back(share_row("together", test, models.together(said), models));
  return rows;
}

// Errors of answers to every row that has a number. [series][rows]
ResultRow number_row(std::string name, const RawSet& test, const std::vector<std::vector<float>>& given) {
  double squares = 0, sum = 0, count = 0;
  for (size_t i = 0; i < test.examples.size(); ++i) {
    for (size_t t = 0; t < test.examples[i].values.size(); ++t) {
      const double wanted = test.examples[i].values[t];
      if (std::isnan(wanted)) continue;
      const double error = given[i][t] - wanted;
      squares += error * error, sum += std::abs(error), count += 1;
    }
  }
  ResultRow row(std::move(name));
  if (count == 0) return row;
  return row.set(figure::kSquaredError, squares / count)
      .set(figure::kMae, sum / count)
      .set(figure::kRmse, std::sqrt(squares / count));
}

void measure_numbers(ModelFile& file, const RawSet& test, const std::vector<SequenceExample>& examples,
                     const RawSet* training, Pool& pool, LabelReport& report) {
  Labeller labeller(file, pool);
  std::vector<std::vector<float>> given;
  for (Labels& labels : labeller.label(examples)) given.push_back(std::move(labels.values));
  report.model = number_row("this model", test, given);
  double sum = 0, count = 0;
  for (const RawExample& e : (training ? *training : test).examples)
    for (const float y : e.values)
      if (!std::isnan(y)) sum += static_cast<double>(y), count += 1;
  given.clear();
  for (const RawExample& e : test.examples)
    given.emplace_back(e.values.size(), static_cast<float>(sum / std::max(count, 1.0)));
  report.baselines.push_back(number_row("always the mean", test, given));
  const std::optional<ClockRule> clock = training ? clock_rule(*training, test) : std::nullopt;
  if (clock) report.baselines.push_back(number_row(clock->name, test, clock->values));
}

}  // namespace

LabelReport measure_labels(ModelFile& file, const RawSet& test, const LabelData* training, Pool& pool) {
  const SequenceShape shape = shape_of_model(file);
  require_same_kind(test, shape);
  const LabelEncoder encoder(shape, file.tokenizer.get());
  const std::vector<SequenceExample> examples = encoder.examples(test);
  LabelReport report;
  report.task = target_task(shape.target);
  report.examples = std::ssize(examples);
  std::set<std::string> unseen;
  for (const RawExample& e : test.examples)
    for (const std::string& label : e.labels)
      if (!label.empty() && encoder.label(label) < 0) unseen.insert(label);
  for (const RawExample& e : test.examples)
    if (!e.whole.empty() && encoder.whole(e.whole) < 0) unseen.insert(e.whole);
  report.unseen.assign(unseen.begin(), unseen.end());
  require_finite(*file.model, file.path);
  file.model->pack(pool, false);
  const auto batcher = sequence_batcher(shape, examples, {32, false, 1});
  const Evaluation loss = evaluate(*file.model, *batcher, pool);
  report.targets = loss.tokens, report.shortened = loss.impossible;
  if (shape.target == TargetForm::numbers) {
    measure_numbers(file, test, examples, training ? &training->train : nullptr, pool, report);
    return report;
  }
  if (shape.answers == Answers::several) {
    measure_several(file, test, examples, training, loss.loss(), pool, report);
    if (training) report.shared = shared_inputs(training->train, test);
    return report;
  }
  report.model = ResultRow("this model").set(figure::kTargetLoss, loss.loss());
  answer_all(file, test, examples, pool, report);
  if (report.spans) {
    set_spans(report.model, *report.spans);
  } else {
    set_scores(report.model, *report.scores, shape);
  }
  if (report.whole)
    report.model.set(figure::kWholeAccuracy, report.whole->accuracy()).set(figure::kWholeMacroF1, report.whole->macro_f1());
  report.model.set(figure::kEce, report.reliability.ece());
  report.baselines = rows_of(training, test, examples, shape, encoder);
  if (training && !shape.follows()) report.shared = shared_inputs(training->train, test);
  return report;
}

LabelReport evaluate_labels(ModelFile& file, const std::vector<std::string>& paths, const LabelEvalOptions& how) {
  const SequenceShape shape = shape_of_model(file);
  if (how.early && shape.answers == Answers::several)
    throw Error(Exit::usage, "usage/option", "--early is for models that give a sequence one label, but this gives several",
                "leave it out");
  if (how.early && shape.target != TargetForm::label)
    throw Error(Exit::usage, "usage/option", "--early is for models that give a sequence one label",
                "leave it out: here every step has an answer");
  const RawSet test = read_label_files(paths, label_source(shape, {}));
  LabelData training;
  if (how.rows) training = label_data_of_model(file);
  Pool pool(how.threads);
  LabelReport report = measure_labels(file, test, training.train.examples.empty() ? nullptr : &training, pool);
  if (!how.rows) report.baselines.clear();
  if (!how.with.files.empty()) report.others = rows_of_others(file, test, how.with, pool);
  if (how.early) report.early = early_answers(file, LabelEncoder(shape, file.tokenizer.get()).examples(test), pool);
  return report;
}

}  // namespace rnn::core
