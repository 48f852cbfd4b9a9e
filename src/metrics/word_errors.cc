// Why: see word_errors.h; the alignment keeps one byte per pair of words.
#include "metrics/word_errors.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/rng.h"
#include "metrics/white_space.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

constexpr int64_t kSubstitutionCost = 4, kGapCost = 3;  // of sclite
enum class Move : uint8_t { pair, insertion, deletion };

// Calls see(j, i) from the end with what is aligned: items of reference and hypothesis, -1 for none.
template <class Item, class See>
void align_backwards(const std::vector<Item>& hypothesis, const std::vector<Item>& reference, const See& see) {
  const size_t H = hypothesis.size(), R = reference.size();
  std::vector<Move> moves((H + 1) * (R + 1), Move::deletion);
  std::vector<int64_t> cost(R + 1);  // of the hypothesis so far against the first j items of the reference
  for (size_t j = 0; j <= R; ++j) cost[j] = static_cast<int64_t>(j) * kGapCost;
  for (size_t i = 1; i <= H; ++i) {
    int64_t corner = cost[0];
    cost[0] += kGapCost;
    Move* row = moves.data() + i * (R + 1);
    row[0] = Move::insertion;
    for (size_t j = 1; j <= R; ++j) {
      const int64_t paired = corner + (hypothesis[i - 1] == reference[j - 1] ? 0 : kSubstitutionCost);
      const int64_t inserted = cost[j] + kGapCost, deleted = cost[j - 1] + kGapCost;
      corner = cost[j];
      cost[j] = std::min({paired, inserted, deleted});
      row[j] = cost[j] == paired ? Move::pair : cost[j] == inserted ? Move::insertion : Move::deletion;
    }
  }
  for (size_t i = H, j = R; i > 0 || j > 0;) {
    const Move move = moves[i * (R + 1) + j];
    if (move != Move::deletion) --i;
    if (move != Move::insertion) --j;
    see(move == Move::insertion ? -1 : static_cast<int64_t>(j), move == Move::deletion ? -1 : static_cast<int64_t>(i));
  }
}

std::vector<char32_t> characters_of(std::string_view text, bool spaces) {
  const std::string well_formed = repair_utf8(text);
  std::vector<char32_t> out;
  for (const std::string_view word : split_words(well_formed)) {
    if (spaces && !out.empty()) out.push_back(U' ');
    const std::vector<char32_t> letters = decode_utf8(word);
    out.insert(out.end(), letters.begin(), letters.end());
  }
  return out;
}

// Draws of as many utterances as there are, with replacement: f(draw, utterance) for each of them.
template <class F>
void draw_utterances(size_t utterances, const BootstrapOptions& options, const F& f) {
  Random random(options.seed, Purpose::bootstrap);
  for (int draw = 0; draw < options.draws; ++draw) {
    for (size_t n = 0; n < utterances; ++n) f(static_cast<size_t>(draw), random.below(static_cast<uint32_t>(utterances)));
  }
}

Interval middle_of(std::vector<double> values, double level) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const double tail = (1 - level) / 2 * static_cast<double>(values.size() - 1);
  const auto low = static_cast<size_t>(std::floor(tail));
  return {values[low], values[values.size() - 1 - low]};
}

}  // namespace

std::vector<AlignedWords> align_words(std::string_view hypothesis, std::string_view reference) {
  const std::vector<std::string_view> ours = split_words(hypothesis), theirs = split_words(reference);
  std::vector<AlignedWords> aligned;
  align_backwards(ours, theirs, [&](int64_t j, int64_t i) {
    aligned.push_back({j < 0 ? std::string_view() : theirs[static_cast<size_t>(j)],
                       i < 0 ? std::string_view() : ours[static_cast<size_t>(i)]});
  });
  std::reverse(aligned.begin(), aligned.end());
  return aligned;
}

ErrorRate errors_of(std::span<const AlignedWords> alignment) {
  ErrorRate errors;
  for (const AlignedWords& step : alignment) {
    errors.reference += !step.reference.empty();
    if (step.reference.empty()) {
      ++errors.insertions;
    } else if (step.hypothesis.empty()) {
      ++errors.deletions;
    } else {
      errors.substitutions += step.reference != step.hypothesis;
    }
  }
  return errors;
}

ErrorRate aligned_character_errors(std::string_view hypothesis, std::string_view reference, bool spaces) {
  const std::vector<char32_t> ours = characters_of(hypothesis, spaces), theirs = characters_of(reference, spaces);
  ErrorRate errors;
  errors.reference = static_cast<int64_t>(theirs.size());
  align_backwards(ours, theirs, [&](int64_t j, int64_t i) {
    errors.insertions += j < 0;
    errors.deletions += i < 0;
    errors.substitutions += i >= 0 && j >= 0 && ours[static_cast<size_t>(i)] != theirs[static_cast<size_t>(j)];
  });
  return errors;
}

// ------------------------------------------------------------------------------------------------------------- many utterances

