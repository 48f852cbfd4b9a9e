// Why: many long rows of numbers stay readable although they are larger than memory: beyond a limit they lie in a file, which the system
// writes out and reads back as it needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace rnn::core {

// Numbers that are only read and stay where they are as long as a copy of this lives.
class KeptFloats {
 public:
  KeptFloats() = default;
  KeptFloats(std::vector<float> values) {  // NOLINT(google-explicit-constructor): a vector is kept as it is
    auto own = std::make_shared<const std::vector<float>>(std::move(values));
    values_ = *own, owner_ = std::move(own);
  }
  // Of a mapped file.
  KeptFloats(std::shared_ptr<const void> file, std::span<const float> values)
      : owner_(std::move(file)), values_(values), in_file_(true) {}
  std::span<const float> values() const { return values_; }
  operator std::span<const float>() const { return values_; }  // NOLINT(google-explicit-constructor)
  size_t size() const { return values_.size(); }
  float operator[](size_t i) const { return values_[i]; }
  // Begins to read the numbers from their file, if they lie in one and are not in memory, and does not wait for them.
  void will_read() const;

 private:
  std::shared_ptr<const void> owner_;
  std::span<const float> values_;
  bool in_file_ = false;
};

// Half of this machine's memory, bytes.
int64_t half_of_memory();

// What is kept may outlive the store. keep() may be called by many threads at once.
class FloatStore {
 public:
  // limit: bytes that are kept in memory. What is more goes into a file in `folder` that has no name: it is gone when nobody reads it any more,
  // even if the process is killed. folder: empty: $TMPDIR, else /var/tmp.
  explicit FloatStore(int64_t limit, std::string folder = "") : limit_(limit), folder_(std::move(folder)) {}

  // Throws Error{internal, "io/write"} naming the folder where the file cannot be made or the disk is full.
  KeptFloats keep(std::vector<float> values);
  int64_t bytes() const { return in_memory_ + in_file_; }
  int64_t bytes_in_file() const { return in_file_; }

 private:
  class File;
  int64_t limit_;
  std::string folder_;
  std::mutex mutex_;
  std::shared_ptr<File> file_;
  int64_t in_memory_ = 0, in_file_ = 0;
};

}  // namespace rnn::core
