// Why: see float_store.h.
#include "base/float_store.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/error.h"
#include "base/file.h"

namespace rnn::core {
namespace {

constexpr int64_t kChunk = int64_t{64} << 20;  // bytes that the file grows by; longer values get a chunk of their own

std::string place_of(const std::string& folder) {
  if (!folder.empty()) return folder;
  const char* wanted = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nothing here sets it
  return wanted != nullptr && *wanted != '\0' ? wanted : "/var/tmp";
}

[[noreturn]] void cannot_write(const std::string& folder) {
  const int reason = errno;
  throw Error(Exit::internal, "io/write",
              "cannot keep frames in a file in " + folder + ": " + std::strerror(reason),  // NOLINT(concurrency-mt-unsafe)
              "TMPDIR names a folder with room; " + write_advice(reason));
}

int64_t page_size() { return sysconf(_SC_PAGESIZE); }

}  // namespace

// Chunks of a file without a name, each in memory at one address until the last reader is gone.
class FloatStore::File {
 public:
  explicit File(const std::string& folder) : folder_(folder) {
    std::string name = folder + "/rnn-frames-XXXXXX";
    file_ = mkstemp(name.data());
    if (file_ < 0) cannot_write(folder_);
    fcntl(file_, F_SETFD, FD_CLOEXEC);
    unlink(name.c_str());
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    for (const Chunk& chunk : chunks_) munmap(chunk.at, static_cast<size_t>(chunk.size));
    close(file_);
  }

  std::span<const float> add(const std::vector<float>& values) {
    const auto bytes = static_cast<int64_t>(values.size() * sizeof(float));
    if (chunks_.empty() || chunks_.back().size - used_ < bytes) grow(bytes);
    char* at = static_cast<char*>(chunks_.back().at) + used_;
    if (bytes > 0) std::memcpy(at, values.data(), static_cast<size_t>(bytes));
    used_ += (bytes + 63) / 64 * 64;
    return {reinterpret_cast<const float*>(at),
            values.size()};  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): written as floats
  }

 private:
  struct Chunk {
    void* at;
    int64_t size;
  };

  void grow(int64_t bytes) {
    const int64_t page = page_size(), size = std::max(kChunk, (bytes + page - 1) / page * page);
    // The room is taken now: a full disk must be an error here, not a signal at the first write.
    if (const int failed = posix_fallocate(file_, end_, size); failed != 0) errno = failed, cannot_write(folder_);
    void* at = mmap(nullptr, static_cast<size_t>(size), PROT_READ | PROT_WRITE, MAP_SHARED, file_, end_);
    if (at == MAP_FAILED) cannot_write(folder_);
    chunks_.push_back({at, size});
    end_ += size, used_ = 0;
  }

  std::string folder_;
  int file_ = -1;
  std::vector<Chunk> chunks_;
  int64_t end_ = 0, used_ = 0;  // of the file; of the last chunk
};

int64_t half_of_memory() { return static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * page_size() / 2; }

KeptFloats FloatStore::keep(std::vector<float> values) {
  const auto bytes = static_cast<int64_t>(values.size() * sizeof(float));
  std::unique_lock lock(mutex_);
  if (in_memory_ + bytes <= limit_) {
    in_memory_ += bytes;
    lock.unlock();
    values.shrink_to_fit();
    return values;
  }
  if (!file_) file_ = std::make_shared<File>(place_of(folder_));
  in_file_ += bytes;
  const std::span<const float> kept = file_->add(values);
  return {file_, kept};
}

void KeptFloats::will_read() const {
  if (!in_file_ || values_.empty()) return;
  const auto page = static_cast<uintptr_t>(page_size());
  const auto begin =
      reinterpret_cast<uintptr_t>(values_.data()) / page * page;  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  const auto end =
      reinterpret_cast<uintptr_t>(values_.data() + values_.size());  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  // Advice that is not taken costs nothing.
  madvise(reinterpret_cast<void*>(begin), end - begin,
          MADV_WILLNEED);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast,performance-no-int-to-ptr)
}

}  // namespace rnn::core
