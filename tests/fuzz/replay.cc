// Why: the fuzz targets run in every build: first the corpus, then changes of it that a seed decides, until the time is over.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "fuzz/finding.h"
#include "fuzz/mutate.h"
#include "fuzz/target.h"

// A target may bring changes of its own (tests/fuzz/head_mutator.cc), as with libFuzzer.
extern "C" __attribute__((weak)) size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t longest,
                                                                unsigned int seed);

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RNN_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define RNN_SANITIZED 1
#endif
#endif

#ifdef RNN_SANITIZED
// Where the address space cannot be limited: shadow memory needs most of it.
extern "C" const char* __asan_default_options() { return "max_allocation_size_mb=2048"; }
#endif

namespace rnn::core::fuzz {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr rlim_t kMemory = rlim_t{2} << 30;  // bytes of address space: no input is worth more
constexpr rlim_t kStack = rlim_t{1} << 19;   // bytes: no input may send a reader so deep
constexpr size_t kLongest = 1 << 16;         // bytes of a changed input
#ifdef RNN_SANITIZED
constexpr unsigned kSecondsPerInput = 100;
#else
constexpr unsigned kSecondsPerInput = 10;
#endif

void limit_memory() {
#ifndef RNN_SANITIZED
  const rlimit memory{kMemory, kMemory}, stack{kStack, kStack};
  ::setrlimit(RLIMIT_AS, &memory);
  ::setrlimit(RLIMIT_STACK, &stack);
#endif
}

struct Arguments {
  std::vector<std::string> places;  // files and folders
  std::string words;                // a file
  double seconds = 0;               // in all; 0: the corpus alone
  uint64_t seed = 1;
};

Arguments read_arguments(int argc, char** argv) {
  Arguments a;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&] {
      if (i + 1 == argc) throw Error(Exit::usage, "fuzz/usage", word + " needs a value");
      return std::string(argv[++i]);
    };
    if (word == "--seconds") {
      a.seconds = std::atof(value().c_str());
    } else if (word == "--seed") {
      a.seed = std::strtoull(value().c_str(), nullptr, 10);
    } else if (word == "--words") {
      a.words = value();
    } else if (word.starts_with("-")) {
      throw Error(Exit::usage, "fuzz/usage", "there is no flag " + word,
                  "replay_TARGET [--seconds N] [--seed N] [--words FILE] FILE_OR_FOLDER...");
    } else {
      a.places.push_back(word);
    }
  }
  if (const char* seconds = std::getenv("RNN_FUZZ_SECONDS"); seconds && *seconds) a.seconds = std::atof(seconds);
  if (a.places.empty()) throw Error(Exit::usage, "fuzz/usage", "no input is given", "name files, or folders of files");
  return a;
}

std::vector<std::string> files_of(const std::vector<std::string>& places) {
  std::vector<std::string> files;
  for (const std::string& place : places) {
    if (!fs::is_directory(place)) {
      files.push_back(place);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : fs::directory_iterator(place)) {
      if (entry.is_regular_file()) inside.push_back(entry.path().string());
    }
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

// For LLVMFuzzerMutate, which gets nothing but bytes.
const Mutator* mutator_at_work = nullptr;
Random* random_at_work = nullptr;

int64_t executed = 0;

void execute(const std::string& input, const char* path) {
  begin_input(input, path);
  try {
    // A copy of its own size, so that a sanitizer sees what is read behind its end.
    const std::vector<uint8_t> exact(input.begin(), input.end());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
  } catch (const std::exception& e) {
    finding(fmt::format("it threw: {}", e.what()).c_str());
  } catch (...) {
    finding("it threw something that is no std::exception");
  }
  end_input();
  ++executed;
}

// Input `number`: one of the corpus after 1 to 8 changes.
std::string changed_input(const std::vector<std::string>& corpus, const Mutator& mutator, uint64_t seed, uint32_t number) {
  Random random(seed, Purpose::test, number);
  std::string bytes = corpus[random.below(static_cast<uint32_t>(corpus.size()))];
  const uint32_t changes = 1 + random.below(random.below(4) == 0 ? 8 : 2);
  for (uint32_t i = 0; i < changes; ++i) {
    if (!LLVMFuzzerCustomMutator) {
      mutator.change(bytes, kLongest, random);
      continue;
    }
    mutator_at_work = &mutator, random_at_work = &random;
    const size_t size = bytes.size();
    bytes.resize(std::max(size, kLongest));
    const uint32_t chance = random.word();
    bytes.resize(LLVMFuzzerCustomMutator(reinterpret_cast<uint8_t*>(bytes.data()), size, kLongest, chance));
  }
  return bytes;
}

int run(const std::string& target, const Arguments& a) {
  const Clock::time_point start = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  const std::vector<std::string> files = files_of(a.places);
  std::vector<std::string> corpus;
  for (const std::string& file : files) corpus.push_back(read_file(file));
  const Mutator mutator(corpus, a.words.empty() ? std::vector<std::string>{} : read_words(read_file(a.words), a.words));
  for (size_t i = 0; i < files.size(); ++i) execute(corpus[i], files[i].c_str());
  const int64_t of_corpus = executed, good = accepted;
  while (!corpus.empty() && elapsed() < a.seconds)
    execute(changed_input(corpus, mutator, a.seed, static_cast<uint32_t>(executed)), "");
  fmt::print(
      "{}: {} files of the corpus, {} of them accepted; {} changed inputs, {} of them accepted; {:.1f} s, {:.0f} inputs/s\n",
      target, of_corpus, good, executed - of_corpus, accepted - good, elapsed(),
      static_cast<double>(executed) / std::max(elapsed(), 1e-9));
  if (files.empty() || executed < static_cast<int64_t>(files.size())) {
    fmt::print(stderr, "{}: {} of {} files were executed\n", target, executed, files.size());
    return 1;
  }
  const bool whole = a.seconds > 0;  // not one finding, but a corpus
  if (whole && good == 0)
    fmt::print(stderr, "{}: no file of the corpus was accepted: it tests the error paths only\n", target);
  if (whole && executed == of_corpus) fmt::print(stderr, "{}: there was no time for a changed input\n", target);
  return whole && (good == 0 || executed == of_corpus) ? 1 : 0;
}

}  // namespace
}  // namespace rnn::core::fuzz

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t longest) {
  std::string bytes(reinterpret_cast<char*>(data), size);
  rnn::core::fuzz::mutator_at_work->change(bytes, longest, *rnn::core::fuzz::random_at_work);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

int main(int argc, char** argv) {
  using namespace rnn::core::fuzz;
  std::string target = std::filesystem::path(argv[0]).filename().string();
  if (target.starts_with("replay_")) target.erase(0, 7);
  try {
    const Arguments arguments = read_arguments(argc, argv);
    limit_memory();
    watch(target, kSecondsPerInput);
    return run(target, arguments);
  } catch (const rnn::Error& e) {
    fmt::print(stderr, "error[{}]: {}\n{}", e.code(), e.what(), e.help().empty() ? "" : "help: " + e.help() + "\n");
    return static_cast<int>(e.exit());
  }
}
