// Why: labelled data comes from spreadsheets, taggers and sensors; whatever the bytes, every layout reads whole examples or refuses them.
#include <algorithm>
#include <cmath>
#include <string>

#include "data/labels/encoder.h"
#include "data/labels/raw_labels.h"
#include "data/labels/whole_labels.h"
#include "fuzz/target.h"
#include "tasks/sequences/clock_rule.h"
#include "tasks/sequences/follow_table.h"
#include "text/tag_scheme.h"

namespace rnn::core::fuzz {
namespace {

void require_example(const RawSet& set, const RawExample& e) {
  require(e.file < set.files.size(), "an example stands in a file");
  if (set.kind == InputKind::words) {
    require(!e.words.empty() && e.words.size() == e.labels.size(), "every word has a tag");
    if (set.scheme == "tags") return;
    const std::vector<TagSpan> spans = spans_of_tags(e.labels);
    require(spans == strict_spans(e.labels, set.scheme == "bioes"), "tags follow their scheme");
    require(tags_of_spans(spans, e.words.size(), set.scheme == "bioes") == e.labels, "spans are all that tags say");
  } else {
    require(e.labels.size() == 1 && !e.labels[0].empty(), "an example has one label");
  }
  if (set.kind != InputKind::frames) return;
  require(set.width > 0 && !e.frames.empty() && e.frames.size() % static_cast<size_t>(set.width) == 0,
          "a series has whole steps");
  for (const float x : e.frames) require(std::isnan(x) || std::isfinite(x), "a value is finite or missing");
}

void read_as(const std::string& path, TargetForm target, const char* layout) {
  LabelOptions options;
  options.layout = layout;
  if (target == TargetForm::labels) options.features = "all";
  RawSet set;
  if (!reads([&] { set = read_raw_labels({path}, target, options); })) return;
  ++accepted;
  for (const RawExample& e : set.examples) require_example(set, e);
  ModelOptions model;
  LearntFront front;
  if (!reads([&] { front = learn_front(set, target, options, model); })) return;
  const LabelEncoder encoder(front.shape, front.tokenizer.get());
  for (const SequenceExample& e : encoder.examples(set)) {
    require(front.shape.steps(e) > 0, "an example has a step");
    for (const float x : e.frames) require(!std::isnan(x), "nothing is missing");
    for (const int32_t label : e.labels) require(label >= 0, "its labels are those of the set");
  }
}

// The same bytes as words, their tags, and the labels of the sentences.
void read_sentences(const std::string& path) {
  RawSet set;
  if (!reads([&] { set = read_labelled_sentences({path, path, path}, {}); })) return;
  ++accepted;
  for (const RawExample& e : set.examples) {
    require_example(set, e);
    require(!e.whole.empty(), "every sentence has a label");
  }
}

// A table that is followed: every row has its place, its input and its answer, in one series.
void follow(const std::string& path, const FollowColumns& columns) {
  RawSet set;
  if (!reads([&] { set = read_follow_tables({path}, columns); })) return;
  ++accepted;
  const TargetForm target = set.numbers ? TargetForm::numbers : TargetForm::labels;
  for (const RawExample& e : set.examples) {
    const size_t rows = e.rows.size();
    require(rows > 0 && e.frames.size() == rows * static_cast<size_t>(set.width), "every row is a frame");
    require((set.numbers ? e.values.size() : e.labels.size()) == rows, "every row has an answer, if only a missing one");
    require(e.clock.empty() || (e.clock.size() == rows && std::is_sorted(e.clock.begin(), e.clock.end())), "stamps ascend");
    for (const float y : e.values) require(std::isnan(y) || std::isfinite(y), "a number is finite or missing");
  }
  const LearntFront front = learn_front(set, target, {}, {});
  for (const SequenceExample& e : LabelEncoder(front.shape, nullptr).examples(set))
    for (const float x : e.frames) require(!std::isnan(x), "no input is missing");
  clock_rule(set, set);
}

void test(std::string_view input) {
  static const Folder folder;
  const std::string path = folder.write("data", input);
  guess_layout({path});
  for (const char* layout : {"auto", "table", "fasttext", "lines", "ts", "arff", "rows"})
    read_as(path, TargetForm::label, layout);
  for (const char* layout : {"conll", "conllu"}) read_as(path, TargetForm::labels, layout);
  read_sentences(path);
  follow(path, {});
  follow(path, {.id = "id", .time = "time", .y = "y", .numbers = true});
}

}  // namespace
}  // namespace rnn::core::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rnn::core::fuzz::test(rnn::core::fuzz::text_of(data, size));
  return 0;
}
