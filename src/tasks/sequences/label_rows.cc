// Why: see label_rows.h.
#include "tasks/sequences/label_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <unordered_map>

#include "data/frame_augment.h"
#include "data/labels/encoder.h"
#include "text/letter_case.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

constexpr size_t kLongestRun = 5;

// Labels need not be sorted. -1: it is none of them.
class LabelIndex {
 public:
  explicit LabelIndex(const std::vector<std::string>& labels) {
    for (const std::string& label : labels) places_.emplace(label, static_cast<int32_t>(places_.size()));
  }
  int32_t operator()(const std::string& label) const {
    const auto at = places_.find(label);
    return at != places_.end() ? at->second : -1;
  }

 private:
  std::unordered_map<std::string_view, int32_t> places_;
};

std::vector<std::string> runs_of_characters(const std::string& text) {
  const std::vector<char32_t> letters = decode_utf8("\x02" + text + "\x03");
  std::vector<std::string> runs;
  for (size_t begin = 0; begin < letters.size(); ++begin) {
    std::string run;
    for (size_t n = 1; n <= kLongestRun && begin + n <= letters.size(); ++n) {
      append_utf8(run, letters[begin + n - 1]);
      if (n > 1 || (begin > 0 && begin + 1 < letters.size())) runs.push_back(run);
    }
  }
  return runs;
}

std::vector<std::string> words_and_pairs(const std::string& text) {
  std::vector<std::string> words = words_of_line(text, false);
  const size_t count = words.size();
  for (size_t i = 0; i + 1 < count; ++i) words.push_back(words[i] + ' ' + words[i + 1]);
  return words;
}

// What occurs how often in the texts of every label.
class BayesCounts {
 public:
  BayesCounts(bool characters, size_t labels) : characters_(characters), texts_(labels, 0), all_(labels, 0) {}

  void add(const std::string& text, size_t label) {
    texts_[label] += 1;
    for (std::string& feature : bayes_features(text, characters_)) {
      std::vector<float>& own = counts_[std::move(feature)];
      if (own.empty()) own.assign(texts_.size(), 0);
      own[label] += 1, all_[label] += 1;
    }
  }
  // A feature that no text had says nothing of any label.
  size_t answer(const std::string& text, double smoothing) const {
    const double kinds = smoothing * static_cast<double>(counts_.size());
    std::vector<double> score;
    for (const double n : texts_) score.push_back(n > 0 ? std::log(n) : -1e300);
    for (const std::string& feature : bayes_features(text, characters_)) {
      const auto found = counts_.find(feature);
      if (found == counts_.end()) continue;
      for (size_t k = 0; k < score.size(); ++k)
        score[k] += std::log((static_cast<double>(found->second[k]) + smoothing) / (all_[k] + kinds));
    }
    return static_cast<size_t>(std::max_element(score.begin(), score.end()) - score.begin());
  }

 private:
  bool characters_;
  std::unordered_map<std::string, std::vector<float>> counts_;  // [feature][label]
  std::vector<double> texts_, all_;                             // [label]
};

// Scaled by the training series, perhaps resampled: [points * width].
class SeriesPoints {
 public:
  SeriesPoints(const RawSet& train, const RawSet& test) : width_(static_cast<size_t>(train.width)) {
    LabelOptions labels;
    front_ = learn_front(train, TargetForm::label, labels, {});
    length_ = train.examples[0].frames.size();
    for (const RawSet* set : {&train, &test})
      for (const RawExample& e : set->examples) equal_ = equal_ && e.frames.size() == length_;
  }
  std::vector<float> operator()(const RawExample& e) const {
    const std::vector<float> x = LabelEncoder(front_.shape, nullptr).frames(e.frames).frames;
    return equal_ || x.empty() ? x : resampled(x, width_, kNearestPoints);
  }

 private:
  size_t width_, length_ = 0;
  bool equal_ = true;
  LearntFront front_;
};

}  // namespace

