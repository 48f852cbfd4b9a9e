// Why: everything that the page of a model of labels shows of one text, sentence or series, as data: what it thinks after each step, what
// the answer leans on, how its memory moves.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "data/labels/raw_labels.h"
#include "io/model_file.h"

namespace rnn::core {

constexpr int kLongestLabelledText = 400;      // words, pieces or characters of a text
constexpr int kLongestTaggedSentence = 100;    // words
constexpr int kLongestLabelledSeries = 20000;  // samples
constexpr int kMostLooks = 200;                // at a series; a text is looked at after every step
constexpr double kDoubtful = 0.9;              // a tag with a smaller probability is shown with what else it may be

struct LabelFacts {
  std::string name, path, cell;
  std::string reads;  // kind of the tokenizer ("word", "char" ...); "word" of tagged words; "" of a series
  std::string pool;   // last, mean, max: which states one label is answered from
  int layers = 0, hidden = 0, labels = 0;
  long long parameters = 0;
  bool both_ways = false;
};

struct LabelChance {
  std::string label;
  double p = 0;
};

// The probability of one label after each look.
struct ShownLabel {
  std::string label;
  std::vector<double> p;  // [looks]
};

// The input without some of it.
struct LeftOutPart {
  int first = 0, steps = 0;  // steps [first, first + steps); of a sensor all of them
  std::string what;          // the word; the name of the sensor; "" for a stretch of a series
  std::string label;         // the answer without it
  double p = 0;              // the probability of the whole input's answer without it
  double adds = 0;           // what it adds: the probability with it - p
};

struct ShownSensor {
  std::string name;
  std::vector<double> values;  // [points], as measured, means of `stride` samples; NaN: all are missing
};

// One label for a text or a series.
struct Verdict {
  LabelFacts facts;
  bool series = false;
  std::string text, place;            // what was read; where it stands ("reviews.csv:7"), "" for a text that was typed
  std::vector<std::string> steps;     // words or characters as shown; of a series none
  std::vector<std::string> unknown;   // words that the model does not know, each once
  int length = 0;                     // steps of the input
  std::vector<int> looks;             // steps that had been read at each look, ascending; the last is `length`
  std::vector<LabelChance> answer;    // likeliest labels of the whole, best first
  std::vector<ShownLabel> course;     // the labels that are drawn: the answer first
  std::vector<std::string> led;       // [looks] the likeliest label
  int decided = 0;                    // the look from which on the answer led to the end
  int turns = 0;                      // how often another label took the lead
  std::optional<std::string> said;    // the right label, where it is known
  std::optional<double> said_p;       // its probability; none: the model does not have it
  std::vector<LeftOutPart> left_out;  // words, in order; stretches of a series
  std::vector<LeftOutPart> sensors_out;
  std::vector<ShownSensor> sensors;
  int stride = 1;                         // samples of a point of sensors and change
  std::vector<std::vector<double>> move;  // [directions][points] how far the last layer's state went, over its mean size
};

struct TaggedWord {
  std::string word, tag;
  double p = 0;                     // of the tag: its marginal under a chain
  bool known = true;                // seen in training
  std::vector<LabelChance> others;  // the likeliest other tags
  std::string early;                // its tag when the sentence had been read as far as this word
  std::optional<std::string> said;  // the right one, where it is known
};

struct TaggedSpan {
  std::string type, text;
  int begin = 0, end = 0;  // words [begin, end)
  double p = 0;            // the smallest probability of its tags
  bool right = false;      // the reference has it, too
};

// What the tags of the other words lose without one word.
struct WordLeftOut {
  std::string word;
  double lost = 0;  // sum over the other words: probability of the tag - that without the word
  int changed = 0;  // other words with another tag then
  int most = -1;    // the other word that loses most; -1: there is none
  double p = 0;     // probability of that word's tag without this word
};

// A tag for every word of a sentence.
struct Tagging {
  LabelFacts facts;
  std::string text, place;
  bool chain = false;  // tags are chosen together
  bool spans = false;  // tags say spans
  std::vector<TaggedWord> words;
  std::vector<LabelChance> label;       // of the sentence: the likeliest labels, best first; empty: the model has none
  std::vector<TaggedSpan> found, said;  // said: of the reference
  int wrong = 0, of = 0;                // words whose tag is another than the right one; words with a right one
  std::vector<WordLeftOut> left_out;    // one for every word; empty for a sentence of one word
  std::vector<std::vector<double>> move;
};

// e: text, words or frames as the model reads them, and perhaps labels. Throws Error{model, "model/task"} for a model that does not answer
// with labels to texts, words or sensors; Error{usage}: "inspect/empty", "inspect/too_long"; Error{data}: "data/sequence", "data/overflow".
Verdict look_at_verdict(ModelFile& file, const RawExample& e, const std::string& place, Pool& pool);
Tagging look_at_tagging(ModelFile& file, const RawExample& e, const std::string& place, Pool& pool);

// What a page is about: one label, or a tag for every word. Throws Error{model, "model/task"} for a model of sequences that is neither.
enum class LabelLook { none, verdict, tagging };
LabelLook look_for(const ModelFile& file);

// The keys are the members' names; non-finite numbers become null.
nlohmann::ordered_json to_json_object(const Verdict& v);
nlohmann::ordered_json to_json_object(const Tagging& t);

}  // namespace rnn::core
