// Why: an input without a target is read as training data is, and refused in the same words, at the place that the caller names.
#include "data/sequence_input.h"

#include <gtest/gtest.h>

#include "support/failure.h"

namespace rnn::core {
namespace {

SequenceShape words_shape() {
  SequenceShape shape;
  shape.target = TargetForm::label, shape.symbols = {"a", "b"}, shape.labels = {"no", "yes"};
  return shape;
}
SequenceShape rows_shape(int width) {
  SequenceShape shape;
  shape.target = TargetForm::values, shape.width = width, shape.values = 1;
  return shape;
}

TEST(SequenceInputs, AreListsOrObjectsWhoseTargetIsIgnored) {
  SequenceInputReader words(words_shape(), UnknownSymbol::refused);
  const std::vector<int32_t> ids = {0, 1, 0};
  for (const char* line :
       {R"(["a", "b", "a"])", R"( [ "a","b","a" ] )", R"({"input": ["a", "b", "a"]})",
        R"({"target": "maybe", "input": ["a", "b", "a"]})",
        R"({"input": ["a", "b", "a"], "target": ["no", null, [{"x": 1}]], "id": 7})", "\xEF\xBB\xBF[\"a\",\"b\",\"a\"]"}) {
    const SequenceInput input = words.read(line, "x:1");
    EXPECT_EQ(input.example.ids, ids) << line;
    EXPECT_TRUE(input.example.labels.empty() && input.example.values.empty() && input.unknown.empty()) << line;
  }
  SequenceInputReader rows(rows_shape(2), UnknownSymbol::refused), numbers(rows_shape(1), UnknownSymbol::refused);
  EXPECT_EQ(rows.read("[[1, 2], [3, -4.5]]", "x:1").example.frames, (std::vector<float>{1, 2, 3, -4.5f}));
  EXPECT_EQ(rows.read(R"({"input": [[1, 2]], "target": 3})", "x:1").example.frames, (std::vector<float>{1, 2}));
  EXPECT_EQ(numbers.read("[1, 2]", "x:1").example.frames, (std::vector<float>{1, 2}));
}

TEST(SequenceInputs, UnknownSymbolsAreNotedOrRefused) {
  SequenceInputReader noting(words_shape(), UnknownSymbol::noted), refusing(words_shape(), UnknownSymbol::refused);
  const SequenceInput input = noting.read(R"(["x", "a", "y", "x"])", "x:1");
  EXPECT_EQ(input.example.ids, (std::vector<int32_t>{-1, 0, -1, -1}));
  EXPECT_EQ(input.unknown, (std::vector<std::string>{"x", "y", "x"}));
  EXPECT_TRUE(noting.read(R"(["b"])", "x:2").unknown.empty());
  const Failure f = failure_of([&] { refusing.read(R"(["a", "x"])", "new.jsonl:3"); });
  EXPECT_EQ(f.code, "data/symbol");
  EXPECT_EQ(f.exit, Exit::data);
  EXPECT_EQ(f.message, "new.jsonl:3: step 2 of the input is \"x\", a symbol that the model does not know");
  EXPECT_EQ(f.help, "it knows a, b");
}

TEST(SequenceInputs, RefusedWithPlaceAndCode) {
  SequenceInputReader words(words_shape(), UnknownSymbol::noted), rows(rows_shape(2), UnknownSymbol::noted);
  struct Case {
    SequenceInputReader* reader;
    const char *line, *code, *what;
  };
  for (const Case& c : {
           Case{&words, "[]", "data/sequence", "the input is empty"},
           Case{&words, R"({"input": []})", "data/sequence", "the input is empty"},
           Case{&words, "{}", "data/sequence", "no \"input\""},
           Case{&words, R"({"target": "yes"})", "data/sequence", "no \"input\""},
           Case{&words, R"({"input": ["a"], "input": ["b"]})", "data/sequence", "occurs twice"},
           Case{&words, "[1, 2]", "data/sequence", "the input is 1 number per step; that of the model is words"},
           Case{&words, R"(["a", 1])", "data/sequence", "cannot be mixed"},
           Case{&words, "3", "data/json", "neither a JSON object nor a list"},
           Case{&words, "\"a\"", "data/json", "neither a JSON object nor a list"},
           Case{&words, "null", "data/json", "neither a JSON object nor a list"},
           Case{&words, "a b", "data/json", "not JSON"},
           Case{&words, R"(["a")", "data/json", "not JSON"},
           Case{&words, R"(["a"] ["b"])", "data/json", "not JSON"},
           Case{&words, R"({"input": ["a"]} x)", "data/json", "not JSON"},
           Case{&words, R"({"input": {"a": 1}})", "data/json", "an object"},
           Case{&words, R"(["a", null])", "data/nan", "step 2 of the input is null"},
           Case{&words, "[\"\xE9\"]", "data/utf8", "0xE9"},
           Case{&rows, "[[1, 2], [3]]", "data/sequence", "1 number"},
           Case{&rows, "[[1, 2, 3]]", "data/sequence",
                "the input is 3 numbers per step; that of the model is 2 numbers per step"},
           Case{&rows, R"(["a"])", "data/sequence", "the input is words"},
           Case{&rows, "[[1, NaN]]", "data/nan", "NaN"},
           Case{&rows, "[[1, 1e99]]", "data/nan", "too large"},
           Case{&rows, "[[1, 1e999]]", "data/nan", "too large"},
           Case{&rows, "[[]]", "data/sequence", "without numbers"},
           Case{&rows, "[[[1, 2]]]", "data/json", "a list"},
       }) {
    const Failure f = failure_of([&] { c.reader->read(c.line, "x.jsonl:7"); });
    EXPECT_EQ(f.code, c.code) << c.line << "\n" << f.message;
    EXPECT_EQ(f.exit, Exit::data);
    EXPECT_EQ(f.message.find("x.jsonl:7: "), 0u) << f.message;
    EXPECT_NE(f.message.find(c.what), std::string::npos) << c.line << "\n" << f.message;
    EXPECT_FALSE(f.help.empty()) << c.line;
  }
}

}  // namespace
}  // namespace rnn::core
