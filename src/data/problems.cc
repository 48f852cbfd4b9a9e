// Why: the four problems as a table of sizes and one function each; the random numbers of an example depend on nothing else.
#include "data/problems.h"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>

#include "base/error.h"
#include "base/rng.h"

namespace rnn::core {
namespace {

constexpr int kLongest = 1'000'000, kMostSymbols = 10'000;
constexpr std::string_view kBlank = "_", kGo = ">";  // they sort before the letters: go 0, blank 1

struct ProblemInfo {
  std::string_view name;
  int shortest;  // T
  bool symbols;  // has its own alphabet
};
constexpr ProblemInfo kInfo[] = {{"adding", 2, false}, {"copy", 1, true}, {"recall", 1, true}, {"parity", 1, false}};
const ProblemInfo& info_of(Problem problem) { return kInfo[static_cast<size_t>(problem)]; }

// a, b, c, ...; more than 26: s000, s001, ... This order is sorted.
std::vector<std::string> alphabet(int symbols) {
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(symbols));
  const size_t digits = std::to_string(symbols - 1).size();
  for (int i = 0; i < symbols; ++i) {
    names.push_back(symbols <= 26 ? std::string(1, static_cast<char>('a' + i)) : fmt::format("s{:0{}}", i, digits));
  }
  return names;
}

uint32_t pick(Random& random, int n) { return random.below(static_cast<uint32_t>(n)); }

SequenceExample adding_example(Random& random, size_t T) {
  SequenceExample e;
  e.frames.resize(2 * T);
  for (size_t t = 0; t < T; ++t) e.frames[2 * t] = to_unit(random.word());
  const size_t half = T / 2;
  const size_t first = random.below(static_cast<uint32_t>(half)),
               second = half + random.below(static_cast<uint32_t>(T - half));
  e.frames[2 * first + 1] = e.frames[2 * second + 1] = 1;
  e.values = {e.frames[2 * first] + e.frames[2 * second]};
  return e;
}

SequenceExample copy_example(Random& random, size_t T, int symbols) {
  constexpr int32_t kGoId = 0, kBlankId = 1, kFirstId = 2;
  SequenceExample e;
  e.ids.assign(T + 2 * kCopied, kBlankId);
  e.labels.assign(T + 2 * kCopied, -1);
  for (size_t k = 0; k < kCopied; ++k) {
    const auto symbol = static_cast<int32_t>(pick(random, symbols));
    e.ids[k] = kFirstId + symbol;
    e.labels[T + kCopied + k] = symbol;
  }
  e.ids[T + kCopied - 1] = kGoId;
  return e;
}

SequenceExample recall_example(Random& random, size_t T, int symbols) {
  SequenceExample e;
  e.ids.resize(T + 1);
  for (int32_t& id : e.ids) id = static_cast<int32_t>(pick(random, symbols));
  e.labels = {e.ids[0]};
  return e;
}

SequenceExample parity_example(Random& random, size_t T) {
  SequenceExample e;
  e.ids.resize(T);
  int32_t odd = 0;
  for (int32_t& id : e.ids) odd ^= id = static_cast<int32_t>(random.word() >> 31);
  e.labels = {odd};
  return e;
}

[[noreturn]] void refuse(const std::string& what, const std::string& help) {
  throw Error(Exit::usage, "usage/option", what, help);
}

class ProblemBatcher final : public Batcher {
 public:
  ProblemBatcher(const ProblemOptions& options, int size, int64_t batches)
      : options_(options), shape_(problem_shape(options)), size_(static_cast<size_t>(size)), batches_(batches) {
    if (size < 1)
      throw Error(Exit::usage, "usage/batch", fmt::format("a batch of {} is impossible", size), "give 1 or more");
    if (batches < 1)
      throw Error(Exit::usage, "usage/batch", fmt::format("an epoch of {} batches is impossible", batches),
                  "give 1 or more");
    examples_.resize(size_), ids_.resize(size_);
    for (const SequenceExample& e : examples_) pointers_.push_back(&e);
  }

