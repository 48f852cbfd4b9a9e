// Why: one list of kinds with their names, for the options, for the model file and for the code that switches on them.
#pragma once

#include <string_view>

#include "base/names.h"

namespace rnn::core {

// How well a query q, the decoder's state, fits an encoder output m (Bahdanau, Cho and Bengio 2015; Luong, Pham and Manning
// 2015; Vaswani et al. 2017):
//   additive    v . tanh(W_q q + W_k m + b)
//   general     q . W_k m
//   dot         q . m
//   scaled_dot  q . m / sqrt(width of m)
//   none        the decoder does not look back at the source
enum class AttentionKind { none, additive, general, dot, scaled_dot };
constexpr std::string_view kAttentionNames[] = {"none", "additive", "general", "dot", "scaled-dot"};
constexpr std::string_view attention_name(AttentionKind kind) { return kAttentionNames[static_cast<int>(kind)]; }

// What the decoder starts from:
//   copy   layer by layer the encoder's final states, both directions concatenated; needs as many layers of the same widths
//   dense  tanh(W e + b), e the final hidden states of the encoder's last layer (Bahdanau, Cho and Bengio 2015, for one
//          direction)
//   zero   zeros: everything comes through the attention
enum class BridgeKind { copy, dense, zero };
constexpr std::string_view kBridgeNames[] = {"copy", "dense", "zero"};
constexpr std::string_view bridge_name(BridgeKind kind) { return kBridgeNames[static_cast<int>(kind)]; }

// How the output layer is built and trained:
//   full      one matrix with a bias
//   sampled   the same; training uses only the target and a few sampled classes (heads/sampled.h)
//   adaptive  frequent classes in a head, rarer ones in clusters with narrower matrices (Grave et al. 2017)
enum class SoftmaxKind { full, sampled, adaptive };
constexpr std::string_view kSoftmaxNames[] = {"full", "sampled", "adaptive"};
constexpr std::string_view softmax_name(SoftmaxKind kind) { return kSoftmaxNames[static_cast<int>(kind)]; }
constexpr SoftmaxKind softmax_kind(std::string_view name) { return static_cast<SoftmaxKind>(index_of(kSoftmaxNames, name)); }

// What reads the past of a series and says its future:
//   segments  segments of the past are the steps of a recurrence, every segment of the future one step from its last state (SegRNN:
//             Lin, Lin, Wu, Zhao, Mo and Zhang 2023)
//   stacked   a recurrence over single steps, all of the future from its last state
//   autoregressive  a recurrence over single steps that says the next one; the future is sampled step by step (DeepAR: Salinas, Flunkert,
//             Gasthaus and Januschowski 2020)
enum class ForecastNetwork { segments, stacked, autoregressive };
constexpr std::string_view kForecastNetworkNames[] = {"segments", "stacked", "autoregressive"};

// What a forecast says of a value, and its loss (heads/list.h).
enum class ForecastHead { squared, huber, quantiles, gaussian, student_t, negative_binomial };
constexpr std::string_view kForecastHeadNames[] = {"squared",  "huber",     "quantiles",
                                                   "gaussian", "student-t", "negative-binomial"};

// What is subtracted from the values of a window, and what they are divided by, both from its past:
//   none       nothing, nothing
//   last       its last value, nothing
//   mean       their mean, nothing
//   mean_abs   nothing, the mean of their sizes
//   standard   their mean, their standard deviation (Kim et al. 2022, without the learnt part)
//   median     their median, the distance between their quartiles
enum class Normalise { none, last, mean, mean_abs, standard, median };
constexpr std::string_view kNormaliseNames[] = {"none", "last", "mean", "mean-abs", "standard", "median"};

// Which hidden rows of a sequence its one answer is made from: those after its last step (read backwards, after its first), their mean,
// or the largest value of each unit.
enum class Pooling { last, mean, max, attention };
constexpr std::string_view kPoolingNames[] = {"last", "mean", "max", "attention"};

// What the label of a sequence is: one of some; any number of them, also none; a place on a scale, whose labels have an order.
enum class Answers { one, several, ordered };
constexpr std::string_view kAnswerNames[] = {"one", "several", "ordered"};

// What counts as the same words where speech is written down (text/speech_text.h).
enum class SpeechText { none, basic };
constexpr std::string_view kSpeechTextNames[] = {"none", "basic"};

}  // namespace rnn::core
