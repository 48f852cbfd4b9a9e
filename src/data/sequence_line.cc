// Why: the grammar of a sequence line as a small state machine; each place refuses what does not belong there.
#include "data/sequence_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/numbers.h"

namespace rnn::core {

const char* const kSequenceForm =
    "each line looks like {\"input\": [[0.3, 0], [0.9, 1]], \"target\": 1.2} or "
    "{\"input\": [\"a\", \"b\"], \"target\": \"a\"}";
const char* const kInputForm = "each line looks like [[0.3, 0], [0.9, 1]] or {\"input\": [\"a\", \"b\"]}";

namespace {
constexpr size_t kShown = 8;             // names of an alphabet listed in a message
constexpr double kLargestTarget = 1e15;  // squares of errors, and their sums over a batch, stay below 3e38
}  // namespace

SymbolTable::SymbolTable(const std::vector<std::string>* known) : fixed_(known != nullptr) {
  if (known == nullptr) return;
  for (const std::string& name : *known) add(name);
}

int32_t SymbolTable::find(const std::string& name) {
  const auto found = ids_.find(name);
  if (found != ids_.end()) return found->second;
  return fixed_ ? -1 : add(name);
}

int32_t SymbolTable::add(const std::string& name) {
  const auto id = static_cast<int32_t>(names_.size());
  ids_.emplace(name, id);
  names_.push_back(name);
  return id;
}

std::vector<std::string> SymbolTable::sorted(std::vector<int32_t>& to) const {
  std::vector<size_t> order(names_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (!fixed_) std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return names_[a] < names_[b]; });
  to.resize(order.size());
  std::vector<std::string> result;
  for (size_t i = 0; i < order.size(); ++i) {
    to[order[i]] = static_cast<int32_t>(i);
    result.push_back(names_[order[i]]);
  }
  return result;
}

std::string SymbolTable::shown() const {
  std::string text;
  for (size_t i = 0; i < std::min(kShown, names_.size()); ++i) text += (i > 0 ? ", " : "") + names_[i];
  return names_.size() > kShown ? fmt::format("{} and {} more", text, names_.size() - kShown) : text;
}

bool SequenceLine::wrong(const char* what) {
  if (place_ == Place::top) return no_object();
  return fail("data/json", fmt::format("{} cannot be {}", here(), what), form());
}

std::string SequenceLine::here() const {
  if (place_ == Place::input) return "the input";
  if (place_ == Place::target) return "the target";
  if (place_ == Place::target_list)
    return fmt::format("item {} of the target", example.values.size() + example.labels.size() + 1);
  const size_t rows = width > 0 ? (example.frames.size() - in_row_) / width : 0;
  return fmt::format("step {} of the input",
                     (input == SequenceForm::rows ? rows : example.frames.size() + example.ids.size()) + 1);
}

bool SequenceLine::null() {
  if (place_ == Place::ignored) return scalar_ignored();
  if (place_ == Place::target_list && (target == SequenceForm::none || target == SequenceForm::words)) {
    target = SequenceForm::words;
    example.labels.push_back(-1);
    return true;
  }
  if (place_ == Place::input || place_ == Place::target) return wrong("null");
  if (place_ == Place::top) return no_object();
  return fail("data/nan", here() + " is null, but must be a number or a word", "give it a value, or leave the sequence out");
}

bool SequenceLine::set_form(SequenceForm& form, SequenceForm wanted) {
  if (form != SequenceForm::none && form != wanted) {
    return fail("data/sequence",
                fmt::format("{} differs from those before it: numbers, rows of numbers and words cannot be mixed", here()),
                "to use numbers as words, write all of them in quotes");
  }
  form = wanted;
  return true;
}

bool SequenceLine::number(double value) {
  const auto narrow = static_cast<float>(value);
  if (place_ == Place::ignored) return scalar_ignored();
  if (place_ == Place::top || place_ == Place::input) return wrong("a number");
  if (!std::isfinite(narrow)) {
    return fail("data/nan", fmt::format("{} is too large for a 32-bit number", here()), "scale the numbers");
  }
  if ((place_ == Place::target || place_ == Place::target_list) && std::abs(value) > kLargestTarget) {
    return fail("data/scale",
                fmt::format("{} is {}: the square of its error is beyond 32-bit numbers", here(), number_text(value)),
                "scale the targets, best to numbers around 1");
  }
  switch (place_) {
    case Place::row:
      ++in_row_;
      example.frames.push_back(narrow);
      return true;
    case Place::input_list:
      if (!set_form(input, SequenceForm::numbers)) return false;
      example.frames.push_back(narrow);
      return true;
    case Place::target:
      target = SequenceForm::number;
      place_ = Place::object;
      example.values.push_back(narrow);
      return true;
    default:
      if (!set_form(target, SequenceForm::numbers)) return false;
      example.values.push_back(narrow);
      return true;
  }
}

