// Why: a text on its way through a language model, so that many are written side by side.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "io/fingerprint.h"
#include "networks/stream.h"
#include "tasks/language_model/stream/text_state.h"

namespace rnn::core {

// The first bytes of a saved state, followed by the fingerprint of its model; of an ensemble, followed by the number of models (4 bytes)
// and its fingerprint; of one of an older version, without fingerprint.
constexpr std::string_view kWriteMark = "rnnstat3", kEnsembleMark = "rnnstat5", kOldWriteMark = "rnnstat1";

// Reads prompts and writes what follows them: by itself, token after token, or one token whenever it is asked.
class WriteStream final : public Stream {
 public:
  // Before anything was read: the first id that is read is that of an end of line. The tokenizer must outlive the stream. fresh: as
  // Stream; for a model of sentences the id of an end of line.
  // model: of the file that the model is from; states of another are refused.
  WriteStream(const Tokenizer& tokenizer, State<float> memory, int32_t fresh, const Fingerprint& model = {});

  // Reads text; returns pieces that were unknown words.
  std::vector<std::string> read(std::string_view text);
  // Then writes by itself, never the unknown piece. Throws Error{usage, "generate/prefix"} at the first choice that cannot agree with the
  // required beginning: here, or as failure().
  void write(const WriteOptions& options, Random random);
  bool writing() const { return writing_; }
  int64_t written() const { return written_; }  // tokens since write()
  // The text written since the last call.
  std::string pieces();
  // What ended the text early; rethrown by the caller. Null: nothing.
  std::exception_ptr failure() const { return failure_; }

  // One token, for which everything must have been read: what it adds to the text. Throws Error{usage, "generate/prefix"} if none
  // continues the required beginning.
  std::string next(const SampleOptions& options, Random& random);
  // A token that was chosen elsewhere; returns what it adds to the text.
  std::string add(int32_t id);
  std::span<const float> outputs() const { return logits_; }  // after everything that was read
  TextState& text() { return text_; }
  const TextState& text() const { return text_; }

  Wanted want() const override { return {.ids = waiting_, .last_apart = true}; }
  void take(std::span<const float> outputs) override;
  std::string save() const override;
  void load(std::string_view bytes) override;
  std::unique_ptr<Stream> clone() const override { return copy(); }
  std::unique_ptr<WriteStream> copy() const { return std::unique_ptr<WriteStream>(new WriteStream(*this)); }
  void reset() override;
  void finish() override;

 private:
  WriteStream(const WriteStream&) = default;
  void write_next();

  TextState text_;
  Fingerprint model_;
  State<float> begin_;            // of a sequence that has not begun
  std::vector<int32_t> waiting_;  // ids that the network has not read
  std::vector<float> logits_;     // after what it has read
  WriteOptions options_;
  int32_t unknown_;  // the only banned id, or -1
  StopText stop_;
  Random random_{0, Purpose::sample};
  bool writing_ = false;
  int64_t written_ = 0;
  std::string out_;
  std::exception_ptr failure_;
};

}  // namespace rnn::core
