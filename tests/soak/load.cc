// Why: a server makes and drops models, sessions and writers for months; here for minutes, and its memory must stay flat.
//
//   soak_load --seconds N [--megabytes N] [--language-model RUN] [--translator RUN] [--recurrent FILE]
//
// After a fifth of the time the resident memory is noted; from then on it may grow by --megabytes (8), threads and open files not
// at all. Exit status 1 when it does, or when anything throws.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "rnn/rnn.h"

namespace {

using Clock = std::chrono::steady_clock;

struct Plan {
  double seconds = 60, megabytes = 8;
  std::string language_model, translator, recurrent;  // empty: left out
};

// What a process must not gather.
struct Held {
  double megabytes = 0;  // resident
  int threads = 0, files = 0;
};

int entries(const char* folder) {
  return static_cast<int>(std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

Held held() {
  malloc_trim(0);  // what was freed and is kept for the next allocation is no growth
  long pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return {static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6, entries("/proc/self/task"),
          entries("/proc/self/fd")};
}

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "soak_load: %s\n", what.c_str());
  std::exit(1);
}

void require(bool holds, const char* what) {
  if (!holds) fail(what);
}

// Sessions of several sizes, each fed, saved and taken up again.
void step_sessions(const rnn::Model& model, int round) {
  const int streams = 1 + round % 8, threads = 1 + round % 3;
  rnn::Session session(model, streams, threads);
  const std::vector<int32_t> ids(static_cast<size_t>(streams), round % std::max(1, model.vocabulary()));
  const std::vector<float> frames(static_cast<size_t>(streams * model.inputs()), 0.25f);
  const auto push = [&] { return model.vocabulary() > 0 ? session.push(ids) : session.push(frames); };
  for (int i = 0; i < 20; ++i) require(!push().empty(), "a session refused a step");
  const rnn::State state = rnn::State::from_bytes(session.state().to_bytes());
  const std::span<const float> first = push();
  const std::vector<float> once(first.begin(), first.end());
  session.set_state(state);
  const std::span<const float> again = push();
  require(std::memcmp(once.data(), again.data(), once.size() * sizeof(float)) == 0, "a state gave other bits when taken up");
}

void write_texts(const rnn::Model& model, int round) {
  rnn::Writer writer(model, static_cast<uint64_t>(round), 1 + round % 2);
  writer.read("The cat");
  std::string text;
  for (int i = 0; i < 20; ++i) text += writer.next();
  const std::string state = writer.save_state();
  writer.load_state(state);
  require(writer.save_state() == state, "a writer's state did not come back");
  rnn::SearchOptions search;
  search.beam = 3, search.tokens = 8;
  require(!writer.search(search).empty(), "a search found nothing");
  require(rnn::choose(model, "The", {"cat", "dog sees"}).size() == 2, "a choice lost a text");
}

void translate(const rnn::Model& model) {
  rnn::Translator translator(model);
  require(translator.translate({"ab a", "b", ""}, {}).size() == 3, "a translation lost a line");
}

// One model in the hands of several threads, each with a session of its own.
void share(const rnn::Model& model) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) threads.emplace_back([&model, t] { step_sessions(model, t); });
  for (std::thread& thread : threads) thread.join();
}

// What is refused must leave nothing behind either.
void refuse(const rnn::Model& model) {
  try {
    rnn::Model::load("there is no such file");
    fail("a model was loaded from nowhere");
  } catch (const rnn::Error&) {
  }
  try {
    rnn::Session(model).set_state(rnn::State());
    fail("a session took a state of no streams");
  } catch (const rnn::Error&) {
  }
}

void round_of(const Plan& plan, int round) {
  if (!plan.language_model.empty()) {
    const rnn::Model model = rnn::Model::load(plan.language_model);
    step_sessions(model, round);
    write_texts(model, round);
    share(model);
    refuse(model);
  }
  if (!plan.translator.empty()) translate(rnn::Model::load(plan.translator));
  if (!plan.recurrent.empty()) step_sessions(rnn::Model::load(plan.recurrent), round);
}

int run(const Plan& plan) {
  const Clock::time_point start = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  int round = 0;
  while (elapsed() < plan.seconds / 5 || round < 20) round_of(plan, round++);
  const Held before = held();
  double told = elapsed(), largest = before.megabytes;
  std::printf("%6.0f s  %7d rounds  %6.1f MB, where it must stay\n", told, round, before.megabytes);
  for (const int warm = round; elapsed() < plan.seconds || round < 2 * warm;) {
    round_of(plan, round++);
    if (elapsed() - told < std::max(1.0, plan.seconds / 20)) continue;
    told = elapsed();
    const Held now = held();
    largest = std::max(largest, now.megabytes);
    std::printf("%6.0f s  %7d rounds  %6.1f MB\n", told, round, now.megabytes);
    std::fflush(stdout);
  }
  const Held after = held();
  largest = std::max(largest, after.megabytes);
  std::printf(
      "%6.0f s  %7d rounds  %6.1f MB, grown by %.1f MB at most (allowed: %.1f), %d threads (%d), %d open files (%d)\n",
      elapsed(), round, after.megabytes, largest - before.megabytes, plan.megabytes, after.threads, before.threads,
      after.files, before.files);
  require(largest - before.megabytes <= plan.megabytes, "its memory grows");
  require(after.threads <= before.threads, "its threads become more");
  require(after.files <= before.files, "its open files become more");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Plan plan;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--seconds") {
      plan.seconds = std::atof(argv[i + 1]);
    } else if (flag == "--megabytes") {
      plan.megabytes = std::atof(argv[i + 1]);
    } else if (flag == "--language-model") {
      plan.language_model = argv[i + 1];
    } else if (flag == "--translator") {
      plan.translator = argv[i + 1];
    } else if (flag == "--recurrent") {
      plan.recurrent = argv[i + 1];
    } else {
      fail("there is no flag " + flag);
    }
  }
  if (plan.language_model.empty() && plan.translator.empty() && plan.recurrent.empty()) fail("no model is named");
  try {
    return run(plan);
  } catch (const rnn::Error& e) {
    fail(std::string("[") + e.code() + "] " + e.what());
  }
}
