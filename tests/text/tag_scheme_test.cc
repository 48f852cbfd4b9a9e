// Why: spans are read from tags as conlleval and seqeval read them, also from tags that break their scheme.
#include "text/tag_scheme.h"

#include <gtest/gtest.h>

#include <sstream>

namespace rnn::core {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

std::string text_of(const std::vector<TagSpan>& spans) {
  std::string text;
  for (const TagSpan& s : spans) text += s.type + std::to_string(s.begin) + "-" + std::to_string(s.end) + " ";
  return text;
}

TEST(TagScheme, SpansAreThoseOfConlleval) {
  const auto spans = [](const std::string& tags) { return text_of(spans_of_tags(words_of(tags))); };
  EXPECT_EQ(spans("B-a I-a O B-b"), "a0-2 b3-4 ");
  EXPECT_EQ(spans("I-a I-a B-a O I-b"), "a0-2 a2-3 b4-5 ") << "IOB1";
  EXPECT_EQ(spans("I-a I-b O"), "a0-1 b1-2 ") << "another type begins a span";
  EXPECT_EQ(spans("S-a B-b I-b E-b S-b"), "a0-1 b1-4 b4-5 ");
  EXPECT_EQ(spans("E-a E-a I-a O"), "a0-1 a1-2 a2-3 ") << "after an end everything begins";
  EXPECT_EQ(spans("B-a E-b"), "a0-1 b1-2 ");
  EXPECT_EQ(spans("U-a B-b L-b"), "a0-1 b1-3 ") << "BILOU";
  EXPECT_EQ(spans("O O"), "");
  EXPECT_EQ(spans("NN B-a"), "a1-2 ") << "what is no tag of spans is outside";
}

// By the rules of seqeval's mode='strict' with scheme=IOB2 and IOBES.
TEST(TagScheme, StrictSpansAreThoseOfSeqeval) {
  const auto strict = [](const std::string& tags, bool bioes) { return text_of(strict_spans(words_of(tags), bioes)); };
  EXPECT_EQ(strict("I-a I-a O B-b I-b", false), "b3-5 ") << "a span without B is none";
  EXPECT_EQ(strict("B-a I-b O", false), "a0-1 ");
  EXPECT_EQ(strict("B-a B-a I-a", false), "a0-1 a1-3 ");
  EXPECT_EQ(strict("S-a B-b I-b E-b", true), "a0-1 b1-4 ");
  EXPECT_EQ(strict("B-a I-a O S-b", true), "b3-4 ") << "a span without an end is none";
  EXPECT_EQ(strict("B-a E-b", true), "");
}

TEST(TagScheme, TagsOfSpansComeBack) {
  const std::vector<TagSpan> spans = {{0, 1, "a"}, {1, 4, "b"}, {5, 7, "a"}};
  const std::vector<std::string> bio = tags_of_spans(spans, 8, false), bioes = tags_of_spans(spans, 8, true);
  EXPECT_EQ(bio, words_of("B-a B-b I-b I-b O B-a I-a O"));
  EXPECT_EQ(bioes, words_of("S-a B-b I-b E-b O B-a E-a O"));
  EXPECT_EQ(spans_of_tags(bio), spans);
  EXPECT_EQ(spans_of_tags(bioes), spans);
}

TEST(TagScheme, PlacesAreThoseOfTheLabels) {
  const std::vector<int> places = places_of_labels(words_of("B-a B-b I-a O"));
  ASSERT_EQ(places.size(), 4u);
  EXPECT_EQ(place_of(places[0]).kind, TagKind::begin);
  EXPECT_EQ(place_of(places[0]).type, place_of(places[2]).type);
  EXPECT_NE(place_of(places[0]).type, place_of(places[1]).type);
  EXPECT_EQ(place_of(places[3]).kind, TagKind::outside);
  EXPECT_TRUE(places_of_labels(words_of("NN VB")).empty());
}

}  // namespace
}  // namespace rnn::core