bool mostly_single_words(const RawSet& train, bool keep_case) {
  std::vector<size_t> lengths;
  for (const RawExample& e : train.examples) lengths.push_back(words_of_line(plain_text(e.text, keep_case), true).size());
  std::nth_element(lengths.begin(), lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2), lengths.end());
  return lengths[lengths.size() / 2] <= 1;
}

std::vector<std::string> bayes_features(const std::string& text, bool characters) {
  return characters ? runs_of_characters(text) : words_and_pairs(text);
}

const char* bayes_name(bool characters) {
  return characters ? "naive Bayes, 1 to 5 characters" : "naive Bayes, words and pairs";
}

NaiveBayes naive_bayes(const RawSet& train, const RawSet& test, const std::vector<std::string>& labels, bool keep_case) {
  const LabelIndex index(labels);
  std::vector<std::string> texts;
  std::vector<size_t> wanted;
  for (const RawExample& e : train.examples) {
    texts.push_back(plain_text(e.text, keep_case));
    wanted.push_back(static_cast<size_t>(index(e.labels[0])));
  }
  const bool characters = mostly_single_words(train, keep_case);
  BayesCounts some(characters, labels.size()), all(characters, labels.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i % kBayesHeldOut != 0) some.add(texts[i], wanted[i]);
    all.add(texts[i], wanted[i]);
  }
  double best = kBayesSmoothings[0];
  int64_t most = -1;
  for (const double smoothing : kBayesSmoothings) {
    int64_t right = 0;
    for (size_t i = 0; i < texts.size(); i += kBayesHeldOut) right += some.answer(texts[i], smoothing) == wanted[i];
    if (right > most) most = right, best = smoothing;
  }
  NaiveBayes out{bayes_name(characters), {}};
  for (const RawExample& e : test.examples)
    out.answers.push_back(static_cast<int32_t>(all.answer(plain_text(e.text, keep_case), best)));
  return out;
}

std::vector<std::vector<std::string>> frequent_tags(const RawSet& train, const RawSet& test) {
  using Counts = std::map<std::string_view, int64_t>;
  const auto most = [](const Counts& counts) {
    return std::string(std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
                         return a.second < b.second;
                       })->first);
  };
  std::unordered_map<std::string_view, Counts> words;
  Counts all;
  for (const RawExample& e : train.examples)
    for (size_t i = 0; i < e.words.size(); ++i) ++words[e.words[i]][e.labels[i]], ++all[e.labels[i]];
  std::unordered_map<std::string_view, std::string> best;
  for (const auto& [word, counts] : words) best.emplace(word, most(counts));
  const std::string usual = most(all);
  std::vector<std::vector<std::string>> out;
  for (const RawExample& e : test.examples) {
    out.emplace_back();
    for (const std::string& word : e.words) {
      const auto found = best.find(word);
      out.back().push_back(found != best.end() ? found->second : usual);
    }
  }
  return out;
}

std::vector<size_t> nearest_examples(const RawSet& train, const RawSet& test) {
  const SeriesPoints points(train, test);
  std::vector<std::vector<float>> known;
  for (const RawExample& e : train.examples) known.push_back(points(e));
  std::vector<size_t> answers;
  for (const RawExample& e : test.examples) {
    const std::vector<float> own = points(e);
    double least = std::numeric_limits<double>::infinity();
    size_t nearest = 0;
    for (size_t i = 0; i < known.size(); ++i) {
      double sum = 0;
      for (size_t j = 0; j < own.size() && sum < least; ++j) {
        const double d = static_cast<double>(own[j]) - static_cast<double>(known[i][j]);
        sum += d * d;
      }
      if (sum < least) least = sum, nearest = i;
    }
    answers.push_back(nearest);
  }
  return answers;
}

std::vector<int32_t> nearest_series(const RawSet& train, const RawSet& test, const std::vector<std::string>& labels) {
  const LabelIndex index(labels);
  std::vector<int32_t> answers;
  for (const size_t i : nearest_examples(train, test)) answers.push_back(index(train.examples[i].labels[0]));
  return answers;
}

}  // namespace rnn::core
