// Why: see check.h.
#include "tasks/transcribe/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "alignment/ctc_lattice.h"
#include "audio/filter_bank.h"
#include "audio/wave.h"
#include "base/error.h"
#include "base/numbers.h"
#include "tasks/transcribe/clips_findings.h"
#include "tasks/transcribe/clips_split.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

constexpr int kStacked = 3;             // frames in a row
constexpr double kFullScale = 0.9999;   // 16 bit: 32765 of 32768
constexpr double kSilentPeak = 0.001;   // -60 dB
constexpr double kManyClipped = 0.001;  // share of samples
constexpr double kOddDeviations = 4;    // of speaking rates: one of 16,000 in a normal distribution
constexpr size_t kFewestRates = 20;
constexpr double kLittleSeconds = 600;  // AN4's 42 minutes give a first recogniser

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Finding about(const Clip& clip, const char* code, std::string message, const char* help) {
  return {code, Severity::warning, clip.file, clip.line, std::move(message), help};
}

// Faults of a recording itself.
void judge_sound(const Clip& clip, ClipFindings& findings) {
  if (clip.width > 0) return;
  SoundFacts facts;
  try {
    facts = sound_facts(clip.path);
  } catch (const Error& error) {
    const bool numbers = error.code() == "audio/not_finite";
    findings.add({numbers ? "data/not_finite" : "data/damaged_clip", Severity::error, clip.file, clip.line, error.what(),
                  error.help()});
    return;
  }
  if (facts.peak < kSilentPeak) {
    findings.add(about(clip, "data/silent",
                       facts.peak == 0
                           ? fmt::format("{} is silent: every sample is 0", clip.path)
                           : fmt::format("{} is silent: its peak is {:.0f} dB", clip.path, 20 * std::log10(facts.peak)),
                       "record it again, or remove it"));
  }
  if (facts.clipped > kManyClipped) {
    findings.add(
        about(clip, "data/clipped",
              fmt::format("{} is clipped: {} of its samples are at full scale", clip.path, percent_text(facts.clipped)),
              "record with less gain; a few such clips do no harm"));
  }
}

void judge_length(const Clip& clip, int rate, ClipFindings& findings) {
  const int64_t rows = rows_of_clip(clip, rate), needed = rows_needed(clip);
  if (rows >= needed && rows > 0) return;
  findings.add(about(clip, "data/too_short_clip",
                     fmt::format("{} is too short for its text: {} of 30 ms, and {} need {}", clip.path,
                                 counted(rows, "row"), counted(decode_utf8(clip.text).size(), "character"), grouped(needed)),
                     "check its text; training leaves such clips out"));
}

void judge_rates(const ClipSet& set, ClipFindings& findings) {
  std::vector<double> rates;
  std::vector<const Clip*> clips;
  for (const Clip& clip : set.clips) {
    if (clip.text.empty() || clip.seconds <= 0) continue;
    rates.push_back(static_cast<double>(decode_utf8(clip.text).size()) / clip.seconds);
    clips.push_back(&clip);
  }
  const std::vector<size_t> odd = odd_values(rates, kOddDeviations);
  if (odd.empty()) return;
  const double usual = median_of(rates);
  for (const size_t i : odd) {
    findings.add(about(*clips[i], "data/speaking_rate",
                       fmt::format("{} has {:.1f} characters per second, the usual clip {:.1f}: \"{}\"", clips[i]->path,
                                   rates[i], usual, repair_utf8(std::string_view(clips[i]->text).substr(0, 60))),
                       "check that the text is that of the clip"));
  }
}

std::set<char32_t> characters_of(const ClipSet& set) {
  std::set<char32_t> all;
  for (const Clip& clip : set.clips)
    for (const char32_t c : decode_utf8(clip.text)) all.insert(c);
  return all;
}

