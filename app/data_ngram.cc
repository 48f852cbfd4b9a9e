// Why: rnn data ngram: the n-gram baseline by itself: counted on a text, evaluated on another, written as an ARPA file.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "command.h"
#include "data/inputs/data_file.h"
#include "data/inputs/text_files.h"
#include "data/sequences.h"
#include "data_parts.h"
#include "io/model_file.h"
#include "metrics/figures.h"
#include "options/option_list.h"
#include "screen.h"
#include "tasks/language_model/ngram_rows.h"
#include "text/arpa.h"
#include "text/space_words.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace rnn::core::app {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::string_view kSpaceTokens = "space";

struct NgramOptions {
  std::string path, tokens = "auto", tokens_of, prune, eval, output;
  int64_t order = 0, min_count = 1, max_vocabulary = 0;
  bool json = false, force = false;
};

// How a text is split into ids.
struct Cutter {
  std::string kind;
  std::unique_ptr<Tokenizer> tokenizer;  // null: the words of a file, split at white space
  std::unordered_map<std::string, int32_t, StringHash, std::equal_to<>> words;
  int32_t unknown = 0, newline = 1;

  std::vector<int32_t> encode(std::string_view text) const {
    if (tokenizer) return tokenizer->encode(text);
    std::vector<int32_t> ids;
    SpaceScanner scanner(text);
    for (std::string_view word; scanner.next(word);) {
      const auto at = words.find(word);
      ids.push_back(word == "\n" ? newline : at == words.end() ? unknown : at->second);
    }
    return ids;
  }
  UnknownText unknown_text(std::string_view text) const {
    if (tokenizer) return tokenizer->unknown_text(text);
    UnknownText unknown_words;
    SpaceScanner scanner(text);
    for (std::string_view word; scanner.next(word);) {
      if (word == "\n" || word == kUnknownPiece || words.find(word) != words.end()) continue;
      ++unknown_words.pieces, unknown_words.bytes += static_cast<int64_t>(word.size());
    }
    return unknown_words;
  }
};

