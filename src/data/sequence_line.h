// Why: the JSON parser calls this, token by token, for one line of a sequence file; the result is a sequence or an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/sequences.h"

namespace rnn::core {

// What a line looks like, for a help text.
extern const char* const kSequenceForm;

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

// The handler that the parser calls, token by token, for one line. A method that returns false stops the parser.
class SequenceLine {
 public:
  // `line` is the text being parsed.
  SequenceLine(std::string_view line, SymbolTable& symbols, SymbolTable& labels)
      : line_(line), symbols_(symbols), labels_(labels) {}

  SequenceExample example;
  SequenceForm input = SequenceForm::none, target = SequenceForm::none;
  size_t width = 0;  // numbers in a row; 0: no row yet
  bool has_text = false;
  SequenceFault fault;  // code "": none
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
  bool no_object() { return fail("data/json", "the line is not a JSON object", kSequenceForm); }
  bool wrong(const char* what);
  bool not_parsed(size_t position, const std::string& token, int exception);  // the number of the parser's exception
  // "step 3 of the input".
  std::string here() const;

  std::string_view line_;
  SymbolTable &symbols_, &labels_;
  Place place_ = Place::top;
  bool seen_input_ = false, seen_target_ = false;
  size_t depth_ = 0;   // nesting inside an ignored value
  size_t in_row_ = 0;  // numbers of this row read so far
};

}  // namespace rnn::core