std::string listing(const std::set<char32_t>& characters) {
  std::string text;
  for (const char32_t c : characters)
    text += (text.empty() ? "" : " ") + (c == U' ' ? std::string("space") : encode_utf8(c));
  return text;
}

// What a run would hold out, and what the parts have in common.
void judge_split(const ClipSet& set, double valid_share, const std::string& paths, DataReport& report) {
  const ClipSplit split = split_clips(set, valid_share);
  const ClipSet training = clips_of(set, split.train), valid = clips_of(set, split.valid);
  report.lines.emplace_back("split", split.words);
  report.facts.get()["split"] = {
      {"by_speaker", split.by_speaker}, {"train", split.train.size()}, {"valid", split.valid.size()}};
  const SharedClips shared = shared_clips(training, valid);
  report.facts.get()["shared_texts"] = shared.texts;
  if (shared.texts > 0) {
    report.findings.push_back({"data/shared_text", Severity::note, paths, 0,
                               fmt::format("{} of {} for validation {} a text that training has, too", grouped(shared.texts),
                                           counted(valid.clips.size(), "clip"), word_for(shared.texts, "has", "have")),
                               "errors on new sentences are higher than those measured"});
  }
  if (shared.files > 0) {
    report.findings.push_back({"data/shared_clip", Severity::warning, paths, 0,
                               fmt::format("{} for validation {} also in training: {}", counted(shared.files, "clip"),
                                           word_for(shared.files, "is", "are"), shared.first_file),
                               "list every clip once"});
  }
  std::set<char32_t> unseen = characters_of(valid);
  for (const char32_t c : characters_of(training)) unseen.erase(c);
  if (unseen.empty()) return;
  report.findings.push_back(
      {"data/unseen_characters", Severity::warning, paths, 0,
       fmt::format("{} of the validation clips {} not in training: {}", counted(unseen.size(), "character"),
                   word_for(static_cast<int64_t>(unseen.size()), "is", "are"), listing(unseen)),
       "they are never recognised: --normalise basic, or more data"});
}

std::string sound_text(const ClipSet& set) {
  if (set.width > 0) return fmt::format("ready frames of {}", counted_things(set.width, "number"));
  std::map<int, int64_t> rates;
  int64_t mixed = 0;
  for (const Clip& clip : set.clips) {
    ++rates[clip.rate];
    mixed += clip.channels > 1;
  }
  std::string text;
  for (const auto& [rate, clips] : rates) text += fmt::format("{}{} Hz", text.empty() ? "" : ", ", grouped(rate));
  if (rates.size() > 1 || rates.begin()->first != set.rate) text += fmt::format("; read at {} Hz", grouped(set.rate));
  if (mixed > 0) text += fmt::format("; {} of several channels, which are mixed", counted(mixed, "clip"));
  return text;
}

std::string length_range(const ClipSet& set) {
  const auto [least, most] = std::minmax_element(set.clips.begin(), set.clips.end(),
                                                 [](const Clip& a, const Clip& b) { return a.seconds < b.seconds; });
  return fmt::format("{:.2f} to {:.2f} s each, {:.2f} on average", least->seconds, most->seconds,
                     set.seconds / static_cast<double>(set.clips.size()));
}

nlohmann::json facts_of_clips(const ClipSet& set, const ClipFindings& findings) {
  nlohmann::json rates = nlohmann::json::object();
  for (const Clip& clip : set.clips) rates[std::to_string(clip.rate)] = rates.value(std::to_string(clip.rate), 0) + 1;
  return {{"clips", set.clips.size()},
          {"listed", set.listed},
          {"excluded", set.listed - static_cast<int64_t>(set.clips.size())},
          {"seconds", set.seconds},
          {"hours", set.seconds / 3600},
          {"speakers", set.speakers},
          {"rate", set.rate},
          {"rates", rates},
          {"words", set.words},
          {"characters", set.characters},
          {"distinct_characters", characters_of(set).size()},
          {"empty_texts", set.empty_texts},
          {"silent", findings.count("data/silent")},
          {"clipped", findings.count("data/clipped")},
          {"too_short", findings.count("data/too_short_clip")},
          {"odd_speaking_rates", findings.count("data/speaking_rate")},
          {"not_finite", findings.count("data/not_finite")},
          {"hash", set.hash}};
}

}  // namespace

