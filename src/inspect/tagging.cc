// Why: a tag for every word: how sure each is, what it was before the rest had been read, and which words the tags lean on.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/numbers.h"
#include "events/events.h"
#include "inspect/labelling_parts.h"
#include "text/tag_scheme.h"

namespace rnn::core {
namespace {

constexpr size_t kOthers = 3;

std::string joined_words(const std::vector<std::string>& words, size_t begin, size_t end) {
  std::string text;
  for (size_t i = begin; i < end; ++i) text += (text.empty() ? "" : " ") + words[i];
  return printable(text);
}

void require_words(const RawExample& e) {
  if (e.words.empty())
    throw Error(Exit::usage, "inspect/empty", "the sentence has no words", "give one: -p \"play jazz in berlin\"");
  if (e.words.size() > static_cast<size_t>(kLongestTaggedSentence))
    throw Error(
        Exit::usage, "inspect/too_long",
        fmt::format("the sentence has {} words, but at most {} can be shown", e.words.size(), kLongestTaggedSentence),
        "use a part of it; rnn tag reads sentences of any length");
  if (!e.labels.empty() && e.labels.size() != e.words.size())
    throw Error(
        Exit::usage, "usage/label",
        fmt::format("there are {} for {}", counted(std::ssize(e.labels), "tag"), counted(std::ssize(e.words), "word")),
        "give one tag for every word, with spaces between them; rnn tag shows what the words are");
}

void add_spans(const RawExample& e, Tagging& t) {
  const auto spans = [&](const std::vector<std::string>& tags) {
    std::vector<TaggedSpan> found;
    for (const TagSpan& span : spans_of_tags(tags)) {
      double p = 1;
      for (size_t i = span.begin; i < span.end; ++i) p = std::min(p, t.words[i].p);
      found.push_back({span.type, joined_words(e.words, span.begin, span.end), static_cast<int>(span.begin),
                       static_cast<int>(span.end), p, false});
    }
    return found;
  };
  std::vector<std::string> tags;
  for (const TaggedWord& word : t.words) tags.push_back(word.tag);
  t.found = spans(tags);
  if (e.labels.empty()) return;
  t.said = spans(e.labels);
  const auto same = [](const TaggedSpan& a, const TaggedSpan& b) {
    return a.begin == b.begin && a.end == b.end && a.type == b.type;
  };
  for (TaggedSpan& span : t.found)
    span.right = std::any_of(t.said.begin(), t.said.end(), [&](const TaggedSpan& s) { return same(s, span); });
  for (TaggedSpan& span : t.said)
    span.right = std::any_of(t.found.begin(), t.found.end(), [&](const TaggedSpan& s) { return same(s, span); });
}

void add_words(LookedAtModel& model, const RawExample& e, const SequenceExample& whole,
               const std::vector<Labels>& beginnings, Tagging& t) {
  const auto columns = static_cast<size_t>(model.shape().ids_of_step());
  const Labels& found = beginnings.back();
  for (size_t i = 0; i < e.words.size(); ++i) {
    TaggedWord word;
    const std::vector<Candidate>& answer = found.answers[i];
    word.word = printable(e.words[i]), word.tag = model.name(answer[0]), word.p = answer[0].probability;
    word.known = whole.ids[i * columns] >= 0;
    for (size_t k = 1; k < answer.size() && k <= kOthers; ++k)
      word.others.push_back({model.name(answer[k]), answer[k].probability});
    word.early = model.name(beginnings[i].answers.back()[0]);
    if (!e.labels.empty()) {
      word.said = e.labels[i];
      ++t.of, t.wrong += word.tag != e.labels[i];
    }
    t.words.push_back(std::move(word));
  }
}

void add_left_out(LookedAtModel& model, const SequenceExample& whole, const Labels& found, Tagging& t) {
  const auto columns = static_cast<size_t>(model.shape().ids_of_step());
  const size_t n = t.words.size();
  if (n < 2) return;
  std::vector<SequenceExample> rests;
  for (size_t i = 0; i < n; ++i) rests.push_back(without_steps(whole, columns, i, 1));
  const std::vector<Labels> without = model.label(rests);
  for (size_t i = 0; i < n; ++i) {
    WordLeftOut word{t.words[i].word, 0, 0, -1, 0};
    double largest = 0;
    for (size_t k = 0; k < n; ++k) {
      if (k == i) continue;
      const std::vector<Candidate>& answer = without[i].answers[k < i ? k : k - 1];
      const double p = model.chance(answer, found.answers[k][0].id), lost = t.words[k].p - p;
      word.lost += lost, word.changed += answer[0].id != found.answers[k][0].id;
      if (word.most < 0 || lost > largest) word.most = static_cast<int>(k), word.p = p, largest = lost;
    }
    t.left_out.push_back(word);
  }
}

}  // namespace

Tagging look_at_tagging(ModelFile& file, const RawExample& e, const std::string& place, Pool& pool) {
  require_words(e);
  LookedAtModel model(file, pool);
  Tagging t;
  t.facts = model.facts(), t.place = place, t.chain = model.chain(), t.spans = model.shape().front.scheme != "tags";
  t.text = joined_words(e.words, 0, e.words.size());
  const SequenceExample whole = model.encoder().words(e.words);
  std::vector<SequenceExample> parts;
  for (size_t n = 1; n <= e.words.size(); ++n)
    parts.push_back(beginning(whole, static_cast<size_t>(model.shape().ids_of_step()), n));
  const std::vector<Labels> beginnings = model.label(parts);
  add_words(model, e, whole, beginnings, t);
  const std::vector<Candidate>& labels = beginnings.back().whole;
  for (size_t k = 0; k < std::min(labels.size(), kOthers); ++k)
    t.label.push_back({model.shape().whole_labels[static_cast<size_t>(labels[k].id)], labels[k].probability});
  if (t.spans) add_spans(e, t);
  add_left_out(model, whole, beginnings.back(), t);
  t.move = model.moves(whole);
  return t;
}

}  // namespace rnn::core
