// Why: strict reading for a run and tolerant reading for a check share the same code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/inputs/text_files.h"

namespace rnn::core {

// Reads files into documents. strict: the first error is thrown; else findings are collected and reading continues with
// whatever is usable.
class TextReader {
 public:
  explicit TextReader(bool strict) : strict_(strict) {}
  void read(const std::string& path);  // file or folder

  std::vector<Document> documents;
  TextReport report;  // files, file_bytes, byte_order_mark, crlf, findings

 private:
  void read_one(const std::string& path, bool in_folder);
  void read_lines_of_json(const std::string& path, std::string_view bytes);
  void check_bytes(const std::string& path, std::string& bytes);
  void add_marked_text(const std::string& path, std::string_view text);
  void add_document(Document document);
  void tell(Finding finding);

  bool strict_;
};

}  // namespace rnn::core
