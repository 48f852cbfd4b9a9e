// Why: one home reads and writes numbers: what is a number, what is none, and what does not fit, is said here for all.
#include "base/numbers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace rnn::core {
namespace {

TEST(Numbers, AllOfTheTextIsOneNumber) {
  EXPECT_EQ(parse_number<int>("-12"), -12);
  EXPECT_EQ(parse_number<double>("0.1"), 0.1);
  EXPECT_EQ(parse_number<double>("-1e-3"), -1e-3);
  EXPECT_EQ(parse_number<double>("5e-324"), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(parse_number<float>("0.1"), 0.1f);
  EXPECT_EQ(parse_number<uint64_t>("18446744073709551615"), std::numeric_limits<uint64_t>::max());
  for (const char* none :
       {"", " ", "1 ", " 1", "+1", "1x", "x", "0,1", "1,000", "0x10", "--1", ".", "e5", "1e", "\xD9\xAB"}) {
    EXPECT_FALSE(parse_number<double>(none)) << none;
    EXPECT_FALSE(parse_number<int>(none)) << none;
  }
  EXPECT_FALSE(parse_number<int>("1.5"));
  EXPECT_FALSE(parse_number<uint64_t>("-1"));
  EXPECT_TRUE(std::isinf(parse_number<double>("inf").value_or(0)));
  EXPECT_TRUE(std::isnan(parse_number<double>("nan").value_or(0)));
}

TEST(Numbers, WhatDoesNotFitIsToldFromWhatIsNone) {
  int whole = 7;
  EXPECT_EQ(read_number("2147483648", whole), std::errc::result_out_of_range);
  EXPECT_EQ(read_number("2147483648x", whole), std::errc::invalid_argument);
  EXPECT_EQ(read_number("", whole), std::errc::invalid_argument);
  EXPECT_EQ(whole, 7) << "is left alone";
  double real = 7;
  EXPECT_EQ(read_number("1e999", real), std::errc::result_out_of_range);
  EXPECT_EQ(real, 7);
  EXPECT_EQ(read_number("1e99", real), std::errc());
  EXPECT_EQ(real, 1e99);
}

TEST(Numbers, TheNumberInFrontIsCutOff) {
  std::string_view text = "32768K";
  EXPECT_EQ(take_number<uint64_t>(text), uint64_t{32768});
  EXPECT_EQ(text, "K");
  EXPECT_FALSE(take_number<uint64_t>(text));
  EXPECT_EQ(text, "K");
  text = "1.5,2";
  EXPECT_EQ(take_number<double>(text), 1.5);
  EXPECT_EQ(text, ",2");
  text = "99999999999";
  EXPECT_FALSE(take_number<int>(text));
  EXPECT_EQ(text, "99999999999");
}

TEST(Numbers, HexadecimalDigits) {
  EXPECT_EQ(parse_hexadecimal("0A"), 10);
  EXPECT_EQ(parse_hexadecimal("ff"), 255);
  EXPECT_FALSE(parse_hexadecimal("0G"));
  EXPECT_FALSE(parse_hexadecimal(""));
}

TEST(Numbers, WhatIsWrittenReadsBack) {
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(-2), "-2");
  EXPECT_EQ(number_text(1e300), "1e+300");
  const double third = 1.0 / 3, tiny = -std::numeric_limits<double>::denorm_min();
  for (const double x : {third, tiny, std::numeric_limits<double>::max(), 123456.789})
    EXPECT_EQ(parse_number<double>(number_text(x)), x);
  EXPECT_EQ(number_text(INFINITY), "inf");
}

TEST(Numbers, WordedForPeople) {
  EXPECT_EQ(short_number(3.2149), "3.21");
  EXPECT_EQ(short_number(0.8), "0.8");
  EXPECT_EQ(short_number(12.34), "12.3");
  EXPECT_EQ(short_number(99.96), "100");
  EXPECT_EQ(short_number(1234.4), "1234");
  EXPECT_EQ(short_number(-250), "-250");
  EXPECT_EQ(short_number(1e-5), "1e-05");
  EXPECT_EQ(short_number(2.5e9), "2.5e+09");
  EXPECT_EQ(short_number(std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(compact_count(950.4), "950");
  EXPECT_EQ(compact_count(999.6), "1.0k");
  EXPECT_EQ(compact_count(1234), "1.2k");
  EXPECT_EQ(compact_count(41234), "41k");
  EXPECT_EQ(compact_count(999600), "1.0M");
  EXPECT_EQ(compact_count(2.5e9), "2.5G");
  EXPECT_EQ(clock_time(0), "0:00");
  EXPECT_EQ(clock_time(72.7), "1:13");
  EXPECT_EQ(clock_time(59.6), "1:00");
  EXPECT_EQ(clock_time(7273), "2:01:13");
  EXPECT_EQ(clock_time(std::numeric_limits<double>::quiet_NaN()), "?");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(bytes_text(950), "950 B");
  EXPECT_EQ(bytes_text(1500000), "1.5 MB");
  EXPECT_EQ(percent_text(0.0421), "4.2%");
  EXPECT_EQ(percent_text(0.43), "43%");
}

TEST(Numbers, CountedThings) {
  EXPECT_EQ(counted(1, "sequence"), "1 sequence");
  EXPECT_EQ(counted(size_t{0}, "sequence"), "0 sequences");
  EXPECT_EQ(counted(int64_t{24310}, "n-gram"), "24,310 n-grams");
}

TEST(Numbers, LettersOfAscii) {
  EXPECT_TRUE(is_letter('a') && is_letter('Z') && !is_letter('1') && !is_letter('\xE4'));
  EXPECT_TRUE(lower_case('I') == 'i' && lower_case('i') == 'i' && lower_case('\xC4') == '\xC4');
}

}  // namespace
}  // namespace rnn::core
