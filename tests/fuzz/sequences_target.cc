// Why: sequences come as JSON lines from anywhere; what is read is written to lines that read back to the same bits.
#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "data/sequence_input.h"
#include "data/sequences.h"
#include "fuzz/target.h"

namespace rnn::core::fuzz {
namespace {

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (std::bit_cast<uint32_t>(a[i]) != std::bit_cast<uint32_t>(b[i])) return false;
  return true;
}

void require_whole(const SequenceShape& shape, const SequenceExample& e) {
  const auto below = [](const std::vector<int32_t>& ids, const std::vector<std::string>& names, int32_t lowest) {
    for (const int32_t id : ids)
      if (id < lowest || id >= static_cast<int32_t>(names.size())) return false;
    return true;
  };
  require(shape.steps(e) > 0, "a sequence has a step");
  require(shape.width == 0 || e.frames.size() % static_cast<size_t>(shape.width) == 0, "every step has the same numbers");
  require(below(e.ids, shape.symbols, 0), "a symbol is one of the alphabet");
  require(below(e.labels, shape.labels, shape.target == TargetForm::labels ? -1 : 0), "a label is one of the set");
  require(shape.target != TargetForm::labels || e.labels.size() == static_cast<size_t>(shape.steps(e)),
          "every step has a label");
  require(shape.target != TargetForm::label || e.labels.size() == 1, "a sequence has one label");
  require(shape.target != TargetForm::values || e.values.size() == static_cast<size_t>(shape.values),
          "targets have the same numbers");
  for (const float x : e.frames) require(std::isfinite(x), "an input is a finite number");
  for (const float x : e.values) require(std::isfinite(x), "a target is a finite number");
}

void require_same(const SequenceSet& a, const SequenceSet& b) {
  require(a.shape.target == b.shape.target && a.shape.width == b.shape.width && a.shape.values == b.shape.values &&
              a.shape.symbols == b.shape.symbols && a.shape.labels == b.shape.labels,
          "the shape of sequences comes back");
  require(a.examples.size() == b.examples.size(), "every sequence comes back");
  for (size_t i = 0; i < a.examples.size(); ++i) {
    const SequenceExample &x = a.examples[i], &y = b.examples[i];
    require(same_bits(x.frames, y.frames) && same_bits(x.values, y.values), "numbers come back to the same bits");
    require(x.ids == y.ids && x.labels == y.labels, "symbols and labels come back");
  }
}

// Each line as an input for models of the widths 0 to 2 that know the symbols "a" and "b".
void read_inputs(std::string_view text) {
  for (int width = 0; width <= 2; ++width) {
    SequenceShape shape;
    shape.target = TargetForm::label, shape.width = width;
    if (width == 0) shape.symbols = {"a", "b"};
    SequenceInputReader noting(shape, UnknownSymbol::noted), refusing(shape, UnknownSymbol::refused);
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = text.substr(begin, end - begin);
      begin = end + 1;
      SequenceInput input, strict;
      if (!reads([&] { input = noting.read(line, "x:1"); })) {
        require(!reads([&] { refusing.read(line, "x:1"); }), "what is no input at all is none with known symbols");
        continue;
      }
      size_t unknown = 0;
      for (const int32_t id : input.example.ids) {
        require(id >= -1 && id < 2, "a symbol is known or -1");
        unknown += id < 0;
      }
      require(unknown == input.unknown.size(), "every unknown symbol is noted");
      require(shape.steps(input.example) > 0, "an input has a step");
      require(width == 0 || input.example.frames.size() % static_cast<size_t>(width) == 0,
              "every step has the same numbers");
      for (const float x : input.example.frames) require(std::isfinite(x), "an input is a finite number");
      require(reads([&] { strict = refusing.read(line, "x:1"); }) == (unknown == 0), "unknown symbols are refused");
      require(unknown > 0 || strict.example.ids == input.example.ids, "known symbols are read in one way");
    }
  }
}

void test(std::string_view input) {
  read_inputs(input);
  static const Folder folder;
  const std::string path = folder.write("input.jsonl", input);
  SequenceSet set;
  if (!reads([&] { set = read_sequences(path); })) {
    holds_sequences(path);
    return;
  }
  ++accepted;
  require(holds_sequences(path), "what is read as sequences is recognised as such");
  std::string lines;
  for (const SequenceExample& e : set.examples) {
    require_whole(set.shape, e);
    lines += sequence_line(set.shape, e);
  }
  const std::string again = folder.write("again.jsonl", lines);
  require_same(set, read_sequences(again));
  require_same(set, read_sequences(again, &set.shape));
  require(summarize(set.shape, set.examples).sequences == static_cast<int64_t>(set.examples.size()), "a summary counts all");
  std::vector<const SequenceExample*> examples;
  std::vector<uint32_t> ids;
  for (const SequenceExample& e : set.examples)
    ids.push_back(static_cast<uint32_t>(examples.size())), examples.push_back(&e);
  Batch batch;
  fill_sequence_batch(set.shape, examples, ids, batch);
  require(batch.in.seq.streams() == static_cast<int>(examples.size()), "every sequence is a stream of the batch");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
