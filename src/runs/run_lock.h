// Why: two processes that train in one folder would overwrite each other's checkpoints.
#pragma once

#include <string>

namespace rnn::core {

// The right to write into the folder of a run, as long as it lives: the file run.lock, which names the process and the host. What a
// killed process left on this host is taken over.
class RunLock {
 public:
  // Throws Error{usage, "run/locked"} if another run has it, Error{internal, "io/write"} if the file cannot be written.
  explicit RunLock(const std::string& folder);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  static std::string file_of(const std::string& folder) { return folder + "/run.lock"; }

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace rnn::core
