// Why: the rules of 13a, the clipped counts and the geometric mean of BLEU, in the order in which sacreBLEU computes them.
#include "metrics/bleu.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "metrics/ngram_counts.h"
#include "metrics/signature.h"
#include "metrics/white_space.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

bool is_symbol(char c) {  // of ASCII, all but ' , - .
  return (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') || c == '/' || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
         (c >= '{' && c <= '~');
}
bool is_point(char c) { return c == '.' || c == ','; }
bool is_dash(char c) { return c == '-'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_no_digit(char c) { return !is_digit(c); }

std::string part_symbols(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 2);
  for (const char c : text) {
    if (is_symbol(c)) {
      out += ' ', out += c, out += ' ';
    } else {
      out += c;
    }
  }
  return out;
}

// The substitution of a pair of characters: a space is put between them and another one after the second or, with
// `before`, before the first. Pairs are found from the left and do not overlap. Working on bytes is enough: one of every
// pair is ASCII, so no space breaks a sequence.
std::string part_pairs(std::string_view text, bool (*first)(char), bool (*second)(char), bool before = false) {
  std::string out;
  out.reserve(text.size() * 2);
  for (size_t i = 0; i < text.size(); ++i) {
    if (i + 1 == text.size() || !first(text[i]) || !second(text[i + 1])) {
      out += text[i];
      continue;
    }
    if (before) out += ' ';
    out += text[i], out += ' ', out += text[++i];
    if (!before) out += ' ';
  }
  return out;
}

Units tokens_of(std::string_view line) {
  const std::vector<std::string_view> words = split_words(line);
  // sacreBLEU strips white space from the end before it looks for hyphens at ends of lines.
  if (!words.empty()) line = line.substr(0, static_cast<size_t>(words.back().data() + words.back().size() - line.data()));
  Units units{.separator = " "};
  for (const std::string& token : tokenize_13a(line)) units.add(token);
  return units;
}

// Of several equally close to the hypothesis the shortest.
int64_t nearest_length(const std::vector<Units>& references, int64_t length) {
  int64_t nearest = references.empty() ? 0 : references[0].size();
  for (const Units& reference : references) {
    const int64_t near = std::abs(nearest - length), distance = std::abs(reference.size() - length);
    if (distance < near || (distance == near && reference.size() < nearest)) nearest = reference.size();
  }
  return nearest;
}

// Score, precisions and penalty from lengths and counts. Orders without a match get half a match, a quarter, an eighth ...
// (Chen and Cherry 2014, "A systematic comparison of smoothing techniques for sentence-level BLEU", method 3).
BleuScore finished(BleuScore s, bool effective_order) {
  s.score = 0;
  s.precisions = {};
  const double hypothesis = static_cast<double>(s.hypothesis_length), reference = static_cast<double>(s.reference_length);
  s.brevity_penalty = hypothesis >= reference ? 1 : hypothesis > 0 ? std::exp(1 - reference / hypothesis) : 0;
  if (std::all_of(s.counts.begin(), s.counts.end(), [](int64_t count) { return count == 0; })) return s;
  double smoothing = 1, sum = 0;
  int orders = 0;
  for (; orders < kBleuOrder; ++orders) {
    const size_t n = static_cast<size_t>(orders);
    if (s.totals[n] == 0) break;
    const double total = static_cast<double>(s.totals[n]);
    if (s.counts[n] == 0) smoothing *= 2;
    s.precisions[n] = s.counts[n] == 0 ? 100 / (smoothing * total) : 100 * static_cast<double>(s.counts[n]) / total;
    sum += std::log(s.precisions[n]);
  }
  if (orders < kBleuOrder && !effective_order) return s;
  s.score = std::min(100.0, s.brevity_penalty * std::exp(sum / orders));  // exp(log(100)) is a little more than 100
  return s;
}

}  // namespace

std::vector<std::string> tokenize_13a(std::string_view line) {
  std::string text = repair_utf8(line);
  replace_all(text, "<skipped>", "");
  replace_all(text, "-\n", "");
  replace_all(text, "\n", " ");
  replace_all(text, "&quot;", "\"");
  replace_all(text, "&amp;", "&");
  replace_all(text, "&lt;", "<");
  replace_all(text, "&gt;", ">");
  text.insert(text.begin(), ' ');
  text += ' ';
  text = part_symbols(text);
  text = part_pairs(text, is_no_digit, is_point);
  text = part_pairs(text, is_point, is_no_digit, true);
  text = part_pairs(text, is_digit, is_dash);
  const std::vector<std::string_view> words = split_words(text);
  return std::vector<std::string>(words.begin(), words.end());
}

void BleuCounter::add(std::string_view hypothesis, const std::vector<std::string>& references) {
  const Units tokens = tokens_of(hypothesis);
  std::vector<Units> others;
  for (const std::string& reference : references) {
    if (!reference.empty()) others.push_back(tokens_of(reference));
  }
  sums_.hypothesis_length += tokens.size();
  sums_.reference_length += nearest_length(others, tokens.size());
  for (int order = 1; order <= kBleuOrder; ++order) {
    NgramCounts most;  // how often an n-gram may match: at most as often as it occurs in one of the references
    for (const Units& other : others) {
      for (const auto& [ngram, count] : count_ngrams(other, order)) {
        int64_t& allowed = most[ngram];
        allowed = std::max(allowed, count);
      }
    }
    const size_t n = static_cast<size_t>(order - 1);
    sums_.counts[n] += count_matches(count_ngrams(tokens, order), most);
    sums_.totals[n] += tokens.ngrams(order);
  }
  const int used = static_cast<int>(others.size());
  references_ = sentences_ == 0 || references_ == used ? used : 0;
  ++sentences_;
}

BleuScore BleuCounter::score() const { return finished(sums_, false); }

BleuScore sentence_bleu(std::string_view hypothesis, const std::vector<std::string>& references) {
  BleuCounter counter;
  counter.add(hypothesis, references);
  return finished(counter.score(), true);
}

std::string bleu_signature(int references) { return score_signature(references, "eff:no|tok:13a|smooth:exp"); }

}  // namespace rnn::core
