// Why: JSON lines become sequences in one pass, without a tree; every error names its line and what to do.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "data/hash.h"
#include "data/inputs/compression.h"
#include "data/inputs/data_file.h"
#include "data/inputs/text_line.h"
#include "data/sequence_line.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

class Reader {
 public:
  Reader(const std::string& path, const SequenceShape* known)
      : path_(path),
        known_(known),
        symbols_(known != nullptr && known->width == 0 ? &known->symbols : nullptr),
        labels_(known != nullptr && known->target != TargetForm::values ? &known->labels : nullptr) {}

  void read(std::string_view text);
  SequenceSet finish();

 private:
  void read_line(std::string_view line);
  SequenceFault judge(const SequenceLine& sink);
  std::string origin() const { return known_ != nullptr ? "the model" : fmt::format("line {}", first_line_); }
  [[noreturn]] void refuse(const SequenceFault& fault) const {
    throw Error(Exit::data, fault.code, fmt::format("{}:{}: {}", path_, line_, fault.message), fault.help);
  }

  const std::string& path_;
  const SequenceShape* known_;
  SymbolTable symbols_, labels_;
  SequenceSet set_;
  int64_t line_ = 0, first_line_ = 0;
  bool shaped_ = false;  // set_.shape is that of the model or of the first line
};

TargetForm form_of(SequenceForm target) {
  return target == SequenceForm::word    ? TargetForm::label
         : target == SequenceForm::words ? TargetForm::labels
                                         : TargetForm::values;
}
const char* target_text(TargetForm form) {
  constexpr const char* kTexts[] = {"one label", "a label for every step", "numbers"};
  return kTexts[static_cast<size_t>(form)];
}

// What is wrong with a line that is well formed: code "" for nothing.
SequenceFault Reader::judge(const SequenceLine& sink) {
  const SequenceExample& e = sink.example;
  const std::string help = known_ != nullptr ? "give the model data of the same kind as in training"
                                             : "all sequences of a file must have the same form";
  if (sink.input == SequenceForm::none) return {"data/sequence", "the line has no \"input\"", kSequenceForm};
  if (sink.target == SequenceForm::none) return {"data/sequence", "the line has no \"target\"", kSequenceForm};
  const TargetForm target = form_of(sink.target);
  const int width = static_cast<int>(sink.width), values = static_cast<int>(e.values.size());
  SequenceShape& shape = set_.shape;
  if (!shaped_) shaped_ = true, shape.target = target, shape.width = width, shape.values = values;
  if (width != shape.width) {
    return {"data/sequence",
            fmt::format("the input is {}; that of {} is {}", input_text(width), origin(), input_text(shape.width)), help};
  }
  if (target != shape.target) {
    return {"data/sequence",
            fmt::format("the target is {}; that of {} is {}", target_text(target), origin(), target_text(shape.target)),
            target == TargetForm::values ? "a label is a word: write \"3\" in quotes" : help};
  }
  if (values != shape.values) {
    return {"data/sequence",
            fmt::format("the target has {}; that of {} has {}", counted(values, "number"), origin(), shape.values), help};
  }
  const auto steps = static_cast<size_t>(shape.steps(e));
  if (target == TargetForm::labels && e.labels.size() != steps) {
    return {
        "data/sequence",
        fmt::format("the target has {}, but the input has {}", counted(e.labels.size(), "label"), counted(steps, "step")),
        "give a label for every step, null for a step that does not count"};
  }
  return {};
}

std::string_view without_mark(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

// Takes the first line off `text`.
std::string_view next_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void Reader::read_line(std::string_view line) {
  SequenceLine sink(line, symbols_, labels_);
  if (!set_.examples.empty()) {  // the next sequence often has the same length
    sink.example.frames.reserve(set_.examples.back().frames.size());
    sink.example.ids.reserve(set_.examples.back().ids.size());
  }
  SequenceFault fault = parse_line(line, sink);
  if (!fault.code.empty()) refuse(fault);
  if (first_line_ == 0) first_line_ = line_;
  fault = judge(sink);
  if (!fault.code.empty()) refuse(fault);
  set_.examples.push_back(std::move(sink.example));
}

void Reader::read(std::string_view text) {
  if (known_ != nullptr) set_.shape = *known_, shaped_ = true;
  set_.hash = content_hash(text);
  text = without_mark(text);
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    ++line_;
    if (!is_blank(line)) read_line(line);
  }
}

SequenceSet Reader::finish() {
  if (set_.examples.empty())
    throw Error(Exit::data, "data/empty", path_ + ": the file contains no sequences", kSequenceForm);
  std::vector<int32_t> symbol_to, label_to;
  set_.shape.symbols = symbols_.sorted(symbol_to);
  set_.shape.labels = labels_.sorted(label_to);
  if (set_.shape.outputs() == 0) {
    throw Error(Exit::data, "data/sequence", path_ + ": every label is null", "give a label for the steps that count");
  }
  for (SequenceExample& e : set_.examples) {
    for (int32_t& id : e.ids) id = symbol_to[static_cast<size_t>(id)];
    for (int32_t& label : e.labels) label = label < 0 ? label : label_to[static_cast<size_t>(label)];
  }
  return std::move(set_);
}

}  // namespace

SequenceFault parse_line(std::string_view line, SequenceLine& sink) {
  const PlainNumbers plain_numbers;
  if (nlohmann::json::sax_parse(line.begin(), line.end(), &sink)) return {};
  const size_t bad = utf8_error(line);
  return bad == std::string_view::npos ? sink.fault : SequenceFault{"data/utf8", not_utf8(bad + 1, line[bad]), kToUtf8};
}

SequenceSet read_sequences(const std::string& path, const SequenceShape* known) {
  const std::string text = text_of_bytes(read_data_bytes(path), path);
  Reader reader(path, known);
  reader.read(text);
  return reader.finish();
}

// The first line that is not blank. Only what is compressed, or a pipe, is read as a whole.
static std::string first_full_line(const std::string& path) {
  const std::string head = first_data_line(path, 4);
  if (is_pipe(path) || is_gzip(head) || is_zstd(head)) {
    const std::string bytes = text_of_bytes(read_data_bytes(path), path);
    std::string_view text = without_mark(bytes), line;
    while (!text.empty() && is_blank(line)) line = next_line(text);
    return std::string(line);
  }
  std::ifstream file(path, std::ios::binary);
  std::string line;
  for (bool first = true; is_blank(line) && std::getline(file, line); first = false)
    if (first) line = std::string(without_mark(line));
  return line;
}

FirstSequence first_sequence(const std::string& path) {
  FirstSequence first;
  try {
    const std::string line = first_full_line(path);
    SymbolTable symbols(nullptr), labels(nullptr);
    SequenceLine sink(line, symbols, labels);
    parse_line(line, sink);  // skips a mark at the head of the line, as it does in read_line()
    first.found = sink.seen_input() && !sink.has_text;
    if (first.found && sink.target != SequenceForm::none) first.target = form_of(sink.target);
  } catch (const Error&) {  // reported when the file is read
  }
  return first;
}

bool holds_sequences(const std::string& path) { return first_sequence(path).found; }

}  // namespace rnn::core
