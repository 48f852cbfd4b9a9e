// Why: the changes, each a few lines, in one visible list.
#include "fuzz/mutate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace rnn::core::fuzz {
namespace {

// Numbers at which a reader's arithmetic turns.
constexpr std::string_view kNumbers[] = {"0",
                                         "-1",
                                         "1",
                                         "255",
                                         "256",
                                         "65536",
                                         "2147483647",
                                         "2147483648",
                                         "4294967296",
                                         "-2147483649",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         "18446744073709551616",
                                         "1e9",
                                         "1e39",
                                         "-1e309",
                                         "1e-400",
                                         "0.5",
                                         "NaN",
                                         "00"};
constexpr uint64_t kIntegers[] = {0,          1,          0x7F,       0x80,       0xFF,       0x7FFF,     0x8000,     0xFFFF,
                                  0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7F800000, 0x7FC00000, 1ull << 32, ~0ull >> 1, ~0ull};

uint32_t below(Random& random, size_t n) { return random.below(static_cast<uint32_t>(std::max<size_t>(n, 1))); }

// [first, second) of `size` places, not empty unless size is 0; short ones are likelier.
std::pair<size_t, size_t> span_of(size_t size, Random& random) {
  const size_t begin = below(random, size);
  const size_t most = random.below(4) == 0 ? size - begin : std::min<size_t>(size - begin, 16);
  return {begin, begin + std::min(most, 1 + static_cast<size_t>(below(random, most)))};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Puts `text` in place of [begin, end).
void put(std::string& bytes, size_t begin, size_t end, std::string_view text) { bytes.replace(begin, end - begin, text); }

}  // namespace

Mutator::Mutator(const std::vector<std::string>& others, std::vector<std::string> words)
    : others_(others), words_(std::move(words)) {}

void Mutator::change(std::string& bytes, size_t longest, Random& random) const {
  using Change = void (Mutator::*)(std::string&, Random&) const;
  constexpr Change kChanges[] = {&Mutator::flip_bit,    &Mutator::set_byte,     &Mutator::cut_end,    &Mutator::erase_span,
                                 &Mutator::repeat_span, &Mutator::insert_bytes, &Mutator::splice,     &Mutator::edit_digits,
                                 &Mutator::edit_digits, &Mutator::edit_integer, &Mutator::write_word, &Mutator::write_word};
  const Change chosen = bytes.empty() ? &Mutator::insert_bytes : kChanges[random.below(std::size(kChanges))];
  (this->*chosen)(bytes, random);
  if (bytes.size() > longest) bytes.resize(longest);
}

void Mutator::flip_bit(std::string& bytes, Random& random) const {
  char& byte = bytes[below(random, bytes.size())];
  byte = static_cast<char>(byte ^ 1 << random.below(8));
}

void Mutator::set_byte(std::string& bytes, Random& random) const {
  bytes[below(random, bytes.size())] = static_cast<char>(random.below(256));
}

void Mutator::cut_end(std::string& bytes, Random& random) const { bytes.resize(below(random, bytes.size())); }

void Mutator::erase_span(std::string& bytes, Random& random) const {
  const auto [begin, end] = span_of(bytes.size(), random);
  put(bytes, begin, end, "");
}

void Mutator::repeat_span(std::string& bytes, Random& random) const {
  const auto [begin, end] = span_of(bytes.size(), random);
  const std::string copy = bytes.substr(begin, end - begin);
  const size_t to = below(random, bytes.size() + 1);
  for (uint32_t times = 1 + random.below(random.below(8) == 0 ? 64 : 2); times > 0; --times) bytes.insert(to, copy);
}

void Mutator::insert_bytes(std::string& bytes, Random& random) const {
  std::string text(1 + random.below(8), '\0');
  for (char& c : text) c = static_cast<char>(random.below(256));
  bytes.insert(below(random, bytes.size() + 1), text);
}

// From another input: a piece of it at a random place, or all behind a place.
void Mutator::splice(std::string& bytes, Random& random) const {
  const std::string& other = others_[below(random, others_.size())];
  if (other.empty()) return;
  const auto [begin, end] = span_of(other.size(), random);
  const size_t at = below(random, bytes.size() + 1);
  if (random.below(3) == 0) {
    put(bytes, at, bytes.size(), std::string_view(other).substr(begin));
  } else {
    put(bytes, at, at, std::string_view(other).substr(begin, end - begin));
  }
}

// A number that stands there in digits becomes another.
void Mutator::edit_digits(std::string& bytes, Random& random) const {
  const size_t from = below(random, bytes.size());
  const auto first = std::find_if(bytes.begin() + static_cast<ptrdiff_t>(from), bytes.end(), is_digit);
  if (first == bytes.end()) return;
  const auto last = std::find_if_not(first, bytes.end(), is_digit);
  const auto begin = static_cast<size_t>(first - bytes.begin()), end = static_cast<size_t>(last - bytes.begin());
  std::string text(kNumbers[random.below(std::size(kNumbers))]);
  int64_t value = 0;
  const bool small = std::from_chars(bytes.data() + begin, bytes.data() + end, value).ec == std::errc() && value < 1 << 30;
  if (small && random.below(2) == 0) text = std::to_string(value + static_cast<int64_t>(random.below(9)) - 4);
  put(bytes, begin, end, text);
}

// 1 to 8 bytes, read as a little-endian integer, become another.
void Mutator::edit_integer(std::string& bytes, Random& random) const {
  const size_t width = std::min<size_t>(size_t{1} << random.below(4), bytes.size());
  char* place = bytes.data() + below(random, bytes.size() - width + 1);
  uint64_t value = 0;
  std::memcpy(&value, place, width);
  value = random.below(2) == 0 ? kIntegers[random.below(std::size(kIntegers))] : value + random.below(9) - 4;
  std::memcpy(place, &value, width);
}

void Mutator::write_word(std::string& bytes, Random& random) const {
  if (words_.empty()) return edit_digits(bytes, random);
  const std::string& word = words_[below(random, words_.size())];
  const size_t at = below(random, bytes.size() + 1);
  put(bytes, at, random.below(2) == 0 ? at : std::min(bytes.size(), at + word.size()), word);
}

std::vector<std::string> read_words(std::string_view text, const std::string& path) {
  std::vector<std::string> words;
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line[0] == '#') continue;
    const size_t open = line.find('"');
    if (open == std::string_view::npos || line.size() < open + 2 || line.back() != '"') {
      throw Error(Exit::usage, "fuzz/words", fmt::format("{}:{}: a line is \"text\" or name=\"text\"", path, number));
    }
    std::string word;
    const std::string_view quoted = line.substr(open + 1, line.size() - open - 2);
    for (size_t i = 0; i < quoted.size(); ++i) {
      if (quoted[i] != '\\') {
        word += quoted[i];
        continue;
      }
      const bool hex = quoted.substr(i + 1, 1) == "x" && i + 3 < quoted.size();
      int byte = hex ? -1 : i + 1 < quoted.size() ? quoted[i + 1] : -1;
      if (hex) std::from_chars(quoted.data() + i + 2, quoted.data() + i + 4, byte, 16);
      if (byte < 0) throw Error(Exit::usage, "fuzz/words", fmt::format("{}:{}: a bad \\ in \"{}\"", path, number, quoted));
      word += static_cast<char>(byte);
      i += hex ? 3 : 1;
    }
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace rnn::core::fuzz