SoundFacts sound_facts(const std::string& path) {
  AudioReader reader = AudioReader::open(path);
  SoundFacts facts;
  std::vector<float> block(1 << 15);
  int64_t clipped = 0, run = 0;
  double squares = 0;
  while (const size_t read = reader.read(block)) {
    for (size_t i = 0; i < read; ++i) {
      const double size = std::abs(static_cast<double>(block[i]));
      facts.peak = std::max(facts.peak, size);
      squares += size * size;
      run = size >= kFullScale ? run + 1 : 0;
      clipped += run == 3 ? 3 : run > 3 ? 1 : 0;
    }
    facts.samples += static_cast<int64_t>(read);
  }
  if (facts.samples == 0) return facts;
  facts.rms = std::sqrt(squares / static_cast<double>(facts.samples));
  facts.clipped = static_cast<double>(clipped) / static_cast<double>(facts.samples);
  return facts;
}

int64_t rows_of_clip(const Clip& clip, int rate) {
  FilterBankOptions bank;
  bank.rate = rate;
  const int64_t frames = clip.width > 0 ? clip.samples : bank.frames_of(std::llround(clip.seconds * rate));
  return (frames + kStacked - 1) / kStacked;
}

int64_t rows_needed(const Clip& clip) {
  const std::vector<char32_t> characters = decode_utf8(clip.text);
  const std::vector<int32_t> labels(characters.begin(), characters.end());
  return ctc_rows_needed(labels);
}

std::vector<size_t> odd_values(std::span<const double> values, double deviations) {
  std::vector<size_t> odd;
  if (values.size() < kFewestRates) return odd;
  std::vector<double> logs, distances;
  for (const double value : values) logs.push_back(std::log(value));
  const double middle = median_of(logs);
  for (const double log : logs) distances.push_back(std::abs(log - middle));
  const double limit = deviations * 1.4826 * median_of(distances);
  for (size_t i = 0; limit > 0 && i < distances.size(); ++i)
    if (distances[i] > limit) odd.push_back(i);
  return odd;
}

DataReport check_clips(const std::vector<std::string>& data, const ClipOptions& how, double valid_share) {
  ClipSet set;
  try {
    set = read_clips(data, how);
  } catch (const Error& error) {
    return report_of_failure(error);
  }
  ClipFindings findings;
  for (const Clip& clip : set.clips) {
    judge_sound(clip, findings);
    judge_length(clip, set.rate, findings);
  }
  judge_rates(set, findings);

  const std::string paths = fmt::format("{}", fmt::join(data, " "));
  const std::set<char32_t> characters = characters_of(set);
  DataReport report;
  report.lines = {{"data", paths + " · " + set.words_for_people()},
                  {"sound", sound_text(set) + "; " + length_range(set)},
                  {"text", fmt::format("{}, {}, {} different: {}", counted(set.words, "word"),
                                       counted(set.characters, "character"), characters.size(), listing(characters))}};
  report.facts.get() = facts_of_clips(set, findings);
  report.findings = set.findings;
  for (Finding& finding : findings.list()) report.findings.push_back(std::move(finding));
  if (set.seconds < kLittleSeconds) {
    report.findings.push_back({"data/little", Severity::warning, paths, 0,
                               fmt::format("{:.1f} minutes of speech are little to learn from", set.seconds / 60),
                               "half an hour of a few words gives a first useful model, sentences need hours"});
  }
  report.attempt([&] { judge_split(set, valid_share, paths, report); });
  return report;
}

}  // namespace rnn::core
