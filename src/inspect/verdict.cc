// Why: one label for a text or a series: what the model thinks after each step, and what it thinks without a word, a stretch, a sensor.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "base/error.h"
#include "base/numbers.h"
#include "data/inputs/text_line.h"
#include "events/events.h"
#include "inspect/json_numbers.h"
#include "inspect/labelling_parts.h"
#include "inspect/reading.h"
#include "text/letter_case.h"

namespace rnn::core {
namespace {

constexpr size_t kMostDrawn = 5, kMostNamed = 8;  // labels
constexpr int kMostPoints = 400, kStretches = 10;
constexpr size_t kMostSensors = 40;  // that are left out, and drawn

void require_size(int steps, int most, const std::string& unit) {
  if (steps <= most) return;
  throw Error(Exit::usage, "inspect/too_long",
              fmt::format("the input has {}, but at most {} can be shown", counted(steps, unit), grouped(most)),
              "use a part of it; rnn classify --each-step has no limit");
}

// ------------------------------------------------------------------------------------------------------------------ texts

// What stands for an unknown word is shown as it was written, where words can be told apart.
void name_steps(const Tokenizer& tokenizer, const std::string& plain, const std::vector<int32_t>& ids, Verdict& v) {
  std::vector<std::string> own;
  if (is_word_kind(tokenizer.kind())) own = words_of_line(plain, false);
  for (size_t t = 0; t < ids.size(); ++t) {
    const bool unknown = ids[t] == tokenizer.unknown_id();
    v.steps.push_back(unknown && own.size() == ids.size() ? printable(own[t]) : shown_token(tokenizer, ids[t]));
  }
  for (const std::string& piece : tokenizer.unknown_pieces(plain)) v.unknown.push_back(printable(piece));
}

// Whole words where a text has several, also of models that read characters; else single steps.
std::vector<LeftOutPart> parts_of_text(const Tokenizer& tokenizer, const std::vector<int32_t>& ids, const Verdict& v) {
  const auto spaced = [&](size_t t) { return tokenizer.piece(ids[t]).starts_with(' '); };
  const bool whole = is_word_kind(tokenizer.kind());
  std::vector<LeftOutPart> words;
  for (size_t t = 0; t < ids.size(); ++t) {
    if (t == 0 || whole || spaced(t)) words.push_back({static_cast<int>(t), 0, "", "", 0, 0});
    ++words.back().steps;
  }
  if (words.size() == 1) {
    words.clear();
    for (size_t t = 0; t < ids.size(); ++t) words.push_back({static_cast<int>(t), 1, "", "", 0, 0});
  }
  for (LeftOutPart& word : words) {
    const std::span<const int32_t> own(ids.data() + word.first, static_cast<size_t>(word.steps));
    const std::string text = tokenizer.decode(own);
    const size_t begin = text.find_first_not_of(' ');
    word.what = word.steps == 1 || begin == text.npos
                    ? v.steps[static_cast<size_t>(word.first)]
                    : printable(text.substr(begin, text.find_last_not_of(' ') + 1 - begin));
  }
  return words;
}

// ----------------------------------------------------------------------------------------------------------------- series

// Means of `stride` samples; what is missing is left out.
std::vector<double> means_of(const std::vector<float>& frames, size_t width, size_t sensor, size_t stride) {
  std::vector<double> means;
  for (size_t first = 0; first * width < frames.size(); first += stride) {
    double sum = 0, n = 0;
    for (size_t t = first; t < std::min(first + stride, frames.size() / width); ++t) {
      const double x = frames[t * width + sensor];
      if (!std::isnan(x)) sum += x, ++n;
    }
    means.push_back(n > 0 ? decimal_of(static_cast<float>(sum / n)) : std::numeric_limits<double>::quiet_NaN());
  }
  return means;
}

std::string sensor_name(const LabelFront& front, size_t sensor) {
  return sensor < front.names.size() && !front.names[sensor].empty() ? front.names[sensor]
                                                                     : fmt::format("input {}", sensor + 1);
}

void draw_sensors(const LabelFront& front, const std::vector<float>& frames, size_t width, Verdict& v) {
  v.stride = (v.length + kMostPoints - 1) / kMostPoints;
  for (size_t s = 0; s < std::min(width, kMostSensors); ++s)
    v.sensors.push_back({sensor_name(front, s), means_of(frames, width, s, static_cast<size_t>(v.stride))});
}

// A series of which steps [first, end) of these sensors were not measured: as the value before, or the mean of training.
SequenceExample silenced(const LabelEncoder& encoder, std::vector<float> frames, size_t width, size_t first, size_t end,
                         size_t sensor, size_t sensors) {
  for (size_t t = first; t < end; ++t)
    for (size_t s = sensor; s < sensor + sensors; ++s) frames[t * width + s] = std::numeric_limits<float>::quiet_NaN();
  return encoder.frames(frames);
}

// ------------------------------------------------------------------------------------------------------------------- both

std::vector<int> looks_at(int steps, int most) {
  const int n = std::min(steps, most);
  std::vector<int> looks;
  for (int i = 1; i <= n; ++i) looks.push_back(static_cast<int>(int64_t{i} * steps / n));
  return looks;
}

// The labels that are drawn: the answer, the right one, then by how often they led and how likely they were at best.
std::vector<int32_t> drawn_labels(const LookedAtModel& model, const std::vector<Labels>& found, int32_t said) {
  struct Weight {
    int32_t id = 0;
    int rank = 0, led = 0;  // rank 2: the answer, 1: the right one
    double best = 0;
  };
  std::vector<Weight> all(model.shape().labels.size());
  for (size_t i = 0; i < all.size(); ++i) all[i].id = static_cast<int32_t>(i), all[i].rank = all[i].id == said ? 1 : 0;
  for (const Labels& look : found) {
    for (const Candidate& c : look.answers[0]) {
      double& best = all[static_cast<size_t>(c.id)].best;
      best = std::max(best, c.probability);
    }
    ++all[static_cast<size_t>(look.answers[0][0].id)].led;
  }
  all[static_cast<size_t>(found.back().answers[0][0].id)].rank = 2;
  std::stable_sort(all.begin(), all.end(), [](const Weight& a, const Weight& b) {
    return std::tie(a.rank, a.led, a.best) > std::tie(b.rank, b.led, b.best);
  });
  std::vector<int32_t> ids;
  for (size_t i = 0; i < std::min(all.size(), kMostDrawn); ++i) ids.push_back(all[i].id);
  return ids;
}

void add_course(LookedAtModel& model, const SequenceExample& whole, size_t columns, int32_t said, Verdict& v) {
  std::vector<SequenceExample> parts;
  for (const int look : v.looks) parts.push_back(beginning(whole, columns, static_cast<size_t>(look)));
  const std::vector<Labels> found = model.label(parts);
  for (const int32_t id : drawn_labels(model, found, said)) {
    ShownLabel shown{model.shape().labels[static_cast<size_t>(id)], {}};
    for (const Labels& look : found) shown.p.push_back(model.chance(look.answers[0], id));
    v.course.push_back(std::move(shown));
  }
  for (const Labels& look : found) {
    v.led.push_back(model.name(look.answers[0][0]));
    if (v.led.size() > 1 && v.led.back() != v.led[v.led.size() - 2])
      ++v.turns, v.decided = static_cast<int>(v.led.size()) - 1;
  }
  for (const Candidate& c : found.back().answers[0]) {
    if (v.answer.size() < kMostNamed) v.answer.push_back({model.name(c), c.probability});
  }
}

void leave_out_parts(LookedAtModel& model, const std::vector<SequenceExample>& rests, const Verdict& v,
                     std::vector<LeftOutPart>& parts) {
  const int32_t answer = model.encoder().label(v.answer[0].label);
  const std::vector<Labels> found = model.label(rests);
  for (size_t i = 0; i < parts.size(); ++i) {
    parts[i].label = model.name(found[i].answers[0][0]);
    parts[i].p = model.chance(found[i].answers[0], answer);
    parts[i].adds = v.answer[0].p - parts[i].p;
  }
}

void read_text(LookedAtModel& model, const RawExample& e, int32_t said, Verdict& v) {
  const Tokenizer& tokenizer = *model.file().tokenizer;
  if (is_blank(e.text)) throw Error(Exit::usage, "inspect/empty", "the text has no words", "give one: -p \"I liked it.\"");
  const SequenceExample whole = model.encoder().text(e.text);
  v.text = e.text, v.length = static_cast<int>(whole.ids.size());
  require_size(v.length, kLongestLabelledText,
               v.facts.reads == "char"       ? "character"
               : is_word_kind(v.facts.reads) ? "word"
                                             : "piece");
  name_steps(tokenizer, plain_text(e.text, model.shape().front.keep_case), whole.ids, v);
  v.looks = looks_at(v.length, kLongestLabelledText);
  add_course(model, whole, 1, said, v);
  if (v.length > 1) {
    v.left_out = parts_of_text(tokenizer, whole.ids, v);
    std::vector<SequenceExample> rests;
    for (const LeftOutPart& word : v.left_out)
      rests.push_back(without_steps(whole, 1, static_cast<size_t>(word.first), static_cast<size_t>(word.steps)));
    leave_out_parts(model, rests, v, v.left_out);
  }
  v.move = model.moves(whole);
}

void read_series(LookedAtModel& model, const RawExample& e, int32_t said, Verdict& v) {
  const auto width = static_cast<size_t>(model.shape().width), steps = e.frames.size() / width;
  if (steps == 0) throw Error(Exit::data, "data/sequence", v.place + ": the series has no samples", "give it at least one");
  v.series = true, v.length = static_cast<int>(std::min<size_t>(steps, 1 << 30));
  require_size(v.length, kLongestLabelledSeries, "sample");
  v.looks = looks_at(v.length, kMostLooks);
  const SequenceExample whole = model.encoder().frames(e.frames);
  add_course(model, whole, width, said, v);
  draw_sensors(model.shape().front, e.frames, width, v);
  std::vector<SequenceExample> rests;
  if (width > 1) {
    for (size_t s = 0; s < v.sensors.size(); ++s) {
      v.sensors_out.push_back({0, v.length, v.sensors[s].name, "", 0, 0});
      rests.push_back(silenced(model.encoder(), e.frames, width, 0, steps, s, 1));
    }
    leave_out_parts(model, rests, v, v.sensors_out);
  }
  const int n = std::min(kStretches, v.length);
  rests.clear();
  for (int i = 0; i < n && n > 1; ++i) {
    const int first = i * v.length / n, end = (i + 1) * v.length / n;
    v.left_out.push_back({first, end - first, "", "", 0, 0});
    rests.push_back(
        silenced(model.encoder(), e.frames, width, static_cast<size_t>(first), static_cast<size_t>(end), 0, width));
  }
  leave_out_parts(model, rests, v, v.left_out);
  for (const std::vector<double>& each : model.moves(whole)) {
    const std::vector<float> all(each.begin(), each.end());
    v.move.push_back(means_of(all, 1, 0, static_cast<size_t>(v.stride)));
  }
}

}  // namespace

Verdict look_at_verdict(ModelFile& file, const RawExample& e, const std::string& place, Pool& pool) {
  LookedAtModel model(file, pool);
  Verdict v;
  v.facts = model.facts(), v.place = place;
  int32_t said = -1;
  if (!e.labels.empty()) v.said = e.labels[0], said = model.encoder().label(e.labels[0]);
  model.shape().width > 0 ? read_series(model, e, said, v) : read_text(model, e, said, v);
  if (said >= 0) {
    for (const ShownLabel& shown : v.course)
      if (shown.label == *v.said) v.said_p = shown.p.back();
  }
  return v;
}

}  // namespace rnn::core
