// Why: see several_rows.h.
#include "tasks/sequences/several_rows.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "metrics/several_scores.h"
#include "tasks/sequences/label_rows.h"
#include "text/letter_case.h"

namespace rnn::core {
namespace {

// Examples with every label.
std::vector<int64_t> counts_of_labels(const std::vector<SequenceExample>& examples, size_t labels) {
  std::vector<int64_t> counts(labels, 0);
  for (const SequenceExample& e : examples)
    for (const int32_t label : e.labels)
      if (label >= 0) ++counts[static_cast<size_t>(label)];
  return counts;
}

// The mean of the cross-entropy of every label's share in `known`, smoothed by one example that has it and one that lacks it.
double loss_of_shares(const std::vector<int64_t>& counts, size_t known, const std::vector<SequenceExample>& examples) {
  const std::vector<int64_t> wanted = counts_of_labels(examples, counts.size());
  double nats = 0;
  for (size_t k = 0; k < counts.size(); ++k) {
    const double p = (static_cast<double>(counts[k]) + 1) / (static_cast<double>(known) + 2);
    const auto yes = static_cast<double>(wanted[k]), all = static_cast<double>(examples.size());
    nats -= yes * std::log(p) + (all - yes) * std::log1p(-p);
  }
  return nats / static_cast<double>(counts.size() * std::max<size_t>(examples.size(), 1));
}

SeveralRow usual_labels(const std::vector<SequenceExample>& known, const std::vector<SequenceExample>& examples,
                        size_t labels) {
  const std::vector<int64_t> counts = counts_of_labels(known, labels);
  std::vector<int32_t> usual;
  for (size_t k = 0; k < labels; ++k)
    if (2 * counts[k] >= std::ssize(known)) usual.push_back(static_cast<int32_t>(k));
  if (usual.empty()) usual.push_back(static_cast<int32_t>(std::max_element(counts.begin(), counts.end()) - counts.begin()));
  return {"always the most frequent", {examples.size(), usual}, loss_of_shares(counts, known.size(), examples)};
}

// Of every label: what occurs how often in the texts that have it, and in the others.
class BayesDecisions {
 public:
  BayesDecisions(bool characters, size_t labels) : characters_(characters), texts_(labels, 0), words_(labels, 0) {}

  void add(const std::string& text, const std::vector<int32_t>& labels) {
    ++all_texts_;
    for (const int32_t k : labels)
      if (k >= 0) ++texts_[static_cast<size_t>(k)];
    for (std::string& feature : bayes_features(text, characters_)) {
      std::vector<float>& own = counts_[std::move(feature)];
      own.resize(texts_.size() + 1, 0);  // the last: in all texts
      own.back() += 1, ++all_words_;
      for (const int32_t k : labels)
        if (k >= 0) own[static_cast<size_t>(k)] += 1, ++words_[static_cast<size_t>(k)];
    }
  }

  std::vector<int32_t> answer(const std::string& text, double smoothing) const {
    const double kinds = smoothing * static_cast<double>(counts_.size());
    std::vector<double> odds;  // log
    for (const double n : texts_) odds.push_back(std::log(n + smoothing) - std::log(all_texts_ - n + smoothing));
    for (const std::string& feature : bayes_features(text, characters_)) {
      const auto found = counts_.find(feature);
      if (found == counts_.end()) continue;
      for (size_t k = 0; k < odds.size(); ++k) {
        const double with = found->second[k], without = found->second.back() - found->second[k];
        odds[k] += std::log((with + smoothing) / (words_[k] + kinds)) -
                   std::log((without + smoothing) / (all_words_ - words_[k] + kinds));
      }
    }
    std::vector<int32_t> given;
    for (size_t k = 0; k < odds.size(); ++k)
      if (odds[k] > 0) given.push_back(static_cast<int32_t>(k));
    return given;
  }

 private:
  bool characters_;
  double all_texts_ = 0, all_words_ = 0;
  std::vector<double> texts_, words_;                           // [labels]
  std::unordered_map<std::string, std::vector<float>> counts_;  // [feature][labels + 1]
};

SeveralRow bayes_row(const LabelData& training, const RawSet& test, const SequenceShape& shape) {
  const bool keep_case = shape.front.keep_case, characters = mostly_single_words(training.train, keep_case);
  BayesDecisions some(characters, shape.labels.size()), all(characters, shape.labels.size());
  std::vector<std::string> texts;
  for (const RawExample& e : training.train.examples) texts.push_back(plain_text(e.text, keep_case));
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::vector<int32_t>& labels = training.train_examples[i].labels;
    if (i % kBayesHeldOut != 0) some.add(texts[i], labels);
    all.add(texts[i], labels);
  }
  double best = kBayesSmoothings[0], most = -1;
  for (const double smoothing : kBayesSmoothings) {
    SeveralScores scores(shape.labels);
    for (size_t i = 0; i < texts.size(); i += kBayesHeldOut)
      scores.add(training.train_examples[i].labels, some.answer(texts[i], smoothing));
    if (scores.micro_f1() > most) most = scores.micro_f1(), best = smoothing;
  }
  SeveralRow row{bayes_name(characters), {}, std::nullopt};
  for (const RawExample& e : test.examples) row.given.push_back(all.answer(plain_text(e.text, keep_case), best));
  return row;
}

}  // namespace

std::vector<SeveralRow> several_rows(const LabelData* training, const RawSet& test,
                                     const std::vector<SequenceExample>& examples, const SequenceShape& shape) {
  std::vector<SeveralRow> rows = {
      usual_labels(training ? training->train_examples : examples, examples, shape.labels.size())};
  if (!training) return rows;
  if (test.kind == InputKind::text) rows.push_back(bayes_row(*training, test, shape));
  if (test.kind != InputKind::frames) return rows;
  SeveralRow& nearest = rows.emplace_back(SeveralRow{"nearest series", {}, std::nullopt});
  for (const size_t i : nearest_examples(training->train, test)) nearest.given.push_back(training->train_examples[i].labels);
  return rows;
}

}  // namespace rnn::core
