// Why: how the figures of a run developed, from its metrics.jsonl alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rnn::core {

// A figure over the updates. All lists have one length; a value that is not finite is NaN, an epoch that is not known, too.
struct Curve {
  std::string key;  // as in events: "loss", "val_loss", "lr"
  std::vector<double> steps, epochs, values;
};

struct RunCurves {
  std::string path;           // as given, without a trailing slash
  std::string best_by;        // key of the figure that decided which model was kept: "val_loss", "val_bleu"
  std::vector<Curve> curves;  // every figure of the events metric and eval, in the order in which they first occur
  const Curve* find(std::string_view key) const;  // null: none
};

// Throws as read_run_record() does, and Error{data, "run/metrics"} if there is no metrics.jsonl. An incomplete last line is ignored.
RunCurves read_run_curves(const std::string& folder);

// "training loss", "learning rate", "validation BLEU"; a key that is not known as it is.
std::string curve_title(std::string_view key);

}  // namespace rnn::core
