// Why: the kernel's lock on the file tells whether its owner lives; the text in it tells whose it is, and of which host.
#include "runs/run_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

std::string this_host() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0' ? name.data() : "unknown";
}

struct Owner {
  int pid = 0;  // 0: the file does not say
  std::string host;
};

Owner read_owner(int fd) {
  std::array<char, 512> bytes{};
  const ssize_t size = ::pread(fd, bytes.data(), bytes.size(), 0);
  const std::string_view text(bytes.data(), static_cast<size_t>(std::max<ssize_t>(size, 0)));
  const size_t space = text.find(' '), end = std::min(text.find('\n'), text.size());
  Owner owner;
  if (space == std::string_view::npos || space > end) return owner;
  owner.pid = parse_number<int>(text.substr(0, space)).value_or(0);
  owner.host = text.substr(space + 1, end - space - 1);
  return owner;
}

[[noreturn]] void refuse(const std::string& folder, const Owner& owner, bool here) {
  const std::string who = owner.pid > 0 ? fmt::format("process {} on {}", owner.pid, here ? "this machine" : owner.host)
                                        : std::string("another process");
  throw Error(Exit::usage, "run/locked", fmt::format("{} is being written by {}", folder, who),
              here ? "wait for its end, or choose another folder with -o"
                   : fmt::format("if that run has ended, remove {}", RunLock::file_of(folder)));
}

[[noreturn]] void cannot_lock(const std::string& path, int reason) {
  throw Error(Exit::internal, "io/write", fmt::format("cannot write {}: {}", path, std::strerror(reason)),
              write_advice(reason));
}

bool is_still(const std::string& path, int fd) {
  struct stat named {
  }, opened{};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(fd, &opened) == 0 && named.st_ino == opened.st_ino &&
         named.st_dev == opened.st_dev;
}

}  // namespace

RunLock::RunLock(const std::string& folder) : path_(file_of(folder)) {
  const std::string host = this_host();
  for (;;) {
    fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd_ < 0) cannot_lock(path_, errno);
    const int taken = ::flock(fd_, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    const Owner owner = read_owner(fd_);
    const bool here = owner.host.empty() || owner.host == host;
    // A file system without locks: the process itself is looked for.
    const bool lives = taken == EWOULDBLOCK || (taken != 0 && owner.pid > 0 && ::kill(owner.pid, 0) == 0);
    if (!here || lives) {
      ::close(std::exchange(fd_, -1));
      refuse(folder, owner, here);
    }
    if (is_still(path_, fd_)) break;
    ::close(fd_);  // its owner has just removed it
  }
  const std::string text = fmt::format("{} {}\n", ::getpid(), host);
  if (::ftruncate(fd_, 0) != 0 || ::pwrite(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    const int reason = errno;
    ::unlink(path_.c_str());
    ::close(std::exchange(fd_, -1));
    cannot_lock(path_, reason);
  }
}

RunLock::~RunLock() {
  if (fd_ < 0) return;
  ::unlink(path_.c_str());  // before the lock is free: another process may have it at once
  ::close(fd_);
}

}  // namespace rnn::core
