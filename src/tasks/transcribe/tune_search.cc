// Why: see tune_search.h.
#include "tasks/transcribe/tune_search.h"

#include <algorithm>
#include <cassert>

#include "metrics/word_errors.h"
#include "tasks/transcribe/evaluate_speech.h"
#include "text/speech_text.h"

namespace rnn::core {
namespace {

constexpr double kAlphas[] = {0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2}, kBetas[] = {-1, 0, 1, 2, 3, 4};
constexpr double kFirstBeta = 1;
constexpr int kClipsRead = 16;  // at once

struct ReadClip {
  Matrix<float> hidden, log_probs;
};

}  // namespace

std::vector<TriedWeights> tune_search(const SpeechModel& speech, const SpeechPart& part, Pool& pool,
                                      const PrefixBeamOptions& beam) {
  std::vector<ReadClip> clips(part.clips.size());
  visit_rows(*speech.model, speech.front, part.heard, kClipsRead, pool,
             [&](size_t i, View<const float> hidden, LogProbs<float> said) {
               clips[i] = {Matrix<float>(hidden.rows, hidden.cols), Matrix<float>(said.rows.rows, said.rows.cols)};
               copy_rows<float>(hidden, clips[i].hidden.view()), copy_rows<float>(said.rows, clips[i].log_probs.view());
             });
  std::vector<TriedWeights> tried;
  const auto measure = [&](double alpha, double beta) {
    const auto same = [&](const TriedWeights& t) { return t.alpha == alpha && t.beta == beta; };
    if (std::any_of(tried.begin(), tried.end(), same)) return;
    PrefixBeamOptions options = beam;
    options.fusion.alpha = alpha, options.fusion.beta = beta;
    SpeechDecoder decoder(*speech.model, options, pool);
    RecognitionErrors errors;
    for (size_t i = 0; i < clips.size(); ++i) {
      const std::vector<int32_t> units =
          decoder.units_of(clips[i].hidden.view(), LogProbs<float>({clips[i].log_probs.view()}));
      errors.add(part.clips[i].id, part.clips[i].text, speech_text(speech.front.rules, spelt_text(speech.spelling, units)));
    }
    tried.push_back({alpha, beta, pooled(errors.words()).rate(), pooled(errors.characters()).rate()});
  };
  for (const double alpha : kAlphas) measure(alpha, kFirstBeta);
  const double alpha = best_weights(tried).alpha;
  for (const double beta : kBetas) measure(alpha, beta);
  const double beta = best_weights(tried).beta;
  for (const double a : kAlphas) measure(a, beta);
  return tried;
}

const TriedWeights& best_weights(const std::vector<TriedWeights>& tried) {
  assert(!tried.empty());
  return *std::min_element(tried.begin(), tried.end(), [](const TriedWeights& a, const TriedWeights& b) {
    return a.wer != b.wer ? a.wer < b.wer : a.cer < b.cer;
  });
}

}  // namespace rnn::core
