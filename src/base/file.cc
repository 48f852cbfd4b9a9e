// Why: the system calls behind read_file and write_file_atomic, each checked.
#include "base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/numbers.h"

namespace rnn::core {
namespace fs = std::filesystem;
namespace {

constexpr int kLook = 100;  // milliseconds between looks for an interruption

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const std::string& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int close() {
    const int result = fd_ >= 0 ? ::close(fd_) : 0;
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

// What else can give no end: a device that is no terminal. /dev/null is at its end at once.
bool is_endless(const struct stat& info, int fd) {
  struct stat null {};
  if (!S_ISCHR(info.st_mode) || ::isatty(fd) == 1) return S_ISBLK(info.st_mode);
  return ::stat("/dev/null", &null) != 0 || null.st_rdev != info.st_rdev;
}

[[noreturn]] void cannot(const std::string& what, const std::string& path, int reason) {
  std::error_code ignored;
  const bool before = fs::is_regular_file(path, ignored);
  throw Error(Exit::internal, "io/write", "cannot " + what + " " + path + ": " + std::strerror(reason),
              write_advice(reason) + (before ? "; the file that was there before is unchanged" : ""));
}

// Waits until a descriptor can be read or written. Throws if the process is interrupted meanwhile.
void wait_for(int fd, short what) {
  pollfd one{fd, what, 0};
  do end_if_interrupted();
  while (::poll(&one, 1, kLook) == 0 || (one.revents == 0 && errno == EINTR));
}

// Returns errno, or 0.
int write_all(int fd, std::span<const std::string_view> pieces) {
  for (std::string_view bytes : pieces) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && errno == EAGAIN) {
        wait_for(fd, POLLOUT);
        continue;
      }
      if (n <= 0) return n < 0 ? errno : EIO;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
  return 0;
}

// What is written to as it is: a device, a pipe, a FIFO. One that nobody reads yet is waited for.
void write_through(const std::string& path, bool fifo, std::span<const std::string_view> pieces) {
  int fd = -1;
  while ((fd = ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) < 0) {
    if (errno != EINTR && !(fifo && errno == ENXIO)) cannot("write", path, errno);
    end_if_interrupted();
    ::poll(nullptr, 0, kLook);
  }
  Descriptor file(fd);
  if (const int reason = write_all(fd, pieces)) cannot("write", path, reason);
  if (file.close() != 0) cannot("close", path, errno);
}

// The file that a chain of symbolic links leads to, also one that does not exist yet. `own`: the link is that of an open descriptor
// of this process (/dev/stdout), its number; else -1.
std::string followed(const std::string& path, int* own) {
  static const std::string descriptors = "/proc/" + std::to_string(::getpid()) + "/fd";
  fs::path at = path;
  std::error_code error;
  *own = -1;
  for (int links = 0; fs::is_symlink(at, error); ++links) {
    if (fs::canonical(at.parent_path(), error) == descriptors) {
      *own = parse_number<int>(at.filename().string()).value_or(-1);
      if (*own >= 0) return path;
    }
    const fs::path target = fs::read_symlink(at, error);
    if (error || links == 40) cannot("write", path, error ? error.value() : ELOOP);
    at = at.parent_path() / target;  // an absolute target replaces all of it
  }
  return at.string();
}

// A new file beside `path` under a name that nobody else writes; -1: errno says why not. The process id tells processes apart, the count
// what one process writes at the same time; O_EXCL passes over what a killed process left, or one of another machine has.
int open_beside(const std::string& path, std::string* beside) {
  static std::atomic<unsigned> count{0};
  for (;;) {
    *beside = path + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(count++);
    const int fd = ::open(beside->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd >= 0 || errno != EEXIST) return fd;
  }
}

}  // namespace

std::string write_advice(int reason) {
  switch (reason) {
    case ENOSPC:
    case EDQUOT:
      return "free some space, or name another place for it";
    case EACCES:
    case EPERM:
    case EROFS:
      return "check the permissions of the folder, or name another place for it";
    case ENOENT:
    case ENOTDIR:
      return "make the folder first, or name another place for it";
    default:
      return "name another place for it";
  }
}

std::string read_file(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) throw Error(Exit::data, "io/folder", path + " is a folder, not a file");
  Descriptor file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);  // a FIFO without a writer would block, deaf to signals
  if (file.get() < 0) {
    const int reason = errno;
    throw Error(Exit::data, reason == ENOENT ? "io/missing" : "io/read",
                "cannot read " + path + ": " + std::strerror(reason),
                reason == ENOENT ? "check the path; it is taken relative to the current folder" : "");
  }
  std::string bytes;
  struct stat info {};
  const bool known = ::fstat(file.get(), &info) == 0;
  if (known && is_endless(info, file.get()))
    throw Error(Exit::data, "io/device", "cannot read " + path + ": it is a device, not a file", "name a file, or a pipe");
  const bool waits = known && !S_ISREG(info.st_mode);
  if (known && info.st_size > 0) bytes.reserve(static_cast<size_t>(info.st_size) + 1);
  char block[65536];
  for (;;) {
    if (waits) wait_for(file.get(), POLLIN);
    const ssize_t n = ::read(file.get(), block, sizeof block);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) throw Error(Exit::data, "io/read", "cannot read " + path + ": " + std::strerror(errno));
    if (n == 0) return bytes;
    bytes.append(block, static_cast<size_t>(n));
  }
}

bool is_written_through(const std::string& path) {
  struct stat info {};
  int own = -1;
  try {
    followed(path, &own);
  } catch (const Error&) {  // a loop of links
    return false;
  }
  return own >= 0 || (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode));
}

void write_file_atomic(const std::string& path, std::string_view bytes) { write_file_atomic(path, {&bytes, 1}); }

void write_file_atomic(const std::string& path, std::span<const std::string_view> pieces) {
  int own = -1;
  const std::string place = followed(path, &own);
  if (own >= 0) {
    if (const int reason = write_all(own, pieces)) cannot("write", path, reason);
    return;
  }
  struct stat info {};
  const bool there = ::stat(place.c_str(), &info) == 0;
  if (there && S_ISDIR(info.st_mode)) cannot("write", path, EISDIR);
  if (there && !S_ISREG(info.st_mode)) return write_through(path, S_ISFIFO(info.st_mode), pieces);
  std::string beside;
  Descriptor file(open_beside(place, &beside));
  if (file.get() < 0) cannot("write", path, errno);
  const auto fail = [&](const char* what, int reason) {
    ::unlink(beside.c_str());
    cannot(what, path, reason);
  };
  if (const int reason = write_all(file.get(), pieces)) fail("write", reason);
  if (::fsync(file.get()) != 0) fail("flush", errno);
  if (file.close() != 0) fail("close", errno);
  if (::rename(beside.c_str(), place.c_str()) != 0) fail("replace", errno);
  const std::string folder = fs::path(place).parent_path().string();
  Descriptor directory(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  if (directory.get() >= 0) ::fsync(directory.get());
}

}  // namespace rnn::core
