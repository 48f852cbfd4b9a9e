// Why: rnn tokenizer: sub-words learnt for several runs, the tokens of a model for other tools, and the tokens of a text.
#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "command.h"
#include "data/inputs/text_files.h"
#include "io/model_file.h"
#include "next_words.h"
#include "screen.h"
#include "text/subwords.h"
#include "text/utf8.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

// From a run folder, a model file, or a file of sub-words.
std::unique_ptr<Tokenizer> tokenizer_of(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored) && !path.ends_with(".safetensors")) return read_subwords(path);
  ModelFile file = load_model(path);
  if (!file.tokenizer) throw Error(Exit::model, "model/task", path + " has no tokenizer", "it does not read text");
  return std::move(file.tokenizer);
}

void write_new(const std::string& path, std::string_view bytes, bool force) {
  refuse_existing(path, force, "tokenizer/exists");
  write_file_atomic(path, bytes);
}

// Line i is piece i. Backslashes, control characters and bytes that are not valid UTF-8 are written as \\, \n, \t, \r, \xHH.
std::string vocabulary_text(const Tokenizer& tokenizer) {
  std::string text;
  for (int32_t id = 0; id < tokenizer.size(); ++id) {
    const std::string piece = tokenizer.piece(id);
    const bool whole = utf8_error(piece) == std::string::npos;
    for (const char c : piece) {
      const auto byte = static_cast<uint8_t>(c);
      if (c == '\\' || c == '\n' || c == '\t' || c == '\r') {
        text += '\\';
        text += c == '\n' ? 'n' : c == '\t' ? 't' : c == '\r' ? 'r' : c;
      } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !whole)) {
        text += fmt::format("\\x{:02X}", byte);
      } else {
        text += c;
      }
    }
    text += '\n';
  }
  return text;
}

int run_export(const Arguments& arguments) {
  std::string model, output;
  bool force = false;
  Command command("tokenizer export", "MODEL -o FILE [--force]",
                  "the tokens of a model for other tools: a SentencePiece .model file, or a list of pieces");
  command.word("MODEL", &model, "run folder or .safetensors file");
  command.text("-o,--output", &output, "FILE", "output file");
  command.flag("--force", &force, "overwrite an existing file");
  command.example("rnn tokenizer export runs/story-001 -o story.model");
  command.example("rnn tokenizer export runs/words-001 -o words.txt");
  if (!command.parse(arguments)) return 0;
  command.need(model, "a MODEL");
  command.need(output, "-o FILE");
  const auto tokenizer = tokenizer_of(model);
  const std::optional<std::string> file = subword_file(*tokenizer);
  write_new(output, file ? *file : vocabulary_text(*tokenizer), force);
  print(fmt::format("{}: {} {}\n", output, grouped(tokenizer->size()),
                    file ? fmt::format("sub-words ({}), a SentencePiece model", tokenizer->kind())
                         : fmt::format("pieces ({}), one per line", tokenizer->kind())));
  return 0;
}

int run_train_tokenizer(const Arguments& arguments) {
  std::vector<std::string> data;
  std::string output, kind = "unigram";
  int64_t vocabulary = 0;
  bool force = false;
  Command command("tokenizer train", "DATA... -o FILE [options]", "sub-words learnt from texts, for rnn train --tokenizer");
  command.words("DATA", &data, "text files or folders");
  command.text("-o,--output", &output, "FILE", "the SentencePiece model file to write");
  command.text("--tokens", &kind, "KIND", "unigram or bpe (unigram)");
  command.whole("--max-vocabulary", &vocabulary, {0, 1 << 24}, "N", "largest vocabulary; 0: by the size of the text (0)");
  command.flag("--force", &force, "overwrite an existing file");
  command.example("rnn tokenizer train story.txt --tokens bpe --max-vocabulary 2000 -o story.model");
  command.example("rnn tokenizer train texts/ -o texts.model");
  if (!command.parse(arguments)) return 0;
  command.need(data.empty() ? "" : data[0], "a text to learn from");
  command.need(output, "-o FILE");
  if (!is_subword_kind(kind)) {
    throw Error(Exit::usage, "usage/option", fmt::format("--tokens is '{}', it must be unigram or bpe", kind),
                "rnn train itself learns the other kinds");
  }
  refuse_existing(output, force, "tokenizer/exists");  // before the text is read
  std::vector<Document> documents;
  for (const std::string& path : data) {
    std::vector<Document> part = read_text(path);
    std::move(part.begin(), part.end(), std::back_inserter(documents));
  }
  std::vector<std::string_view> views;
  int64_t bytes = 0;
  for (const Document& d : documents) views.push_back(d.text), bytes += static_cast<int64_t>(d.text.size());
  const auto tokenizer = build_tokenizer(kind, views, {1, static_cast<int>(vocabulary)});
  write_new(output, *subword_file(*tokenizer), force);
  const bool usual = vocabulary == 0 && tokenizer->size() == default_subwords(bytes);
  const std::string about = usual ? "" : about_subwords(tokenizer->size(), static_cast<int>(vocabulary), bytes);
  if (!about.empty()) say(about);
  print(fmt::format("{}: {} sub-words ({}) from {}\n", output, grouped(tokenizer->size()), kind, bytes_text(bytes)));
  return 0;
}

