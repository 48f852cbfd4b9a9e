// Why: tags say which words are a span of which type, in one of several schemes; spans are what counts.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "alignment/tag_places.h"

namespace rnn::core {

// A tag taken apart: B-city is (B, city). Also L and U of BILOU, M for I. outside: "O".
struct Tag {
  char letter = 'O';  // O, B, I, E, S
  std::string_view type;
};
std::optional<Tag> parse_tag(std::string_view tag);  // none: it says nothing of spans

// Words [begin, end) are one span.
struct TagSpan {
  size_t begin = 0, end = 0;
  std::string type;
  auto operator<=>(const TagSpan&) const = default;
};

// As conlleval reads tags, also such that break their scheme: a span begins at B and S, at I and E after O or another type, ends before the
// next beginning, before O, after E and S (Tjong Kim Sang and Buchholz 2000; the same as seqeval's default).
std::vector<TagSpan> spans_of_tags(std::span<const std::string> tags);
// As seqeval counts strictly: bioes false: a span is B and the I of its type that follow; true: S, or B, I and E in this order.
std::vector<TagSpan> strict_spans(std::span<const std::string> tags, bool bioes);
// The tags of spans that do not overlap.
std::vector<std::string> tags_of_spans(std::span<const TagSpan> spans, size_t words, bool bioes);

// The grammar of sorted labels, for a chain over them; none if a label says nothing of spans.
std::vector<int> places_of_labels(std::span<const std::string> labels);

}  // namespace rnn::core
