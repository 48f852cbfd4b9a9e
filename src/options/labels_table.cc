// Why: the records of the options of labels: where texts, words, frames and their labels stand, what is read of them, how it is answered.
#include "options/labels_table.h"

namespace rnn::core {
namespace {

using L = LabelOptions;
using enum ResumeRule;
using enum OptionReaders;

constexpr std::string_view kLayouts[] = {"auto",    "table", "fasttext", "folders", "conll", "conllu",
                                         "aligned", "ts",    "arff",     "rows",    "lines"};
constexpr std::string_view kFeatures[] = {"auto", "word", "affixes"}, kSchemes[] = {"auto", "bio", "bioes", "tags"};
constexpr std::string_view kSwitch[] = {"auto", "on", "off"}, kDirections[] = {"auto", "one", "both"};
constexpr std::string_view kPools[] = {"auto", "last", "mean", "max"}, kWeights[] = {"none", "balanced"};

const OptionInfo kLabelOptions[] = {
    {"layout",
     "labels",
     fixed,
     of_labels,
     "NAME",
     "of the data: table, fasttext, folders, conll, conllu, aligned, ts, arff, rows, lines; found",
     &L::layout,
     {},
     kLayouts},
    {"text", "labels", fixed, of_labels, "COLUMN", "column of the texts, or of the words; found from names and content",
     &L::text},
    {"label", "labels", fixed, of_labels, "COLUMN", "column of the labels, or of the tags; found", &L::label},
    {"sample", "labels", fixed, of_labels, "COLUMN", "of a table of rows: which of them are one sequence; found",
     &L::sample},
    {"keep-case", "labels", fixed, of_labels, "", "capital and small letters differ: Word is not word", &L::keep_case},
    {"features",
     "labels",
     fixed,
     of_labels,
     "KIND",
     "of tagged words: word, or affixes (also beginnings, endings, shape)",
     &L::features,
     {},
     kFeatures},
    {"scheme",
     "labels",
     fixed,
     of_labels,
     "NAME",
     "spans as the network has them: bio, bioes; tags: as they are",
     &L::scheme,
     {},
     kSchemes},
    {"crf",
     "labels",
     shape,
     of_labels,
     "SWITCH",
     "a chain over the tags of a sequence: auto, on, off",
     &L::crf,
     {},
     kSwitch},
    {"directions",
     "labels",
     shape,
     of_labels,
     "NAME",
     "one: forward; both: also backwards; auto: both, but forward for lines of JSON",
     &L::directions,
     {},
     kDirections},
    {"pool",
     "labels",
     shape,
     of_labels,
     "KIND",
     "what one answer is made from: the last state, the mean of all, their max",
     &L::pool,
     {},
     kPools},
    {"class-weights",
     "labels",
     fixed,
     of_labels,
     "KIND",
     "none, balanced: rare labels weigh more in the loss of training",
     &L::class_weights,
     {},
     kWeights},
};

}  // namespace

std::span<const OptionInfo> labels_table() { return kLabelOptions; }

}  // namespace rnn::core
