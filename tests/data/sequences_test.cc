// Why: what is in a sequence file is what a network reads, row by row; unusable lines are reported by number.
#include "data/sequences.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>

#include "base/rng.h"
#include "data/hash.h"
#include "data/problems.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core {
namespace {

using Words = std::vector<std::string>;
using Floats = std::vector<float>;
using Ids = std::vector<int32_t>;

SequenceShape shape_of(const std::string& task, int width, const Words& symbols, const Words& labels, int values = 0) {
  SequenceShape shape;
  shape.target = *target_form(task), shape.width = width, shape.symbols = symbols, shape.labels = labels,
  shape.values = values;
  return shape;
}

class Sequences : public test::FolderTest {
 protected:
  std::string write(std::string_view bytes, const std::string& name = "x.jsonl") const {
    return FolderTest::write(name, bytes);
  }
  SequenceSet read(std::string_view text, const SequenceShape* known = nullptr) const {
    return read_sequences(write(text), known);
  }
  // `place` is "2": the line; "": the file.
  void refused(std::string_view text, const std::string& code, const std::string& place, const std::string& what,
               const SequenceShape* known = nullptr) const {
    const Failure f = failure_of([&] { read(text, known); });
    EXPECT_EQ(f.code, code) << text << "\n" << f.message;
    EXPECT_EQ(f.exit, Exit::data);
    EXPECT_NE(f.message.find("x.jsonl:" + (place.empty() ? "" : place + ":") + " "), std::string::npos) << f.message;
    EXPECT_NE(f.message.find(what), std::string::npos) << f.message;
    EXPECT_FALSE(f.help.empty());
  }
};

TEST_F(Sequences, ReadsEveryForm) {
  const SequenceSet rows = read("{\"input\": [[0.5, 0], [-1e-3, 1]], \"target\": 1.25}\n\n{\"target\":2,\"input\":[[1,2]]}");
  EXPECT_EQ(rows.shape.target, TargetForm::values);
  EXPECT_EQ(rows.shape.width, 2);
  EXPECT_EQ(rows.shape.values, 1);
  EXPECT_EQ(rows.shape.outputs(), 1);
  EXPECT_EQ(rows.examples.at(0).frames, (Floats{0.5f, 0, -1e-3f, 1}));
  EXPECT_EQ(rows.examples[0].values, (Floats{1.25f}));
  EXPECT_EQ(rows.examples.at(1).frames, (Floats{1, 2}));
  EXPECT_EQ(rows.shape.steps(rows.examples[1]), 1);

  const SequenceSet plain = read("{\"input\": [1, 2.5, 3], \"target\": [1, 2]}\r\n");
  EXPECT_EQ(plain.shape.width, 1);
  EXPECT_EQ(plain.shape.outputs(), 2);
  EXPECT_EQ(plain.shape.steps(plain.examples[0]), 3);

  const SequenceSet words =
      read("{\"input\": [\"b\", \"a\", \"b\"], \"target\": \"yes\"}\n{\"input\": [\"c\"], \"target\": \"no\"}\n");
  EXPECT_EQ(words.shape.target, TargetForm::label);
  EXPECT_EQ(words.shape.width, 0);
  EXPECT_EQ(words.shape.symbols, (Words{"a", "b", "c"}));
  EXPECT_EQ(words.shape.labels, (Words{"no", "yes"}));
  EXPECT_EQ(words.examples[0].ids, (Ids{1, 0, 1}));
  EXPECT_EQ(words.examples[0].labels, (Ids{1}));
  EXPECT_EQ(words.examples[1].labels, (Ids{0}));

  const SequenceSet tags = read("{\"input\": [\"\\u00e9\\\"\", \"b\", \"b\"], \"target\": [null, \"N\", \"A\"]}\n");
  EXPECT_EQ(tags.shape.target, TargetForm::labels);
  EXPECT_EQ(tags.shape.symbols, (Words{"b", "\xC3\xA9\""}));
  EXPECT_EQ(tags.examples[0].labels, (Ids{-1, 1, 0}));

  const SequenceSet numbers_to_words = read("{\"input\": [0.5], \"target\": \"up\"}");
  EXPECT_EQ(numbers_to_words.shape.target, TargetForm::label);
  EXPECT_EQ(numbers_to_words.shape.width, 1);

  const SequenceSet more =
      read("{\"id\": {\"a\": [1, {\"input\": null}]}, \"input\": [1], \"x\": [[]], \"target\": 2, \"y\": true}");
  EXPECT_EQ(more.examples.size(), 1u);
  EXPECT_EQ(more.examples[0].frames, (Floats{1}));
}

TEST_F(Sequences, ReadsCompressedFilesAndNamesTheirContent) {
  const std::string text = "\xEF\xBB\xBF{\"input\": [1, 2], \"target\": 3}\n";
  const std::string path = (folder_ / "x.jsonl.gz").string();
  gzFile gz = gzopen(path.c_str(), "wb");
  gzwrite(gz, text.data(), static_cast<unsigned>(text.size()));
  gzclose(gz);
  std::string zstd(ZSTD_compressBound(text.size()), '\0');
  zstd.resize(ZSTD_compress(zstd.data(), zstd.size(), text.data(), text.size(), 1));
  for (const std::string& file : {path, write(zstd, "x.zst"), write(text)}) {
    const SequenceSet set = read_sequences(file);
    EXPECT_EQ(set.examples.at(0).frames, (Floats{1, 2}));
    EXPECT_EQ(set.hash, content_hash(text));
    EXPECT_TRUE(holds_sequences(file));
  }
  EXPECT_EQ(failure_of([&] { read_sequences(write(zstd.substr(0, 12), "x.zst")); }).code, "data/compressed");
  EXPECT_EQ(failure_of([&] { read_sequences((folder_ / "none").string()); }).code, "data/missing");
  EXPECT_EQ(failure_of([&] { read_sequences(folder_.string()); }).code, "data/unreadable");
}

TEST_F(Sequences, TellsSequencesFromTexts) {
  EXPECT_TRUE(holds_sequences(write("\n{\"target\": 1, \"input\": [1, \n")));
  EXPECT_TRUE(holds_sequences(write("{\"input\": [\"new word\"], \"target\": \"x\"}")));
  const std::string mark = write(" \t\r\n\xEF\xBB\xBF{\"input\": [1], \"target\": 2}\n");  // as in files put together
  EXPECT_EQ(read_sequences(mark).examples.size(), 1u);
  EXPECT_TRUE(holds_sequences(mark));
  EXPECT_FALSE(holds_sequences(write("{\"text\": \"a\", \"input\": 3}\n")));
  EXPECT_FALSE(holds_sequences(write("{\"text\": \"\\\"input\\\": 3\"}\n")));
  EXPECT_FALSE(holds_sequences(write("A text about {\"input\": 3}\n")));
  EXPECT_FALSE(holds_sequences(write("")));
  EXPECT_FALSE(holds_sequences((folder_ / "none").string()));
}

TEST_F(Sequences, RefusesBrokenLines) {
  const std::string good = "{\"input\": [[1, 2]], \"target\": 1}\n";
  refused("", "data/empty", "", "no sequence");
  refused("\n \n", "data/empty", "", "no sequence");
  refused("hello\n", "data/json", "1", "not JSON");
  refused(good + "{\"input\": [[1, 2]], \"target\": 1\n", "data/json", "2", "not JSON");
  refused(good + "{\"input\": [[1, 2]], \"target\": 1} 3\n", "data/json", "2", "not JSON");
  refused("[1]\n", "data/json", "1", "not a JSON object");
  refused("3\n", "data/json", "1", "not a JSON object");
  refused("null\n", "data/json", "1", "not a JSON object");
  refused("{\"input\": 3, \"target\": 1}", "data/json", "1", "the input cannot be a number");
  refused("{\"input\": \"abc\", \"target\": 1}", "data/json", "1", "the input cannot be a word in quotes");
  refused("{\"input\": {}, \"target\": 1}", "data/json", "1", "the input cannot be an object");
  refused("{\"input\": [1, true], \"target\": 1}", "data/json", "1", "step 2 of the input cannot be true or false");
  refused("{\"input\": [[1, [2]]], \"target\": 1}", "data/json", "1", "step 1 of the input cannot be a list");
  refused("{\"input\": [[1], [\"a\"]], \"target\": 1}", "data/json", "1", "step 2 of the input cannot be a word in quotes");
  refused("{\"input\": [1], \"target\": -1e16}", "data/scale", "1", "the target is -1e+16");
  refused("{\"input\": [1], \"target\": [1e15, 2e15]}", "data/scale", "1", "item 2 of the target is 2e+15");
  refused("{\"input\": [1], \"target\": null}", "data/json", "1", "the target cannot be null");
  refused("{\"input\": [1], \"target\": [[1]]}", "data/json", "1", "item 1 of the target cannot be a list");
  refused("{\"input\": [\"a\xff\"], \"target\": \"a\"}", "data/utf8", "1", "byte 14 ");
}

TEST_F(Sequences, RefusesWhatIsNoNumber) {
  const std::string good = "{\"input\": [1], \"target\": 1}\n";
  for (const char* bad : {"NaN", "nan", "Infinity", "-Infinity", "-inf", "1e999", "-1e400", "1e39", "null"}) {
    refused(good + "{\"input\": [2, " + bad + "], \"target\": 1}", "data/nan", "2", "");
  }
  refused(good + "{\"input\": [2], \"target\": NaN}", "data/nan", "2", "");
  refused(good + "{\"input\": [2], \"target\": 1e39}", "data/nan", "2", "the target is too large");
  refused("{\"input\": [[1, 2], [3, null]], \"target\": 1}", "data/nan", "1", "step 2 of the input is null");
  refused("{\"input\": [1], \"target\": [1, null]}", "data/nan", "1", "item 2 of the target is null");
}

TEST_F(Sequences, RefusesWhatDoesNotFitTogether) {
  refused("{\"target\": 1}", "data/sequence", "1", "no \"input\"");
  refused("{\"input\": [1]}", "data/sequence", "1", "no \"target\"");
  refused("{}", "data/sequence", "1", "no \"input\"");
  refused("{\"input\": [], \"target\": 1}", "data/sequence", "1", "the input is empty");
  refused("{\"input\": [1], \"target\": []}", "data/sequence", "1", "the target is empty");
  refused("{\"input\": [[]], \"target\": 1}", "data/sequence", "1", "step 1 of the input is a row without numbers");
  refused("{\"input\": [1], \"input\": [2], \"target\": 1}", "data/sequence", "1", "\"input\" occurs twice");
  refused("{\"input\": [[1, 2], [1, 2], [3]], \"target\": 1}", "data/sequence", "1",
          "step 3 of the input has 1 number, but the steps before it have 2");
  refused("{\"input\": [[1, 2], [3, 4, 5]], \"target\": 1}", "data/sequence", "1", "step 2 of the input has 3 numbers");
  refused("{\"input\": [1, \"a\"], \"target\": 1}", "data/sequence", "1", "step 2 of the input differs");
  refused("{\"input\": [1, [1]], \"target\": 1}", "data/sequence", "1", "step 2 of the input differs");
  refused("{\"input\": [[1], 1], \"target\": 1}", "data/sequence", "1", "step 2 of the input differs");
  refused("{\"input\": [1, 2], \"target\": [\"a\", 1]}", "data/sequence", "1", "item 2 of the target differs");
  refused("{\"input\": [1, 2], \"target\": [\"a\"]}", "data/sequence", "1", "1 label, but the input has 2 steps");
  refused("{\"input\": [1, 2], \"target\": [null, null]}", "data/sequence", "", "every label is null");
  const std::string good = "\n{\"input\": [1, 2], \"target\": 1}\n";
  refused(good + "{\"input\": [[1, 2]], \"target\": 1}", "data/sequence", "3",
          "2 numbers per step; that of line 2 is 1 number per");
  refused(good + "{\"input\": [\"a\"], \"target\": 1}", "data/sequence", "3", "words; that of line 2 is 1 number");
  refused(good + "{\"input\": [1], \"target\": \"a\"}", "data/sequence", "3", "one label; that of line 2 is numbers");
  refused(good + "{\"input\": [1], \"target\": [1, 2]}", "data/sequence", "3", "has 2 numbers; that of line 2 has 1");
}

TEST_F(Sequences, KeepsToAModelsShape) {
  const SequenceShape words = shape_of("classify", 0, {"b", "a"}, {"x", "y", "z"});
  const SequenceSet set = read("{\"input\": [\"a\", \"b\"], \"target\": \"z\"}\n", &words);
  EXPECT_EQ(set.shape.symbols, words.symbols);  // as the model has them
  EXPECT_EQ(set.shape.labels, words.labels);
  EXPECT_EQ(set.examples[0].ids, (Ids{1, 0}));
  EXPECT_EQ(set.examples[0].labels, (Ids{2}));
  refused("{\"input\": [\"a\", \"c\"], \"target\": \"z\"}\n", "data/symbol", "1", "step 2 of the input is \"c\"", &words);
  refused("{\"input\": [\"a\"], \"target\": \"w\"}\n", "data/symbol", "1", "the target is \"w\"", &words);
  refused("{\"input\": [\"a\"], \"target\": 3}\n", "data/sequence", "1", "numbers; that of the model is one label", &words);
  refused("{\"input\": [\"a\"], \"target\": [\"x\"]}\n", "data/sequence", "1", "a label for every step; that of the model",
          &words);
  refused("{\"input\": [1], \"target\": \"x\"}\n", "data/sequence", "1", "1 number per step; that of the model is words",
          &words);
  EXPECT_NE(failure_of([&] { read("{\"input\": [\"q\"], \"target\": \"x\"}", &words); }).help.find("b, a"),
            std::string::npos);
  const SequenceShape numbers = shape_of("regress", 2, {}, {}, 1);
  refused("{\"input\": [\"a\"], \"target\": 3}\n", "data/sequence", "1", "words; that of the model is 2 numbers", &numbers);
  refused("{\"input\": [[1, 2]], \"target\": \"a\"}\n", "data/sequence", "1", "one label; that of the model is numbers",
          &numbers);
  EXPECT_EQ(read("{\"input\": [[1, 2]], \"target\": 4}\n", &numbers).examples[0].values, (Floats{4}));
}

TEST_F(Sequences, LinesReadBackToTheSameBits) {
  for (const Problem problem : kProblems) {
    const ProblemOptions options{.problem = problem, .length = 20, .min_length = 5, .symbols = 30};
    const SequenceShape shape = problem_shape(options);
    std::string text;
    for (uint64_t i = 0; i < 100; ++i) text += sequence_line(shape, problem_example(options, i));
    const SequenceSet set = read(text);
    EXPECT_EQ(set.shape.target, shape.target);
    EXPECT_EQ(set.shape.width, shape.width);
    EXPECT_EQ(set.shape.symbols, shape.symbols);
    EXPECT_EQ(set.shape.labels, shape.labels);
    ASSERT_EQ(set.examples.size(), 100u);
    for (uint64_t i = 0; i < 100; ++i) {
      const SequenceExample e = problem_example(options, i);
      EXPECT_EQ(set.examples[i].frames, e.frames);
      EXPECT_EQ(set.examples[i].ids, e.ids);
      EXPECT_EQ(set.examples[i].values, e.values);
      EXPECT_EQ(set.examples[i].labels, e.labels);
    }
  }
  const SequenceShape odd = shape_of("tag", 1, {}, {"\"\n\\", "\xC3\xA9"});
  SequenceExample e;
  e.frames = {std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min(), -0.1f};
  e.labels = {0, 1, -1};
  const SequenceSet set = read(sequence_line(odd, e), &odd);
  EXPECT_EQ(set.examples.at(0).frames, e.frames);
  EXPECT_EQ(set.examples[0].labels, e.labels);
  const SequenceShape two = shape_of("regress", 2, {}, {}, 2);
  SequenceExample pair;
  pair.frames = {1, 2}, pair.values = {3, 0.5f};
  EXPECT_EQ(sequence_line(two, pair), "{\"input\": [[1, 2]], \"target\": [3, 0.5]}\n");
}

// Random examples of a shape, lengths 1 to 9, some labels -1.
std::vector<SequenceExample> random_examples(const SequenceShape& shape, int count) {
  Random random(4, Purpose::test);
  std::vector<SequenceExample> examples(static_cast<size_t>(count));
  for (SequenceExample& e : examples) {
    const size_t steps = 1 + random.below(9);
    for (size_t i = 0; i < steps * static_cast<size_t>(shape.width); ++i)
      e.frames.push_back(static_cast<float>(random.normal()));
    for (size_t i = 0; i < steps && shape.width == 0; ++i)
      e.ids.push_back(static_cast<int32_t>(random.below(static_cast<uint32_t>(shape.symbols.size()))));
    for (int i = 0; i < shape.values; ++i) e.values.push_back(static_cast<float>(random.normal()));
    if (shape.target == TargetForm::label) e.labels = {static_cast<int32_t>(random.below(3))};
    for (size_t i = 0; i < steps && shape.target == TargetForm::labels; ++i)
      e.labels.push_back(static_cast<int32_t>(random.below(4)) - 1);
  }
  return examples;
}

// Reads the examples out of a batch again, by stream.
std::vector<SequenceExample> unpack(const SequenceShape& shape, const Batch& batch) {
  std::vector<SequenceExample> examples(static_cast<size_t>(batch.in.seq.streams()));
  const auto width = static_cast<size_t>(batch.in.width), outputs = static_cast<size_t>(batch.to.width);
  EXPECT_EQ(batch.in.width, shape.width);
  for (int t = 0; t < batch.in.seq.steps(); ++t) {
    for (int r = 0; r < batch.in.seq.active(t); ++r) {
      const auto row = static_cast<size_t>(batch.in.seq.start[static_cast<size_t>(t)] + r);
      SequenceExample& e = examples[static_cast<size_t>(batch.in.seq.order[static_cast<size_t>(r)])];
      for (size_t i = 0; i < width; ++i) e.frames.push_back(batch.in.frames.at(row * width + i));
      if (width == 0) e.ids.push_back(batch.in.ids.at(row));
      if (batch.to.last_step) continue;
      const bool counts = batch.to.weights.empty() || batch.to.weights.at(row) == 1;
      if (!counts) {
        EXPECT_EQ(batch.to.weights[row], 0);
        EXPECT_EQ(batch.to.ids[row], 0);  // a target that any loss may look up
      }
      e.labels.push_back(counts ? batch.to.ids.at(row) : -1);
    }
  }
  for (size_t r = 0; r < examples.size() && batch.to.last_step; ++r) {
    SequenceExample& e = examples[static_cast<size_t>(batch.in.seq.order[r])];
    if (outputs == 0) e.labels = {batch.to.ids.at(r)};
    for (size_t i = 0; i < outputs; ++i) e.values.push_back(batch.to.values.at(r * outputs + i));
  }
  return examples;
}

const SequenceShape kShapes[] = {shape_of("regress", 2, {}, {}, 3),
                                 shape_of("regress", 0, {"a", "b"}, {}, 1),
                                 shape_of("classify", 0, {"a", "b", "c"}, {"x", "y", "z"}),
                                 shape_of("classify", 1, {}, {"x", "y", "z"}),
                                 shape_of("tag", 0, {"a", "b"}, {"x", "y", "z"}),
                                 shape_of("tag", 3, {}, {"x", "y", "z"})};

void expect_same(const SequenceExample& a, const SequenceExample& b) {
  EXPECT_EQ(a.frames, b.frames);
  EXPECT_EQ(a.ids, b.ids);
  EXPECT_EQ(a.values, b.values);
  EXPECT_EQ(a.labels, b.labels);
}

TEST_F(Sequences, ARaggedBatchIsItsExamples) {
  Batch batch;  // of another shape before: nothing of it may stay
  for (const SequenceShape& shape : kShapes) {
    const std::vector<SequenceExample> examples = random_examples(shape, 12);
    std::vector<const SequenceExample*> pointers;
    std::vector<uint32_t> ids;
    for (const SequenceExample& e : examples) {
      pointers.push_back(&e);
      ids.push_back(static_cast<uint32_t>(100 + 3 * ids.size()));
    }
    fill_sequence_batch(shape, pointers, ids, batch);
    EXPECT_EQ(batch.in.seq.id, ids);
    EXPECT_TRUE(batch.in.seq.reset.empty());
    EXPECT_FALSE(batch.carried);
    EXPECT_EQ(batch.to.last_step, shape.target != TargetForm::labels);
    const auto targets = static_cast<size_t>(batch.target_rows());
    EXPECT_EQ(batch.to.ids.size(), shape.target == TargetForm::values ? 0 : targets);
    EXPECT_EQ(batch.to.values.size(), shape.target == TargetForm::values ? targets * static_cast<size_t>(shape.values) : 0);
    EXPECT_EQ(batch.in.ids.size() + batch.in.frames.size(),
              static_cast<size_t>(batch.in.seq.rows() * std::max(1, shape.width)));
    EXPECT_FALSE(batch.in.seq.uniform());
    for (int r = 1; r < batch.in.seq.streams(); ++r) {
      const auto steps = [&](int row) {
        return shape.steps(examples[static_cast<size_t>(batch.in.seq.order[static_cast<size_t>(row)])]);
      };
      EXPECT_GE(steps(r - 1), steps(r));
    }
    const std::vector<SequenceExample> back = unpack(shape, batch);
    ASSERT_EQ(back.size(), examples.size());
    for (size_t i = 0; i < examples.size(); ++i) expect_same(back[i], examples[i]);
  }
}

TEST_F(Sequences, AnEpochHasEverySequenceOnceAndIsFoundAgain) {
  for (const SequenceShape& shape : kShapes) {
    const std::vector<SequenceExample> examples = random_examples(shape, 331);
    int64_t targets = 0;
    for (const SequenceExample& e : examples) {
      if (shape.target != TargetForm::labels) ++targets;
      if (shape.target == TargetForm::labels)
        targets += std::count_if(e.labels.begin(), e.labels.end(), [](int32_t l) { return l >= 0; });
    }
    for (const bool shuffle : {true, false}) {
      const SequenceBatchOptions options{.batch = 4, .shuffle = shuffle, .seed = 5};
      const auto batcher = sequence_batcher(shape, examples, options), other = sequence_batcher(shape, examples, options);
      EXPECT_EQ(batcher->batches_per_epoch(), 83);
      EXPECT_EQ(batcher->tokens_per_epoch(), targets);
      std::vector<std::vector<uint32_t>> orders;
      Batch batch, again;
      for (int64_t epoch = 0; epoch < 2; ++epoch) {
        batcher->start_epoch(epoch);
        std::set<uint32_t> seen;
        std::vector<uint32_t> order;
        int64_t rows = 0, steps = 0;
        while (batcher->next(batch)) {
          const std::vector<SequenceExample> back = unpack(shape, batch);
          for (size_t i = 0; i < back.size(); ++i) {
            EXPECT_TRUE(seen.insert(batch.in.seq.id.at(i)).second);
            order.push_back(batch.in.seq.id[i]);
            expect_same(back[i], examples.at(batch.in.seq.id[i]));
          }
          rows += batch.in.seq.rows(), steps += int64_t{batch.in.seq.steps()} * batch.in.seq.streams();
        }
        EXPECT_EQ(seen.size(), examples.size());
        EXPECT_LT(static_cast<double>(steps - rows) / static_cast<double>(rows), 0.1);  // like lengths together
        orders.push_back(order);
        other->seek(epoch, 82);
        ASSERT_TRUE(other->next(again));
        EXPECT_EQ(again.in.seq.id, batch.in.seq.id);
      }
      EXPECT_EQ(orders[0] != orders[1], shuffle);
      if (!shuffle) {
        EXPECT_EQ(shape.steps(examples[orders[0][0]]), 9);  // longest first
      }
    }
    const auto seed_five = sequence_batcher(shape, examples, {.seed = 5}),
               seed_six = sequence_batcher(shape, examples, {.seed = 6});
    Batch five, six;
    ASSERT_TRUE(seed_five->next(five) && seed_six->next(six));
    EXPECT_NE(five.in.seq.id, six.in.seq.id);
  }
  EXPECT_EQ(failure_of([] { sequence_batcher(kShapes[0], {}, {}); }).code, "data/too_short");
  EXPECT_EQ(failure_of([] { sequence_batcher(kShapes[0], random_examples(kShapes[0], 2), {.batch = 0}); }).code,
            "usage/batch");
}

TEST_F(Sequences, SummaryTellsWhatABlindAnswerIsWorth) {
  const SequenceSet numbers = read("{\"input\": [1, 2], \"target\": [1, 10]}\n{\"input\": [1], \"target\": [4, 30]}\n");
  const SequenceSummary n = summarize(numbers.shape, numbers.examples);
  EXPECT_EQ(n.sequences, 2);
  EXPECT_EQ(n.steps, 3);
  EXPECT_EQ(n.shortest, 1);
  EXPECT_EQ(n.longest, 2);
  EXPECT_EQ(n.targets, 2);
  EXPECT_DOUBLE_EQ(n.mean[0], 2.5);
  EXPECT_DOUBLE_EQ(n.mean[1], 20);
  EXPECT_DOUBLE_EQ(n.variance[0], 2.25);
  EXPECT_DOUBLE_EQ(n.variance[1], 100);
  EXPECT_DOUBLE_EQ(n.constant_loss, (2.25 + 100) / 2);
  const SequenceSet words = read(
      "{\"input\": [\"a\", \"b\", \"a\"], \"target\": [\"x\", null, \"x\"]}\n{\"input\": [\"a\", \"b\"], \"target\": "
      "[\"y\", \"x\"]}\n");
  const SequenceSummary w = summarize(words.shape, words.examples);
  EXPECT_EQ(w.targets, 4);
  EXPECT_EQ(w.counts, (std::vector<int64_t>{3, 1}));
  EXPECT_EQ(w.constant_accuracy, 0.75);
  EXPECT_NEAR(w.constant_loss, -0.75 * std::log(0.75) - 0.25 * std::log(0.25), 1e-12);
}

}  // namespace
}  // namespace rnn::core
