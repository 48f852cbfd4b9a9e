// Why: what every fuzz target needs: how a promise is checked, how an input becomes a file, and what counts as accepted.
#pragma once

#include <signal.h>
#include <stdlib.h>  // mkdtemp is POSIX, not in <cstdlib>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"

namespace rnn::core::fuzz {

// The entry of every target: libFuzzer calls it in the preset fuzz, tests/fuzz/replay.cc in every other build.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// Inputs that were read without an error. The driver refuses a corpus of which none was: it would test the error paths only.
inline int64_t accepted = 0;

// Ends the process unless `holds`; whoever called the target keeps the input.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

// Runs f. False when it refused its input as the library promises: with an rnn::Error of a class, a code and a sentence. Whatever
// else is thrown passes through and is a finding.
template <class F>
bool reads(F&& f) {
  try {
    f();
    return true;
  } catch (const Error& e) {
    require(e.exit() != Exit::ok && e.exit() != Exit::internal, "a bad input is not an internal error");
    require(!e.code().empty() && e.what()[0] != '\0', "an error has a code and a sentence");
    return false;
  }
}

inline std::string_view text_of(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

// A folder of the process's own for readers that take a path: in memory where Linux has /dev/shm. Removed at the end, and after a
// crash by the next process.
class Folder {
 public:
  Folder() {
    namespace fs = std::filesystem;
    std::error_code error;
    const bool in_memory = fs::is_directory("/dev/shm", error) && ::access("/dev/shm", W_OK) == 0;
    const fs::path parent = in_memory ? fs::path("/dev/shm") : fs::temp_directory_path();
    const std::string prefix = "rnn_fuzz_";
    for (const auto& entry : fs::directory_iterator(parent, error)) {
      const std::string name = entry.path().filename().string();
      const int owner = name.starts_with(prefix) ? std::atoi(name.c_str() + prefix.size()) : 0;
      if (owner > 0 && ::kill(owner, 0) != 0 && errno == ESRCH) fs::remove_all(entry.path(), error);
    }
    std::string pattern = (parent / (prefix + std::to_string(::getpid()) + "_XXXXXX")).string();
    require(::mkdtemp(pattern.data()) != nullptr, "there is a folder for temporary files");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name) const { return path_ + "/" + name; }
  // Writes a file and returns its path.
  std::string write(const std::string& name, std::string_view bytes) const {
    const std::string where = path(name);
    std::FILE* file = std::fopen(where.c_str(), "wb");
    require(file != nullptr, "the input can be written into a file");
    const size_t written = bytes.empty() ? 0 : std::fwrite(bytes.data(), 1, bytes.size(), file);
    require(std::fclose(file) == 0 && written == bytes.size(), "the input can be written into a file");
    return where;
  }

 private:
  std::string path_;
};

}  // namespace rnn::core::fuzz
