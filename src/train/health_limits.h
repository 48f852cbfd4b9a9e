// Why: every threshold of the health rules in one table, each with its reason; docs/doctor.md contains the same table.
#pragma once

#include <string_view>

namespace rnn::core {

struct HealthLimit {
  std::string_view code;  // the rule it belongs to; "": all
  std::string_view what;
  double value;
  std::string_view why;
};

// "Chance" is the loss of giving every answer the same probability, ln K; for a regression, the loss of always answering 0,
// which only rnn doctor knows (during rnn train: the loss at the start of the run).
namespace limit {

inline constexpr HealthLimit kSettled{"", "updates before any rule other than exploding reports", 50,
                                      "the first updates of a new model and of Adam's averages mean little"};
inline constexpr HealthLimit kLooks{"", "logged gradient norms needed", 20,
                                    "with fewer numbers a median or a share is mostly chance"};

inline constexpr HealthLimit kSpike{"health/exploding", "largest gradient norm, as a multiple of the median", 100,
                                    "batches of different length and difficulty differ by a factor of 10, not of 100"};
inline constexpr HealthLimit kSpikeNorm{"health/exploding", "largest gradient norm, at least", 10,
                                        "near a loss of 0 the median is tiny, and a norm below 10 does no harm"};

inline constexpr HealthLimit kBurst{"health/lr_large", "training loss before update 100, as a multiple of chance", 3,
                                    "a new model starts at chance, or with tied weights at less than twice chance"};
inline constexpr HealthLimit kBurstUpdates{"health/lr_large", "updates before this is checked", 20,
                                           "a model can recover from a few wild updates at the very beginning"};
inline constexpr HealthLimit kAboveChance{"health/lr_large", "training loss after update 100, as a multiple of chance", 1.1,
                                          "a model that knows nothing is at chance; one that learns is soon below it"};
inline constexpr HealthLimit kRise{"health/lr_large", "rise of the training loss, as a multiple of chance", 0.1,
                                   "texts and batches differ by a few hundredths of chance"};
inline constexpr HealthLimit kRiseShare{"health/lr_large", "share of the run, at its end, that is averaged", 0.05,
                                        "long enough to average out the batches, short enough to be recent"};
inline constexpr HealthLimit kSwing{"health/lr_large", "relative change of the validation loss that counts as a swing", 0.1,
                                    "it is always the same text: validations of a stable run differ by 1 or 2 %"};
inline constexpr HealthLimit kSwings{"health/lr_large", "swings needed", 3, "one or two happen in good runs"};
inline constexpr HealthLimit kWildRate{"health/lr_large", "learning rate, as a multiple of the optimizer's default", 10,
                                       "no published recipe is that far above it"};

inline constexpr HealthLimit kSlowUpdates{"health/lr_small", "updates needed", 200,
                                          "the slow beginning of a good run is over by then"};
inline constexpr HealthLimit kSlowRate{"health/lr_small", "learning rate, at most, as a multiple of the optimizer's default",
                                       0.2, "at more than a fifth of the usual rate another cause is likelier"};
inline constexpr HealthLimit kSlowHalf{"health/lr_small", "share of the decrease in the second half, at least", 0.35,
                                       "with a good rate the loss falls early; 0.5 is a straight line"};
inline constexpr HealthLimit kSlowChance{"health/lr_small", "training loss at the end, at least, as a multiple of chance",
                                         0.5, "below it the model has learnt, or started as a trained one"};
inline constexpr HealthLimit kSlowFall{"health/lr_small", "relative decrease of the loss over the run, at most", 0.3,
                                       "a larger decrease means that the run is learning"};
inline constexpr HealthLimit kStill{"health/lr_small", "relative decrease of the loss that counts as none", 0.005,
                                    "the scatter of the batches over a quarter of the run"};

inline constexpr HealthLimit kClipped{"health/clip_always", "share of updates that are clipped", 0.9,
                                      "clipping is meant for rare spikes"};
inline constexpr HealthLimit kClipFactor{"health/clip_always", "median gradient norm, at least, as a multiple of --clip", 3,
                                         "if the norm is only a little above the limit, little is lost"};

inline constexpr HealthLimit kOverfit{"health/overfitting", "relative rise of the validation loss above its best", 0.05,
                                      "in a good run the last validations before --patience ends it rise by 1 to 3 %"};
inline constexpr HealthLimit kOverfitChecks{"health/overfitting", "validations after the best that all show it", 3,
                                            "one or two can be bad luck, and the loss may yet fall again"};
inline constexpr HealthLimit kOverfitTrain{"health/overfitting", "relative decrease of the training loss meanwhile", 0.03,
                                           "without it the learning rate is the cause, not overfitting"};
inline constexpr HealthLimit kOverfitFloor{"health/overfitting", "rise, at least, as a multiple of chance", 0.02,
                                           "near a loss of 0 any rise is many per cent"};

inline constexpr HealthLimit kStillFalling{"health/undertrained", "relative gain of the last validation over the one before",
                                           0.01, "the gains that --patience waits for are far smaller"};

inline constexpr HealthLimit kGainFloor{"health/undertrained", "the same, at least, as a multiple of chance", 0.001,
                                        "near a loss of 0 any gain is many per cent"};

inline constexpr HealthLimit kGone{"health/vanishing",
                                   "gradient, relative to its value one step back, that counts as vanished", 1e-3,
                                   "it is drowned out by the rest of the gradient"};
inline constexpr HealthLimit kReachSteps{"health/vanishing", "steps within which it vanishes, if every step has a target", 5,
                                         "text is mostly local: a dozen steps are enough for much of it"};
inline constexpr HealthLimit kReachShare{"health/vanishing", "the same, as a share of the window or sequence", 0.25,
                                         "windows are chosen longer than needed, but not four times as long"};

inline constexpr HealthLimit kGateEnds{"health/saturated", "a gate counts as shut or wide open within", 0.05,
                                       "its slope there is at most a fifth of the maximum"};
inline constexpr HealthLimit kSaturated{"health/saturated", "share of such values, in every gate of a layer", 0.9,
                                        "a unit that stores something keeps one or two gates shut or open, never all"};
inline constexpr HealthLimit kGateFlat{"health/saturated", "a gate has no slope left within", 1e-6,
                                       "its updates shrink to a millionth; the same share in one gate is enough"};
inline constexpr HealthLimit kWideStart{"health/saturated", "--init uniform:A is itself the cause above", 0.5,
                                        "sums of dozens of such weights saturate at once"};
inline constexpr HealthLimit kWideBias{"health/saturated", "--forget-bias is itself the cause above", 5,
                                       "a gate that starts at 0.993 remembers for 150 steps; for more there is --chrono"};

inline constexpr HealthLimit kDead{"health/dead_relu", "share of units that are 0 at every step", 0.25,
                                   "a few are always lost; with a quarter the network is smaller than intended"};
inline constexpr HealthLimit kProbe{"health/dead_relu", "steps of text read, at least", 200,
                                    "a unit may respond only to a rare word"};

inline constexpr HealthLimit kInputMean{"health/input_scale", "mean of an input, in its standard deviations or in units", 3,
                                        "a constant part this large hides the changes"};
inline constexpr HealthLimit kInputLarge{"health/input_scale", "standard deviation of an input, at most", 10,
                                         "beyond it the first layer starts saturated"};
inline constexpr HealthLimit kInputSmall{"health/input_scale", "standard deviation of an input, at least", 0.01,
                                         "below it the biases drown it out for thousands of updates"};
inline constexpr HealthLimit kEmbeddingLarge{"health/input_scale", "magnitude of the embedding's numbers, at most", 10,
                                             "they start at about 1 and hardly move"};
inline constexpr HealthLimit kEmbeddingSmall{"health/input_scale", "magnitude of the embedding's numbers, at least", 1e-3,
                                             "the smallest initialisations in common use are 0.05"};

inline constexpr HealthLimit kLineGain{"health/carried_state", "loss saved by starting each line from a zero state", 0.01,
                                       "below it the choice hardly matters"};
inline constexpr HealthLimit kLineSure{"health/carried_state", "the same, in its standard errors", 3,
                                       "chance alone causes this once in 700 runs"};
inline constexpr HealthLimit kLineTokens{"health/carried_state", "number of tokens compared at the start of a line", 5,
                                         "further on, the line itself matters more than what came before it"};

inline constexpr HealthLimit kAlive{"health/short_window",
                                    "gradient at the window's end, relative to its value one step back", 0.3,
                                    "a third of the signal is cut off, not just a small remainder"};

inline constexpr HealthLimit kUnknown{"health/unknown_words", "share of unknown tokens", 0.05,
                                      "one in twenty is more than one in every second sentence"};
inline constexpr HealthLimit kGuess{"health/guessing", "validation loss, as a multiple of that of a constant answer", 0.97,
                                    "a model that has found something is soon well below it"};
inline constexpr HealthLimit kCounted{"health/counting", "validation loss, as a multiple of that of n-grams", 1.05,
                                      "a few hundredths decide nothing; on little text n-grams are hard to beat"};

// In the order of the rules.
inline constexpr const HealthLimit* kAll[] = {
    &kSettled,       &kLooks,        &kSpike,        &kSpikeNorm,    &kBurst,          &kBurstUpdates,   &kAboveChance,
    &kRise,          &kRiseShare,    &kSwing,        &kSwings,       &kWildRate,       &kSlowUpdates,    &kSlowRate,
    &kSlowHalf,      &kSlowChance,   &kSlowFall,     &kStill,        &kClipped,        &kClipFactor,     &kOverfit,
    &kOverfitChecks, &kOverfitTrain, &kOverfitFloor, &kStillFalling, &kGainFloor,      &kGone,           &kReachSteps,
    &kReachShare,    &kGateEnds,     &kSaturated,    &kGateFlat,     &kWideStart,      &kWideBias,       &kDead,
    &kProbe,         &kInputMean,    &kInputLarge,   &kInputSmall,   &kEmbeddingLarge, &kEmbeddingSmall, &kLineGain,
    &kLineSure,      &kLineTokens,   &kAlive,        &kUnknown,      &kGuess,          &kCounted};

}  // namespace limit

}  // namespace rnn::core