bool SequenceLine::string(std::string& text) {
  const auto label = [&](std::string& name) {
    const int32_t id = labels_.find(name);
    if (id < 0) {
      return fail("data/symbol", fmt::format("{} is \"{}\", a label that the model does not know", here(), name),
                  "it knows " + labels_.shown());
    }
    example.labels.push_back(id);
    return true;
  };
  switch (place_) {
    case Place::ignored:
      return scalar_ignored();
    case Place::target:
      if (!label(text)) return false;
      target = SequenceForm::word;
      place_ = Place::object;
      return true;
    case Place::target_list:
      return set_form(target, SequenceForm::words) && label(text);
    case Place::input_list: {
      if (!set_form(input, SequenceForm::words)) return false;
      const int32_t id = symbols_.find(text);
      if (id < 0 && notes_unknown_) {
        unknown.push_back(text);
      } else if (id < 0) {
        return fail("data/symbol", fmt::format("{} is \"{}\", a symbol that the model does not know", here(), text),
                    "it knows " + symbols_.shown());
      }
      example.ids.push_back(id);
      return true;
    }
    default:
      return wrong("a word in quotes");
  }
}

bool SequenceLine::start_object(size_t) {
  if (place_ == Place::ignored) return ++depth_, true;
  if (place_ != Place::top) return wrong("an object");
  place_ = Place::object;
  return true;
}

bool SequenceLine::key(const std::string& name) {
  if (place_ == Place::ignored) return true;
  bool* const seen = name == "input" ? &seen_input_ : name == "target" && !input_only_ ? &seen_target_ : nullptr;
  if (seen == nullptr) {
    has_text = has_text || name == "text";
    place_ = Place::ignored;
    return true;
  }
  if (*seen) return fail("data/sequence", fmt::format("\"{}\" occurs twice", name), "remove one of them");
  *seen = true;
  place_ = name == "input" ? Place::input : Place::target;
  return true;
}

bool SequenceLine::end_object() {
  if (place_ == Place::ignored && depth_ > 0) {
    --depth_;
    return scalar_ignored();
  }
  return true;
}

bool SequenceLine::start_array(size_t) {
  switch (place_) {
    case Place::ignored:
      return ++depth_, true;
    case Place::top:
      if (!input_only_) return no_object();
      seen_input_ = bare_ = true;
      place_ = Place::input_list;
      return true;
    case Place::input:
      place_ = Place::input_list;
      return true;
    case Place::target:
      place_ = Place::target_list;
      return true;
    case Place::input_list:
      if (!set_form(input, SequenceForm::rows)) return false;
      place_ = Place::row;
      in_row_ = 0;
      return true;
    default:
      return wrong("a list");
  }
}

bool SequenceLine::end_array() {
  switch (place_) {
    case Place::ignored:
      --depth_;
      return scalar_ignored();
    case Place::row:
      if (in_row_ == 0)
        return fail("data/sequence", here() + " is a row without numbers", "every step must have the same number of values");
      if (width == 0) width = in_row_;
      if (in_row_ != width) {
        return fail("data/sequence",
                    fmt::format("{} has {}, but the steps before it have {}", here(), counted(in_row_, "number"), width),
                    "every step must have the same number of values");
      }
      in_row_ = 0;
      place_ = Place::input_list;
      return true;
    case Place::input_list:
      if (input == SequenceForm::none)
        return fail("data/sequence", "the input is empty", "a sequence needs at least one step");
      if (input == SequenceForm::numbers) width = 1;
      place_ = bare_ ? Place::top : Place::object;
      return true;
    default:
      if (target == SequenceForm::none) return fail("data/sequence", "the target is empty", kSequenceForm);
      place_ = Place::object;
      return true;
  }
}

bool SequenceLine::not_parsed(size_t position, const std::string& token, int exception) {
  // The word at which the parser stopped, without its sign.
  const size_t last = std::min(std::max<size_t>(position, 1), line_.size()) - 1;
  std::string_view word = line_.substr(line_.find_last_of(" \t,:[", last) + 1);
  if (word.starts_with("-")) word.remove_prefix(1);
  if (word.starts_with("N") || word.starts_with("na") || word.starts_with("I") || word.starts_with("inf")) {
    return fail("data/nan", fmt::format("byte {} of the line: NaN and infinity are not allowed", position),
                "give them values, or leave the sequence out");
  }
  if (exception == 406) {  // a number beyond the range of double
    return fail("data/nan", fmt::format("the number {} is too large", token), "scale the numbers");
  }
  return fail("data/json", fmt::format("byte {}: the line is not JSON", position), form());
}

std::string input_text(int width) { return width == 0 ? "words" : counted(width, "number") + " per step"; }

}  // namespace rnn::core
