// Why: every layout of labelled data has a reader of its own; only raw_labels.cc chooses among them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/inputs/text_line.h"
#include "data/labels/raw_labels.h"

namespace rnn::core {

// The lines of a file, decompressed, without a byte order mark and without CR; each is checked to be text.
class FileLines {
 public:
  explicit FileLines(const std::string& path);                // the whole file
  FileLines(const std::string& path, std::string beginning);  // of which this is the beginning, a cut last line left out
  bool next(std::string_view& line);
  int64_t number() const { return number_; }  // of the line that next() gave
  const std::string& path() const { return path_; }
  const std::string& bytes() const { return text_; }
  [[noreturn]] void refuse(const char* code, const std::string& message, const std::string& help) const;

 private:
  std::string path_, text_;
  size_t at_ = 0;
  int64_t number_ = 0;
};

std::string in_lower_case(std::string_view text);  // of ASCII

// What a reader needs to know besides the path.
struct LayoutRequest {
  const LabelOptions& options;
  TargetForm target = TargetForm::label;
  bool labelled = true;                   // false: labels may be missing
  const std::vector<std::string>& known;  // columns of frames that a model reads; empty: found
};

// Each adds the examples of one path (for aligned files, of two) to `set`, whose files.back() it is.
void read_text_table(const std::string& path, const LayoutRequest& request, RawSet& set);
void read_fasttext(const std::string& path, const LayoutRequest& request, RawSet& set);
void read_text_lines(const std::string& path, const LayoutRequest& request, RawSet& set);
void read_text_folder(const std::string& path, const LayoutRequest& request, RawSet& set);
void read_conll(const std::string& path, const LayoutRequest& request, RawSet& set);
void read_conllu(const std::string& path, const LayoutRequest& request, RawSet& set);
void read_aligned(const std::string& words, const std::string& labels, const LayoutRequest& request, RawSet& set);
void read_ts(const std::string& path, const LayoutRequest& request, RawSet& set);
void read_arff(const std::string& path, const LayoutRequest& request, RawSet& set);
void read_sensor_folder(const std::string& path, const LayoutRequest& request, RawSet& set);
void read_sensor_rows(const std::string& path, const LayoutRequest& request, RawSet& set);

// A table for a model that knows its columns: all recordings, told apart by a column that is no sensor, or a single one. With labels where
// the table has them.
RawSet read_recordings(const std::string& path, const LabelFront& front);

// Cells between separators: comma, semicolon, bar in quotes as RFC 4180 has them; between tabs a cell may also hold quotes as they are.
// The lines of a record, and the number of its first one. `known_separator` 0: found from the beginning.
struct Records {
  char separator = ',';
  std::vector<std::vector<std::string>> rows;
  std::vector<int64_t> lines;
};
double words_in(std::string_view cell);                                  // what stands between spaces
char separator_of(std::string_view beginning, const std::string& path);  // 0: no table
// Throws Error{data}: data/quote, data/ragged. most 0: all rows.
Records read_records(const std::string& path, std::string_view text, char separator, size_t most = 0);

// The cell that says what a row belongs to. Throws Error{data, "data/columns"} if it is empty.
std::string group_of(const std::string& cell, const std::string& path, int64_t line);

// The columns of texts and labels of a table by their names or what is in them; the first record may be a header.
struct TextColumns {
  bool header = false;
  size_t text = 0, label = 0;
  bool has_label = false;
  std::string text_name, label_name;  // "review"; of a table without a header "column 1"
  std::string failure, help;          // why not, where they were not found
  bool sure = false;                  // both by their names, or a few labels beside sentences
};
TextColumns find_text_columns(const Records& records, const LabelOptions& options, bool labelled);

// Tags that are spans, after a look at all of them: "bio", "bioes", "iob1"; "tags": they are none. Throws Error{data, "data/tags"} at the
// first one that no scheme explains.
std::string scheme_of_tags(const RawSet& set);

}  // namespace rnn::core
