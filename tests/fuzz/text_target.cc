// Why: training text and pairs come from anywhere: plain, JSON lines, tables, compressed; what is read is clean text.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/inputs/text_files.h"
#include "data/pairs.h"
#include "fuzz/target.h"
#include "text/utf8.h"

namespace rnn::core::fuzz {
namespace {

bool is_text(std::string_view text) {
  return utf8_error(text) == std::string_view::npos && text.find('\0') == std::string_view::npos;
}

std::string joined(const std::vector<Document>& documents) {
  std::string text;
  for (const Document& document : documents) text += document.text;
  return text;
}

// Each document as a line of JSON: they come back one by one.
void require_round_trip(const Folder& folder, const std::vector<Document>& documents) {
  std::string lines;
  for (const Document& document : documents) lines += nlohmann::json{{"text", document.text}}.dump() + "\n";
  const std::vector<Document> again = read_text(folder.write("again.jsonl", lines));
  require(again.size() == documents.size(), "every document comes back");
  for (size_t i = 0; i < again.size(); ++i) require(again[i].text == documents[i].text, "a document keeps its text");
}

// True when it was read.
bool test_text(const Folder& folder, const std::string& path) {
  TextReport report;
  std::vector<Document> documents;
  const bool read = reads([&] { documents = read_text(path, &report); });
  TextReport checked;
  reads([&] { checked = check_text(path); });
  require(checked.has_errors() != read, "a check finds an error exactly where a run would be refused");
  if (!read) return false;
  require(!documents.empty(), "a text has a document");
  for (const Document& document : documents) {
    require(is_text(document.text), "a document is UTF-8 without NUL");
    require(document.text.ends_with('\n') && document.text.find("\r\n") == std::string::npos,
            "a document ends in a line end");
  }
  require(report.bytes == static_cast<int64_t>(joined(documents).size()), "a report counts all bytes");
  require(report.hash == checked.hash, "a check reads what a run reads");
  require_round_trip(folder, documents);
  reads([&] {
    const TextSplit split = split_documents(documents, 0.3);
    require(joined(split.train) + joined(split.valid) == joined(documents), "a split keeps all text in its order");
    require(!split.train.empty() && !split.valid.empty(), "both sides of a split hold text");
  });
  return true;
}

bool test_pairs(const Folder& folder, const std::string& path) {
  PairSet set;
  if (!reads([&] { set = read_pairs({path}); })) {
    looks_like_pairs(path);
    return false;
  }
  std::string lines;
  for (const Pair& pair : set.pairs) {
    for (const std::string* side : {&pair.source, &pair.target})
      require(is_text(*side) && side->find('\n') == std::string::npos, "a sentence is one line of UTF-8");
    lines += nlohmann::ordered_json{{"source", pair.source}, {"target", pair.target}}.dump() + "\n";
  }
  const PairSet again = read_pairs({folder.write("pairs.jsonl", lines)});
  require(again.pairs.size() == set.pairs.size(), "every pair comes back");
  for (size_t i = 0; i < set.pairs.size(); ++i) {
    const auto trimmed = [](std::string_view text) {  // line ends at the end of a sentence are left out
      return text.substr(0, text.find_last_not_of("\r\n") + 1);
    };
    require(again.pairs[i].source == trimmed(set.pairs[i].source) && again.pairs[i].target == trimmed(set.pairs[i].target),
            "a pair keeps its sentences");
  }
  return true;
}

void test(std::string_view input) {
  static const Folder folder;
  bool read = false;
  for (const char* name : {"input.txt", "input.jsonl"}) read = test_text(folder, folder.write(name, input)) || read;
  for (const char* name : {"input.tsv", "input.jsonl"}) read = test_pairs(folder, folder.write(name, input)) || read;
  if (read) ++accepted;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
