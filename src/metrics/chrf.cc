// Why: characters and words of chrF, the best reference, and the F-score of mean precision and mean recall.
#include "metrics/chrf.h"

#include <utility>

#include "metrics/ngram_counts.h"
#include "metrics/signature.h"
#include "metrics/white_space.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

bool is_punctuation(char c) {  // of ASCII
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

Units characters_of(std::string_view line) {
  Units units;
  for (size_t past = 0; past < line.size();) {
    const size_t begin = past;
    if (!is_white_space(next_code_point(line, past))) units.add(line.substr(begin, past - begin));
  }
  return units;
}

// One punctuation mark is split off each word: the last character or, if that is none, the first. So "(so)" is "(so" and
// ")".
Units words_of(std::string_view line) {
  Units units{.separator = " "};
  for (const std::string_view word : split_words(line)) {
    if (word.size() > 1 && is_punctuation(word.back())) {
      units.add(word.substr(0, word.size() - 1)), units.add(word.substr(word.size() - 1));
    } else if (word.size() > 1 && is_punctuation(word.front())) {
      units.add(word.substr(0, 1)), units.add(word.substr(1));
    } else {
      units.add(word);
    }
  }
  return units;
}

// The n-grams of a line: of characters, then of words. Not copied or moved: the counts hold slices of the units.
class LineNgrams {
 public:
  LineNgrams(std::string_view line, const ChrfOptions& options) {
    const std::string text = repair_utf8(line);
    characters_ = characters_of(text);
    words_ = words_of(text);
    for (int order = 1; order <= options.char_order; ++order) count(characters_, order);
    for (int order = 1; order <= options.word_order; ++order) count(words_, order);
  }
  LineNgrams(const LineNgrams&) = delete;
  LineNgrams& operator=(const LineNgrams&) = delete;

  std::vector<ChrfMatches> matches(const LineNgrams& reference) const {
    std::vector<ChrfMatches> found(counts_.size());
    for (size_t i = 0; i < found.size(); ++i) {
      // Where the reference is too short to have n-grams of this order, those of the hypothesis do not count either.
      found[i].hypothesis = reference.totals_[i] > 0 ? totals_[i] : 0;
      found[i].reference = reference.totals_[i];
      found[i].both = count_matches(counts_[i], reference.counts_[i]);
    }
    return found;
  }

 private:
  void count(const Units& units, int order) {
    counts_.push_back(count_ngrams(units, order));
    totals_.push_back(units.ngrams(order));
  }

  Units characters_, words_;
  std::vector<NgramCounts> counts_;  // [orders]
  std::vector<int64_t> totals_;      // [orders]
};

double f_score(const std::vector<ChrfMatches>& orders, int beta) {
  double precision = 0, recall = 0;
  int used = 0;
  for (const ChrfMatches& order : orders) {
    if (order.hypothesis == 0 || order.reference == 0) continue;
    precision += static_cast<double>(order.both) / static_cast<double>(order.hypothesis);
    recall += static_cast<double>(order.both) / static_cast<double>(order.reference);
    ++used;
  }
  if (precision + recall == 0) return 0;
  precision /= used, recall /= used;
  const double factor = static_cast<double>(beta) * beta;
  return 100 * ((1 + factor) * precision * recall / (factor * precision + recall));
}

}  // namespace

ChrfCounter::ChrfCounter(const ChrfOptions& options)
    : options_(options), sums_(static_cast<size_t>(options.char_order + options.word_order)) {}

void ChrfCounter::add(std::string_view hypothesis, const std::vector<std::string>& references) {
  const LineNgrams ngrams(hypothesis, options_);
  std::vector<ChrfMatches> best(sums_.size());
  double best_score = -1;
  int used = 0;
  for (const std::string& reference : references) {
    if (reference.empty()) continue;
    ++used;
    std::vector<ChrfMatches> matches = ngrams.matches(LineNgrams(reference, options_));
    const double f = f_score(matches, options_.beta);
    if (f <= best_score) continue;
    best_score = f;
    best = std::move(matches);
  }
  for (size_t i = 0; i < sums_.size(); ++i) {
    sums_[i].hypothesis += best[i].hypothesis;
    sums_[i].reference += best[i].reference;
    sums_[i].both += best[i].both;
  }
  references_ = sentences_ == 0 || references_ == used ? used : 0;
  ++sentences_;
}

double ChrfCounter::score() const { return f_score(sums_, options_.beta); }

std::string chrf_signature(int references, const ChrfOptions& options) {
  return score_signature(references, "eff:yes|nc:" + std::to_string(options.char_order) +
                                         "|nw:" + std::to_string(options.word_order) + "|space:no");
}

}  // namespace rnn::core
