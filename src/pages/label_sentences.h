// Why: the sentences of the pages about labels, as HTML; each agrees with its figures.
#pragma once

#include <string>

#include "inspect/labelling.h"
#include "pages/sentences.h"

namespace rnn::core::pages {

Nouns steps_of(const LabelFacts& facts);  // words, characters, samples ...
std::string ordinal(int n);               // "3rd"
std::string cited(std::string_view text);

std::string verdict_headline(const Verdict& v);  // "reviews-001 says happy, 93 % sure"
std::string right_sentence(const Verdict& v);    // was it right?
std::string decided_sentence(const Verdict& v);  // after which word the answer leads for good
std::string reading_sentence(const Verdict& v);  // what a picture of beginnings means for this network
std::string unknown_sentence(const Verdict& v);  // "" if it knows all words
std::string counts_sentence(const Verdict& v);   // what counts most, for and against
std::string changes_sentence(const Verdict& v);  // without what it would say something else
std::string sensors_sentence(const Verdict& v);  // the same of sensors
std::string moves_sentence(const Verdict& v);
std::string part_name(const Verdict& v, const LeftOutPart& part);  // “not”; samples 7 to 12

std::string tagging_headline(const Tagging& t);
std::string whole_sentence(const Tagging& t);  // its label; "" without any
std::string right_sentence(const Tagging& t);
std::string doubt_sentence(const Tagging& t);    // which tags are less sure
std::string early_sentence(const Tagging& t);    // which tags changed while more was read
std::string unknown_sentence(const Tagging& t);  // words that it has never seen
std::string leans_sentence(const Tagging& t);    // which word the tags of the others lean on most
std::string moves_sentence(const Tagging& t);

}  // namespace rnn::core::pages
