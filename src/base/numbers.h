// Why: a number in text means the same whatever locale the host of the library has set; reading and writing numbers stands here alone,
// and numbers for people are worded in one way.
#pragma once

#include <locale.h>  // locale_t is POSIX, not in <clocale>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace rnn::core {

// T: int, int64_t, uint64_t, float, double. The form is that of std::from_chars: digits with a decimal point, no white space, no plus
// sign; "inf" and "nan" are numbers of a floating type, so who needs a finite one asks std::isfinite.

// All of `text`. std::errc(): `value` has it. Else `value` is left alone: result_out_of_range for a number that T does not hold,
// invalid_argument for what is no number.
template <class T>
std::errc read_number(std::string_view text, T& value);

// The same for who does not tell the two apart.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  return read_number(text, value) == std::errc() ? std::optional<T>(value) : std::nullopt;
}

// The number that `text` begins with, which is cut off; without one `text` stays.
template <class T>
std::optional<T> take_number(std::string_view& text);

// A whole number in hexadecimal digits.
std::optional<int> parse_hexadecimal(std::string_view text);

// The shortest decimal number that reads back as `value`: 0.1, 1e+20, inf.
std::string number_text(double value);

// For people.
std::string short_number(double value);   // 3.21  0.8  12.3  1234  1e-05
std::string grouped(int64_t n);           // 24,310
std::string compact_count(double value);  // 950  41k  1.2M
std::string bytes_text(int64_t bytes);    // 950 B  1.5 MB
std::string clock_time(double seconds);   // 0:07  1:13  2:01:13
std::string percent_text(double share);   // 4.2%  43%
// A number of things: "1 sequence", "24,310 sequences". `noun` in the singular, of a plural that ends in s.
std::string counted_things(int64_t n, std::string_view noun);
template <class N>
std::string counted(N n, std::string_view noun) {
  return counted_things(static_cast<int64_t>(n), noun);
}

// The form of a verb that goes with a number of things: word_for(n, "is", "are").
inline std::string_view word_for(int64_t n, std::string_view one, std::string_view several) {
  return n == 1 ? one : several;
}

// As long as it lives, the C library reads and writes numbers of this thread with a decimal point. For parsers of others that go
// through it: nlohmann::json asks the locale for its point and reads the first byte of it only.
class PlainNumbers {
 public:
  PlainNumbers();
  ~PlainNumbers();
  PlainNumbers(const PlainNumbers&) = delete;
  PlainNumbers& operator=(const PlainNumbers&) = delete;

 private:
  locale_t before_;
};

// Letters and digits of ASCII, whatever the locale.
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace rnn::core