struct Measured {
  double loss = 0;
  ByteRate rate;
  int64_t tokens = 0, unknown = 0, bytes = 0;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<int> pruned_at(const std::string& text) {
  std::vector<int> counts;
  for (const std::string& part : split_commas(text))
    counts.push_back(static_cast<int>(parse_whole("prune", part, {0, 1e9})));
  return counts;
}

Measured measure(const AnyNgram& model, const Cutter& cutter, const std::string& path) {
  Measured m;
  TokenDocuments sentences;
  UnknownText unknown;
  for (const Document& document : read_text(path)) {
    const UnknownText here = cutter.unknown_text(document.text);
    unknown.pieces += here.pieces, unknown.bytes += here.bytes;
    m.bytes += static_cast<int64_t>(document.text.size());
    for (auto& sentence : sentences_of({cutter.encode(document.text)}, cutter.newline)) {
      m.tokens += static_cast<int64_t>(sentence.size());
      m.unknown += std::count(sentence.begin(), sentence.end(), cutter.unknown);
      sentences.push_back(std::move(sentence));
    }
  }
  m.loss = ngram_loss(model, sentences, cutter.newline);
  m.rate = byte_rate(m.tokens, m.bytes, unknown.pieces, unknown.bytes);
  return m;
}

void print_measured(const std::string& name, const Measured& m) {
  Table table({"", "loss", "perplexity", "bits/byte"});
  table.add({name, decimal_text(m.loss, 4), decimal_text(std::exp(m.loss), 2), decimal_text(m.rate.bits(m.loss), 4)});
  print("\n" + table.text());
  print(fmt::format(" {}, {} unknown, {}\n", counted(m.tokens, "token"), grouped(m.unknown), bytes_text(m.bytes)));
}

ordered_json measured_json(const Measured& m) {
  ordered_json json = {
      {"loss", m.loss}, {"perplexity", std::exp(m.loss)}, {"bits_per_byte", m.rate.bits(m.loss)}, {"tokens", m.tokens}};
  if (m.rate.unknown > 0) {
    json["bits_per_byte_without_spelling"] = m.loss * m.rate.factor;
    json["unknown_share"] = m.rate.unknown;
  }
  json["unknown"] = m.unknown, json["bytes"] = m.bytes;
  return json;
}

bool is_arpa(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  std::error_code ignored;
  return name.find(".arpa") != std::string::npos && !fs::is_directory(path, ignored);
}

// The kind of the words in a file, if not given: all single characters, all bytes, or words.
std::string kind_of(const ArpaWords& words) {
  bool characters = true;
  for (size_t id = 2; id < words.words.size() && characters; ++id) {
    const std::string piece = arpa_piece(words.words[id]);
    size_t end = 0;
    next_code_point(piece, end);
    if (piece.size() == 1 && utf8_error(piece) == 0) return "byte";
    characters = end == piece.size();
  }
  return characters ? "char" : "word";
}

// Reads `model` again if the ids of its tokens differ from those of the file.
Cutter cutter_of(const NgramOptions& wishes, const std::string& text, std::optional<ArpaModel>& model) {
  Cutter cutter;
  cutter.kind = wishes.tokens == "auto" ? kind_of(model->words()) : wishes.tokens;
  const std::vector<std::string>& words = model->words().words;
  if (cutter.kind == kSpaceTokens) {
    for (size_t id = 2; id < words.size(); ++id) cutter.words.emplace(words[id], static_cast<int32_t>(id));
    for (size_t id = 2; id < words.size(); ++id) cutter.words.emplace(arpa_piece(words[id]), static_cast<int32_t>(id));
  } else if (cutter.kind == "byte") {
    cutter.tokenizer = build_tokenizer("byte", {});
    const ArpaWords bytes = arpa_words(*cutter.tokenizer);
    model.emplace(text, wishes.path, &bytes);
    cutter.unknown = bytes.unknown, cutter.newline = bytes.newline;
  } else {
    std::vector<std::string> pieces = {std::string(kUnknownPiece), "\n"};
    for (size_t id = 2; id < words.size(); ++id) pieces.push_back(arpa_piece(words[id]));
    try {
      cutter.tokenizer = tokenizer_from_json({{"kind", cutter.kind}, {"pieces", pieces}});
    } catch (const Error& e) {
      throw Error(Exit::data, "arpa/tokens",
                  fmt::format("the words of {} are not tokens of the kind {}: {}", wishes.path, cutter.kind, e.what()),
                  "give --tokens as the text was split: word, char, byte, space (at white space)");
    }
  }
  return cutter;
}

Cutter cutter_of_model(const std::string& path) {
  ModelFile file = load_model(path);
  if (!file.tokenizer) throw Error(Exit::model, "model/task", path + " is not a language model and has no text tokens");
  Cutter cutter;
  cutter.tokenizer = std::move(file.tokenizer);
  cutter.kind = cutter.tokenizer->kind();
  cutter.unknown = cutter.tokenizer->unknown_id(), cutter.newline = cutter.tokenizer->newline_id();
  return cutter;
}

int evaluate_file(const NgramOptions& wishes) {
  const std::string text = text_of_bytes(read_data_bytes(wishes.path), wishes.path);
  std::optional<ArpaModel> model;
  Cutter cutter;
  if (wishes.tokens_of.empty()) {
    model.emplace(text, wishes.path);
    if (!wishes.eval.empty()) cutter = cutter_of(wishes, text, model);
  } else {
    cutter = cutter_of_model(wishes.tokens_of);
    const ArpaWords words = arpa_words(*cutter.tokenizer);
    model.emplace(text, wishes.path, &words);
  }
  ordered_json json = {{"file", wishes.path}, {"order", model->order()}, {"vocabulary", model->vocabulary()}};
  Table table({"order", "n-grams"});
  for (int n = 1; n <= model->order(); ++n) {
    json["orders"].push_back({{"length", n}, {"ngrams", model->ngrams(n)}});
    table.add({std::to_string(n), grouped(model->ngrams(n))});
  }
  json["bytes"] = model->bytes();
  std::optional<Measured> measured;
  if (!wishes.eval.empty()) {
    measured = measure(*model, cutter, wishes.eval);
    json["tokens"] = cutter.kind;
    json["eval"] = measured_json(*measured);
    if (measured->unknown > 0 && !model->has_unknown())
      say(fmt::format("note: {} has no <unk>: {} counts as 10^-99", wishes.path,
                      measured->unknown == 1 ? "the unknown token"
                                             : fmt::format("each of the {} unknown tokens", grouped(measured->unknown))));
  }
  if (wishes.json) {
    print(json_line(json));
    return 0;
  }
  print(key_line("model", fmt::format("{} · {}-gram, {}, {} in memory", wishes.path, model->order(),
                                      counted(model->vocabulary(), "word"), bytes_text(model->bytes()))) +
        "\n\n" + table.text());
  if (measured) print_measured(fs::path(wishes.path).filename().string(), *measured);
  return 0;
}

// Tokens of the text, and the sentences over which it is counted.
struct Training {
  Cutter cutter;
  std::string reason;
  TokenDocuments sentences;
  int64_t lines = 0, bytes = 0;
};

Training read_training(const NgramOptions& wishes) {
  Training t;
  TextReport report;
  const std::vector<Document> documents = read_text(wishes.path, &report);
  if (wishes.tokens_of.empty()) {
    const Decision kind = choose_tokens(wishes.tokens, report);
    std::vector<std::string_view> views;
    views.reserve(documents.size());
    for (const Document& d : documents) views.push_back(d.text);
    const TokenizerOptions options{static_cast<int>(wishes.min_count), static_cast<int>(wishes.max_vocabulary)};
    t.cutter.tokenizer = build_tokenizer(kind.value, views, options);
    t.cutter.kind = kind.value, t.reason = kind.reason;
    t.cutter.unknown = t.cutter.tokenizer->unknown_id(), t.cutter.newline = t.cutter.tokenizer->newline_id();
  } else {
    t.cutter = cutter_of_model(wishes.tokens_of);
    t.reason = "as in " + wishes.tokens_of;
  }
  t.lines = report.lines, t.bytes = report.bytes;
  t.sentences = ngram_streams(encode_documents(*t.cutter.tokenizer, documents), *t.cutter.tokenizer, true);
  return t;
}

void print_model(const NgramOptions& wishes, const Training& t, const NgramModel& model, double seconds) {
  print(key_line("data", fmt::format("{} · {}, {}", wishes.path, bytes_text(t.bytes), counted(t.lines, "line"))) + "\n");
  print(key_line("tokens",
                 fmt::format("{} ({}), {} different · {} in {}", t.cutter.kind, t.reason, grouped(model.vocabulary()),
                             grouped(count_of(t.sentences)), counted(t.sentences.size(), "sentence"))) +
        "\n");
  print(key_line("model", fmt::format("{}, {}, {} in memory · {:.1f} s", ngram_name(model.order()),
                                      counted(model.ngrams(), "n-gram"), bytes_text(model.bytes()), seconds)) +
        "\n\n");
  Table table({"order", "n-grams", "D1", "D2", "D3+"});
  for (int n = 1; n <= model.order(); ++n) {
    const auto d = model.discounts(n);
    table.add(
        {std::to_string(n), grouped(model.ngrams(n)), decimal_text(d[0], 4), decimal_text(d[1], 4), decimal_text(d[2], 4)});
  }
  print(table.text());
}

ordered_json model_json(const Training& t, const NgramModel& model, double seconds) {
  ordered_json json = {
      {"order", model.order()},
      {"tokens", t.cutter.kind},
      {"vocabulary", model.vocabulary()},
      {"train", {{"bytes", t.bytes}, {"tokens", count_of(t.sentences)}, {"sentences", t.sentences.size()}}}};
  for (int n = 1; n <= model.order(); ++n)
    json["orders"].push_back({{"length", n}, {"ngrams", model.ngrams(n)}, {"discounts", model.discounts(n)}});
  json["bytes"] = model.bytes();
  json["seconds"] = seconds;
  return json;
}

int64_t write_model(const NgramOptions& wishes, const NgramModel& model, const Tokenizer& tokenizer) {
  const std::vector<std::string> parts = format_arpa(model, arpa_words(tokenizer));
  write_file_atomic(wishes.output, std::vector<std::string_view>(parts.begin(), parts.end()));
  int64_t bytes = 0;
  for (const std::string& part : parts) bytes += static_cast<int64_t>(part.size());
  return bytes;
}

int count_text(const NgramOptions& wishes) {
  if (!wishes.output.empty()) refuse_existing(wishes.output, wishes.force);
  const auto start = std::chrono::steady_clock::now();
  const Training t = read_training(wishes);
  const int order = wishes.order > 0 ? static_cast<int>(wishes.order) : ngram_order(t.cutter.kind);
  const NgramModel model = count_ngrams(t.sentences, *t.cutter.tokenizer, order, pruned_at(wishes.prune));
  const double seconds = seconds_since(start);
  std::optional<Measured> measured;
  if (!wishes.eval.empty()) measured = measure(model, t.cutter, wishes.eval);
  int64_t written = 0;
  if (!wishes.output.empty()) written = write_model(wishes, model, *t.cutter.tokenizer);
  if (wishes.json) {
    ordered_json json = model_json(t, model, seconds);
    if (measured) json["eval"] = measured_json(*measured);
    if (written > 0) json["file"] = wishes.output, json["file_bytes"] = written;
    print(json_line(json));
    return 0;
  }
  print_model(wishes, t, model, seconds);
  if (measured) print_measured(ngram_name(order), *measured);
  if (written > 0) print("\n" + key_line("file", fmt::format("{}, {}", wishes.output, bytes_text(written))) + "\n");
  return 0;
}

}  // namespace

