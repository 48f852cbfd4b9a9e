// Why: the public evaluation: a whole file, with the figures of rnn eval.
#include "rnn/evaluate.h"

#include <optional>

#include "base/error.h"
#include "metrics/figures.h"
#include "rnn/running/access.h"
#include "tasks/language_model/evaluate_text.h"

namespace rnn {
inline namespace v1 {

TextScore evaluate(const Model& model, const std::string& path, const Threads& threads, const std::atomic<int>* cancel) {
  if (model.forecasts()) {
    throw Error(Exit::model, "model/task", Access::file(model).path + " forecasts series, it says nothing of texts",
                "rnn eval RUN DATA --windows 8 measures it, or rnn::Forecaster on pasts that end earlier");
  }
  const EvalReport report =
      evaluate_text(Access::text_file(model), path, {.baselines = false, .pool = &Access::pool(threads), .cancel = cancel});
  return {.loss = report.model.at(figure::kLoss),
          .perplexity = report.model.at(figure::kPerplexity),
          .bits_per_byte = report.model.at(figure::kBitsPerByte),
          .bits_per_byte_without_spelling =
              report.model[figure::kBitsWithoutSpelling].value_or(report.model.at(figure::kBitsPerByte)),
          .unknown_share = report.model[figure::kUnknownShare].value_or(0),
          .tokens = report.tokens,
          .unknown = report.unknown,
          .bytes = report.bytes};
}

}  // namespace v1
}  // namespace rnn
