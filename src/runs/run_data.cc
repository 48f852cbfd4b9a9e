// Why: the decisions between a text file and the first batch.
#include "runs/run_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "options/option_list.h"
#include "runs/data_place.h"
#include "runs/plan.h"
#include "text/subwords.h"

namespace rnn::core {
namespace {

constexpr int64_t kMinRepeats = 20;  // a word must occur about this often to be learnt

std::vector<std::string_view> lines_of(const std::string& text) {
  std::vector<std::string_view> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(std::string_view(text).substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

RunText read_run_text(const std::vector<std::string>& paths, const std::string& valid, double valid_share) {
  RunText text;
  text.paths = paths;
  text.valid_path = valid;
  for (const auto& path : paths) {
    TextReport report;
    auto documents = read_text(path, &report);
    if (text.report.files.empty()) {
      text.report = report;
    } else {  // counts add up; the number of distinct words of several files is at least the largest one
      text.report.files.insert(text.report.files.end(), report.files.begin(), report.files.end());
      text.report.runs += report.runs;
      text.report.bytes += report.bytes;
      text.report.lines += report.lines;
      text.report.documents += report.documents;
      text.report.words += report.words;
      text.report.characters += report.characters;
      text.report.distinct_words = std::max(text.report.distinct_words, report.distinct_words);
      text.report.distinct_characters = std::max(text.report.distinct_characters, report.distinct_characters);
    }
    std::move(documents.begin(), documents.end(), std::back_inserter(text.train));
  }
  if (valid.empty()) {
    TextSplit split = split_documents(text.train, valid_share);
    text.train = std::move(split.train);
    text.valid = std::move(split.valid);
  } else {
    text.valid = read_text(valid);
  }
  uint64_t hash = fnv1a64("");
  for (const auto* side : {&text.train, &text.valid}) {
    for (const auto& document : *side) hash = fnv1a64(document.text, hash);
  }
  text.hash = content_hash(hash);
  return text;
}

std::optional<RunText> text_of_run(const ModelFile& file) {
  try {
    const nlohmann::json& data = file.about.at("data");
    const double share = options_from_json(file.about.at("options")).train.valid_share;
    const std::vector<std::string> valid = data_of_model(file, "valid");
    RunText text = read_run_text(data_of_model(file, "train"), valid.empty() ? "" : valid.at(0), share);
    if (text.hash == data.at("hash").get<std::string>()) return text;
  } catch (const nlohmann::json::exception&) {
  } catch (const Error&) {
  }
  return std::nullopt;
}

std::vector<Document> validation_text(const ModelFile& file) {
  std::optional<RunText> text = text_of_run(file);
  return text ? std::move(text->valid) : std::vector<Document>();
}

Decision choose_tokens(const std::string& wanted, const TextReport& report) {
  if (wanted != "auto") return {wanted, "as asked"};
  const int64_t repeats = report.words / std::max<int64_t>(1, report.distinct_words);
  if (repeats >= kMinRepeats) return {"word", fmt::format("a word occurs {} times on average", repeats)};
  return {"char", fmt::format("a word occurs only {} times on average, too few to learn words", repeats)};
}

Decision choose_tokenizer(const ModelOptions& options, const RunText& text, std::unique_ptr<Tokenizer>& tokenizer) {
  if (!options.tokenizer.empty()) {
    tokenizer = read_subwords(options.tokenizer, options.max_vocabulary);
    const std::string kind(tokenizer->kind());
    if (options.tokens != "auto" && options.tokens != kind) {
      throw Error(Exit::usage, "usage/tokens",
                  fmt::format("--tokens is {}, but {} holds a {} model", options.tokens, options.tokenizer, kind),
                  "leave --tokens out");
    }
    return {kind, "from " + options.tokenizer};
  }
  Decision kind = choose_tokens(options.tokens, text.report);
  std::vector<std::string_view> documents;
  for (const auto& d : text.train) documents.push_back(d.text);
  tokenizer = build_tokenizer(kind.value, documents, {options.min_count, options.max_vocabulary});
  if (is_subword_kind(kind.value)) {
    const std::string about = about_subwords(tokenizer->size(), options.max_vocabulary, bytes_of(text.train));
    if (!about.empty()) kind.reason = about;
  }
  return kind;
}

Decision choose_mode(const std::string& wanted, const std::vector<Document>& documents) {
  if (wanted != "auto") return {wanted, "as asked"};
  int64_t lines = 0, closed = 0, blank = 0, bytes = 0;
  for (const auto& document : documents) {
    for (const auto line : lines_of(document.text)) {
      if (line.find_first_not_of(" \t") == std::string_view::npos) {
        ++blank;
        continue;
      }
      ++lines;
      bytes += static_cast<int64_t>(line.size());
      closed += std::string_view(".!?\"')").find(line.back()) != std::string_view::npos;
    }
  }
  const bool sentences = lines >= 200 && blank == 0 && closed >= lines * 95 / 100 && bytes <= lines * 120;
  if (sentences) return {"sentence", "lines are short, complete sentences: each starts from a zero state"};
  return {"stream", "running text: the state is carried from window to window"};
}

TokenDocuments encode_documents(const Tokenizer& tokenizer, const std::vector<Document>& documents) {
  TokenDocuments tokens;
  for (const auto& document : documents) tokens.push_back(tokenizer.encode(document.text));
  return tokens;
}

std::vector<std::vector<int32_t>> sentences_of(const TokenDocuments& documents, int32_t newline) {
  std::vector<std::vector<int32_t>> sentences;
  for (const auto& document : documents) {
    auto part = split_sentences(document, newline);
    std::move(part.begin(), part.end(), std::back_inserter(sentences));
  }
  return sentences;
}

std::unique_ptr<Batcher> training_batcher(const TokenDocuments& documents, const Tokenizer& tokenizer,
                                          const TrainOptions& options, bool sentences) {
  if (sentences) {
    if (options.bptt_random) {
      throw Error(Exit::usage, "usage/bptt_random",
                  "--bptt-random splits running text into windows, but this text is read line by line (--mode sentence)",
                  "leave it out, or read the text with --mode stream");
    }
    return std::make_unique<SentenceBatcher>(sentences_of(documents, tokenizer.newline_id()),
                                             SentenceOptions{options.batch, true, options.seed});
  }
  return std::make_unique<StreamBatcher>(
      documents, StreamOptions{options.batch, options.bptt, false, -1, options.bptt_random, options.seed});
}

std::unique_ptr<Batcher> evaluation_batcher(const TokenDocuments& documents, const Tokenizer& tokenizer, int streams,
                                            int window, bool sentences) {
  if (sentences) {
    return std::make_unique<SentenceBatcher>(sentences_of(documents, tokenizer.newline_id()), SentenceOptions{64, false, 1});
  }
  return std::make_unique<StreamBatcher>(documents, StreamOptions{streams, window, true, tokenizer.newline_id()});
}

int64_t bytes_of(const std::vector<Document>& documents) {
  int64_t sum = 0;
  for (const auto& document : documents) sum += static_cast<int64_t>(document.text.size());
  return sum;
}

int64_t count_of(const TokenDocuments& documents) {
  int64_t sum = 0;
  for (const auto& document : documents) sum += static_cast<int64_t>(document.size());
  return sum;
}

UnknownText unknown_text(const Tokenizer& tokenizer, const std::vector<Document>& documents) {
  UnknownText all;
  for (const auto& document : documents) {
    const UnknownText here = tokenizer.unknown_text(document.text);
    all.pieces += here.pieces, all.bytes += here.bytes;
  }
  return all;
}

ByteRate byte_rate_of(const Tokenizer& tokenizer, const std::vector<Document>& documents, int64_t tokens) {
  const UnknownText unknown = unknown_text(tokenizer, documents);
  return byte_rate(tokens, bytes_of(documents), unknown.pieces, unknown.bytes);
}

}  // namespace rnn::core
