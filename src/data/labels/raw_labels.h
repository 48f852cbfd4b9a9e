// Why: labelled texts, tagged words and files of sensors come in many layouts; all become examples of one kind, each with its place in its
// file, before anything is learnt from them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/sequences.h"
#include "options/options.h"

namespace rnn::core {

// One example as it stands in a file.
struct RawExample {
  std::string text;                 // texts
  std::vector<std::string> inputs;  // texts of a table: cells of RawSet::inputs, until they are written before the text
  std::vector<std::string> words;   // tagged words
  std::vector<float> frames;        // sensors [steps * width], NaN: missing
  std::vector<std::string> labels;  // one, or one for every word or row; "" of a row: none; several: any number, sorted
  std::string whole;                // tagged words: the label of the sentence; empty: none
  std::vector<float> values;        // of a table that is followed: a number for every row, NaN: none
  std::vector<int64_t> clock;       // [rows] local time in microseconds since 1970; empty: no stamps
  std::vector<uint32_t> rows;       // [rows] line of each in its file
  std::string group;                // what it shares with others that it must not be parted from; empty: nothing
  uint32_t file = 0, line = 0;      // index in RawSet::files; from 1, 0: the whole file
};

struct RawSet {
  InputKind kind = InputKind::text;
  std::vector<std::string> files;
  std::vector<RawExample> examples;
  int width = 0;                          // numbers of a frame
  std::vector<std::string> names;         // of these numbers, where the file has any
  std::vector<InputColumn> inputs;        // of texts of a table: further columns; without cuts until they are learnt
  std::string text_column, label_column;  // as the file calls them; empty: it has no columns
  std::string id_column, time_column;     // of a table that is followed
  bool numbers = false;                   // its targets are numbers, not labels
  bool several = false;                   // an example has any number of labels, also none
  std::string between;                    // several: what stands between labels in a cell; empty: nothing does
  std::string scheme;                     // of tags: bio, bioes; "tags": they are no spans
  std::vector<std::string> notes;         // what was found, for the plan: "text is 'review', label is 'stars'"
  std::string hash;                       // of the files' bytes

  std::string place(const RawExample& e) const;  // "reviews.csv:7"
};

// How a file or a folder is laid out, by its content: an entry of --layout, and the target that it has. layout "": none of them.
struct LayoutGuess {
  std::string layout;
  TargetForm target = TargetForm::label;
  std::string reason;   // "reviews.csv has a column of texts and one of labels"
  bool certain = true;  // false: other tasks may want it, too
};
LayoutGuess guess_layout(const std::vector<std::string>& paths);

// Reads all paths as one set. `labelled` false: labels may be missing (what a model is to label). `known`: the columns of frames that a
// model reads, of a table of rows; empty: all that are no others.
// Throws Error{data} with file:line: data/missing, data/empty, data/columns, data/ragged, data/quote, data/empty_text, data/empty_label,
// data/tags, data/lengths, data/header, data/number, data/utf8; Error{usage, "usage/layout"} for what has no layout.
RawSet read_raw_labels(const std::vector<std::string>& paths, TargetForm target, const LabelOptions& options,
                       bool labelled = true, const std::vector<std::string>& known = {});

// Throws Error{data, "data/labels"} for labels that cannot be learnt: one alone, as many as examples, more than kMostLabels.
inline constexpr size_t kMostLabels = 10000;
void require_labels(const RawSet& set);

}  // namespace rnn::core
