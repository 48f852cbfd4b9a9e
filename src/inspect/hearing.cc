// Why: see hearing.h.
#include "inspect/hearing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cells/names.h"
#include "decode/sample.h"
#include "decode/word_times.h"
#include "inspect/explain_model.h"
#include "inspect/json_numbers.h"
#include "metrics/word_errors.h"
#include "tasks/transcribe/align.h"
#include "tasks/transcribe/evaluate_speech.h"
#include "text/speech_text.h"

namespace rnn::core {
namespace {

using nlohmann::ordered_json;

constexpr double kQuiet = 0.25, kLoud = 0.995;           // quantiles of the clip's energies that are 0 and 1
constexpr float kSoundParts = 100, kChanceParts = 1000;  // to which numbers of the page are rounded
constexpr std::string_view kBlank = "–", kSpace = "␣";

std::string unit_text(const Spelling& spelling, int32_t unit) {
  if (unit == 0) return std::string(kBlank);
  if (unit == spelling.space) return std::string(kSpace);
  return spelling.of(unit);
}

// Log energies become loudness by the clip's own scale. frames [n, width], of which the first `bands` are drawn.
std::vector<std::vector<float>> loudness(std::span<const float> frames, size_t width, size_t bands) {
  std::vector<float> all;
  for (size_t at = 0; at < frames.size(); at += width) all.insert(all.end(), &frames[at], &frames[at] + bands);
  std::sort(all.begin(), all.end());
  const auto quantile = [&](double q) { return all[static_cast<size_t>(q * static_cast<double>(all.size() - 1))]; };
  const float low = quantile(kQuiet), high = std::max(quantile(kLoud), low + 1e-3F);
  std::vector<std::vector<float>> shown;
  for (size_t at = 0; at < frames.size(); at += width) {
    shown.emplace_back();
    for (size_t i = 0; i < bands; ++i) shown.back().push_back(std::clamp((frames[at + i] - low) / (high - low), 0.0F, 1.0F));
  }
  return shown;
}

// How much the last layer changes from step to step. hidden [steps, width].
std::vector<float> changes(View<const float> hidden) {
  std::vector<double> moved;
  double size = 0;
  for (int t = 0; t < hidden.rows; ++t) {
    const std::span<const float> h = row_of(hidden, t);
    double norm = 0, change = 0;
    for (size_t i = 0; i < h.size(); ++i) {
      const double now = h[i], before = t > 0 ? row_of(hidden, t - 1)[i] : 0.0F;
      norm += now * now, change += (now - before) * (now - before);
    }
    size += std::sqrt(norm), moved.push_back(std::sqrt(change));
  }
  std::vector<float> shares;
  for (const double m : moved) shares.push_back(static_cast<float>(size > 0 ? m * hidden.rows / size : 0));
  return shares;
}

void add_words(const std::vector<TranscriptWord>& words, std::vector<HeardWord>& to) {
  for (const TranscriptWord& w : words) to.push_back({w.text, w.start_s, w.end_s, w.confidence});
}

void compare_with(const SpeechModel& speech, const ModelFile& file, std::span<const float> samples, int rate,
                  const std::string& said, Pool& pool, Hearing& found) {
  found.said = speech_text(speech.front.rules, said);
  RecognitionErrors errors;
  errors.add(found.clip, *found.said, speech_text(speech.front.rules, found.text));
  const ErrorRate words = pooled(errors.words());
  found.wrong = static_cast<int>(words.errors()), found.of = static_cast<int>(words.reference);
  try {
    add_words(align_clip(speech, *file.tokenizer, samples, rate, said, found.clip, pool).transcript.words, found.said_words);
  } catch (const Error& e) {
    if (e.exit() != Exit::data) throw;  // a text that this clip cannot say has no times
  }
}

// Characters of the text, in the order in which they are first written.
void add_units(const SpeechModel& speech, std::span<const int32_t> units, View<const float> log_probs, Hearing& found) {
  std::vector<int32_t> seen;
  for (const int32_t unit : units) {
    if (std::find(seen.begin(), seen.end(), unit) == seen.end()) seen.push_back(unit);
  }
  const auto column = [&](int32_t unit) {
    std::vector<float> p;
    for (int t = 0; t < log_probs.rows; ++t) p.push_back(std::exp(row_of(log_probs, t)[static_cast<size_t>(unit)]));
    return p;
  };
  for (const int32_t unit : seen) found.units.push_back({unit_text(speech.spelling, unit), column(unit)});
  found.blank = column(0);
  int blanks = 0;
  for (int t = 0; t < log_probs.rows; ++t) {
    const std::span<const float> row = row_of(log_probs, t);
    const auto top = static_cast<int32_t>(std::max_element(row.begin(), row.end()) - row.begin());
    blanks += top == 0;
    found.best.push_back(unit_text(speech.spelling, top));
  }
  found.blank_share = static_cast<double>(blanks) / log_probs.rows;
}

}  // namespace

Hearing hear_clip(const ModelFile& file, std::span<const float> samples, int rate, const std::string& clip,
                  const std::string& said, Pool& pool) {
  const SpeechModel speech = speech_model(file);
  const SpeechFront& front = speech.front;
  const RecurrentOptions& rnn = speech.model->config().rnn;
  speech.require_timed();
  Hearing found;
  found.transducer = speech.model->config().transducer.present();
  found.name = model_name(file.path), found.path = file.path, found.clip = clip;
  found.cell = cell_name(rnn.cell, rnn.flags), found.layers = rnn.layers, found.hidden = rnn.hidden;
  found.parameters = static_cast<long long>(speech.model->table().count());
  found.streaming = front.streaming, found.latency = front.latency();
  found.rate = rate, found.seconds = static_cast<double>(samples.size()) / rate;
  found.frame = front.bank.shift_ms / 1000, found.step = front.step_seconds();
  if (found.seconds > kLongestHeard)
    throw Error(Exit::data, "data/too_long_clip",
                fmt::format("{} is {:.0f} seconds long, a page shows {:.0f}", clip, found.seconds, kLongestHeard),
                "cut it, or use rnn transcribe for the whole of it");
  std::vector<float> frames = frames_of(front, samples, rate);
  if (frames.empty())
    throw Error(Exit::data, "data/too_short_clip", clip + " is shorter than a step of the network",
                "a clip has at least a word");
  const auto frame_width = static_cast<size_t>(front.bank.width());
  const size_t bands = front.bank.kind == FrontKind::fbank ? static_cast<size_t>(front.bank.bins) : frame_width;
  found.sound = loudness(frames, frame_width, std::min(bands, frame_width));
  normalise_frames(front, frames);
  HeardClip heard;
  heard.frames.emplace_back(std::move(frames));
  visit_rows(*speech.model, front, {&heard, 1}, 1, pool, [&](size_t, View<const float> hidden, LogProbs<float> rows) {
    const std::vector<int32_t> units = SpeechDecoder(*speech.model, std::nullopt, pool).units_of(hidden, rows);
    found.text = spelt_text(speech.spelling, units);
    if (const std::optional<TextTimes> times = text_times(rows, units, speech.spelling)) {
      for (const TimedWord& w : times->words)
        found.words.push_back({w.text, front.seconds_of(w.first), front.seconds_of(w.last + 1), w.confidence});
    }
    // A step is drawn where its sound is, not where it was understood.
    const int late = front.delay, steps = hidden.rows - late;
    add_units(speech, units, rows.rows.middle(late, steps), found);
    found.change = changes(hidden.middle(late, steps));
  });
  if (!said.empty()) compare_with(speech, file, samples, rate, said, pool, found);
  return found;
}

namespace {

// Rounded to 1 / parts: a page has thousands of them.
ordered_json list_of(const std::vector<float>& values, float parts) {
  ordered_json list = ordered_json::array();
  for (const float v : values) list.push_back(json_number(std::round(v * parts) / parts));
  return list;
}

ordered_json list_of(const std::vector<HeardWord>& words) {
  ordered_json list = ordered_json::array();
  for (const HeardWord& w : words)
    list.push_back({{"text", w.text},
                    {"start", json_number(w.start)},
                    {"end", json_number(w.end)},
                    {"confidence", json_number(w.confidence)}});
  return list;
}

}  // namespace

ordered_json to_json_object(const Hearing& h) {
  ordered_json sound = ordered_json::array(), units = ordered_json::array();
  for (const std::vector<float>& frame : h.sound) sound.push_back(list_of(frame, kSoundParts));
  for (const ShownUnit& unit : h.units) units.push_back({{"text", unit.text}, {"p", list_of(unit.p, kChanceParts)}});
  return {{"name", h.name},
          {"path", h.path},
          {"cell", h.cell},
          {"layers", h.layers},
          {"hidden", h.hidden},
          {"parameters", h.parameters},
          {"streaming", h.streaming},
          {"transducer", h.transducer},
          {"latency", json_number(h.latency)},
          {"clip", h.clip},
          {"rate", h.rate},
          {"seconds", json_number(h.seconds)},
          {"frame", json_number(h.frame)},
          {"step", json_number(h.step)},
          {"text", h.text},
          {"words", list_of(h.words)},
          {"said", h.said ? ordered_json(*h.said) : ordered_json()},
          {"said_words", list_of(h.said_words)},
          {"wrong", h.wrong},
          {"of", h.of},
          {"blank_share", json_number(h.blank_share)},
          {"best", h.best},
          {"units", units},
          {"blank", list_of(h.blank, kChanceParts)},
          {"change", list_of(h.change, kChanceParts)},
          {"sound", sound}};
}

}  // namespace rnn::core
