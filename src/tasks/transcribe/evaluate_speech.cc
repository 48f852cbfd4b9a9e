// Why: see evaluate_speech.h.
#include "tasks/transcribe/evaluate_speech.h"

#include <algorithm>
#include <chrono>

#include "decode/scorer.h"
#include "decode/word_times.h"
#include "kernels/rows.h"
#include "metrics/figures.h"
#include "networks/engine.h"
#include "tasks/transcribe/stream/recognizer.h"
#include "text/speech_text.h"

namespace rnn::core {
namespace {

constexpr int kClipsAtOnce = 16;

}  // namespace

void visit_rows(const Model<float>& model, const SpeechFront& front, std::span<const HeardClip> clips, int batch, Pool& pool,
                const VisitRows& visit) {
  Engine engine(model, &pool);
  const auto width = static_cast<size_t>(front.width());
  for (size_t begin = 0; begin < clips.size(); begin += static_cast<size_t>(batch)) {
    const size_t count = std::min(static_cast<size_t>(batch), clips.size() - begin);
    std::vector<std::vector<float>> rows(count);
    std::vector<State<float>> states;
    std::vector<Engine::Part> parts;
    for (size_t i = 0; i < count; ++i) {
      const std::span<const float> frames = clips[begin + i].frames[0];
      const int64_t steps = front.steps_of(frames);
      rows[i].resize(static_cast<size_t>(steps) * width);
      for (int64_t t = 0; t < steps; ++t)
        speech_step(front, frames, t, std::span(rows[i]).subspan(static_cast<size_t>(t) * width, width));
      states.push_back(model.initial(1));
    }
    for (size_t i = 0; i < count; ++i) parts.push_back({.state = &states[i], .frames = rows[i]});
    const View<const float> hidden = engine.run_hidden(parts), outputs = engine.outputs_of(hidden);
    for (size_t i = 0; i < count; ++i) {
      const auto steps = static_cast<int>(rows[i].size() / width);
      Matrix<float> read(steps, hidden.cols), own(steps, outputs.cols);
      for (int t = 0; t < steps; ++t) {
        const int row = engine.row(static_cast<int>(i), t);
        copy_row(hidden, row, read.view(), t), copy_row(outputs, row, own.view(), t);
      }
      log_softmax(own.view(), own.view());
      visit(begin + i, read.view(), LogProbs<float>({own.view()}));
    }
  }
}

std::vector<Matrix<float>> log_probabilities(const Model<float>& model, const SpeechFront& front,
                                             std::span<const HeardClip> clips, int batch, Pool& pool) {
  std::vector<Matrix<float>> found(clips.size());
  visit_rows(model, front, clips, batch, pool, [&](size_t i, View<const float>, LogProbs<float> said) {
    found[i] = Matrix<float>(said.rows.rows, said.rows.cols);
    copy_rows<float>(said.rows, found[i].view());
  });
  return found;
}

namespace {

// The words of a text whose rows are `said`, without those that are heard with less confidence than `least`.
std::string sure_words(const SpeechModel& speech, LogProbs<float> said, std::span<const int32_t> units, double least) {
  if (least <= 0) return spelt_text(speech.spelling, units);
  const std::optional<TextTimes> times = text_times(said, units, speech.spelling);
  return times ? confident_text<TimedWord>(times->words, least) : "";
}

void count_spotted(std::string_view said, std::string_view heard, const std::vector<std::string>& words,
                   SpottedWords& count) {
  const auto waited_for = [&](std::string_view text) {
    std::string kept;
    for (const AlignedWords& one : align_words({}, text)) {
      if (std::find(words.begin(), words.end(), one.reference) != words.end())
        kept += (kept.empty() ? "" : " ") + std::string(one.reference);
    }
    return kept;
  };
  const std::string reference = waited_for(said), hypothesis = waited_for(heard);
  for (const AlignedWords& one : align_words(hypothesis, reference)) {
    count.said += !one.reference.empty();
    count.found += !one.reference.empty() && one.reference == one.hypothesis;
    count.false_alarms += !one.hypothesis.empty() && one.reference != one.hypothesis;
  }
}

}  // namespace

SpeechReport evaluate_speech(const SpeechModel& speech, const SpeechPart& part, Pool& pool, const SpeechEvaluation& how) {
  if (how.reject > 0) speech.require_timed();
  SpeechReport report;
  report.clips = std::ssize(part.clips), report.seconds = part.seconds();
  const auto begin = std::chrono::steady_clock::now();
  int64_t rows = 0, blanks = 0;
  SpeechDecoder decoder(*speech.model, how.beam, pool);
  if (!how.words.empty()) report.spotted.emplace();
  const auto transcribe = [&](size_t i, View<const float> hidden, LogProbs<float> said) {
    const std::vector<int32_t> units = decoder.units_of(hidden, said, &blanks);
    rows += hidden.rows;
    const std::string heard = speech_text(speech.front.rules, sure_words(speech, said, units, how.reject));
    report.errors.add(part.clips[i].id, part.clips[i].text, heard);
    if (report.spotted) count_spotted(part.clips[i].text, heard, how.words, *report.spotted);
  };
  visit_rows(*speech.model, speech.front, part.heard, kClipsAtOnce, pool, transcribe);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (rows > 0) report.blanks = static_cast<double>(blanks) / static_cast<double>(rows);
  if (report.seconds > 0) report.real_time = took.count() / report.seconds;
  report.model = ResultRow("this model");
  report.model.set(figure::kWer, pooled(report.errors.words()).rate())
      .set(figure::kCer, pooled(report.errors.characters()).rate());
  report.model.set(figure::kSer, report.clips > 0 ? 1 - report.errors.sentences().rate() : 0);
  return report;
}

}  // namespace rnn::core
