// Why: ARPA files come from elsewhere: every error is reported with file and line before any of the numbers is used.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "base/error.h"
#include "base/numbers.h"
#include "text/arpa.h"
#include "text/arpa_marks.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace rnn::core {
namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlank) - begin + 1);
}

// "12" of "\12-grams:", or 0.
int section_order(std::string_view line) {
  if (!line.starts_with('\\')) return 0;
  line.remove_prefix(1);
  const std::optional<int> order = take_number<int>(line);
  return order && line == "-grams:" ? *order : 0;
}

}  // namespace

// Reads the lines of one file into a model.
class ArpaReader {
 public:
  ArpaReader(std::string_view text, const std::string& path, const ArpaWords* words, ArpaModel& model)
      : text_(text), path_(path), given_(words != nullptr), model_(model) {
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
    if (given_) {
      model_.words_ = *words;
      for (size_t id = 0; id < words->words.size(); ++id) ids_.emplace(words->words[id], static_cast<int32_t>(id));
      if (words->unknown < 0) ids_.emplace(kUnknownPiece, kForeignUnknownId);
    } else {
      model_.words_ = {{std::string(kUnknownPiece), std::string(kSentenceEnd)}, 0, 1};
      ids_.emplace(kUnknownPiece, 0);
      ids_.emplace(kSentenceEnd, 1);
    }
    ids_.emplace(kSentenceBegin, kBeginId);
  }

  void read() {
    read_counts();
    for (size_t n = 1; n <= counts_.size(); ++n) read_section(n);
    if (line_ != "\\end\\") {
      fail(section_order(line_) > 0 ? "arpa/order" : "arpa/end",
           line_.empty() ? "the file ends without \\end\\" : fmt::format("expected \\end\\, not '{}'", line_),
           "the file was cut short, or has longer n-grams than its header lists");
    }
  }

 private:
  // The n-grams of one length in the order of the file.
  struct Entries {
    size_t length = 0;
    std::vector<int32_t> ids;  // [n * length]
    std::vector<float> log_prob, log_back_off;
    std::vector<int64_t> line;
    std::span<const int32_t> operator[](size_t i) const { return {ids.data() + i * length, length}; }
  };

  [[noreturn]] void fail(const char* code, const std::string& message, const std::string& help = {}) const {
    fail_at(number_, code, message, help);
  }
  [[noreturn]] void fail_at(int64_t number, const char* code, const std::string& message,
                            const std::string& help = {}) const {
    throw Error(Exit::data, code, fmt::format("{}:{}: {}", path_, number, message), help);
  }

  // The next line without white space around it; false at the end of the file.
  bool next() {
    line_ = {};
    if (position_ >= text_.size()) return false;
    const size_t end = std::min(text_.find('\n', position_), text_.size());
    line_ = trimmed(text_.substr(position_, end - position_));
    position_ = end + 1;
    ++number_;
    return true;
  }
  bool next_filled() {
    while (next()) {
      if (!line_.empty()) return true;
    }
    return false;
  }

  void read_counts() {
    while (next() && line_ != "\\data\\") {
    }
    if (line_ != "\\data\\")
      throw Error(Exit::data, "arpa/data", path_ + " has no line \\data\\", "is it an n-gram model in ARPA form?");
    while (next_filled() && line_[0] != '\\') {
      const bool named = line_.starts_with("ngram ") || line_.starts_with("ngram\t");
      std::string_view rest = named ? trimmed(line_.substr(6)) : line_;
      const int64_t order = take_number<int64_t>(rest).value_or(0);
      rest = trimmed(rest);
      const int64_t count = rest.starts_with('=') ? parse_number<int64_t>(trimmed(rest.substr(1))).value_or(-1) : -1;
      if (!named || count < 0) fail("arpa/counts", fmt::format("expected ngram N=COUNT, not '{}'", line_));
      if (order != static_cast<int64_t>(counts_.size()) + 1 || order > kMaxArpaOrder) {
        fail("arpa/order", fmt::format("expected the count of {}-grams, not of {}-grams", counts_.size() + 1, order),
             fmt::format("orders 1, 2, ... up to {} are read", kMaxArpaOrder));
      }
      counts_.push_back(count);
    }
    if (counts_.empty()) fail("arpa/counts", "there is no line ngram 1=COUNT after \\data\\");
    model_.levels_.resize(counts_.size());
  }

