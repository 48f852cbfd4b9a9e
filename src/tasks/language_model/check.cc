// Why: what is in a text, and what a run would do with it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "runs/run_data.h"
#include "tasks/language_model/task.h"

namespace rnn::core {
namespace {

// What a run would do with the text, or why the text cannot be used.
void add_prospect(const std::vector<std::string>& data, const TextReport& text, double share, DataReport& report) {
  try {
    std::vector<Document> documents;
    for (const std::string& path : data) {
      std::vector<Document> more = read_text(path);
      documents.insert(documents.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
    const TextSplit split = split_documents(documents, share);
    const Decision tokens = choose_tokens("auto", text), mode = choose_mode("auto", split.train);
    std::vector<std::string_view> views;
    for (const Document& d : split.train) views.push_back(d.text);
    const auto tokenizer = build_tokenizer(tokens.value, views);
    const int64_t train = count_of(encode_documents(*tokenizer, split.train)),
                  valid = count_of(encode_documents(*tokenizer, split.valid));
    report.lines.emplace_back("tokens",
                              fmt::format("{} ({}), {} different", tokens.value, tokens.reason, grouped(tokenizer->size())));
    report.lines.emplace_back(
        "split", fmt::format("{} tokens for training, the last {} for validation", grouped(train), grouped(valid)));
    report.lines.emplace_back("order", fmt::format("{} ({})", mode.value, mode.reason));
  } catch (const Error& e) {
    report.lines.emplace_back("train", fmt::format("not possible: {}", e.what()));
  }
}

}  // namespace

DataReport check_language_text(const std::vector<std::string>& data, double valid_share) {
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
  if (!r.has_errors()) add_prospect(data, r, valid_share, report);
  report.findings = std::move(r.findings);
  return report;
}

}  // namespace rnn::core
