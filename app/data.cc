// Why: rnn data: what is in a text or in sequences and what is wrong with it, before an hour of training is spent on it.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "command.h"
#include "data/inputs/text_files.h"
#include "data/sequences.h"
#include "data_parts.h"
#include "runs/run_data.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

using nlohmann::ordered_json;

int64_t count(const std::vector<Finding>& findings, Severity severity) {
  int64_t n = 0;
  for (const Finding& f : findings) n += f.severity == severity;
  return n;
}

void print_json(const TextReport& r) {
  ordered_json findings = ordered_json::array();
  for (const Finding& f : r.findings) {
    findings.push_back({{"code", f.code},
                        {"severity", severity_name(f.severity)},
                        {"file", f.file},
                        {"line", f.line},
                        {"message", f.message},
                        {"help", f.help}});
  }
  const ordered_json json = {{"files", r.files.size()},
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
                             {"hash", r.hash},
                             {"findings", findings}};
  print(json_line(json));
}

// What a run would do with the text, or why the text cannot be used.
void print_plan(const std::string& path, const TextReport& report, double share) {
  try {
    const TextSplit split = split_documents(read_text(path), share);
    const Decision tokens = choose_tokens("auto", report), mode = choose_mode("auto", split.train);
    std::vector<std::string_view> views;
    for (const Document& d : split.train) views.push_back(d.text);
    const auto tokenizer = build_tokenizer(tokens.value, views);
    const int64_t train = count_of(encode_documents(*tokenizer, split.train)),
                  valid = count_of(encode_documents(*tokenizer, split.valid));
    print(key_line("tokens", fmt::format("{} ({}), {} different", tokens.value, tokens.reason, grouped(tokenizer->size()))) +
          "\n");
    print(key_line("split",
                   fmt::format("{} tokens for training, the last {} for validation", grouped(train), grouped(valid))) +
          "\n");
    print(key_line("order", fmt::format("{} ({})", mode.value, mode.reason)) + "\n");
  } catch (const Error& e) {
    print(key_line("train", fmt::format("not possible: {}", e.what())) + "\n");
  }
}

void print_text(const std::string& path, const TextReport& r, double share) {
  std::string form = "UTF-8";
  if (r.byte_order_mark) form += ", byte order mark dropped";
  if (r.crlf) form += ", CRLF read as LF";
  print(key_line("data", fmt::format("{} · {} file{}, {}, {} document{}, {} lines · {}", path, r.files.size(),
                                     r.files.size() == 1 ? "" : "s", bytes_text(r.bytes), grouped(r.documents),
                                     r.documents == 1 ? "" : "s", grouped(r.lines), form)) +
        "\n");
  print(key_line("text", fmt::format("{} characters ({} different), {} words ({} different), longest line {}",
                                     grouped(r.characters), grouped(r.distinct_characters), grouped(r.words),
                                     grouped(r.distinct_words), bytes_text(r.longest_line))) +
        "\n");
  if (!r.has_errors()) print_plan(path, r, share);
  for (const Finding& f : r.findings) {
    print(fmt::format("{}[{}]: {}: {}\n", severity_name(f.severity), f.code, f.place(), f.message));
    if (!f.help.empty()) print(fmt::format("  help: {}\n", f.help));
  }
  print(fmt::format(" {} error{}, {} warning{}\n", count(r.findings, Severity::error),
                    count(r.findings, Severity::error) == 1 ? "" : "s", count(r.findings, Severity::warning),
                    count(r.findings, Severity::warning) == 1 ? "" : "s"));
}

int run_data_check(const Arguments& arguments) {
  std::string path;
  bool json = false;
  double share = TrainOptions{}.valid_share;
  Command command("data check", "DATA [options]", "what is in a text or in sequences, and what is wrong with it");
  command.word("DATA", &path, "text file, folder, or JSON lines of sequences");
  command.flag("--json", &json, "one JSON object on standard output");
  command.real("--valid-share", &share, {0, 1, true, true}, "P", "share of the text held out for validation (0.05)");
  command.example("rnn data check story.txt");
  command.example("rnn data check adding.jsonl --json");
  if (!command.parse(arguments)) return 0;
  command.need(path, "a text or sequences");
  if (holds_sequences(path)) return check_sequence_file(path, json);
  const TextReport report = check_text(path);
  if (json) {
    print_json(report);
  } else {
    print_text(path, report, share);
  }
  return static_cast<int>(report.has_errors() ? Exit::check : Exit::ok);
}

