// Why: a wrong target would make a network look forgetful: every answer is computed here once more, and its odds counted.
#include "data/problems.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "support/failure.h"

namespace rnn::core {
namespace {

ProblemOptions with(Problem problem, int length, int min_length = 0, int symbols = 8, uint64_t seed = 1) {
  return {.problem = problem, .length = length, .min_length = min_length, .symbols = symbols, .seed = seed};
}

std::vector<int> marks_of(const SequenceExample& e) {
  std::vector<int> marks;
  for (size_t t = 0; t < e.frames.size() / 2; ++t) {
    if (e.frames[2 * t + 1] != 0) {
      EXPECT_EQ(e.frames[2 * t + 1], 1);
      marks.push_back(static_cast<int>(t));
    }
  }
  return marks;
}

std::string name_of(const std::vector<std::string>& names, int32_t id) { return names.at(static_cast<size_t>(id)); }

// Draws around their share: five deviations of a binomial count.
void expect_share(int64_t count, int64_t n, double share) {
  const double sigma = std::sqrt(static_cast<double>(n) * share * (1 - share));
  EXPECT_NEAR(static_cast<double>(count), static_cast<double>(n) * share, 5 * sigma);
}

bool same(const SequenceExample& a, const SequenceExample& b) {
  return a.frames == b.frames && a.ids == b.ids && a.values == b.values && a.labels == b.labels;
}

TEST(Problems, AddingIsTheSumOfTheTwoMarkedNumbers) {
  for (const int T : {2, 3, 7, 100}) {
    for (uint64_t i = 0; i < 200; ++i) {
      const SequenceExample e = problem_example(with(Problem::adding, T), i);
      ASSERT_EQ(e.frames.size(), static_cast<size_t>(2 * T));
      const std::vector<int> marks = marks_of(e);
      ASSERT_EQ(marks.size(), 2u);
      EXPECT_LT(marks[0], T / 2);
      EXPECT_GE(marks[1], T / 2);
      double sum = 0;
      for (const int t : marks) sum += e.frames[static_cast<size_t>(2 * t)];
      ASSERT_EQ(e.values.size(), 1u);
      EXPECT_NEAR(e.values[0], sum, 1e-7);
      for (size_t t = 0; t < e.frames.size(); t += 2) EXPECT_TRUE(e.frames[t] >= 0 && e.frames[t] < 1);
      EXPECT_TRUE(e.ids.empty() && e.labels.empty());
    }
  }
}

TEST(Problems, AddingHasTheOddsOfThePaper) {
  constexpr int T = 10, N = 20000;
  std::vector<int64_t> marked(T);
  double value = 0, square = 0;
  std::vector<SequenceExample> examples;
  for (uint64_t i = 0; i < N; ++i) {
    examples.push_back(problem_example(with(Problem::adding, T), i));
    for (const int t : marks_of(examples.back())) ++marked[static_cast<size_t>(t)];
    for (size_t t = 0; t < T; ++t) value += examples.back().frames[2 * t] / (N * T);
    for (size_t t = 0; t < T; ++t) square += std::pow(examples.back().frames[2 * t], 2) / (N * T);
  }
  for (const int64_t n : marked) expect_share(n, N, 0.2);
  EXPECT_NEAR(value, 1.0 / 2, 0.005);
  EXPECT_NEAR(square, 1.0 / 3, 0.005);
  const SequenceSummary summary = summarize(problem_shape(with(Problem::adding, T)), examples);
  EXPECT_NEAR(summary.mean[0], 1, 0.02);
  EXPECT_NEAR(summary.constant_loss, 1.0 / 6, 0.006);  // the best constant answer; deviation 0.0013
}

TEST(Problems, CopyRepeatsTheTenSymbolsAfterTheGoSign) {
  for (const int symbols : {2, 8, 40}) {
    for (const int T : {1, 2, 30}) {
      const ProblemOptions options = with(Problem::copy, T, 0, symbols);
      const SequenceShape shape = problem_shape(options);
      EXPECT_EQ(shape.labels.size(), static_cast<size_t>(symbols));
      EXPECT_EQ(shape.symbols.size(), static_cast<size_t>(symbols + 2));
      EXPECT_TRUE(std::is_sorted(shape.symbols.begin(), shape.symbols.end()));
      EXPECT_TRUE(std::is_sorted(shape.labels.begin(), shape.labels.end()));
      for (uint64_t i = 0; i < 50; ++i) {
        const SequenceExample e = problem_example(options, i);
        std::vector<std::string> words, answers;
        for (const int32_t id : e.ids) words.push_back(name_of(shape.symbols, id));
        for (const int32_t label : e.labels) answers.push_back(label < 0 ? "" : name_of(shape.labels, label));
        std::vector<std::string> expected(words.begin(), words.begin() + 10), silence(static_cast<size_t>(T + 10));
        for (const std::string& word : expected) EXPECT_TRUE(word != "_" && word != ">");
        ASSERT_EQ(words.size(), static_cast<size_t>(T + 20));
        silence.insert(silence.end(), expected.begin(), expected.end());
        EXPECT_EQ(answers, silence);
        expected.insert(expected.end(), static_cast<size_t>(T - 1), "_");
        expected.push_back(">");
        expected.insert(expected.end(), 10, "_");
        EXPECT_EQ(words, expected);
      }
    }
  }
}

TEST(Problems, RecallNamesTheFirstSymbol) {
  for (const int symbols : {2, 8, 30}) {
    const ProblemOptions options = with(Problem::recall, 12, 0, symbols);
    const SequenceShape shape = problem_shape(options);
    EXPECT_EQ(shape.target, TargetForm::label);
    std::vector<int64_t> all(static_cast<size_t>(symbols)), first(all);
    constexpr int N = 5000;
    for (uint64_t i = 0; i < N; ++i) {
      const SequenceExample e = problem_example(options, i);
      ASSERT_EQ(e.ids.size(), 13u);  // 12 more after the first
      EXPECT_EQ(name_of(shape.labels, e.labels.at(0)), name_of(shape.symbols, e.ids[0]));
      for (const int32_t id : e.ids) ++all.at(static_cast<size_t>(id));
      ++first.at(static_cast<size_t>(e.labels[0]));
    }
    for (const int64_t n : all) expect_share(n, N * 13, 1.0 / symbols);
    for (const int64_t n : first) expect_share(n, N, 1.0 / symbols);
  }
}

TEST(Problems, ParityCountsTheOnes) {
  const ProblemOptions options = with(Problem::parity, 9);
  const SequenceShape shape = problem_shape(options);
  int64_t ones = 0, odd = 0;
  constexpr int N = 5000;
  for (uint64_t i = 0; i < N; ++i) {
    const SequenceExample e = problem_example(options, i);
    ASSERT_EQ(e.ids.size(), 9u);
    int count = 0;
    for (const int32_t id : e.ids) count += name_of(shape.symbols, id) == "1";
    EXPECT_EQ(name_of(shape.labels, e.labels.at(0)), count % 2 == 1 ? "odd" : "even");
    ones += count, odd += count % 2;
  }
  expect_share(ones, N * 9, 0.5);
  expect_share(odd, N, 0.5);
}

TEST(Problems, LengthsAreUniform) {
  for (const Problem problem : kProblems) {
    const int more = problem == Problem::copy ? 20 : problem == Problem::recall ? 1 : 0;
    const ProblemOptions options = with(problem, 7, 3);
    const SequenceShape shape = problem_shape(options);
    std::map<int, int64_t> lengths;
    constexpr int N = 3000;
    for (uint64_t i = 0; i < N; ++i) ++lengths[shape.steps(problem_example(options, i)) - more];
    ASSERT_EQ(lengths.size(), 5u) << problem_name(problem);
    for (const auto& [length, count] : lengths) {
      EXPECT_TRUE(length >= 3 && length <= 7);
      expect_share(count, N, 0.2);
    }
  }
}

TEST(Problems, AnExampleIsAFunctionOfSeedAndIndex) {
  for (const Problem problem : kProblems) {
    ProblemOptions options = with(problem, 40, 30);
    std::vector<SequenceExample> seen;
    for (const uint64_t index : {uint64_t{0}, uint64_t{1}, uint64_t{77}, uint64_t{1} << 32, (uint64_t{1} << 32) + 1}) {
      seen.push_back(problem_example(options, index));
      EXPECT_TRUE(same(seen.back(), problem_example(options, index)));
    }
    options.seed = 2;
    seen.push_back(problem_example(options, 0));
    for (size_t a = 0; a < seen.size(); ++a) {
      for (size_t b = 0; b < a; ++b) EXPECT_FALSE(same(seen[a], seen[b])) << problem_name(problem) << a << b;
    }
  }
}

// The numbers of a recipe must not change under a user's feet: the first examples of seed 1, as first published.
TEST(Problems, PublishedExamplesStay) {
  const auto line = [](const ProblemOptions& options) {
    return sequence_line(problem_shape(options), problem_example(options, 0));
  };
  EXPECT_EQ(line(with(Problem::adding, 3)),
            "{\"input\": [[0.9300756, 1], [0.13425136, 0], [0.67013943, 1]], \"target\": 1.600215}\n");
  EXPECT_EQ(line(with(Problem::recall, 5)), "{\"input\": [\"h\", \"b\", \"f\", \"e\", \"f\", \"e\"], \"target\": \"h\"}\n");
  EXPECT_EQ(line(with(Problem::parity, 4)), "{\"input\": [\"1\", \"0\", \"1\", \"1\"], \"target\": \"odd\"}\n");
  const SequenceExample copied = problem_example(with(Problem::copy, 2), 0);
  EXPECT_EQ(std::vector<int32_t>(copied.labels.end() - 10, copied.labels.end()),
            (std::vector<int32_t>{7, 1, 5, 4, 5, 4, 0, 3, 0, 3}));
}

TEST(Problems, BatchesAreFreshExamplesInOrder) {
  for (const Problem problem : kProblems) {
    const ProblemOptions options = with(problem, 9, 4);
    const SequenceShape shape = problem_shape(options);
    const auto batcher = problem_batcher(options, 5, 3);
    EXPECT_EQ(batcher->batches_per_epoch(), 3);
    EXPECT_EQ(batcher->tokens_per_epoch(), problem == Problem::copy ? 150 : 15);
    Batch batch, expected;
    for (int64_t epoch = 0; epoch < 2; ++epoch) {
      batcher->start_epoch(epoch);
      for (int64_t b = 0; b < 3; ++b) {
        ASSERT_TRUE(batcher->next(batch));
        std::vector<SequenceExample> examples;
        std::vector<const SequenceExample*> pointers;
        std::vector<uint32_t> ids;
        for (uint32_t i = 0; i < 5; ++i) ids.push_back(static_cast<uint32_t>((epoch * 3 + b) * 5) + i);
        for (const uint32_t id : ids) examples.push_back(problem_example(options, id));
        for (const SequenceExample& e : examples) pointers.push_back(&e);
        fill_sequence_batch(shape, pointers, ids, expected);
        EXPECT_EQ(batch.in.seq.id, ids);
        EXPECT_EQ(batch.in.ids, expected.in.ids);
        EXPECT_EQ(batch.in.frames, expected.in.frames);
        EXPECT_EQ(batch.to.ids, expected.to.ids);
        EXPECT_EQ(batch.to.values, expected.to.values);
        int64_t counted = 0;
        for (const float w : batch.to.weights) counted += w > 0;
        EXPECT_EQ(counted, problem == Problem::copy ? 50 : 0);
      }
      EXPECT_FALSE(batcher->next(batch));
    }
    batcher->seek(1, 2);  // the last batch again
    ASSERT_TRUE(batcher->next(batch));
    EXPECT_EQ(batch.in.ids, expected.in.ids);
    EXPECT_EQ(batch.in.frames, expected.in.frames);
  }
}

TEST(Problems, NamesAndImpossibleSizes) {
  Problem problem = Problem::adding;
  EXPECT_TRUE(problem_of("parity", &problem));
  EXPECT_EQ(problem, Problem::parity);
  EXPECT_EQ(problem_name(Problem::recall), "recall");
  EXPECT_FALSE(problem_of("addition", &problem));
  const auto refused = [](const ProblemOptions& options, const std::string& what) {
    const Failure f = failure_of([&] { check_problem(options); });
    EXPECT_EQ(f.code, "usage/option") << what;
    EXPECT_EQ(f.exit, Exit::usage);
    EXPECT_NE(f.message.find(what), std::string::npos) << f.message;
    EXPECT_FALSE(f.help.empty());
  };
  refused(with(Problem::adding, 1), "adding of length 1");
  refused(with(Problem::parity, 0), "parity of length 0");
  refused(with(Problem::recall, 2'000'000), "recall of length 2000000");
  refused(with(Problem::copy, 10, 11), "lengths from 11 to 10");
  refused(with(Problem::adding, 10, 1), "lengths from 1 to 10");
  refused(with(Problem::parity, 10, -1), "lengths from -1 to 10");
  refused(with(Problem::copy, 10, 0, 1), "copy with 1 symbols");
  refused(with(Problem::recall, 10, 0, 10001), "recall with 10001 symbols");
  EXPECT_EQ(failure_of([] { problem_batcher(with(Problem::parity, 5), 0, 1); }).code, "usage/batch");
  EXPECT_EQ(failure_of([] { problem_batcher(with(Problem::parity, 5), 1, 0); }).code, "usage/batch");
}

}  // namespace
}  // namespace rnn::core
