// Why: an input is read by the grammar of training data, and has to be of the kind that the model was trained on.
#include "data/sequence_input.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"

namespace rnn::core {
namespace {

SequenceFault judge_input(const SequenceLine& sink, int width) {
  const int own = static_cast<int>(sink.width);
  if (sink.input == SequenceForm::none) return {"data/sequence", "the line has no \"input\"", kInputForm};
  if (own == width) return {};
  return {"data/sequence", fmt::format("the input is {}; that of the model is {}", input_text(own), input_text(width)),
          width == 0 ? "write every word in quotes, also one of digits: [\"1\", \"0\"]"
                     : "give the model data of the same kind as in training"};
}

}  // namespace

SequenceInputReader::SequenceInputReader(const SequenceShape& shape, UnknownSymbol unknown)
    : width_(shape.width), unknown_(unknown), symbols_(shape.width == 0 ? &shape.symbols : nullptr) {}

SequenceInput SequenceInputReader::read(std::string_view line, const std::string& place) {
  SequenceLine sink(line, symbols_, unknown_);
  SequenceFault fault = parse_line(line, sink);
  if (fault.code.empty()) fault = judge_input(sink, width_);
  if (!fault.code.empty()) throw Error(Exit::data, fault.code, place + ": " + fault.message, fault.help);
  return {std::move(sink.example), std::move(sink.unknown)};
}

}  // namespace rnn::core
