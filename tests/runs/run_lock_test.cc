// Why: one run writes into a folder at a time; what a dead one left does not keep the next one out.
#include "runs/run_lock.h"

#include <unistd.h>

#include <filesystem>
#include <optional>

#include "base/file.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core::test {
namespace {

class RunLockTest : public FolderTest {
 protected:
  std::string file() const { return RunLock::file_of(folder_.string()); }
  Failure taken() const {
    return failure_of([&] { const RunLock lock(folder_.string()); });
  }
};

TEST_F(RunLockTest, OneAtATime) {
  std::optional<RunLock> lock(std::in_place, folder_.string());
  EXPECT_TRUE(read_file(file()).starts_with(std::to_string(::getpid()) + " "));
  const Failure second = taken();
  EXPECT_EQ(second.code, "run/locked");
  EXPECT_NE(second.message.find("process " + std::to_string(::getpid())), std::string::npos) << second.message;
  EXPECT_TRUE(std::filesystem::exists(file()));
  lock.reset();
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_EQ(taken().code, "none");
}

TEST_F(RunLockTest, OfAProcessThatHasEndedIsTakenOver) {
  std::string host;
  {
    const RunLock lock(folder_.string());
    const std::string text = read_file(file());
    host = text.substr(text.find(' '));
  }
  for (const std::string& left : {"2147483647" + host, std::string(), std::string("12")}) {
    write("run.lock", left);
    EXPECT_EQ(taken().code, "none") << left;
    EXPECT_FALSE(std::filesystem::exists(file()));
  }
}

TEST_F(RunLockTest, OfAnotherHostIsNot) {
  write("run.lock", "1 another-host\n");
  const Failure failure = taken();
  EXPECT_EQ(failure.code, "run/locked");
  EXPECT_NE(failure.help.find(file()), std::string::npos) << failure.help;
  EXPECT_TRUE(std::filesystem::exists(file()));
}

}  // namespace
}  // namespace rnn::core::test