  // line_ is the header of the section; afterwards it is that of the next one.
  void read_section(size_t n) {
    const int order = section_order(line_);
    if (order != static_cast<int>(n)) {
      fail(order > static_cast<int>(counts_.size()) ? "arpa/order" : "arpa/section",
           fmt::format("expected \\{}-grams:, {}", n,
                       line_.empty() ? "not the end of the file" : fmt::format("not '{}'", line_)),
           "every order counted in the header needs a section of its own, the shortest first");
    }
    Entries entries;
    entries.length = n;
    while (next_filled() && line_[0] != '\\') read_entry(entries);
    const auto found = static_cast<int64_t>(entries.line.size());
    if (found != counts_[n - 1]) {
      fail("arpa/counts", fmt::format("there are {} {}-grams here, but the header says {}", found, n, counts_[n - 1]),
           "the file was cut short, or changed by hand");
    }
    keep(entries);
  }

  void read_entry(Entries& entries) {
    std::string_view fields[kMaxArpaOrder + 2], rest = line_;
    size_t count = 0;
    const size_t n = entries.length;
    const bool longest = n == counts_.size();
    while (!rest.empty() && count <= n + 1) {
      const size_t end = std::min(rest.find_first_of(kBlank), rest.size());
      fields[count++] = rest.substr(0, end);
      rest.remove_prefix(std::min(rest.find_first_not_of(kBlank, end), rest.size()));
    }
    // Some toolkits write a back-off weight of 0, a factor of 1, for the longest, too.
    const bool weighted = count == n + 2 && (!longest || parse_number<double>(fields[n + 1]) == 0.0);
    if (!rest.empty() || !(count == n + 1 || weighted)) {
      fail("arpa/line", fmt::format("a line of {}-grams must be a logarithm, {}{}", n, counted(n, "word"),
                                    longest ? "" : " and possibly a back-off weight"));
    }
    const float log_prob = number(fields[0]);
    if (log_prob > 0) {
      fail("arpa/probability", fmt::format("the logarithm of a probability is {}, above 0", fields[0]),
           "an ARPA file has logarithms to base 10");
    }
    for (size_t i = 1; i <= n; ++i) entries.ids.push_back(n == 1 ? new_word(fields[i]) : known_word(fields[i]));
    entries.log_prob.push_back(log_prob);
    entries.log_back_off.push_back(weighted ? number(fields[n + 1]) : 0);
    entries.line.push_back(number_);
  }

  float number(std::string_view field) const {
    const double value = parse_number<double>(field).value_or(NAN);
    const bool finite = std::abs(value) <= std::numeric_limits<float>::max();  // as it is stored; false for NaN
    if (!finite) fail("arpa/number", fmt::format("'{}' is not a finite number", field));
    return static_cast<float>(value);
  }

  int32_t new_word(std::string_view word) {
    const auto at = ids_.find(word);
    if (at != ids_.end()) return at->second;
    if (given_) {
      fail("arpa/tokens", fmt::format("the model does not know the word '{}'", word),
           "the n-gram model and the network must have the same tokens: rnn data ngram TEXT --tokens-of MODEL makes one "
           "that has");
    }
    const auto id = static_cast<int32_t>(model_.words_.words.size());
    model_.words_.words.emplace_back(word);
    ids_.emplace(word, id);
    return id;
  }
  int32_t known_word(std::string_view word) const {
    const auto at = ids_.find(word);
    if (at == ids_.end() || !seen_[slot(at->second)])
      fail("arpa/word", fmt::format("the word '{}' is not among the unigrams", word));
    return at->second;
  }
  // The index of an id in seen_: the two above the vocabulary come last.
  size_t slot(int32_t id) const {
    const size_t size = model_.words_.words.size();
    return id == kBeginId ? size : id == kForeignUnknownId ? size + 1 : static_cast<size_t>(id);
  }

