// Why: the system calls of AppendFile, each checked.
#include "events/append_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/file.h"

namespace rnn::core {
namespace {

[[noreturn]] void fail(const std::string& path) {
  const int reason = errno;
  throw Error(Exit::internal, "io/write", "cannot write " + path + ": " + std::strerror(reason), write_advice(reason));
}

}  // namespace

AppendFile::AppendFile(std::string path, Open mode) : path_(std::move(path)) {
  open(O_WRONLY | O_CREAT | O_APPEND | (mode == Open::fresh ? O_TRUNC : 0));
}

AppendFile::~AppendFile() { close(); }

void AppendFile::open(int flags) {
  fd_ = ::open(path_.c_str(), flags | O_CLOEXEC, 0644);
  if (fd_ < 0) fail(path_);
}

void AppendFile::close() noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void AppendFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(path_);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
}

void AppendFile::replace(std::string_view bytes) {
  write_file_atomic(path_, bytes);
  close();
  open(O_WRONLY | O_APPEND);
}

std::string AppendFile::read() const { return read_file(path_); }

}  // namespace rnn::core
