// Why: the ground floor keeps its promises: known random numbers, files never half written, aligned and reused memory.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/arena.h"
#include "base/error.h"
#include "base/file.h"
#include "base/matrix.h"
#include "base/rng.h"
#include "kernels/host.h"

namespace rnn::core::test {
namespace {

namespace fs = std::filesystem;
using Words = std::array<uint32_t, 4>;

// Known answers of philox4x32-10 published with Random123 (Salmon et al. 2011): counter, key, result.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0u, ~0u, ~0u, ~0u}, ~uint64_t{0}), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0x299f31d0a4093822),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, IsAFunctionOfItsKey) {
  const auto words = [](uint64_t seed, Purpose purpose, uint32_t stream) {
    Random random(seed, purpose, stream);
    std::vector<uint32_t> out;
    for (int i = 0; i < 9; ++i) out.push_back(random.word());
    return out;
  };
  EXPECT_EQ(words(1, Purpose::test, 0), words(1, Purpose::test, 0));
  std::set<std::vector<uint32_t>> all;
  for (const uint64_t seed : {0, 1, 2}) {
    for (const Purpose purpose : {Purpose::init, Purpose::dropout, Purpose::test}) {
      for (const uint32_t stream : {0u, 1u})
        EXPECT_TRUE(all.insert(words(seed, purpose, stream)).second) << "two keys, one sequence";
    }
  }
  Random random(3, Purpose::test);
  for (int i = 0; i < 5; ++i) random.word();
  Random copy = random;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(copy.word(), random.word()) << "a copy replays";
}

TEST(Random, Distributions) {
  Random random(11, Purpose::test);
  constexpr int n = 200000;
  double sum = 0, squares = 0, lowest = 1, highest = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random.uniform();
    sum += u, lowest = std::min(lowest, u), highest = std::max(highest, u);
  }
  EXPECT_GE(lowest, 0);
  EXPECT_LT(highest, 1);
  EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));  // five standard errors
  sum = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    sum += x, squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(static_cast<double>(n)));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
  std::vector<int> counts(7);
  for (int i = 0; i < n; ++i) ++counts.at(random.below(7));
  for (const int c : counts) EXPECT_NEAR(c, n / 7.0, 5 * std::sqrt(n / 7.0));
  EXPECT_EQ(random.below(1), 0u);
  EXPECT_EQ(to_unit(~0u), 16777215.0f / 16777216.0f);
  EXPECT_EQ(to_unit(255), 0.0f);
}

class File : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("rnn_base_test_" + std::to_string(getpid()));
    fs::create_directories(folder_);
    path_ = (folder_ / "model.bin").string();
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string code_of(const std::string& path, std::string_view bytes) {
    try {
      write_file_atomic(path, bytes);
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::internal);
      EXPECT_NE(std::string(e.what()).find(path), std::string::npos) << "names the file: " << e.what();
      return e.code();
    }
    return "";
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(folder_)) out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
  }
  fs::path folder_;
  std::string path_;
};

TEST_F(File, WritesReadsAndReplaces) {
  std::string bytes(300000, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 >> 3);
  for (const std::string& text : {std::string("first"), bytes, std::string(), std::string("a\0b", 3)}) {
    write_file_atomic(path_, text);
    EXPECT_EQ(read_file(path_), text);
    EXPECT_EQ(names(), std::vector<std::string>{"model.bin"});
  }
}

// A disk that is full after 8 KiB: the limit on the size of a file stops write() half way, as ENOSPC does.
TEST_F(File, FullDiskKeepsTheOldFile) {
  write_file_atomic(path_, "the old one");
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 8192;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string code = code_of(path_, std::string(100000, 'x'));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(code, "io/write");
  EXPECT_EQ(read_file(path_), "the old one");
  EXPECT_EQ(names(), std::vector<std::string>{"model.bin"}) << "the half file is gone";
}

TEST_F(File, UnwritableFolderKeepsTheOldFile) {
  if (geteuid() == 0) GTEST_SKIP() << "root writes everywhere";
  write_file_atomic(path_, "the old one");
  ASSERT_EQ(chmod(folder_.c_str(), 0500), 0);
  EXPECT_EQ(code_of(path_, "new"), "io/write");
  ASSERT_EQ(chmod(folder_.c_str(), 0700), 0);
  EXPECT_EQ(read_file(path_), "the old one");
}

// The same for root too: no folder at all, a folder in the place of the file.
TEST_F(File, WhatCannotBeWrittenIsSaid) {
  write_file_atomic(path_, "the old one");
  EXPECT_EQ(code_of((folder_ / "none" / "model.bin").string(), "new"), "io/write");
  fs::create_directories(folder_ / "taken" / "inside");
  EXPECT_EQ(code_of((folder_ / "taken").string(), "new"), "io/write");
  EXPECT_TRUE(fs::exists(folder_ / "taken" / "inside"));
  EXPECT_EQ(read_file(path_), "the old one");
  EXPECT_EQ(names(), (std::vector<std::string>{"model.bin", "taken"}));
}