  // Sorts the n-grams, finds each one's prefix among the shorter ones, and stores them.
  void keep(const Entries& entries) {
    const size_t n = entries.length, size = entries.line.size();
    std::vector<size_t> order(size);
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return std::lexicographical_compare(entries[a].begin(), entries[a].end(), entries[b].begin(), entries[b].end());
    });
    for (size_t i = 1; i < size; ++i) {
      const auto a = entries[order[i - 1]], b = entries[order[i]];
      if (std::equal(a.begin(), a.end(), b.begin())) {
        fail_at(entries.line[order[i]], "arpa/duplicate",
                fmt::format("this {}-gram is already on line {}", n, entries.line[order[i - 1]]));
      }
    }
    if (n == 1) note_words(entries);
    ArpaModel::Level& level = model_.levels_[n - 1];
    std::vector<int64_t> children(n == 1 ? 0 : model_.levels_[n - 2].word.size() + 1);
    for (const size_t i : order) {
      level.word.push_back(entries[i].back());
      level.log_prob.push_back(entries.log_prob[i]);
      if (n < counts_.size()) level.log_back_off.push_back(entries.log_back_off[i]);
      if (n == 1) continue;
      const int64_t prefix = model_.find(entries[i].first(n - 1));
      if (prefix < 0) {
        fail_at(entries.line[i], "arpa/prefix",
                fmt::format("the first {} of this {}-gram {} not in the list of {}-grams", counted(n - 1, "word"), n,
                            n == 2 ? "is" : "are", n - 1),
                "every n-gram needs the one without its last word, for its back-off weight");
      }
      ++children[static_cast<size_t>(prefix) + 1];
    }
    if (n == 1) return;
    std::partial_sum(children.begin(), children.end(), children.begin());
    model_.levels_[n - 2].child = std::move(children);
  }

  // Which words have a unigram; refuses a file that lacks one.
  void note_words(const Entries& entries) {
    seen_.assign(model_.words_.words.size() + 2, false);
    for (const int32_t id : entries.ids) seen_[slot(id)] = true;
    const ArpaWords& words = model_.words_;
    if (!seen_[slot(kBeginId)] || !seen_[slot(words.newline)]) {
      fail("arpa/sentence", fmt::format("the unigrams have no {}", seen_[slot(kBeginId)] ? kSentenceEnd : kSentenceBegin),
           "sentences begin with <s> and end with </s>");
    }
    model_.has_unknown_ = seen_[slot(words.unknown < 0 ? kForeignUnknownId : words.unknown)];
    if (!given_) return;
    for (size_t id = 0; id < words.words.size(); ++id) {
      if (seen_[id]) continue;
      fail("arpa/tokens", fmt::format("the unigrams lack the model's token '{}'", words.words[id]),
           "the n-gram model and the network must have the same tokens: rnn data ngram TEXT --tokens-of MODEL makes one "
           "that has");
    }
  }

  std::string_view text_;
  const std::string& path_;
  bool given_;
  ArpaModel& model_;
  std::unordered_map<std::string, int32_t, StringHash, std::equal_to<>> ids_;
  std::vector<bool> seen_;  // [vocabulary + 2]: has a unigram
  std::vector<int64_t> counts_;
  std::string_view line_;
  size_t position_ = 0;
  int64_t number_ = 0;
};

ArpaModel::ArpaModel(std::string_view text, const std::string& path, const ArpaWords* words) {
  ArpaReader(text, path, words, *this).read();
}

}  // namespace rnn::core
