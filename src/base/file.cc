// Why: the system calls behind read_file and write_file_atomic, each checked.
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"

namespace rnn::core {
namespace {

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

std::string read_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw Error(Exit::data, "io/folder", path + " is a folder, not a file");
  Descriptor file(path, O_RDONLY);
  if (file.get() < 0) {
    const int reason = errno;
    throw Error(Exit::data, reason == ENOENT ? "io/missing" : "io/read",
                "cannot read " + path + ": " + std::strerror(reason),
                reason == ENOENT ? "check the path; it is taken relative to the current folder" : "");
  }
  std::string bytes;
  struct stat info {};
  if (::fstat(file.get(), &info) == 0 && info.st_size > 0) bytes.reserve(static_cast<size_t>(info.st_size) + 1);
  char block[65536];
  for (;;) {
    const ssize_t n = ::read(file.get(), block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Error(Exit::data, "io/read", "cannot read " + path + ": " + std::strerror(errno));
    if (n == 0) return bytes;
    bytes.append(block, static_cast<size_t>(n));
  }
}

void write_file_atomic(const std::string& path, std::string_view bytes) { write_file_atomic(path, {&bytes, 1}); }

void write_file_atomic(const std::string& path, std::span<const std::string_view> pieces) {
  std::string beside;
  Descriptor file(open_beside(path, &beside));
  const bool made = file.get() >= 0;
  const auto fail = [&](const char* what) {
    const std::string reason = std::strerror(errno);
    if (made) ::unlink(beside.c_str());
    std::error_code ignored;
    const bool before = std::filesystem::exists(path, ignored);
    throw Error(Exit::internal, "io/write", std::string("cannot ") + what + " " + path + ": " + reason,
                "free some space or choose another folder with -o" +
                    (before ? "; the file that was there before is unchanged" : std::string()));
  };
  if (!made) fail("write");
  for (std::string_view bytes : pieces) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(file.get(), bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) fail("write");
      bytes.remove_prefix(static_cast<size_t>(n));
    }
  }
  if (::fsync(file.get()) != 0) fail("flush");
  if (file.close() != 0) fail("close");
  if (::rename(beside.c_str(), path.c_str()) != 0) fail("replace");
  const std::string folder = std::filesystem::path(path).parent_path().string();
  Descriptor directory(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  if (directory.get() >= 0) ::fsync(directory.get());
}

}  // namespace rnn::core
