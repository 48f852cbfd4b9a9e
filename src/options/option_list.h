// Why: every option of a run in one visible table, so that flag, config key, variable, help and range cannot disagree.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "options/options.h"

namespace rnn::core {

struct Options {
  ModelOptions model;
  TrainOptions train;
  SeriesOptions series = {};
  SpeechOptions speech = {};
  LabelOptions labels = {};
};

// Which numbers are valid. NaN and infinity never are.
struct OptionRange {
  double low = 0, high = 0;
  bool above_low = false, below_high = false;  // the limit itself is not allowed
};

// What a run that does not begin from nothing may do with an option. --init-from: a new run from the weights of a model; --resume:
// the same run, which ends in the same bits as without a stop.
enum class ResumeRule {
  shape,           // the model's: --init-from must agree with it, --resume cannot change it
  regularisation,  // --init-from may change it, --resume cannot
  fixed,           // the run's: free with --init-from, as for every new run; --resume cannot change it
  changeable       // free with both: how long the run lasts, and what no result depends on
};

// The tasks that read an option; for the others it must have its default.
enum class OptionReaders { of_all, of_text, of_running_text, of_windows, of_translators, of_series, of_speech, of_labels };

// One option. Its name is the long flag without dashes and the key in a config file and in JSON; the variable is RNN_ and
// the name in capitals with underscores.
struct OptionInfo {
  std::string_view name;
  std::string_view section;  // [model], [train], [series], [speech], [labels] or [data] of a config file
  ResumeRule rule;
  OptionReaders readers;
  std::string_view value;  // placeholder of the value in a help line: N, P, NAME; empty for a switch
  std::string_view help;
  std::variant<int ModelOptions::*, double ModelOptions::*, bool ModelOptions::*, std::string ModelOptions::*,
               int TrainOptions::*, int64_t TrainOptions::*, uint64_t TrainOptions::*, double TrainOptions::*,
               bool TrainOptions::*, std::string TrainOptions::*, int SeriesOptions::*, double SeriesOptions::*,
               std::string SeriesOptions::*, int SpeechOptions::*, double SpeechOptions::*, bool SpeechOptions::*,
               std::string SpeechOptions::*, bool LabelOptions::*, double LabelOptions::*, std::string LabelOptions::*>
      member;
  OptionRange range = {};
  std::span<const std::string_view> choices =
      {};                 // for a word; "uniform:A" means uniform: and a number above 0; empty: any text
  double automatic = -2;  // the stored number that is written and parsed as "auto"; -2: none
  bool seconds = false;   // parses 90, 90s, 30m, 1h30m
};

// All options, in the order of help pages and config files.
std::span<const OptionInfo> option_list();
// The names of those with this rule, in that order.
std::vector<std::string_view> options_with(ResumeRule rule);
// The name in the table: dashes for underscores, and for names of earlier versions the present ones.
std::string option_name(std::string_view name);
// By name; underscores are equivalent to dashes. Null if there is no such option.
const OptionInfo* find_option(std::string_view name);

// Parses `text` into the option. Throws Error{usage, "usage/option"}: an unknown name (the nearest is suggested), text that
// is not entirely a value of its kind, a number out of range, a word that is not a choice (the nearest is suggested).
void set_option(Options& options, std::string_view name, std::string_view text);
// The value as text that set_option parses back to the same value.
std::string get_option(const Options& options, const OptionInfo& option);
std::string get_option(const Options& options, std::string_view name);  // unknown name: as set_option

// The sections of a config file, in their order.
inline constexpr std::string_view kSections[] = {"data", "model", "train", "series", "speech", "labels"};
// Whether these options are of a run on series or one that follows the columns of a table, on speech, on labels of texts, words or
// sensors: only such a run has the section.
inline bool has_series(const Options& options) { return options.series.horizon > 0 || !options.series.y.empty(); }
inline bool has_speech(const Options& options) { return options.speech.rate > 0; }
inline bool has_labels(const Options& options) { return options.labels != LabelOptions{}; }

// {"model": {name: value, ...}, "train": {...}, "data": {...}} by section, every option; "series", "speech" and "labels" only where the run has them, or with `all`.
nlohmann::json options_to_json(const Options& options, bool all = false);
// Missing options keep their defaults; what earlier versions did not have is off. Throws Error{model, "model/corrupt"} for unknown names and invalid values.
Options options_from_json(const nlohmann::json& json);

// The files of a run, as a config file names them.
struct DataPaths {
  std::vector<std::string> train, valid, test;
};
// A config file with every option and its help line.
std::string options_to_toml(const Options& options, const DataPaths& data);

// For flags outside the table; `flag` without dashes. The whole text must be one finite number in range, whatever the
// locale. Throw Error{usage, "usage/option"}.
double parse_real(std::string_view flag, std::string_view text, const OptionRange& range);
int64_t parse_whole(std::string_view flag, std::string_view text, const OptionRange& range);
// The number of --init uniform:A; none for another --init.
std::optional<double> uniform_range(std::string_view init);
// "2000,10000": increasing whole numbers from 1 on; empty: none.
std::vector<int> parse_rising(std::string_view flag, std::string_view text);
// "2000,10000,50000": as parse_rising; "auto": none.
std::vector<int> parse_cutoffs(std::string_view text);
// Seconds: "90", "90s", "30m", "1.5h", "1h30m", "1d".
double parse_seconds(std::string_view flag, std::string_view text);

// The candidate with the smallest edit distance (Damerau 1964, adjacent swaps count once), or "" if none is near.
std::string nearest_name(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace rnn::core
