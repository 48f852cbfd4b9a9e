// Why: taggers that also label sentences are measured by both, beside rows that count: the definitions stand here alone.
#pragma once

#include <string>
#include <vector>

#include "base/figure.h"
#include "data/labels/raw_labels.h"
#include "data/sequences.h"
#include "metrics/label_scores.h"

namespace rnn::core {

// Tags of every sentence: [sentences][words].
using GivenTags = std::vector<std::vector<std::string>>;

// What a model or a rule says of `test`: labels [sentences], of SequenceShape::whole_labels.
LabelScores score_wholes(const SequenceShape& shape, const std::vector<SequenceExample>& test,
                         const std::vector<int32_t>& labels);
// The share of sentences whose label is right and whose tags say the same spans; of tags that are no spans: the same tags.
double both_right(const SequenceShape& shape, const RawSet& test, const std::vector<SequenceExample>& examples,
                  const GivenTags& tags, const std::vector<int32_t>& labels);

// The most frequent label in a row of the most frequent tag; its loss becomes that of tags and labels. known: examples that are counted.
void add_frequent_whole(const SequenceShape& shape, const std::vector<SequenceExample>& known, const RawSet& test,
                        const std::vector<SequenceExample>& examples, const GivenTags& tags, ResultRow& row);
// Naive Bayes for the labels, and what it has right together with these tags.
void add_bayes_of_wholes(const SequenceShape& shape, const RawSet& train, const RawSet& test,
                         const std::vector<SequenceExample>& examples, const GivenTags& tags, std::vector<ResultRow>& rows);

}  // namespace rnn::core