  bool next(Batch& batch) override {
    if (position_ >= batches_) return false;
    const uint64_t first = static_cast<uint64_t>(epoch_ * batches_ + position_) * size_;
    for (size_t i = 0; i < size_; ++i) {
      examples_[i] = problem_example(options_, first + i);
      ids_[i] = static_cast<uint32_t>(first + i);
    }
    fill_sequence_batch(shape_, pointers_, ids_, batch);
    ++position_;
    return true;
  }
  int64_t batches_per_epoch() const override { return batches_; }
  int64_t tokens_per_epoch() const override {
    return batches_ * static_cast<int64_t>(size_) * (options_.problem == Problem::copy ? kCopied : 1);
  }
  void seek(int64_t epoch, int64_t position) override {
    assert(epoch >= 0 && position >= 0 && position <= batches_);
    epoch_ = epoch, position_ = position;
  }

 private:
  ProblemOptions options_;
  SequenceShape shape_;
  size_t size_;
  int64_t batches_;
  std::vector<SequenceExample> examples_;  // of the current batch
  std::vector<const SequenceExample*> pointers_;
  std::vector<uint32_t> ids_;
};

}  // namespace

std::string_view problem_name(Problem problem) { return info_of(problem).name; }

bool problem_of(std::string_view name, Problem* out) {
  for (const Problem problem : kProblems) {
    if (problem_name(problem) == name) return *out = problem, true;
  }
  return false;
}

void check_problem(const ProblemOptions& options) {
  const ProblemInfo& info = info_of(options.problem);
  if (options.length < info.shortest || options.length > kLongest) {
    refuse(fmt::format("{} of length {} is not a valid problem", info.name, options.length),
           fmt::format("give a --length from {} to {}", info.shortest, kLongest));
  }
  if (options.min_length != 0 && (options.min_length < info.shortest || options.min_length > options.length)) {
    refuse(fmt::format("{} cannot have lengths from {} to {}", info.name, options.min_length, options.length),
           fmt::format("give a --min-length from {} to --length", info.shortest));
  }
  if (info.symbols && (options.symbols < 2 || options.symbols > kMostSymbols)) {
    refuse(fmt::format("{} with {} symbols is not a valid problem", info.name, options.symbols),
           fmt::format("give --symbols from 2 to {}", kMostSymbols));
  }
}

SequenceShape problem_shape(const ProblemOptions& options) {
  check_problem(options);
  SequenceShape shape;
  switch (options.problem) {
    case Problem::adding:
      shape.target = TargetForm::values, shape.width = 2, shape.values = 1;
      break;
    case Problem::copy:
      shape.target = TargetForm::labels, shape.labels = alphabet(options.symbols);
      shape.symbols = {std::string(kGo), std::string(kBlank)};
      shape.symbols.insert(shape.symbols.end(), shape.labels.begin(), shape.labels.end());
      break;
    case Problem::recall:
      shape.target = TargetForm::label, shape.symbols = shape.labels = alphabet(options.symbols);
      break;
    case Problem::parity:
      shape.target = TargetForm::label, shape.symbols = {"0", "1"}, shape.labels = {"even", "odd"};
      break;
  }
  return shape;
}

SequenceExample problem_example(const ProblemOptions& options, uint64_t index) {
  Random random = problem_random(options.seed, index);
  const int shorter = options.min_length > 0 ? static_cast<int>(pick(random, options.length - options.min_length + 1)) : 0;
  const auto T = static_cast<size_t>(options.length - shorter);
  switch (options.problem) {
    case Problem::adding:
      return adding_example(random, T);
    case Problem::copy:
      return copy_example(random, T, options.symbols);
    case Problem::recall:
      return recall_example(random, T, options.symbols);
    case Problem::parity:
      return parity_example(random, T);
  }
  return {};
}

std::unique_ptr<Batcher> problem_batcher(const ProblemOptions& options, int size, int64_t batches) {
  return std::make_unique<ProblemBatcher>(options, size, batches);
}

}  // namespace rnn::core
