// Why: what is in a text, and what a run would do with it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "runs/run_data.h"
#include "tasks/language_model/task.h"

namespace rnn::core {
namespace {

// What a run with the usual options would do with the text. Throws what it would throw.
void add_prospect(const std::vector<std::string>& data, double share, DataReport& report) {
  const Options usual;
  const RunText text = read_run_text(data, "", share);
  const Decision mode = choose_mode(usual.train.mode, text.train);
  std::unique_ptr<Tokenizer> tokenizer;
  const Decision tokens = choose_tokenizer(usual.model, text, tokenizer);
  const TokenDocuments train = encode_documents(*tokenizer, text.train), valid = encode_documents(*tokenizer, text.valid);
  report.lines.emplace_back("tokens",
                            fmt::format("{} ({}), {} different", tokens.value, tokens.reason, grouped(tokenizer->size())));
  report.lines.emplace_back("split", fmt::format("{} for training, the last {} for validation",
                                                 counted(count_of(train), "token"), grouped(count_of(valid))));
  report.lines.emplace_back("order", fmt::format("{} ({})", mode.value, mode.reason));
  const bool sentences = mode.value == "sentence";
  training_batcher(train, *tokenizer, usual.train, sentences);
  evaluation_batcher(valid, *tokenizer, usual.train.batch, usual.train.bptt, sentences);
}

// That a file is empty is no fault in a line of it: it is refused as by a run.
bool is_empty(const Finding& f) { return f.severity == Severity::error && f.code == "data/empty"; }

}  // namespace

DataReport check_language_text(const std::vector<std::string>& data, const Options& options) {
  TextReport r = check_text(data);
  std::string form = "UTF-8";
  if (r.byte_order_mark) form += ", byte order mark dropped";
  if (r.crlf) form += ", CRLF read as LF";
  DataReport report;
  report.lines = {
      {"data", fmt::format("{} · {}, {}, {}, {} · {}", fmt::join(data, " "),
                           counted_things(static_cast<int64_t>(r.files.size()), "file"), bytes_text(r.bytes),
                           counted_things(r.documents, "document"), counted_things(r.lines, "line"), form)},
      {"text", fmt::format("{} ({} different), {} ({} different), longest line {}",
                           counted_things(r.characters, "character"), grouped(r.distinct_characters),
                           counted_things(r.words, "word"), grouped(r.distinct_words), bytes_text(r.longest_line))}};
  report.facts.get() = {{"files", r.files.size()},
                        {"bytes", r.bytes},
                        {"documents", r.documents},
                        {"lines", r.lines},
                        {"characters", r.characters},
                        {"distinct_characters", r.distinct_characters},
                        {"words", r.words},
                        {"distinct_words", r.distinct_words},
                        {"longest_line", r.longest_line},
                        {"duplicate_lines", r.duplicate_lines},
                        {"byte_order_mark", r.byte_order_mark},
                        {"crlf", r.crlf},
                        {"hash", r.hash}};
  std::erase_if(r.findings, is_empty);
  if (!r.has_errors()) report.attempt([&] { add_prospect(data, options.train.valid_share, report); });
  report.findings = std::move(r.findings);
  return report;
}

}  // namespace rnn::core
