// Why: see whole_rows.h.
#include "tasks/sequences/whole_rows.h"

#include <algorithm>

#include "metrics/figures.h"
#include "tasks/sequences/label_rows.h"
#include "tasks/sequences/sequence_data.h"
#include "text/tag_scheme.h"

namespace rnn::core {
namespace {

// The sentences as texts with one label each.
RawSet as_texts(const RawSet& set) {
  RawSet out;
  out.kind = InputKind::text, out.files = set.files;
  for (const RawExample& e : set.examples) {
    RawExample& text = out.examples.emplace_back();
    for (const std::string& word : e.words) text.text += (text.text.empty() ? "" : " ") + word;
    text.labels = {e.whole}, text.file = e.file, text.line = e.line;
  }
  return out;
}

std::vector<SequenceExample> with_one_label(const std::vector<SequenceExample>& examples) {
  std::vector<SequenceExample> out;
  for (const SequenceExample& e : examples) out.emplace_back().labels = {e.whole};
  return out;
}

int64_t counted_labels(const std::vector<SequenceExample>& examples) {
  int64_t count = 0;
  for (const SequenceExample& e : examples)
    count += std::count_if(e.labels.begin(), e.labels.end(), [](int32_t label) { return label >= 0; });
  return count;
}

ResultRow& set_whole(ResultRow& row, const LabelScores& scores) {
  return row.set(figure::kWholeAccuracy, scores.accuracy()).set(figure::kWholeMacroF1, scores.macro_f1());
}

}  // namespace

LabelScores score_wholes(const SequenceShape& shape, const std::vector<SequenceExample>& test,
                         const std::vector<int32_t>& labels) {
  LabelScores scores(shape.whole_labels);
  for (size_t i = 0; i < test.size(); ++i) scores.add(test[i].whole, std::max(labels[i], 0));
  return scores;
}

double both_right(const SequenceShape& shape, const RawSet& test, const std::vector<SequenceExample>& examples,
                  const GivenTags& tags, const std::vector<int32_t>& labels) {
  const bool spans = shape.front.scheme != "tags";
  int64_t right = 0;
  for (size_t i = 0; i < examples.size(); ++i) {
    const std::vector<std::string>& wanted = test.examples[i].labels;
    const bool same = spans ? spans_of_tags(wanted) == spans_of_tags(tags[i]) : wanted == tags[i];
    right += same && examples[i].whole >= 0 && examples[i].whole == labels[i];
  }
  return static_cast<double>(right) / static_cast<double>(std::max<size_t>(examples.size(), 1));
}

void add_frequent_whole(const SequenceShape& shape, const std::vector<SequenceExample>& known, const RawSet& test,
                        const std::vector<SequenceExample>& examples, const GivenTags& tags, ResultRow& row) {
  SequenceShape whole;
  whole.labels = shape.whole_labels;
  const std::vector<SequenceExample> wanted = with_one_label(examples);
  std::vector<int64_t> counts(whole.labels.size(), 0);
  for (const SequenceExample& e : known)
    if (e.whole >= 0) ++counts[static_cast<size_t>(e.whole)];
  const auto most = static_cast<int32_t>(std::max_element(counts.begin(), counts.end()) - counts.begin());
  const std::vector<int32_t> labels(examples.size(), most);
  const auto of_tags = static_cast<double>(counted_labels(examples)),
             of_wholes = static_cast<double>(counted_labels(wanted));
  const double loss = constant_row(whole, with_one_label(known), wanted).at(figure::kTargetLoss);
  if (of_tags + of_wholes > 0)
    row.set(figure::kTargetLoss,
            (of_tags * row[figure::kTargetLoss].value_or(0) + of_wholes * loss) / (of_tags + of_wholes));
  set_whole(row, score_wholes(shape, examples, labels))
      .set(figure::kBothRight, both_right(shape, test, examples, tags, labels));
}

void add_bayes_of_wholes(const SequenceShape& shape, const RawSet& train, const RawSet& test,
                         const std::vector<SequenceExample>& examples, const GivenTags& tags, std::vector<ResultRow>& rows) {
  const NaiveBayes bayes = naive_bayes(as_texts(train), as_texts(test), shape.whole_labels, shape.front.keep_case);
  ResultRow row(bayes.name);
  rows.push_back(set_whole(row, score_wholes(shape, examples, bayes.answers)));
  rows.push_back(
      ResultRow("these two together").set(figure::kBothRight, both_right(shape, test, examples, tags, bayes.answers)));
}

}  // namespace rnn::core
