// Why: see measure_several.h.
#include "tasks/sequences/measure_several.h"

#include <algorithm>

#include "metrics/figures.h"
#include "tasks/sequences/several_rows.h"
#include "tasks/sequences/stream/labeller.h"

namespace rnn::core {
namespace {

ResultRow several_row(std::string name, const SeveralScores& scores) {
  return ResultRow(std::move(name))
      .set(figure::kMicroF1, scores.micro_f1())
      .set(figure::kMacroF1, scores.macro_f1())
      .set(figure::kAllRight, scores.all_right());
}

SeveralScores score_several(const std::vector<SequenceExample>& examples, const std::vector<std::vector<int32_t>>& given,
                            const SequenceShape& shape) {
  SeveralScores scores(shape.labels);
  for (size_t i = 0; i < examples.size(); ++i) scores.add(examples[i].labels, given[i]);
  return scores;
}

bool is_wanted(const SequenceExample& e, int32_t label) {
  return std::find(e.labels.begin(), e.labels.end(), label) != e.labels.end();
}

// Calls visit(example, candidate) with every label of every example.
template <class Visit>
void visit_decisions(const std::vector<Labels>& found, std::span<const SequenceExample> examples, const Visit& visit) {
  for (size_t i = 0; i < found.size(); ++i)
    for (const Candidate& c : found[i].answers.at(0)) visit(examples[i], c);
}

}  // namespace

double best_threshold(ModelFile& file, std::span<const SequenceExample> examples, Pool& pool) {
  Labeller labeller(file, pool);
  ThresholdCurve curve;
  visit_decisions(labeller.label(examples), examples,
                  [&](const SequenceExample& e, const Candidate& c) { curve.add(c.probability, is_wanted(e, c.id)); });
  return curve.best();
}

void measure_several(ModelFile& file, const RawSet& test, const std::vector<SequenceExample>& examples,
                     const LabelData* training, double loss, Pool& pool, LabelReport& report) {
  Labeller labeller(file, pool);
  const SequenceShape& shape = labeller.shape();
  const std::vector<Labels> found = labeller.label(examples);
  std::vector<std::vector<int32_t>> given;
  for (const Labels& labels : found) {
    std::vector<int32_t>& own = given.emplace_back();
    for (size_t i = 0; i < labels.given; ++i) own.push_back(labels.answers[0][i].id);
  }
  visit_decisions(found, examples, [&](const SequenceExample& e, const Candidate& c) {
    report.curve.add(c.probability, is_wanted(e, c.id));
    report.reliability.add(c.probability, is_wanted(e, c.id));
  });
  for (const SequenceExample& e : examples) report.curve.add_unknown(std::count(e.labels.begin(), e.labels.end(), -1));
  report.several = score_several(examples, given, shape);
  report.model =
      several_row("this model", *report.several).set(figure::kTargetLoss, loss).set(figure::kEce, report.reliability.ece());
  for (const SeveralRow& row : several_rows(training, test, examples, shape))
    report.baselines.push_back(
        several_row(row.name, score_several(examples, row.given, shape)).set(figure::kTargetLoss, row.loss));
}

}  // namespace rnn::core
