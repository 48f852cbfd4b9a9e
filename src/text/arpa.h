// Why: ARPA files are the exchange format of n-gram models between toolkits; we write it, and read any such file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/ngram.h"
#include "text/tokenizer.h"

namespace rnn::core {

constexpr int kMaxArpaOrder = 20;

// How ids are spelled in an ARPA file, each one differently. There, a sentence is enclosed in <s> and </s>; our end of line,
// which begins and ends a sentence, is <s> as context and </s> as a predicted word. White space, control bytes and bytes
// that are not UTF-8 are written as <0x20>, and so is the first byte of a longer piece that begins with "<"; a piece whose
// spelling is taken is <#ID>.
struct ArpaWords {
  std::vector<std::string> words;  // [vocabulary]; the end of line is </s>
  int32_t unknown = -1;            // <unk>; -1: there is no unknown word
  int32_t newline = 0;
};
ArpaWords arpa_words(const Tokenizer& tokenizer);
// The piece that a spelling stands for.
std::string arpa_piece(std::string_view word);

// The model in back-off form, one text per part of the file: interpolated probabilities, and back-off weights that give the
// same probabilities for n-grams that are not listed; log10 with 7 digits. The model was counted from sentences after begin
// = words.newline, each of which ends in it; Error{usage, "arpa/stream"} for one that has an end of line inside an n-gram.
std::vector<std::string> format_arpa(const NgramModel& model, const ArpaWords& words);

// An n-gram model read from an ARPA file, by any toolkit, of any order up to kMaxArpaOrder.
class ArpaModel final : public AnyNgram {
 public:
  // `text`: the whole file, `path` for messages. With `words` the ids are those, and the file must have exactly these words
  // (Error{data, "arpa/tokens"}); without, 0 is <unk>, 1 the end of line and the others follow in the order of the file.
  // Throws Error{data} with file:line: arpa/data (no \data\), arpa/counts, arpa/section, arpa/order, arpa/line, arpa/number,
  // arpa/probability (above 1), arpa/word (unknown to the unigrams), arpa/duplicate, arpa/prefix, arpa/end, arpa/sentence
  // (no <s> or </s>).
  ArpaModel(std::string_view text, const std::string& path, const ArpaWords* words = nullptr);

  // Back-off. The context ends to the left at the last end of line. 10^-99 for an id that is not in the file.
  double log_prob(std::span<const int32_t> context, int32_t id) const override;
  int order() const override { return static_cast<int>(levels_.size()); }
  int vocabulary() const override { return static_cast<int>(words_.words.size()); }
  const ArpaWords& words() const { return words_; }
  bool has_unknown() const { return has_unknown_; }  // whether the file has <unk>
  int64_t ngrams(int length) const { return static_cast<int64_t>(levels_[static_cast<size_t>(length - 1)].word.size()); }
  int64_t bytes() const;  // of memory

 private:
  friend class ArpaReader;
  // The n-grams of one length, sorted by ids; the children of n-gram i are [child[i], child[i + 1]) of the next length.
  struct Level {
    std::vector<int32_t> word;                  // last word
    std::vector<float> log_prob, log_back_off;  // log10; log_back_off and child are empty for the longest
    std::vector<int64_t> child;
  };
  int64_t find(size_t level, int64_t begin, int64_t end, int32_t word) const;
  int64_t find(std::span<const int32_t> ngram) const;

  ArpaWords words_;
  bool has_unknown_ = false;
  std::vector<Level> levels_;  // [order]
};

}  // namespace rnn::core
