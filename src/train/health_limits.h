// Why: every threshold of the health rules in one table, each with its reason; docs/doctor.md prints it.
#pragma once

#include <string_view>

namespace rnn::core {

struct HealthLimit {
  std::string_view code;  // the rule it belongs to; "": all
  std::string_view what;
  double value;
  std::string_view why;
};

// "Chance" is the loss of giving every answer the same probability, ln K; of a regression, that of answering 0, which only
// rnn doctor knows, else the loss at its beginning.
namespace limit {

inline constexpr HealthLimit kSettled{"", "updates before any rule but an explosion speaks", 50,
                                      "the first updates of a fresh model and of Adam's averages say little"};
inline constexpr HealthLimit kLooks{"", "logged gradient norms that are needed", 20,
                                    "a median and a share of fewer numbers are chance"};

inline constexpr HealthLimit kSpike{"health/exploding", "largest gradient norm, times the median", 100,
                                    "batches of unlike length and difficulty differ by 10, not by 100"};
inline constexpr HealthLimit kSpikeNorm{"health/exploding", "largest gradient norm at least", 10,
                                        "near a loss of 0 the median is tiny and a norm below 10 breaks nothing"};

inline constexpr HealthLimit kBurst{"health/lr_large", "training loss, times chance, before update 100", 3,
                                    "a fresh model starts at chance, with tied weights at less than twice chance"};
inline constexpr HealthLimit kBurstUpdates{"health/lr_large", "updates after which that is looked at", 20,
                                           "a few wild updates at the very beginning can mend themselves"};
inline constexpr HealthLimit kAboveChance{"health/lr_large", "training loss, times chance, after update 100", 1.1,
                                          "knowing nothing costs chance; a model that learns is soon below"};
inline constexpr HealthLimit kRise{"health/lr_large", "rise of the training loss, in chances", 0.1,
                                   "texts and batches differ by a few hundredths of chance"};
inline constexpr HealthLimit kRiseShare{"health/lr_large", "recent share of the run that is averaged", 0.05,
                                        "long enough to even out the batches, short enough to be the present"};
inline constexpr HealthLimit kSwing{"health/lr_large", "rise of the validation loss that counts as a swing", 0.1,
                                    "the checking text is always the same: checks of a calm run differ by 1 or 2 %"};
inline constexpr HealthLimit kSwings{"health/lr_large", "swings that are needed", 3, "one or two happen"};
inline constexpr HealthLimit kWildRate{"health/lr_large", "learning rate, times the optimizer's own", 10,
                                       "no recipe of the field is that far above it"};

inline constexpr HealthLimit kSlowUpdates{"health/lr_small", "updates that are needed", 200,
                                          "the slow beginning of a good run is over by then"};
inline constexpr HealthLimit kSlowRate{"health/lr_small", "learning rate at most, times the optimizer's own", 0.2,
                                       "at more than a fifth of the usual rate another reason is likelier"};
inline constexpr HealthLimit kSlowHalf{"health/lr_small", "share of the fall that comes after the middle at least", 0.35,
                                       "a run at a good rate falls early; 0.5 is a straight line"};
inline constexpr HealthLimit kSlowChance{"health/lr_small", "training loss at the end at least, in chances", 0.5,
                                         "below it the model has learned or began as a trained one"};
inline constexpr HealthLimit kSlowFall{"health/lr_small", "fall over the run at most, of the loss", 0.3,
                                       "a larger fall is a run that learns"};
inline constexpr HealthLimit kStill{"health/lr_small", "fall that is none, of the loss", 0.005,
                                    "the batches' own scatter of a quarter of the run"};

inline constexpr HealthLimit kClipped{"health/clip_always", "share of updates that are clipped", 0.9,
                                      "clipping is for the rare spike"};
inline constexpr HealthLimit kClipFactor{"health/clip_always", "median gradient norm at least, times --clip", 3,
                                         "a norm a little above the limit loses little"};

inline constexpr HealthLimit kOverfit{"health/overfitting", "rise of the validation loss over its best", 0.05,
                                      "the last checks before --patience ends a good run rise by 1 to 3 %"};
inline constexpr HealthLimit kOverfitChecks{"health/overfitting", "checks after the best that are needed", 2,
                                            "a single check can be bad luck"};
inline constexpr HealthLimit kOverfitTrain{"health/overfitting", "fall of the training loss meanwhile", 0.03,
                                           "without it the rate is at fault, not the memorising"};
inline constexpr HealthLimit kOverfitFloor{"health/overfitting", "rise in chances at least", 0.02,
                                           "near a loss of 0 any rise is many per cent"};

inline constexpr HealthLimit kStillFalling{"health/undertrained", "gain of the last check over the one before", 0.01,
                                           "what --patience would wait for is far less"};

inline constexpr HealthLimit kGainFloor{"health/undertrained", "the same in chances at least", 0.001,
                                        "near a loss of 0 any gain is many per cent"};

inline constexpr HealthLimit kGone{"health/vanishing", "gradient, times its value one step back, that is nothing", 1e-3,
                                   "what comes from there drowns in the rest"};
inline constexpr HealthLimit kReachSteps{"health/vanishing", "steps within which it is gone, where every step is answered",
                                         5, "text is mostly local: a dozen steps are enough for much of it"};
inline constexpr HealthLimit kReachShare{"health/vanishing", "the same, as a share of the window or the sequence", 0.25,
                                         "windows are chosen longer than needed, though not four times"};

inline constexpr HealthLimit kGateEnds{"health/saturated", "a gate is shut or wide open within", 0.05,
                                       "its slope there is at most a fifth of the steepest"};
inline constexpr HealthLimit kSaturated{"health/saturated", "share of such values, of every gate of a layer", 0.9,
                                        "a memory that waits keeps one or two gates shut or open, never all"};
inline constexpr HealthLimit kGateFlat{"health/saturated", "a gate has no slope left within", 1e-6,
                                       "its updates are a millionth; the same share of one gate is enough"};
inline constexpr HealthLimit kWideStart{"health/saturated", "--init uniform:A that is at fault itself, above", 0.5,
                                        "sums of dozens of such weights reach the ends at once"};
inline constexpr HealthLimit kWideBias{"health/saturated", "--forget-bias that is at fault itself, above", 5,
                                       "a gate that begins at 0.993 remembers for 150 steps; more is --chrono's work"};

inline constexpr HealthLimit kDead{"health/dead_relu", "share of units that are 0 at every step", 0.25,
                                   "a few are always lost; a quarter is a smaller network than was paid for"};
inline constexpr HealthLimit kProbe{"health/dead_relu", "steps of text that are read at least", 200,
                                    "a unit may be for a rare word"};

inline constexpr HealthLimit kInputMean{"health/input_scale", "mean of an input, in its deviations or in units", 3,
                                        "a constant part this large hides the changes"};
inline constexpr HealthLimit kInputLarge{"health/input_scale", "deviation of an input at most", 10,
                                         "the first layer starts saturated"};
inline constexpr HealthLimit kInputSmall{"health/input_scale", "deviation of an input at least", 0.01,
                                         "the biases drown it for thousands of updates"};
inline constexpr HealthLimit kEmbeddingLarge{"health/input_scale", "size of the numbers of the embedding at most", 10,
                                             "they start at about 1 and hardly move"};
inline constexpr HealthLimit kEmbeddingSmall{"health/input_scale", "size of the numbers of the embedding at least", 1e-3,
                                             "the smallest initialisations in use are 0.05"};

inline constexpr HealthLimit kLineGain{"health/carried_state", "loss that a fresh start of each line saves", 0.01,
                                       "below it the choice is free"};
inline constexpr HealthLimit kLineSure{"health/carried_state", "the same in its standard errors", 3,
                                       "chance alone says so once in 700 runs"};
inline constexpr HealthLimit kLineTokens{"health/carried_state", "first tokens of a line that are compared", 5,
                                         "further on the line itself says more than what stood before"};

inline constexpr HealthLimit kAlive{"health/short_window", "gradient at the window's end, times its value one step back",
                                    0.3, "a third of the signal is cut off, not a rest"};

inline constexpr HealthLimit kUnknown{"health/unknown_words", "share of unknown tokens", 0.05,
                                      "one in twenty is more than one in every other sentence"};

// In the order of the rules.
inline constexpr const HealthLimit* kAll[] = {
    &kSettled,       &kLooks,        &kSpike,        &kSpikeNorm,    &kBurst,          &kBurstUpdates,   &kAboveChance,
    &kRise,          &kRiseShare,    &kSwing,        &kSwings,       &kWildRate,       &kSlowUpdates,    &kSlowRate,
    &kSlowHalf,      &kSlowChance,   &kSlowFall,     &kStill,        &kClipped,        &kClipFactor,     &kOverfit,
    &kOverfitChecks, &kOverfitTrain, &kOverfitFloor, &kStillFalling, &kGainFloor,      &kGone,           &kReachSteps,
    &kReachShare,    &kGateEnds,     &kSaturated,    &kGateFlat,     &kWideStart,      &kWideBias,       &kDead,
    &kProbe,         &kInputMean,    &kInputLarge,   &kInputSmall,   &kEmbeddingLarge, &kEmbeddingSmall, &kLineGain,
    &kLineSure,      &kLineTokens,   &kAlive,        &kUnknown};

}  // namespace limit

}  // namespace rnn::core
