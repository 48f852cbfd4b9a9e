// Why: which scheme tags follow is seen from all of them; a tag that breaks it is refused with its place.
#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "data/labels/layouts.h"
#include "text/tag_scheme.h"

namespace rnn::core {
namespace {

// What all tags together look like.
struct TagCounts {
  std::set<std::string_view> spans, others;
  const RawExample* other = nullptr;  // the first example with a tag that is no span
  bool outside = false, closed = false;
  bool begins_inside = false;  // an I that follows nothing of its type: IOB1
  bool begins_apart = false;   // a B that follows nothing of its type: not IOB1
};

TagCounts count_tags(const RawSet& set) {
  TagCounts counts;
  for (const RawExample& e : set.examples) {
    Tag last;
    for (const std::string& label : e.labels) {
      const std::optional<Tag> tag = parse_tag(label);
      if (!tag && counts.others.insert(label).second && !counts.other) counts.other = &e;
      const Tag now = tag.value_or(Tag{});
      if (tag && now.letter != 'O') counts.spans.insert(label);
      counts.outside = counts.outside || label == "O";
      counts.closed = counts.closed || now.letter == 'E' || now.letter == 'S';
      const bool same = last.letter != 'O' && last.type == now.type;
      counts.begins_inside = counts.begins_inside || (now.letter == 'I' && !same);
      counts.begins_apart = counts.begins_apart || (now.letter == 'B' && !same);
      last = now;
    }
  }
  return counts;
}

// The first tag that its predecessor forbids.
void require_grammar(const RawSet& set, bool bioes) {
  const auto open = [](const Tag& tag) { return tag.letter == 'B' || tag.letter == 'I'; };
  for (const RawExample& e : set.examples) {
    Tag last;
    for (size_t i = 0; i <= e.labels.size(); ++i) {
      const bool end = i == e.labels.size();
      const Tag now = end ? Tag{} : *parse_tag(e.labels[i]);
      const bool goes_on = now.letter == 'I' || now.letter == 'E';
      const bool bad = goes_on ? !(open(last) && last.type == now.type) : bioes && open(last);
      if (bad) {
        const std::string after = i == 0 ? "begins the sentence" : fmt::format("follows {}", e.labels[i - 1]);
        throw Error(
            Exit::data, "data/tags",
            end ? fmt::format("{}: the sentence ends with {}, which begins or goes on", set.place(e), e.labels.back())
                : fmt::format("{}: tag {}, {}, {}", set.place(e), i + 1, e.labels[i], after),
            bioes ? "a span is S, or B, I and E in this order; --scheme tags takes the tags as they are"
                  : "a span begins with B and goes on with I; --scheme tags takes the tags as they are");
      }
      last = now;
    }
  }
}

}  // namespace

std::string scheme_of_tags(const RawSet& set) {
  const TagCounts counts = count_tags(set);
  if (counts.spans.empty()) return "tags";
  if (!counts.others.empty()) {
    if (!counts.outside || counts.others.size() >= counts.spans.size()) return "tags";
    throw Error(Exit::data, "data/tags",
                fmt::format("{}: the tag '{}' is neither O nor part of a span such as B-city", set.place(*counts.other),
                            *counts.others.begin()),
                "mend it; --scheme tags takes the tags as they are");
  }
  if (counts.closed) return require_grammar(set, true), "bioes";
  if (counts.begins_inside && !counts.begins_apart) return "iob1";
  require_grammar(set, false);
  return "bio";
}

}  // namespace rnn::core
