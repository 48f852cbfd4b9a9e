// Why: learning sub-words: the training text is passed on piece by piece, in memory, and every refusal has a message of our
// own.
#include <fmt/core.h>
#include <sentencepiece_trainer.h>

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "base/numbers.h"
#include "text/subword_model.h"
#include "text/subwords.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

constexpr int64_t kLearnBytes = int64_t{16} << 20;  // of a longer text only every n-th run is used
constexpr size_t kLongestRun = 4096;                // bytes; SentencePiece counts positions in 16 bits
constexpr int kSmallest = 1000, kLargest = 8000, kBytesPerPiece = 500;

// The runs of the training text, cut at kLongestRun and thinned. A lone space comes first, so that a space is always a
// piece.
class TrainingRuns final : public sentencepiece::SentenceIterator {
 public:
  explicit TrainingRuns(const std::vector<std::string_view>& documents) : documents_(documents), value_(" ") {
    int64_t bytes = 0;
    for (const std::string_view text : documents) bytes += static_cast<int64_t>(text.size());
    stride_ = (bytes + kLearnBytes - 1) / kLearnBytes;
    if (!documents.empty()) runs_ = SubwordRuns(documents[0]);
  }
  bool done() const override { return done_; }
  void Next() override {
    for (int64_t skip = std::max<int64_t>(1, stride_); skip > 0; --skip) {
      if (!step()) {
        done_ = true;
        return;
      }
    }
    value_ = run_.substr(0, cut_);
  }
  const std::string& value() const override { return value_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  // The next part of a run, in run_[0, cut_).
  bool step() {
    run_.remove_prefix(cut_);
    cut_ = 0;
    for (bool single = false; run_.empty() || single;) {
      single = false;
      while (document_ < documents_.size() && !runs_.next(run_, single)) {
        if (++document_ < documents_.size()) runs_ = SubwordRuns(documents_[document_]);
      }
      if (document_ >= documents_.size()) return false;
    }
    cut_ = run_.size() <= kLongestRun ? run_.size() : complete_utf8(run_.substr(0, kLongestRun));
    return true;
  }

  const std::vector<std::string_view>& documents_;
  size_t document_ = 0;
  SubwordRuns runs_{std::string_view()};
  std::string_view run_;
  size_t cut_ = 0;
  int64_t stride_ = 1;
  bool done_ = false;
  std::string value_;
};

bool has_runs(const std::vector<std::string_view>& documents) {
  return std::any_of(documents.begin(), documents.end(), [](std::string_view text) {
    SubwordRuns runs(text);
    std::string_view run;
    for (bool single = true; runs.next(run, single);) {
      if (!single) return true;
    }
    return false;
  });
}

// SentencePiece reports "... smaller than required_chars. 300 vs 301." when there is no room even for the characters.
std::optional<int> characters_needed(std::string_view message) {
  for (const std::string_view before : {"required_chars. ", " vs "}) {
    const size_t at = message.find(before);
    if (at == std::string_view::npos) return std::nullopt;
    message.remove_prefix(at + before.size());
  }
  return take_number<int>(message);
}

// Learns a model of at most `vocabulary` pieces into `bytes`; returns what SentencePiece says if it cannot, or "".
std::string learn(std::string_view kind, const std::vector<std::string_view>& documents, int vocabulary,
                  std::string& bytes) {
  TrainingRuns runs(documents);
  // Nothingis normalised and no space is added or removed: decoding gives back what was encoded. Characters beyond the
  // coverage, and all that the text lacks, are spelt in bytes. The coverage has no decimal point, because SentencePiece reads it by the locale.
  const std::unordered_map<std::string, std::string> settings = {{"model_type", std::string(kind)},
                                                                 {"vocab_size", std::to_string(vocabulary)},
                                                                 {"hard_vocab_limit", "false"},
                                                                 {"byte_fallback", "true"},
                                                                 {"character_coverage", "9995e-4"},
                                                                 {"required_chars", std::string(kSpaceMark)},
                                                                 {"normalization_rule_name", "identity"},
                                                                 {"add_dummy_prefix", "false"},
                                                                 {"remove_extra_whitespaces", "false"},
                                                                 {"unk_id", "0"},
                                                                 {"bos_id", "-1"},
                                                                 {"eos_id", "-1"},
                                                                 {"pad_id", "-1"},
                                                                 {"num_threads", "1"},
                                                                 {"minloglevel", "4"}};
  const auto status = sentencepiece::SentencePieceTrainer::Train(settings, &runs, &bytes);
  return status.ok() ? "" : status.ToString();
}

[[noreturn]] void refuse(const std::string& message) {
  throw Error(Exit::data, "tokenizer/text", "no sub-words can be learnt from this text: " + message,
              "choose another kind of tokens (--tokens char)");
}

}  // namespace

int default_subwords(int64_t bytes) {
  return static_cast<int>(std::clamp<int64_t>(bytes / kBytesPerPiece, kSmallest, kLargest));
}

std::string about_subwords(int size, int asked, int64_t bytes) {
  const int usual = default_subwords(bytes), aim = asked > 0 ? asked : usual;
  if (size < aim) {
    return fmt::format("{} {} sub-words, the text supports {}", asked > 0 ? "asked for" : "aimed at", grouped(aim),
                       grouped(size));
  }
  if (asked > 0) return "";
  return size == usual ? "a size that suits this amount of text"
                       : fmt::format("more than the usual {}, as the text has so many characters", grouped(usual));
}

std::string train_subwords(std::string_view kind, const std::vector<std::string_view>& documents, int vocabulary) {
  if (!has_runs(documents)) {
    throw Error(Exit::data, "tokenizer/text", "the text has no characters to learn sub-words from",
                "give a text, or choose --tokens byte");
  }
  // What comes first, 256 bytes, the unknown piece and the characters of the text, is known once a size too small for it is refused.
  std::string bytes;
  const std::optional<int> needed = characters_needed(learn(kind, documents, 1, bytes));
  if (needed && vocabulary > 0 && vocabulary < *needed) {
    throw Error(
        Exit::usage, "usage/tokens",
        fmt::format("a vocabulary of {} is too small for sub-words of this text: it needs at least {}", vocabulary, *needed),
        "256 bytes, the unknown piece and the characters of the text come first; give --max-vocabulary a few hundred "
        "more, or 0");
  }
  if (vocabulary == 0) {
    int64_t size = 0;
    for (const std::string_view text : documents) size += static_cast<int64_t>(text.size());
    const int usual = default_subwords(size);
    vocabulary = std::max(usual, needed.value_or(0) + usual / 2);
  }
  if (const std::string message = learn(kind, documents, vocabulary, bytes); !message.empty()) refuse(message);
  return bytes;
}

}  // namespace rnn::core
