// Why: a network remembers a word if what it expects later is right with it and right with another one in its place.
#include "inspect/early_pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/names.h"
#include "kernels/host.h"
#include "networks/session.h"

namespace rnn::core {
namespace {

// Logarithm of the chance of all tokens of a line that begins with `text`.
double log_chance(Session& session, const Tokenizer& tokenizer, const std::string& text) {
  session.reset();
  View<const float> row = session.push(tokenizer.newline_id());
  std::vector<double> table;
  double sum = 0;
  for (const int32_t id : tokenizer.encode(text)) {
    softmax(row_of(row), table);
    sum += std::log(std::max(table[static_cast<size_t>(id)], 1e-300));
    row = session.push(id);
  }
  return sum;
}

}  // namespace

std::vector<EarlyPair> read_early_pairs(std::string_view text, const std::string& name) {
  std::vector<EarlyPair> pairs;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string> c = split_at(line, '\t');
    const bool whole =
        c.size() >= 4 && std::none_of(c.begin(), c.end(), [](const std::string& part) { return part.empty(); });
    const bool fits = whole && c[0] != c[2] && c.size() == (c[1] == c[3] ? 5u : 4u);
    if (!fits) {
      throw Error(
          Exit::data, "data/pairs", fmt::format("{}:{} is not a pair of line beginnings", name, number),
          "a line has a beginning, its next word, another beginning, its next word (and, if the words are the same, a "
          "wrong one), separated by tabs");
    }
    pairs.push_back({c[0], c[1], c[2], c[3], c.size() == 5 ? c[4] : ""});
  }
  return pairs;
}

PairTest test_pairs(const Model<float>& model, const Tokenizer& tokenizer, const std::vector<EarlyPair>& pairs) {
  PairTest test;
  Session session(model);
  // Where a token is a character, a space ends the word: "her" must not count as the beginning of "here".
  const bool characters = tokenizer.kind() == "char" || tokenizer.kind() == "byte";
  const auto share = [&](const std::string& begin, const std::string& right, const std::string& other) {
    const auto chance = [&](const std::string& word) {
      return log_chance(session, tokenizer, begin + " " + word + (characters ? " " : ""));
    };
    return 1 / (1 + std::exp(chance(other) - chance(right)));
  };
  for (const EarlyPair& p : pairs) {
    const std::string all = p.first + " " + p.first_word + " " + p.second + " " + p.second_word + " " + p.wrong;
    if (!tokenizer.unknown_pieces(all).empty()) {
      ++test.unknown;
      continue;
    }
    const bool needed = p.wrong.empty();
    PairAnswer answer{p.first, p.second, p.first_word, p.second_word, p.wrong};
    answer.first_share = share(p.first, p.first_word, needed ? p.second_word : p.wrong);
    answer.second_share = share(p.second, p.second_word, needed ? p.first_word : p.wrong);
    (needed ? test.needed : test.unneeded).push_back(std::move(answer));
  }
  if (2 * static_cast<size_t>(test.unknown) > pairs.size()) test.needed.clear(), test.unneeded.clear();
  return test;
}

int median_pair(const std::vector<const PairTest*>& tests) {
  if (tests.empty() || tests[0]->needed.empty()) return -1;
  const size_t n = tests[0]->needed.size();
  std::vector<double> margin(n, 0.0);
  for (const PairTest* test : tests) {
    for (size_t i = 0; i < n && i < test->needed.size(); ++i) margin[i] += test->needed[i].margin();
  }
  std::vector<int> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return margin[static_cast<size_t>(a)] < margin[static_cast<size_t>(b)]; });
  return order[n / 2];
}

}  // namespace rnn::core
