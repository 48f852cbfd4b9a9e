// Why: see tag_scheme.h.
#include "text/tag_scheme.h"

#include <algorithm>

namespace rnn::core {

std::optional<Tag> parse_tag(std::string_view tag) {
  if (tag == "O") return Tag{};
  if (tag.size() < 3 || (tag[1] != '-' && tag[1] != '_')) return std::nullopt;
  constexpr std::string_view kLetters = "BIESLUM", kPlain = "BIESESI";
  const size_t at = kLetters.find(tag[0]);
  if (at == std::string_view::npos) return std::nullopt;
  return Tag{kPlain[at], tag.substr(2)};
}

std::vector<TagSpan> spans_of_tags(std::span<const std::string> tags) {
  std::vector<TagSpan> spans;
  Tag last;
  for (size_t i = 0; i <= tags.size(); ++i) {
    const Tag now = i < tags.size() ? parse_tag(tags[i]).value_or(Tag{}) : Tag{};
    const bool inside = last.letter != 'O';
    const bool ends = inside && (last.letter == 'E' || last.letter == 'S' || now.letter == 'B' || now.letter == 'S' ||
                                 now.letter == 'O' || last.type != now.type);
    if (ends) spans.back().end = i;
    const bool begins = now.letter != 'O' && (now.letter == 'B' || now.letter == 'S' || !inside || ends);
    if (begins) spans.push_back({i, i + 1, std::string(now.type)});
    last = now;
  }
  return spans;
}

std::vector<TagSpan> strict_spans(std::span<const std::string> tags, bool bioes) {
  std::vector<TagSpan> spans;
  const auto at = [&](size_t i) { return i < tags.size() ? parse_tag(tags[i]).value_or(Tag{}) : Tag{}; };
  for (size_t i = 0; i < tags.size(); ++i) {
    const Tag first = at(i);
    if (bioes && first.letter == 'S') spans.push_back({i, i + 1, std::string(first.type)});
    if (first.letter != 'B') continue;
    size_t end = i + 1;
    while (at(end).letter == 'I' && at(end).type == first.type) ++end;
    if (!bioes) {
      spans.push_back({i, end, std::string(first.type)});
    } else if (at(end).letter == 'E' && at(end).type == first.type) {
      spans.push_back({i, end + 1, std::string(first.type)});
    }
  }
  return spans;
}

std::vector<std::string> tags_of_spans(std::span<const TagSpan> spans, size_t words, bool bioes) {
  std::vector<std::string> tags(words, "O");
  for (const TagSpan& span : spans) {
    for (size_t i = span.begin; i < span.end; ++i) {
      const bool first = i == span.begin, last = i + 1 == span.end;
      const char* letter = first ? (bioes && last ? "S-" : "B-") : bioes && last ? "E-" : "I-";
      tags[i] = letter + span.type;
    }
  }
  return tags;
}

std::vector<int> places_of_labels(std::span<const std::string> labels) {
  std::vector<int> places;
  std::vector<std::string_view> types;
  for (const std::string& label : labels) {
    const std::optional<Tag> tag = parse_tag(label);
    if (!tag) return {};
    auto type = std::find(types.begin(), types.end(), tag->type);
    if (type == types.end()) type = types.insert(types.end(), tag->type);
    const auto kind = static_cast<TagKind>(std::string_view("OBIES").find(tag->letter));
    places.push_back(place_code({kind, static_cast<int>(type - types.begin())}));
  }
  return places;
}

}  // namespace rnn::core
