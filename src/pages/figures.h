// Why: numbers on the page are written in one way: rounded for people, exact for programs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rnn::core::pages {

// Three significant digits: "14.4", "1,440", "0.0312", "3.1 × 10⁻⁵"; "infinite" and "not a number" for such values.
std::string number(double value);
std::string count(long long value);  // "1,234,567"
std::string share(double value);  // "43 %" with a no-break space; "under 1 %" and "over 99 %" instead of a rounded 0 and 100
// A share that may be tiny: "9 %", "0.4 %", "1 part in 2,300", "less than 1 part in 10 million".
std::string part(double value);
// number() without powers of ten, for sentences: "more than 10 million", "less than a thousandth".
std::string spoken(double value);
std::string plain(double value);         // a setting as it was given: "0.01", "1"
std::string microseconds(double value);  // "8.2 µs", "1.4 ms"
std::string steps(double value);         // "5.4 steps"
std::string exact(double value);         // shortest text that reads back as the same number; "null" if it is not finite
std::string exact(const std::vector<double>& values);  // the same, separated by commas
std::string superscript(int exponent);                 // "⁻⁵"

std::string listing(const std::vector<std::string>& items);  // "a", "a and b", "a, b and c"
std::string in_words(int n);                                 // "two"; digits above twelve
std::string in_quotes(std::string_view word);                // “word”, for words of the text
std::string sentence_start(std::string text);                // "the GRU" -> "The GRU"; names of runs stay as they are

}  // namespace rnn::core::pages
