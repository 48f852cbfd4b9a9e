// Why: see evaluate_speech.h.
#include "tasks/transcribe/evaluate_speech.h"

#include <algorithm>
#include <chrono>

#include "decode/ctc_greedy.h"
#include "decode/sample.h"
#include "decode/scorer.h"
#include "metrics/figures.h"
#include "networks/engine.h"
#include "tasks/transcribe/stream/recognizer.h"
#include "text/speech_text.h"

namespace rnn::core {
namespace {

constexpr int kClipsAtOnce = 16;

}  // namespace

std::vector<Matrix<float>> log_probabilities(const Model<float>& model, const SpeechFront& front,
                                             std::span<const HeardClip> clips, int batch, Pool& pool) {
  std::vector<Matrix<float>> found(clips.size());
  Engine engine(model, &pool);
  const auto width = static_cast<size_t>(front.width());
  for (size_t begin = 0; begin < clips.size(); begin += static_cast<size_t>(batch)) {
    const size_t count = std::min(static_cast<size_t>(batch), clips.size() - begin);
    std::vector<std::vector<float>> rows(count);
    std::vector<State<float>> states;
    std::vector<Engine::Part> parts;
    for (size_t i = 0; i < count; ++i) {
      const std::vector<float>& frames = clips[begin + i].frames[0];
      const int64_t steps = front.steps_of(frames);
      rows[i].resize(static_cast<size_t>(steps) * width);
      for (int64_t t = 0; t < steps; ++t)
        speech_step(front, frames, t, std::span(rows[i]).subspan(static_cast<size_t>(t) * width, width));
      states.push_back(model.initial(1));
    }
    for (size_t i = 0; i < count; ++i) parts.push_back({.state = &states[i], .frames = rows[i]});
    const View<const float> logits = engine.run(parts);
    for (size_t i = 0; i < count; ++i) {
      const auto steps = static_cast<int>(rows[i].size() / width);
      Matrix<float>& own = found[begin + i] = Matrix<float>(steps, model.outputs());
      for (int t = 0; t < steps; ++t) {
        const std::span<const float> row = row_of(logits, engine.row(static_cast<int>(i), t));
        std::copy(row.begin(), row.end(), own.row(t));
      }
      log_softmax(own.view(), own.view());
    }
  }
  return found;
}

SpeechReport evaluate_speech(const SpeechModel& speech, const SpeechPart& part, Pool& pool, const PrefixBeamOptions* beam) {
  SpeechReport report;
  report.clips = std::ssize(part.clips), report.seconds = part.seconds();
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<Matrix<float>> said = log_probabilities(*speech.model, speech.front, part.heard, kClipsAtOnce, pool);
  int64_t rows = 0, blanks = 0;
  for (size_t i = 0; i < said.size(); ++i) {
    const Matrix<float>& one = said[i];
    const LogProbs<float> log_probs({one.data(), one.rows(), one.cols(), one.cols()});
    CtcGreedy greedy;
    greedy.push(log_probs);
    std::vector<int32_t> units = greedy.ids();
    if (beam) {
      CtcBeam search(*beam);
      search.push(log_probs);
      const std::vector<RecognisedText> found = search.finished();
      units = found.empty() ? std::vector<int32_t>() : found[0].units;
    }
    report.errors.add(part.clips[i].id, part.clips[i].text,
                      speech_text(speech.front.rules, spelt_text(speech.spelling, units)));
    rows += one.rows(), blanks += greedy.blanks();
  }
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