std::string ids_text(const std::vector<int32_t>& ids) { return fmt::format("{}\n", fmt::join(ids, " ")); }

std::string encoded(const Tokenizer& tokenizer, const std::string& text, bool as_ids, bool as_json) {
  const std::vector<int32_t> ids = tokenizer.encode(text);
  if (as_ids) return ids_text(ids);
  ordered_json pieces = ordered_json::array();
  std::string line;
  for (const int32_t id : ids) {
    if (as_json) pieces.push_back(tokenizer.piece(id));
    line += (line.empty() ? "" : " ") + marked_piece(tokenizer, id);
  }
  if (!as_json) return line + "\n";
  const ordered_json json = {{"text", text}, {"ids", ids}, {"pieces", pieces}};
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

int run_encode(const Arguments& arguments) {
  std::string model, text;
  bool as_ids = false, as_json = false;
  Command command("tokenizer encode", "MODEL [TEXT] [--ids | --json]", "the tokens of a text");
  command.word("MODEL", &model, "run folder, .safetensors file, or SentencePiece .model file");
  command.word("TEXT", &text, "-, or nothing: each line of standard input by itself");
  command.flag("--ids", &as_ids, "token ids instead of pieces");
  command.flag("--json", &as_json, "one JSON object for each text: text, ids, pieces");
  command.example("rnn tokenizer encode runs/story-001 \"The cat is sleeping.\"");
  command.example("rnn tokenizer encode story.model --ids < story.txt > story.ids");
  if (!command.parse(arguments)) return 0;
  command.need(model, "a MODEL");
  if (as_ids && as_json) throw Error(Exit::usage, "usage/option", "--ids and --json are alternative formats", "choose one");
  const auto tokenizer = tokenizer_of(model);
  if (!text.empty() && text != "-") {
    print(encoded(*tokenizer, text, as_ids, as_json));
    return 0;
  }
  for (auto [line, first] = std::pair(std::string(), true); std::getline(std::cin, line); first = false) {
    if (first && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    print(encoded(*tokenizer, line, as_ids, as_json));
  }
  return 0;
}

std::vector<int32_t> parse_ids(const Tokenizer& tokenizer, std::string_view line) {
  std::vector<int32_t> ids;
  for (size_t begin = 0; (begin = line.find_first_not_of(" \t\r", begin)) != std::string_view::npos;) {
    const size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
    const std::string_view word = line.substr(begin, end - begin);
    const int32_t id = parse_number<int32_t>(word).value_or(-1);
    if (id < 0 || id >= tokenizer.size()) {
      throw Error(Exit::usage, "tokenizer/id",
                  fmt::format("'{}' is not a token id: ids are numbers from 0 to {}", word, tokenizer.size() - 1),
                  "rnn tokenizer encode MODEL --ids writes them");
    }
    ids.push_back(id);
    begin = end;
  }
  return ids;
}

int run_decode(const Arguments& arguments) {
  std::string model;
  std::vector<std::string> words;
  Command command("tokenizer decode", "MODEL [ID...]", "the text of token ids");
  command.word("MODEL", &model, "run folder, .safetensors file, or SentencePiece .model file");
  command.words("ID", &words, "-, or nothing: each line of standard input is one text");
  command.example("rnn tokenizer decode runs/story-001 12 7 400");
  command.example("rnn tokenizer decode story.model < story.ids");
  if (!command.parse(arguments)) return 0;
  command.need(model, "a MODEL");
  const auto tokenizer = tokenizer_of(model);
  if (!words.empty() && words[0] != "-") {
    print(tokenizer->decode(parse_ids(*tokenizer, fmt::format("{}", fmt::join(words, " ")))) + "\n");
    return 0;
  }
  for (std::string line; std::getline(std::cin, line);) print(tokenizer->decode(parse_ids(*tokenizer, line)) + "\n");
  return 0;
}

constexpr Part kTokenizerParts[] = {{"export", "the tokens of a model for other tools", run_export},
                                    {"train", "sub-words learnt from texts, for rnn train --tokenizer", run_train_tokenizer},
                                    {"encode", "the tokens of a text", run_encode},
                                    {"decode", "the text of token ids", run_decode}};

}  // namespace

int run_tokenizer(const Arguments& arguments) {
  return run_part("tokenizer", "text to tokens and back", kTokenizerParts,
                  "  rnn tokenizer export runs/story-001 -o story.model\n"
                  "  rnn tokenizer encode runs/story-001 \"The cat is sleeping.\"\n",
                  arguments);
}

}  // namespace rnn::core::app
