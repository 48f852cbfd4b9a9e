// Why: the JSON parser calls this, token by token, for one line of a sequence file; the result is a sequence or an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/sequences.h"

namespace rnn::core {

// What a line looks like, for a help text; and one from which only the input is read.
extern const char *const kSequenceForm, *const kInputForm;

struct SequenceFault {
  std::string code, message, help;
};

// Names and their ids: those of a model, or collected in the order in which they occur.
class SymbolTable {
 public:
  explicit SymbolTable(const std::vector<std::string>* known);  // null: collects names
  int32_t find(const std::string& name);                        // -1: unknown to the model
  // The names, sorted unless they are those of a model; `to` receives the new id of every old id.
  std::vector<std::string> sorted(std::vector<int32_t>& to) const;
  std::string shown() const;  // the first few, for a message

 private:
  int32_t add(const std::string& name);
  bool fixed_;
  std::unordered_map<std::string, int32_t> ids_;
  std::vector<std::string> names_;
};

enum class SequenceForm { none, number, numbers, rows, word, words };  // of an input or a target
enum class UnknownSymbol { refused, noted };                           // noted: read as the id -1

// The handler that the parser calls, token by token, for one line. A method that returns false stops the parser.
class SequenceLine {
 public:
  // `line` is the text being parsed.
  SequenceLine(std::string_view line, SymbolTable& symbols, SymbolTable& labels)
      : line_(line), symbols_(symbols), labels_(labels) {}
  // Reads the input alone: a target is ignored, and a list is the input itself.
  SequenceLine(std::string_view line, SymbolTable& symbols, UnknownSymbol unknown_symbol)
      : line_(line),
        symbols_(symbols),
        labels_(symbols),
        input_only_(true),
        notes_unknown_(unknown_symbol == UnknownSymbol::noted) {}

  SequenceExample example;
  SequenceForm input = SequenceForm::none, target = SequenceForm::none;
  size_t width = 0;  // numbers in a row; 0: no row yet
  bool has_text = false;
  std::vector<std::string> unknown;  // symbols that the model does not know, as often as they occur
  SequenceFault fault;               // code "": none
  bool seen_input() const { return seen_input_; }

  bool null();
  bool boolean(bool) { return place_ == Place::ignored ? scalar_ignored() : wrong("true or false"); }
  bool number_integer(int64_t value) { return number(static_cast<double>(value)); }
  bool number_unsigned(uint64_t value) { return number(static_cast<double>(value)); }
  bool number_float(double value, const std::string&) { return number(value); }
  bool string(std::string& text);
  bool binary(std::vector<uint8_t>&) { return wrong("binary data"); }
  bool start_object(size_t);
  bool key(const std::string& name);
  bool end_object();
  bool start_array(size_t);
  bool end_array();
  template <class Exception>  // nlohmann::json::exception
  bool parse_error(size_t position, const std::string& token, const Exception& exception) {
    return not_parsed(position, token, exception.id);
  }

 private:
  enum class Place { top, object, ignored, input, input_list, row, target, target_list };
  bool number(double value);
  bool set_form(SequenceForm& form, SequenceForm wanted);
  bool scalar_ignored() {
    if (depth_ == 0) place_ = Place::object;
    return true;
  }
  bool fail(std::string code, std::string message, std::string help) {
    fault = {std::move(code), std::move(message), std::move(help)};
    return false;
  }
  const char* form() const { return input_only_ ? kInputForm : kSequenceForm; }
  bool no_object() {
    return fail("data/json", input_only_ ? "the line is neither a JSON object nor a list" : "the line is not a JSON object",
                form());
  }
  bool wrong(const char* what);
  bool not_parsed(size_t position, const std::string& token, int exception);  // the number of the parser's exception
  // "step 3 of the input".
  std::string here() const;

  std::string_view line_;
  SymbolTable &symbols_, &labels_;
  bool input_only_ = false, notes_unknown_ = false;
  bool bare_ = false;  // the line is a list
  Place place_ = Place::top;
  bool seen_input_ = false, seen_target_ = false;
  size_t depth_ = 0;   // nesting inside an ignored value
  size_t in_row_ = 0;  // numbers of this row read so far
};

// Parses the text that `sink` was made for; what is wrong with it, code "" for nothing.
SequenceFault parse_line(std::string_view line, SequenceLine& sink);
// "words", "2 numbers per step": what an input of this width is.
std::string input_text(int width);

}  // namespace rnn::core