int run_data_ngram(const Arguments& arguments) {
  NgramOptions w;
  Command command("data ngram", "TEXT|MODEL.arpa [options]",
                  "an n-gram model of a text (interpolated modified Kneser-Ney, line by line), or one from an ARPA file");
  command.word("TEXT", &w.path, "text file or folder to count, or an ARPA file (.arpa, .arpa.gz, .arpa.zst)");
  command.text("--eval", &w.eval, "FILE", "also perplexity and bits per byte on this text");
  command.text("-o,--output", &w.output, "FILE", "write the model in ARPA format");
  command.whole("--order", &w.order, {1, kMaxNgramOrder}, "N", "order of the model (5; for characters or bytes 8)");
  command.text("--tokens", &w.tokens, "KIND", "as in rnn train; for an ARPA file of another toolkit space");
  command.text("--tokens-of", &w.tokens_of, "MODEL", "use the tokens of this model, for rnn eval --ngram");
  command.whole("--min-count", &w.min_count, {1, 1e9}, "N", "words seen less often become the unknown word (1)");
  command.text("--prune", &w.prune, "N,N..", "drop n-grams that occur at most N times, by length: 0,0,1");
  command.flag("--json", &w.json, "one JSON object on standard output");
  command.flag("--force", &w.force, "overwrite an existing file");
  command.more();
  command.whole("--max-vocabulary", &w.max_vocabulary, {0, 1 << 24}, "N", "keep the N most frequent pieces; 0: all");
  command.example("rnn data ngram story.txt --eval new.txt -o story.arpa");
  command.example("rnn data ngram story.arpa --eval new.txt --json");
  if (!command.parse(arguments)) return 0;
  command.need(w.path, "a TEXT");
  const bool file = is_arpa(w.path);
  for (const char* flag : {"--order", "--min-count", "--prune", "--output", "--max-vocabulary"}) {
    if (file && command.given(flag))
      throw Error(Exit::usage, "usage/option", fmt::format("{} is already a model: {} is for texts", w.path, flag));
  }
  if (command.given("--tokens") && command.given("--tokens-of"))
    throw Error(Exit::usage, "usage/option", "--tokens and --tokens-of both choose the tokens", "give only one of them");
  Options check;
  set_option(check, "tokens", w.tokens);
  if (!file && holds_sequences(w.path))
    throw Error(Exit::usage, "usage/sequences", w.path + " holds sequences; an n-gram model needs text");
  return file ? evaluate_file(w) : count_text(w);
}

}  // namespace rnn::core::app
