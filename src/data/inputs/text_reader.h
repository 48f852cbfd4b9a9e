// Why: the strict reading of a run and the patient reading of a check are one piece of code with two kinds of patience.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/inputs/text_files.h"

namespace rnn::core {

// Reads files into documents. strict: the first error finding is thrown; else findings are gathered and reading goes on with
// what can be saved.
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
