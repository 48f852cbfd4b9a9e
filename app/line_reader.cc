// Why: available input is taken at once, missing input is waited for, and a signal ends the waiting.
#include "line_reader.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "data/inputs/compression.h"
#include "data/inputs/data_file.h"
#include "data/inputs/text_line.h"
#include "text/utf8.h"

namespace rnn::core::app {
namespace {

constexpr int kLook = 200;                     // milliseconds between checks for a signal
constexpr size_t kAtOnce = 1 << 16;            // bytes
constexpr size_t kLongest = size_t{16} << 20;  // bytes of an incomplete line
constexpr const char* kCut = "one line is one sentence: split the text into sentences, one per line";
constexpr const char* kFile = "name a file that holds it: lines of files may be longer";

}  // namespace

LineReader::LineReader(std::vector<std::string> paths, LineContent content) : paths_(std::move(paths)), content_(content) {
  if (paths_.empty()) paths_.emplace_back("-");
}

bool LineReader::reads_standard_input() const { return std::find(paths_.begin(), paths_.end(), "-") != paths_.end(); }

bool LineReader::asks_a_person() const { return reads_standard_input() && ::isatty(STDIN_FILENO) == 1; }

std::vector<std::string> LineReader::next(size_t most, const std::atomic<int>& stop, std::vector<LineOrigin>* origins) {
  if (origins) origins->clear();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  std::vector<std::string> lines;
  std::string line;
  try {
    while (lines.size() < most && stop.load() == 0 && take(line, lines.empty(), stop)) {
      lines.push_back(std::move(line));
      if (origins) origins->push_back({name_, number_});
    }
  } catch (const Error&) {
    if (lines.empty()) throw;
    failure_ = std::current_exception();
  }
  return lines;
}

// False: there is no further line, or none without waiting.
bool LineReader::take(std::string& line, bool wait, const std::atomic<int>& stop) {
  for (;;) {
    if (!open_ && at_ == paths_.size()) return false;
    if (!open_) open();
    if (packed_ && !whole_) {
      if (!read_more(wait, stop)) return false;
      continue;
    }
    const size_t newline = bytes_.find('\n', begin_);
    const bool complete = newline != std::string::npos;
    if (!complete && !whole_) {
      if (!read_more(wait, stop)) return false;
      continue;
    }
    if (!complete && begin_ == bytes_.size()) {
      open_ = false;
      ++at_;
      continue;
    }
    const size_t end = std::min(newline, bytes_.size());
    line.assign(bytes_, begin_, end - begin_);
    begin_ = std::min(end + 1, bytes_.size());
    ++number_;
    if (complete && line.ends_with('\r')) line.pop_back();
    check(line);
    return true;
  }
}

void LineReader::open() {
  name_ = paths_[at_];
  begin_ = 0, number_ = 0;
  if (name_ == "-") {
    name_ = "standard input";
    bytes_.clear();
    whole_ = false, known_ = false, packed_ = false;
  } else {
    bytes_ = text_of_bytes(read_data_bytes(name_), name_);
    whole_ = true;
  }
  open_ = true;
}

// From standard input. False: nothing has arrived, and wait is false or a signal came.
bool LineReader::read_more(bool wait, const std::atomic<int>& stop) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  for (int ready = 0; ready <= 0;) {
    if (stop.load() != 0) return false;
    ready = ::poll(&input, 1, wait ? kLook : 0);
    if (ready == 0 && !wait) return false;
    if (ready < 0 && errno != EINTR) break;  // read() reports what is wrong
  }
  bytes_.erase(0, begin_);
  begin_ = 0;
  const size_t held = bytes_.size();
  if (held > kLongest && !packed_) {
    ++number_;
    refuse_line({name_, number_}, "data/long_line", fmt::format("the line has more than {} MB", kLongest >> 20),
                content_ == LineContent::sentences ? kCut : kFile);
  }
  bytes_.resize(held + kAtOnce);
  const ssize_t count = ::read(STDIN_FILENO, bytes_.data() + held, kAtOnce);
  const int reason = errno;
  bytes_.resize(held + static_cast<size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0 && reason != EINTR && reason != EAGAIN)
    throw Error(Exit::internal, "io/read", std::string("cannot read standard input: ") + std::strerror(reason));
  whole_ = count == 0;
  look_at_beginning();
  return true;
}

// What is packed can only be read as a whole, and what is no text is known by its first bytes.
void LineReader::look_at_beginning() {
  constexpr size_t kEnough = 4;  // bytes
  if (!known_ && (bytes_.size() >= kEnough || whole_)) {
    known_ = true;
    packed_ = is_gzip(bytes_) || is_zstd(bytes_);
    if (!packed_) require_known_text(bytes_, name_);
  }
  if (!whole_) return;
  if (packed_) {
    bytes_ = text_of_bytes(std::move(bytes_), name_);
  } else if (number_ == 0) {
    unify_old_line_ends(bytes_);
  }
}

void LineReader::check(std::string& line) const {
  require_text({name_, number_}, line);
  if (number_ == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
  if (content_ == LineContent::sentences) require_sentence({name_, number_}, line, kCut);
}

}  // namespace rnn::core::app
