// Why: files that a run appends to for hours: each write reaches the system at once, each failure is an Error.
#pragma once

#include <string>
#include <string_view>

namespace rnn::core {

enum class Open { fresh, resume };  // start empty, or keep the content and append

// A file that only grows. Throws Error{internal, "io/write"} naming the path and the system's reason. One thread.
class AppendFile {
 public:
  AppendFile(std::string path, Open mode);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void write(std::string_view bytes);    // all of it, or an Error
  void replace(std::string_view bytes);  // the whole content, atomically; later writes are appended
  std::string read() const;
  const std::string& path() const { return path_; }

 private:
  void open(int flags);
  void close() noexcept;

  std::string path_;
  int fd_ = -1;
};

}  // namespace rnn::core
