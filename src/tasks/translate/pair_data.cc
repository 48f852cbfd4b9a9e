// Why: reading, splitting and tokenizing of pairs, and the translation memory that a network has to beat.
#include "tasks/translate/pair_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "metrics/bleu.h"
#include "options/option_list.h"
#include "runs/data_place.h"
#include "runs/plan.h"
#include "tasks/translate/stream/translation_rules.h"

namespace rnn::core {
namespace {

constexpr int kFewWords = 1000;      // up to this many different words are learnt as words
constexpr double kManyRepeats = 20;  // if each occurs about this often

template <class Visit>
void for_words(const std::string& line, const Visit& visit) {
  for (size_t begin = 0; begin < line.size();) {
    begin = line.find_first_not_of(" \t", begin);
    if (begin == line.npos) return;
    const size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    visit(std::string_view(line).substr(begin, end - begin));
    begin = end;
  }
}

std::string joined_text(const std::vector<Pair>& pairs) {
  std::string text;
  for (const Pair& pair : pairs) text += pair.source + "\n" + pair.target + "\n";
  return text;
}

}  // namespace

std::vector<SplitItem> split_items(const std::vector<Pair>& pairs) {
  std::vector<SplitItem> items;
  items.reserve(pairs.size());
  for (const Pair& pair : pairs) items.push_back({fnv1a64(pair.target, fnv1a64("\n", fnv1a64(pair.source))), 0});
  return items;
}

PairSplit recorded_split(const ModelFile& file) {
  const nlohmann::json& data = file.about.at("data");
  return {data_of_model(file, "valid"), options_from_json(file.about.at("options")).train.valid_share,
          split_rule(data.value("split", ""))};
}

PairData read_pair_data(const std::vector<std::string>& paths, const PairSplit& how) {
  PairData data;
  data.train = read_pairs(paths);
  if (!how.valid.empty()) {
    data.valid = read_pairs(how.valid);
  } else {
    std::vector<Pair>& all = data.train.pairs;
    const std::vector<SplitItem> items = split_items(all);
    const std::vector<size_t> held = require_held_out(how.rule, items, how.share, paths[0], "pair");
    data.split = split_text(how.rule, items, how.share);
    data.valid.source_name = data.train.source_name, data.valid.target_name = data.train.target_name;
    move_out(all, held, data.valid.pairs);
    data.valid.hash = data.train.hash;
  }
  data.hash = content_hash(data.train.hash + data.valid.hash);
  return data;
}

Decision choose_pair_tokens(const std::string& wanted, const std::vector<Pair>& pairs) {
  if (wanted != "auto") return {wanted, "as asked"};
  std::unordered_set<std::string_view> different;
  int64_t words = 0;
  for (const Pair& pair : pairs) {
    for (const std::string* side : {&pair.source, &pair.target})
      for_words(*side, [&](std::string_view word) { different.insert(word), ++words; });
  }
  const double per_side = static_cast<double>(words) / (2.0 * static_cast<double>(std::max<size_t>(1, pairs.size())));
  const double repeats = static_cast<double>(words) / static_cast<double>(std::max<size_t>(1, different.size()));
  if (per_side >= 2 && different.size() <= kFewWords && repeats >= kManyRepeats)
    return {"word", fmt::format("there are only {} different words", grouped(static_cast<int64_t>(different.size())))};
  if (per_side < 2.5) return {"char", fmt::format("a line has {:.1f} words on average", per_side)};
  return {"unigram", "sentences: sub-words of both languages together"};
}

Decision choose_pair_tokenizer(const ModelOptions& options, const std::vector<Pair>& pairs,
                               std::unique_ptr<Tokenizer>& tokenizer) {
  RunText text;
  text.train.push_back({"", joined_text(pairs)});
  const Decision kind = options.tokenizer.empty() ? choose_pair_tokens(options.tokens, pairs) : Decision{options.tokens, ""};
  ModelOptions chosen = options;
  chosen.tokens = kind.value;
  const Decision made = choose_tokenizer(chosen, text, tokenizer);
  return made.reason == "as asked" ? kind : made;
}

std::vector<TokenPair> encode_pairs(const Tokenizer& tokenizer, const std::vector<Pair>& pairs) {
  std::vector<TokenPair> tokens;
  tokens.reserve(pairs.size());
  for (const Pair& pair : pairs)
    tokens.push_back({encode_line(tokenizer, pair.source), encode_line(tokenizer, pair.target)});
  return tokens;
}

std::vector<std::string> nearest_targets(const std::vector<Pair>& train, const std::vector<std::string>& lines) {
  struct Entry {
    uint32_t pair;
    double weight;
  };
  std::unordered_map<std::string, std::vector<Entry>> index;
  std::vector<std::vector<std::string>> words;
  for (size_t i = 0; i < train.size(); ++i) {
    words.push_back(tokenize_13a(train[i].source));
    for (const std::string& word : words.back()) {
      std::vector<Entry>& entries = index[word];
      if (!entries.empty() && entries.back().pair == i) {
        entries.back().weight += 1;
      } else {
        entries.push_back({static_cast<uint32_t>(i), 1});
      }
    }
  }
  const auto n = static_cast<double>(train.size());
  std::vector<double> norm(train.size());
  std::unordered_map<std::string, double> rarity;
  for (auto& [word, entries] : index) {
    const double idf = rarity[word] = std::log((n + 1) / static_cast<double>(entries.size()));
    for (Entry& e : entries) e.weight *= idf;
  }
  // In the word order of each line, so that sums do not depend on the order of a hash table.
  std::vector<double> score(train.size());
  for (size_t i = 0; i < train.size(); ++i) {
    std::unordered_map<std::string, double> counts;
    for (const std::string& word : words[i]) {
      const double before = counts[word]++, idf = rarity[word];
      norm[i] += idf * idf * (2 * before + 1);  // (c + 1)^2 - c^2
    }
  }
  std::vector<std::string> targets;
  for (const std::string& line : lines) {
    end_if_interrupted();
    std::vector<uint32_t> touched;
    for (const std::string& word : tokenize_13a(line)) {
      const auto found = index.find(word);
      if (found == index.end()) continue;
      for (const Entry& e : found->second) {
        if (score[e.pair] == 0) touched.push_back(e.pair);
        score[e.pair] += e.weight * rarity[word];
      }
    }
    size_t best = 0;
    double best_cosine = -1;
    std::sort(touched.begin(), touched.end());
    for (const uint32_t i : touched) {
      const double cosine = score[i] / std::sqrt(std::max(1e-12, norm[i]));
      if (cosine > best_cosine) best_cosine = cosine, best = i;
      score[i] = 0;
    }
    targets.push_back(train.empty() ? "" : train[best].target);
  }
  return targets;
}

}  // namespace rnn::core
