// Why: rnn data: what is in a text or in sequences and what is wrong with it, before an hour of training is spent on it.
#include <fmt/format.h>

#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "command.h"
#include "data/inputs/text_files.h"
#include "data/sequences.h"
#include "data_parts.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

int print_sequences(const std::string& path, int64_t lines) {
  const SequenceSet set = read_sequences(path);
  for (const SequenceExample& example : set.examples) {
    if (lines-- <= 0) break;
    print(sequence_line(set.shape, example));
  }
  return 0;
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
