// Why: lines from files, pipes and people are read, checked and named by place in the same way.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

namespace rnn::core::app {

enum class LineContent { sentences, data };  // data: a line may be long

struct LineOrigin {
  std::string file;
  int64_t number = 0;  // from 1
};

// The lines of files, one file after another. gzip and zstd are recognised by content and unpacked; a byte
// order mark is dropped, CRLF becomes LF, and the last line may lack its end.
class LineReader {
 public:
  // "-" is standard input, and so is an empty list.
  explicit LineReader(std::vector<std::string> paths, LineContent content = LineContent::sentences);
  // At least one line and at most `most`: those available now, so that a user who typed one line need not wait for an
  // answer. None: everything was read. Returns early, perhaps with none, once `stop` is not 0. Lines before a bad line are
  // returned first; the next call throws. Error{data} with file:line: data/utf8, data/binary, data/long_line (more than
  // kMaxWords words, or more than 16 MB from a pipe); for a file: data/missing, data/unreadable, data/compressed.
  // Error{internal, "io/read"}. `origins`, unless null: where each line stands.
  std::vector<std::string> next(size_t most, const std::atomic<int>& stop, std::vector<LineOrigin>* origins = nullptr);
  // Whether standard input is read; whether it then is a terminal.
  bool reads_standard_input() const;
  bool asks_a_person() const;

 private:
  bool take(std::string& line, bool wait, const std::atomic<int>& stop);
  void open();
  bool read_more(bool wait, const std::atomic<int>& stop);
  void look_at_beginning();
  void check(std::string& line) const;

  std::vector<std::string> paths_;
  LineContent content_;
  size_t at_ = 0;  // of paths_
  std::string name_, bytes_;
  size_t begin_ = 0;                 // of the next line in bytes_
  int64_t number_ = 0;               // of the last line taken, from 1
  bool open_ = false;                // a path is being read
  bool whole_ = false;               // bytes_ has the whole rest of it
  bool known_ = false;               // of standard input: its first bytes were looked at
  bool packed_ = false;              // it is compressed: nothing can be taken before it is whole
  std::exception_ptr failure_ = {};  // for the next call
};

}  // namespace rnn::core::app
