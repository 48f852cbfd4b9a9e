// Why: lines on their way through a translator, so that many are translated side by side, each begun and finished in its own time.
#pragma once

#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "networks/stream.h"
#include "tasks/translate/stream/translation_rules.h"

namespace rnn::core {

// Reads text and translates it line after line. The translation of a line does not depend on the lines before it or beside it; a drawn
// one depends on its number.
class TranslateStream final : public Stream {
 public:
  // The model and the tokenizer of the rules must outlive the stream. `first_line`: number of the first line.
  TranslateStream(const Model<float>& model, std::shared_ptr<const TranslationRules> rules, int64_t first_line = 0);
  TranslateStream(const TranslateStream&) = default;

  // More text. A line is translated once its end has come, or finish(); without its end of line.
  void read(std::string_view text);
  // A single line, already as ids with the end of line.
  void read_ids(std::vector<int32_t> source, int64_t number);
  // The translations of the next line that is done, best first, at least one; none is done: nothing. That of an empty line is empty.
  std::optional<std::vector<Translation>> next();
  // What ended the stream early; rethrown by the caller. Null: nothing.
  std::exception_ptr failure() const { return failure_; }

  Wanted want() const override;
  void look(std::span<const float> attention) override {
    attention_.insert(attention_.end(), attention.begin(), attention.end());
  }
  void take(std::span<const float> outputs) override;
  // For a caller that runs the model by a Scorer: log-probabilities [hypotheses, V], and attention or no rows.
  void take_rows(View<const float> log_p, View<const float> attention, int looked_at);
  // The sentence that is being translated.
  std::span<const int32_t> source() const { return source_; }

  // The lines that are not translated yet, and the part of a line; a loaded stream begins the current line again. Translations that
  // next() has not handed out are not kept.
  std::string save() const override;
  void load(std::string_view bytes) override;
  std::unique_ptr<Stream> clone() const override { return std::unique_ptr<Stream>(new TranslateStream(*this)); }
  void reset() override;
  void finish() override;

 private:
  void begin(std::vector<int32_t> source, int64_t number);
  void begin_next();
  void end(const std::vector<Hypothesis>& found);

  const Model<float>* model_;
  std::shared_ptr<const TranslationRules> rules_;
  std::string part_;               // of a line
  std::deque<std::string> lines_;  // not begun
  int64_t first_, number_;         // of the next line
  // The line that is being translated.
  std::string line_;
  std::vector<int32_t> source_;
  bool unread_ = false;  // the source
  std::optional<BeamSearch> search_;
  std::optional<DrawnText> draw_;
  std::vector<int> rows_;     // what the hypotheses continue
  std::vector<int32_t> ids_;  // and read
  std::vector<float> outputs_, attention_;
  std::deque<std::vector<Translation>> done_;
  std::exception_ptr failure_;
};

}  // namespace rnn::core
