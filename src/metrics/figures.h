// Why: the list of all figures by which models and runs are judged; tables, JSON, cards and comparisons read it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/figure.h"

namespace rnn::core {

// Values of --best-by.
inline constexpr std::string_view kByLoss = "loss", kBySmoothedLoss = "smoothed-loss", kByBleu = "bleu";

namespace figure {
using enum FigureForm;
//                           key              title        name             form      digits, fine, card; higher is better
inline constexpr Figure kBitsPerByte{"bits_per_byte", "bits/byte", "bits per byte", decimals, 3, 4, 3};
// Of a text with unknown words: bits per byte if their spelling cost nothing, and how many of the tokens they are.
inline constexpr Figure kBitsWithoutSpelling{"bits_per_byte_without_spelling",
                                             "without spelling",
                                             "bits per byte without the spelling of unknown words",
                                             decimals,
                                             3,
                                             4,
                                             3};
inline constexpr Figure kUnknownShare{"unknown_share", "unknown", "share of unknown words", percent, 2, 2, 4};
inline constexpr Figure kLoss{"loss", "loss", "loss (nats/token)", decimals, 3, 4, 4};
inline constexpr Figure kTargetLoss{"loss", "loss", "loss (nats/target)", decimals, 3, 4, 4};
inline constexpr Figure kSquaredError{"loss", "mean squared error", "mean squared error", significant, 3, 4, 4};
// With the label smoothing of training: what the best model of such a run is chosen by.
inline constexpr Figure kSmoothedLoss{"smoothed_loss", "smoothed loss", "loss with label smoothing", decimals, 3, 4, 4};
inline constexpr Figure kPerplexity{"perplexity", "perplexity", "perplexity", decimals, 2, 2, 2};  // exp(loss)
inline constexpr Figure kAccuracy{"accuracy", "accuracy", "accuracy", percent, 2, 2, 4, true};
// Of labels (metrics/label_scores.h).
inline constexpr Figure kMacroF1{"macro_f1", "macro-F1", "mean F1 of the labels", percent, 2, 2, 4, true};
// Of several labels at once (metrics/several_scores.h), and of labels on a scale (metrics/scale_scores.h).
inline constexpr Figure kMicroF1{"micro_f1", "micro-F1", "F1 of all labels together", percent, 2, 2, 4, true};
inline constexpr Figure kAllRight{"all_right", "all right", "examples with exactly the right labels", percent, 2, 2,
                                  4,           true};
inline constexpr Figure kStepsOff{"steps_off", "steps off", "mean absolute error, in steps of the scale", decimals, 3, 4, 4};
inline constexpr Figure kKappa{"kappa", "kappa", "quadratic weighted kappa", decimals, 3, 4, 4, true};
inline constexpr Figure kEce{"ece", "ECE", "expected calibration error, 15 bins", percent, 2, 2, 4};
inline constexpr Figure kSpanF1{"f1", "F1", "F1 of spans, as conlleval counts", percent, 2, 2, 4, true};
inline constexpr Figure kSpanPrecision{"precision", "precision", "precision of spans", percent, 2, 2, 4, true};
inline constexpr Figure kSpanRecall{"recall", "recall", "recall of spans", percent, 2, 2, 4, true};
// Of a label for a sentence beside the tags of its words. kBothRight: semantic frame accuracy (Goo et al. 2018, "Slot-gated modeling for
// joint slot filling and intent prediction").
inline constexpr Figure kWholeAccuracy{
    "label_accuracy", "label right", "accuracy of the labels of sentences", percent, 2, 2, 4, true};
inline constexpr Figure kWholeMacroF1{
    "label_macro_f1", "label macro-F1", "mean F1 of the labels of sentences", percent, 2, 2, 4, true};
inline constexpr Figure kBothRight{
    "both_right", "both right", "sentences whose label and all spans are right", percent, 2, 2, 4, true};
inline constexpr Figure kStrictF1{"strict_f1", "strict F1", "F1 of spans, as seqeval counts strictly", percent, 2, 2,
                                  4,           true};
inline constexpr Figure kBleu{"bleu", "BLEU", "BLEU", decimals, 2, 2, 2, true};
inline constexpr Figure kChrf{"chrf", "chrF", "chrF", decimals, 2, 2, 2, true};
inline constexpr Figure kExact{"exact", "exact", "exact matches", percent, 1, 1, 3, true};
// Of speech recognition (metrics/word_errors.h has the definitions); above 1 where much is inserted.
inline constexpr Figure kWer{"wer", "WER", "word error rate", percent, 2, 2, 4};
inline constexpr Figure kCer{"cer", "CER", "character error rate", percent, 2, 2, 4};
inline constexpr Figure kSer{"ser", "SER", "sentences with an error", percent, 1, 1, 3};
inline constexpr Figure kValueLoss{"loss", "loss", "loss (per value)", significant, 3, 4, 4};
// Of forecasts (series/scores.h has the definitions). MASE and RMSSE: 1 is the error of the naive forecast on the rows before the test.
inline constexpr Figure kMase{"mase", "MASE", "mean absolute scaled error", decimals, 3, 4, 4};
inline constexpr Figure kRmsse{"rmsse", "RMSSE", "root mean squared scaled error", decimals, 3, 4, 4};
inline constexpr Figure kSmape{"smape", "sMAPE", "sMAPE (0-200)", decimals, 2, 3, 3};
inline constexpr Figure kMae{"mae", "MAE", "mean absolute error", significant, 4, 5, 5};
inline constexpr Figure kRmse{"rmse", "RMSE", "root mean squared error", significant, 4, 5, 5};
inline constexpr Figure kWql{"wql", "WQL", "weighted quantile loss, .1 to .9", decimals, 4, 5, 5};
inline constexpr Figure kCoverage{"coverage_90", "in 90 %", "coverage of the 90 % band", percent, 1, 1, 3};
inline constexpr Figure kMsis{"msis_90", "MSIS", "mean scaled interval score of the 90 % band", decimals, 2, 3, 3};
inline constexpr Figure kScaledSquares{"scaled_mse", "scaled MSE", "mean squared error of scaled values", decimals, 3, 4, 4};
inline constexpr Figure kBias{"bias", "bias", "mean of forecast less value", significant, 3, 4, 4};
// Of audio effects (metrics/signal_error.h has the definitions): the energy of the error by that of the signal.
inline constexpr Figure kRatioLoss{"loss", "loss", "loss (error-to-signal ratio, as trained)", significant, 3, 4, 4};
inline constexpr Figure kEsr{"esr", "ESR", "error-to-signal ratio", percent, 3, 4, 6};
inline constexpr Figure kEsrEmphasised{
    "esr_emphasised", "ESR, pre-emphasised", "error-to-signal ratio of the pre-emphasised signals", percent, 3, 4, 6};
// What a run costs.
inline constexpr Figure kUpdates{"updates", "updates", "updates", whole};
inline constexpr Figure kSeconds{"seconds", "time", "seconds", time};
inline constexpr Figure kTokensPerSecond{"tokens_per_s", "tok/s", "tokens per second", rate, 0, 0, 0, true};

// In the order of the columns of tables; kBitsWithoutSpelling and kUnknownShare are only in JSON.
inline constexpr const Figure* kAll[] = {
    &kBitsPerByte,    &kLoss,       &kTargetLoss, &kSquaredError,  &kValueLoss,     &kSmoothedLoss, &kPerplexity,
    &kAccuracy,       &kMicroF1,    &kMacroF1,    &kAllRight,      &kStepsOff,      &kKappa,        &kSpanF1,
    &kSpanPrecision,  &kSpanRecall, &kStrictF1,   &kWholeAccuracy, &kWholeMacroF1,  &kBothRight,    &kEce,
    &kBleu,           &kChrf,       &kExact,      &kWer,           &kCer,           &kSer,          &kMase,
    &kRmsse,          &kSmape,      &kMae,        &kRmse,          &kWql,           &kCoverage,     &kMsis,
    &kScaledSquares,  &kBias,       &kRatioLoss,  &kEsr,           &kEsrEmphasised, &kUpdates,      &kSeconds,
    &kTokensPerSecond};
// Those that a validation during training may report, in events as val_KEY. The loss stands for that of every unit.
inline constexpr const Figure* kValidated[] = {&kBitsPerByte, &kLoss, &kPerplexity, &kAccuracy, &kBleu};
inline constexpr const Figure* kCosts[] = {&kUpdates, &kSeconds, &kTokensPerSecond};
}  // namespace figure

// The figure by which a run chooses its best model; `best_by` as --best-by of a run has it: "smoothed-loss". "auto", and what is not
// known: the loss.
const Figure& selection_figure(std::string_view best_by);

// The figure with this key; null: there is none. "loss": in nats per token.
const Figure* find_figure(std::string_view key);
const Figure& loss_figure(LossUnit unit);
bool is_cost(const Figure* f);  // one of figure::kCosts
// "val_loss": its key in events and among the metrics of a model.
std::string val_key(const Figure& figure);

// The columns of a table: the figures that any of the rows has, in the order of figure::kAll.
std::vector<const Figure*> columns_of(std::initializer_list<const ResultRow*> rows, const std::vector<ResultRow>& more = {});

// How a loss in nats per token becomes bits per byte of a text. A model that gives a word the unknown piece has not said which word it is:
// the spelling is charged as the symbols of a uniform code over the 256 bytes and an end mark, log2(257) bits for each. It needs no
// model, so everything that reads the same tokens is charged the same, and it is an upper bound of what a better code would take.
struct ByteRate {
  double factor = 0;    // bits per byte = factor * loss + spelling; 0: undefined
  double spelling = 0;  // bits per byte
  double unknown = 0;   // share of the tokens whose spelling is charged
  double bits(double loss) const { return factor * loss + spelling; }
};
// unknown_pieces, unknown_bytes: of the text, that became the unknown piece.
ByteRate byte_rate(int64_t tokens, int64_t bytes, int64_t unknown_pieces, int64_t unknown_bytes);

// A model's row on a text: the loss (nats per token) and what follows from it; with unknown words also kBitsWithoutSpelling and
// kUnknownShare.
ResultRow text_row(std::string name, double loss, const ByteRate& rate);

}  // namespace rnn::core