// Threads of several processes write one path: it has the bytes of one of them at any time, and nothing is left beside it.
TEST_F(File, ManyWritersOfOnePathLeaveOneWholeFile) {
  constexpr int kProcesses = 3, kThreads = 4, kTimes = 25;
  const auto content = [](int writer) {
    return std::string(static_cast<size_t>(20000 + 1000 * writer), static_cast<char>('a' + writer));
  };
  const auto write_all = [&](int process) {
    std::atomic<int> failed{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kTimes; ++i) {
          try {
            write_file_atomic(path_, content(process * kThreads + t));
          } catch (const Error&) {
            ++failed;
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return failed.load();
  };
  write_file_atomic(path_, content(0));
  std::vector<pid_t> children;
  for (int process = 1; process < kProcesses; ++process) {
    children.push_back(fork());
    ASSERT_GE(children.back(), 0);
    if (children.back() == 0) _exit(std::min(write_all(process), 100));
  }
  std::atomic<bool> done{false};
  int looks = 0, broken = 0;
  std::thread reader([&] {
    for (; !done; ++looks) {
      const std::string bytes = read_file(path_);
      broken += bytes != content(bytes[0] - 'a');
    }
  });
  EXPECT_EQ(write_all(0), 0);
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "writes of another process failed";
  }
  done = true;
  reader.join();
  EXPECT_GT(looks, 0);
  EXPECT_EQ(broken, 0);
  EXPECT_EQ(names(), std::vector<std::string>{"model.bin"});
}

// What a killed process of the same number left behind stays, and is in nobody's way.
TEST_F(File, LeftoversAreNoObstacle) {
  const auto leftover = [&](int i) { return path_ + ".tmp" + std::to_string(getpid()) + "-" + std::to_string(i); };
  for (int i = 0; i < 2000; ++i) std::ofstream(leftover(i)) << "half";
  EXPECT_EQ(code_of(path_, "new"), "");
  EXPECT_EQ(read_file(path_), "new");
  for (int i = 0; i < 2000; ++i) EXPECT_EQ(read_file(leftover(i)), "half");
}

TEST_F(File, PermissionsAreThoseOfTheMask) {
  const mode_t before = umask(027);
  write_file_atomic(path_, "text");
  umask(before);
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms(0640));
}

TEST_F(File, ReadErrorsHaveCodes) {
  const auto code = [](const std::string& path) {
    try {
      read_file(path);
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::data);
      return e.code();
    }
    return std::string();
  };
  EXPECT_EQ(code((folder_ / "none").string()), "io/missing");
  EXPECT_EQ(code(folder_.string()), "io/folder");
}

TEST(Buffer, AlignedZeroedMovable) {
  for (const size_t n : {size_t{1}, size_t{3}, size_t{1000}, size_t{3} << 20}) {
    Buffer<float> b(n);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(b.data()) % kAlignment, 0u);
    EXPECT_TRUE(std::all_of(b.begin(), b.end(), [](float x) { return x == 0; }));
    b[n - 1] = 5;
    const float* data = b.data();
    Buffer<float> moved(std::move(b));
    EXPECT_EQ(moved.data(), data);
    Buffer<float> assigned;
    assigned = std::move(moved);
    EXPECT_EQ(assigned.data(), data);
    EXPECT_EQ(assigned[n - 1], 5);
  }
  EXPECT_EQ(Buffer<int>(0).data(), nullptr);
}

TEST(Arena, ReusesItsMemory) {
  Arena arena;
  const auto fill = [&] {
    std::vector<unsigned char*> places;
    for (int i = 0; i < 50; ++i) {
      auto* p = arena.take<unsigned char>(1000 * (i + 1));
      EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % kAlignment, 0u);
      std::fill_n(p, 1000 * (i + 1), static_cast<unsigned char>(i));
      places.push_back(p);
    }
    for (int i = 0; i < 50; ++i) {  // none overlaps another
      EXPECT_TRUE(std::all_of(places[i], places[i] + 1000 * (i + 1), [&](unsigned char c) { return c == i; })) << i;
    }
    return places;
  };
  const auto first = fill();
  const size_t capacity = arena.capacity();
  for (int round = 0; round < 5; ++round) {
    arena.clear();
    EXPECT_EQ(fill(), first) << "the same requests get the same memory";
    EXPECT_EQ(arena.capacity(), capacity) << "and allocate nothing";
  }
}

TEST(Arena, ScopesNest) {
  Arena arena;
  int* outer = arena.take<int>(10);
  std::fill_n(outer, 10, 42);
  int* inner = nullptr;
  {
    const ArenaScope scope(arena);
    inner = arena.take<int>(100000);
    const ArenaScope deeper(arena);
    arena.take<double>(5000);
  }
  EXPECT_EQ(arena.take<int>(100000), inner);
  EXPECT_TRUE(std::all_of(outer, outer + 10, [](int x) { return x == 42; }));
  const View<float> m = arena.matrix<float>(3, 5);
  EXPECT_EQ(m.rows * m.cols, 15);
  EXPECT_EQ(host(m).row(2) - host(m).row(0), 10);
}

TEST(Matrix, IsAView) {
  Matrix<double> m(4, 3);
  m(2, 1) = 7;
  EXPECT_EQ(host(m.view())(2, 1), 7);
  EXPECT_EQ(host(m.view().middle(2, 2))(0, 1), 7);
  EXPECT_EQ(m.size(), 12u);
  const View<const double> read = m.view();
  EXPECT_EQ(read.stride, 3);
}

}  // namespace
}  // namespace rnn::core::test
