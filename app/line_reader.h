// Why: sentences come from files, through pipes and from people; they are read, checked and named by their line in one way.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

namespace rnn::core::app {

// The lines of files, one file after the other. gzip and zstd are unpacked, by content (files only); a byte order mark is
// dropped, CRLF becomes LF, and the last line may lack its end.
class LineReader {
 public:
  // "-" is standard input, and so are no paths.
  explicit LineReader(std::vector<std::string> paths);
  // At least one line and at most `most`: those that are there already, so that nobody who typed one waits for an answer.
  // None: everything was read. It ends early, perhaps with none, once `stop` is not 0. Lines before a fault are handed out
  // first, the next call throws. Error{data} with file:line: data/utf8, data/binary, data/long_line (more than kMaxWords
  // words); of a file: data/missing, data/unreadable, data/compressed. Error{internal, "io/read"}.
  std::vector<std::string> next(size_t most, const std::atomic<int>& stop);
  // Standard input is a terminal, and it is read.
  bool asks_a_person() const;

 private:
  bool take(std::string& line, bool wait, const std::atomic<int>& stop);
  void open();
  bool read_more(bool wait, const std::atomic<int>& stop);
  void check(std::string& line) const;

  std::vector<std::string> paths_;
  size_t at_ = 0;  // of paths_
  std::string name_, bytes_;
  size_t begin_ = 0;                 // of the next line in bytes_
  int64_t number_ = 0;               // of the line taken last, from 1
  bool open_ = false;                // a path is being read
  bool whole_ = false;               // bytes_ has all that is left of it
  std::exception_ptr failure_ = {};  // for the next call
};

}  // namespace rnn::core::app
