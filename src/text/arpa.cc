// Why: querying an ARPA model and writing ours; reading the file is arpa_reader.cc.
#include "text/arpa.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/error.h"
#include "text/arpa_marks.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace rnn::core {
namespace {

std::string spelled(std::string_view piece) {
  std::string word;
  for (size_t i = 0; i < piece.size();) {
    const auto byte = static_cast<unsigned char>(piece[i]);
    const size_t bad = utf8_error(piece.substr(i));
    if (bad == 0 || byte <= ' ' || byte == 0x7F || (byte == '<' && i == 0 && piece.size() > 1)) {
      word += fmt::format("<0x{:02X}>", byte);
      ++i;
      continue;
    }
    const size_t begin = i;
    next_code_point(piece, i);
    word += piece.substr(begin, i - begin);
  }
  return word;
}

int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

// SRILM's zero.
constexpr double kNever = -99;

// The parts of a file as they are built: the head, the n-grams of each length, the end.
class Writer {
 public:
  Writer(const NgramModel& model, const ArpaWords& words) : words_(words), told_(words.words.size()) {
    parts_.emplace_back("\\data\\\n");
    for (int n = 1; n <= model.order(); ++n) {
      const int64_t count = n == 1 ? model.vocabulary() + 1 : model.ngrams(n);  // every id, and <s>
      parts_[0] += fmt::format("ngram {}={}\n", n, count);
      parts_.push_back(fmt::format("\n\\{}-grams:\n", n));
    }
    model.each([&](const NgramModel::Entry& e) {
      const double log_prob = std::min(0.0, e.log_prob / std::log(10.0)), log_back_off = e.log_back_off / std::log(10.0);
      e.ngram.size() == 1 ? unigram(e.ngram[0], log_prob, log_back_off) : longer(e.ngram, log_prob, log_back_off);
    });
    for (int32_t id = 0; id < model.vocabulary(); ++id) {
      if (!told_[static_cast<size_t>(id)]) unigram(id, model.log_prob({}, id) / std::log(10.0), 0);
    }
  }
  std::vector<std::string> finish() {
    parts_.emplace_back("\n\\end\\\n");
    return std::move(parts_);
  }

 private:
  void add(size_t length, double log_prob, const std::string& ngram, double log_back_off) {
    auto out = std::back_inserter(parts_[length]);
    fmt::format_to(out, "{:.7g}\t{}", log_prob, ngram);
    if (log_back_off != 0) fmt::format_to(out, "\t{:.7g}", log_back_off);
    parts_[length] += '\n';
  }
  void unigram(int32_t id, double log_prob, double log_back_off) {
    const bool end = id == words_.newline;
    told_[static_cast<size_t>(id)] = true;
    if (end) add(1, kNever, std::string(kSentenceBegin), log_back_off);
    add(1, log_prob, words_.words[static_cast<size_t>(id)], end ? 0 : log_back_off);
  }
  void longer(std::span<const int32_t> ids, double log_prob, double log_back_off) {
    const auto inside = std::find(ids.begin() + 1, ids.end(), words_.newline);
    if (inside != ids.end() && inside + 1 != ids.end()) {
      throw Error(Exit::usage, "arpa/stream",
                  "an ARPA file describes sentences, but this model was counted across ends of line",
                  "count it from sentences");
    }
    std::string ngram = ids[0] == words_.newline ? std::string(kSentenceBegin) : words_.words[static_cast<size_t>(ids[0])];
    for (const int32_t id : ids.subspan(1)) (ngram += ' ') += words_.words[static_cast<size_t>(id)];
    add(ids.size(), log_prob, ngram, log_back_off);
  }

  const ArpaWords& words_;
  std::vector<bool> told_;  // [vocabulary]
  std::vector<std::string> parts_;
};

}  // namespace

ArpaWords arpa_words(const Tokenizer& tokenizer) {
  ArpaWords result;
  result.unknown = tokenizer.unknown_id(), result.newline = tokenizer.newline_id();
  std::unordered_set<std::string> taken = {std::string(kUnknownPiece), std::string(kSentenceBegin),
                                           std::string(kSentenceEnd)};
  for (int32_t id = 0; id < tokenizer.size(); ++id) {
    std::string word = id == result.unknown   ? std::string(kUnknownPiece)
                       : id == result.newline ? std::string(kSentenceEnd)
                                              : spelled(tokenizer.piece(id));
    const bool special = id == result.unknown || id == result.newline;
    if (!special && (word.empty() || !taken.insert(word).second)) word = fmt::format("<#{}>", id);
    result.words.push_back(std::move(word));
  }
  return result;
}

std::string arpa_piece(std::string_view word) {
  std::string piece;
  for (size_t i = 0; i < word.size();) {
    const bool escape = word.substr(i, 3) == "<0x" && i + 5 < word.size() && word[i + 5] == '>' &&
                        hex_digit(word[i + 3]) >= 0 && hex_digit(word[i + 4]) >= 0;
    if (escape) {
      piece += static_cast<char>(16 * hex_digit(word[i + 3]) + hex_digit(word[i + 4]));
      i += 6;
    } else {
      piece += word[i++];
    }
  }
  return piece;
}

std::vector<std::string> format_arpa(const NgramModel& model, const ArpaWords& words) {
  Writer writer(model, words);
  return writer.finish();
}

int64_t ArpaModel::find(size_t level, int64_t begin, int64_t end, int32_t word) const {
  const auto& words = levels_[level].word;
  const auto it = std::lower_bound(words.begin() + begin, words.begin() + end, word);
  return it == words.begin() + end || *it != word ? -1 : it - words.begin();
}

// Index among the n-grams of its length, or -1.
int64_t ArpaModel::find(std::span<const int32_t> ngram) const {
  int64_t index = -1;
  for (size_t k = 0; k < ngram.size(); ++k) {
    const Level* above = k > 0 ? &levels_[k - 1] : nullptr;
    const int64_t begin = above ? above->child[static_cast<size_t>(index)] : 0;
    const int64_t end = above ? above->child[static_cast<size_t>(index) + 1] : ngrams(1);
    index = find(k, begin, end, ngram[k]);
    if (index < 0) break;
  }
  return index;
}

double ArpaModel::log_prob(std::span<const int32_t> context, int32_t id) const {
  int32_t ids[kMaxArpaOrder];
  const size_t longest = std::min(context.size(), levels_.size() - 1);
  size_t first = longest;  // the words of the context are ids[first, longest)
  while (first > 0) {
    const int32_t word = context[context.size() - longest + first - 1];
    ids[--first] = word == words_.newline ? kBeginId : word;
    if (word == words_.newline) break;
  }
  ids[longest] = id;
  double back_off = 0;
  for (;; ++first) {
    const std::span<const int32_t> all(ids + first, longest + 1 - first), before = all.first(all.size() - 1);
    const int64_t index = find(all);
    if (index >= 0) return (back_off + levels_[all.size() - 1].log_prob[static_cast<size_t>(index)]) * std::log(10.0);
    if (before.empty()) return (back_off + kNever) * std::log(10.0);
    const int64_t entry = find(before);
    if (entry >= 0) back_off += levels_[before.size() - 1].log_back_off[static_cast<size_t>(entry)];
  }
}

int64_t ArpaModel::bytes() const {
  size_t sum = 0;
  for (const Level& level : levels_) {
    sum += level.word.capacity() * sizeof(int32_t) + level.child.capacity() * sizeof(int64_t) +
           (level.log_prob.capacity() + level.log_back_off.capacity()) * sizeof(float);
  }
  return static_cast<int64_t>(sum);
}

}  // namespace rnn::core
