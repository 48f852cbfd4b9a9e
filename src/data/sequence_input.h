// Why: a sequence without a target, as a trained model is given it; where the line comes from is the caller's business.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/sequence_line.h"
#include "data/sequences.h"

namespace rnn::core {

struct SequenceInput {
  SequenceExample example;           // without a target; the id of an unknown symbol is -1
  std::vector<std::string> unknown;  // the symbols that the model does not know, as often as they occur
};

class SequenceInputReader {
 public:
  // `shape`: that of a model.
  SequenceInputReader(const SequenceShape& shape, UnknownSymbol unknown);
  // `line`: {"input": [...]}, of which other keys are ignored, or the list alone. `place` begins every message: "new.jsonl:3".
  // Throws Error{data} with the codes of read_sequences; data/symbol only if unknown symbols are refused.
  SequenceInput read(std::string_view line, const std::string& place);

 private:
  int width_;
  UnknownSymbol unknown_;
  SymbolTable symbols_;
};

}  // namespace rnn::core