int run_data_head(const Arguments& arguments) {
  std::string path;
  int64_t lines = 10;
  Command command("data head", "DATA [-n N]", "the first lines, as the program reads them");
  command.word("DATA", &path, "text file, folder, or JSON lines of sequences");
  command.whole("-n,--lines", &lines, {1, 1e12}, "N", "number of lines (10)");
  command.example("rnn data head story.txt");
  command.example("rnn data head texts.jsonl -n 3");
  if (!command.parse(arguments)) return 0;
  command.need(path, "a text or sequences");
  if (holds_sequences(path)) return print_sequences(path, lines);
  for (const Document& document : read_text(path)) {
    for (size_t begin = 0; begin < document.text.size() && lines > 0; --lines) {
      const size_t end = document.text.find('\n', begin) + 1;  // every line ends with one
      print(std::string_view(document.text).substr(begin, end - begin));
      begin = end;
    }
    if (lines == 0) break;
  }
  return 0;
}

std::string joined(const std::vector<Document>& documents) {
  std::string text;
  for (const Document& d : documents) {
    if (!text.empty()) text += std::string(kDocumentMark) + "\n";
    text += d.text;
  }
  return text;
}

int run_data_split(const Arguments& arguments) {
  std::string path, output;
  double valid = 0.05, test = 0.05;
  bool force = false;
  Command command("data split", "TEXT [-o DIR] [options]",
                  "writes train.txt, valid.txt and test.txt: the last parts are for validation and test");
  command.word("TEXT", &path, "text file or folder");
  command.text("-o,--output", &output, "DIR", "output folder; default: NAME-split");
  command.real("--valid", &valid, {0, 0.5, true, false}, "P", "share of valid.txt (0.05)");
  command.real("--test", &test, {0, 0.5}, "P", "share of test.txt; 0: none (0.05)");
  command.flag("--force", &force, "overwrite existing files");
  command.example("rnn data split story.txt");
  command.example("rnn data split texts/ -o parts --valid 0.1 --test 0.1");
  if (!command.parse(arguments)) return 0;
  command.need(path, "a TEXT");
  if (holds_sequences(path)) {
    throw Error(Exit::usage, "usage/sequences", path + " holds sequences; rnn data split is for texts",
                "split it by lines: head -n 900 FILE > train.jsonl; tail -n +901 FILE > valid.jsonl");
  }
  namespace fs = std::filesystem;
  if (output.empty()) output = fs::path(path).lexically_normal().replace_extension("").string() + "-split";

  TextSplit last, rest;
  last.train = read_text(path);
  if (test > 0) last = split_documents(last.train, test);
  rest = split_documents(last.train, valid / (1 - test));
  const std::pair<const char*, const std::vector<Document>*> parts[] = {
      {"train", &rest.train}, {"valid", &rest.valid}, {"test", &last.valid}};
  std::error_code error;
  fs::create_directories(output, error);
  if (error)
    throw Error(Exit::internal, "io/write", fmt::format("cannot create the folder {}: {}", output, error.message()));
  const auto name_of = [&](const char* part) { return output + "/" + part + ".txt"; };
  for (const auto& part : parts) {
    if (!part.second->empty()) refuse_existing(name_of(part.first), force);
  }
  Table table({"file", "lines", "bytes"});
  for (const auto& part : parts) {
    if (part.second->empty()) continue;
    const std::string text = joined(*part.second);
    write_file_atomic(name_of(part.first), text);
    table.add({name_of(part.first), grouped(std::count(text.begin(), text.end(), '\n')),
               grouped(static_cast<int64_t>(text.size()))});
  }
  print(table.text());
  return 0;
}

constexpr Part kDataParts[] = {
    {"check", "what is in a text or in sequences and what is wrong with it", run_data_check},
    {"head", "the first lines, as the program reads them", run_data_head},
    {"split", "split a text into train.txt, valid.txt and test.txt", run_data_split},
    {"make", "sequences that need a long memory: adding, copy, recall, parity; pairs: dates, reverse, addition",
     run_data_make},
    {"ngram", "an n-gram model: count, evaluate, write or read it as an ARPA file", run_data_ngram}};

}  // namespace

int run_data(const Arguments& arguments) {
  return run_part("data", "check data before training, or generate some", kDataParts,
                  "  rnn data check story.txt\n  rnn data split story.txt -o parts\n"
                  "  rnn data ngram story.txt --eval new.txt -o story.arpa\n"
                  "  rnn data make adding --length 600 -n 10000 > adding.jsonl\n"
                  "  rnn data make dates -n 20000 > dates.tsv\n",
                  arguments);
}

}  // namespace rnn::core::app