ErrorRate pooled(std::span<const ErrorRate> utterances) {
  ErrorRate sum;
  for (const ErrorRate& utterance : utterances) sum += utterance;
  return sum;
}

Interval bootstrap_interval(std::span<const ErrorRate> utterances, const BootstrapOptions& options) {
  if (utterances.empty()) return {};
  std::vector<ErrorRate> sums(static_cast<size_t>(options.draws));
  draw_utterances(utterances.size(), options, [&](size_t draw, size_t n) { sums[draw] += utterances[n]; });
  std::vector<double> rates;
  for (const ErrorRate& sum : sums) rates.push_back(sum.rate());
  return middle_of(std::move(rates), options.level);
}

PairedDifference paired_bootstrap(std::span<const ErrorRate> first, std::span<const ErrorRate> second,
                                  const BootstrapOptions& options) {
  if (first.size() != second.size()) {
    throw Error(
        Exit::usage, "usage/paired",
        "the two systems have " + std::to_string(first.size()) + " and " + std::to_string(second.size()) + " utterances",
        "compare results on the same list of utterances");
  }
  PairedDifference out;
  out.difference = pooled(first).rate() - pooled(second).rate();
  if (first.empty()) return out;
  std::vector<ErrorRate> sums[2] = {std::vector<ErrorRate>(static_cast<size_t>(options.draws)),
                                    std::vector<ErrorRate>(static_cast<size_t>(options.draws))};
  draw_utterances(first.size(), options,
                  [&](size_t draw, size_t n) { sums[0][draw] += first[n], sums[1][draw] += second[n]; });
  std::vector<double> differences;
  double wins = 0;
  for (size_t draw = 0; draw < sums[0].size(); ++draw) {
    const int64_t ours = sums[0][draw].errors(), theirs = sums[1][draw].errors();
    differences.push_back(sums[0][draw].rate() - sums[1][draw].rate());
    wins += ours < theirs ? 1 : ours == theirs ? 0.5 : 0;
  }
  if (!differences.empty()) out.first_wins = wins / static_cast<double>(differences.size());
  out.interval = middle_of(std::move(differences), options.level);
  return out;
}

void RecognitionErrors::add(std::string name, std::string_view reference, std::string_view hypothesis) {
  Utterance u{std::move(name), repair_utf8(reference), repair_utf8(hypothesis), {}, {}};
  const std::vector<AlignedWords> aligned = align_words(u.hypothesis, u.reference);
  u.words = errors_of(aligned);
  u.characters = aligned_character_errors(u.hypothesis, u.reference);
  for (const AlignedWords& step : aligned) {
    if (step.reference != step.hypothesis) ++pairs_[{std::string(step.reference), std::string(step.hypothesis)}];
  }
  utterances_.push_back(std::move(u));
}

std::vector<ErrorRate> RecognitionErrors::words() const {
  std::vector<ErrorRate> out;
  for (const Utterance& u : utterances_) out.push_back(u.words);
  return out;
}

std::vector<ErrorRate> RecognitionErrors::characters() const {
  std::vector<ErrorRate> out;
  for (const Utterance& u : utterances_) out.push_back(u.characters);
  return out;
}

ExactMatch RecognitionErrors::sentences() const {
  ExactMatch match;
  for (const Utterance& u : utterances_) match.equal += u.words.errors() == 0, ++match.lines;
  return match;
}

std::vector<const RecognitionErrors::Utterance*> RecognitionErrors::worst(size_t n) const {
  std::vector<const Utterance*> out;
  for (const Utterance& u : utterances_) {
    if (u.words.errors() > 0) out.push_back(&u);
  }
  std::stable_sort(out.begin(), out.end(), [](const Utterance* a, const Utterance* b) {
    if (a->words.errors() != b->words.errors()) return a->words.errors() > b->words.errors();
    return a->words.rate() > b->words.rate();
  });
  if (out.size() > n) out.resize(n);
  return out;
}

template <class Wanted>
std::vector<Confusion> RecognitionErrors::most_frequent(size_t n, const Wanted& wanted) const {
  std::vector<Confusion> out;
  for (const auto& [words, count] : pairs_) {
    if (wanted(words.first, words.second)) out.push_back({words.first, words.second, count});
  }
  std::stable_sort(out.begin(), out.end(), [](const Confusion& a, const Confusion& b) { return a.count > b.count; });
  if (out.size() > n) out.resize(n);
  return out;
}

std::vector<Confusion> RecognitionErrors::substitutions(size_t n) const {
  return most_frequent(n, [](const std::string& r, const std::string& h) { return !r.empty() && !h.empty(); });
}
std::vector<Confusion> RecognitionErrors::deletions(size_t n) const {
  return most_frequent(n, [](const std::string&, const std::string& h) { return h.empty(); });
}
std::vector<Confusion> RecognitionErrors::insertions(size_t n) const {
  return most_frequent(n, [](const std::string& r, const std::string&) { return r.empty(); });
}

}  // namespace rnn::core
