// Why: what counts as the same words is decided once, for transcripts that are trained on, language models and error rates.
#pragma once

#include <string>
#include <string_view>

#include "options/kinds.h"

namespace rnn::core {

// none: white space alone: words are separated by one space, none at the ends.
// basic: also composed (NFC) and in lower case; letters, marks and digits stay, everything else separates words, except
//  - an apostrophe between two letters (don't, l'eau; U+2019 becomes '), and . , : between two digits (3.14), which stay;
//  - format characters (soft hyphens, joiners), which vanish.
// Digits are never spelt out: how 10 was said is not guessed. What is not well-formed reads as U+FFFD. Applied twice it changes nothing.
std::string speech_text(SpeechText rules, std::string_view text);

}  // namespace rnn::core
