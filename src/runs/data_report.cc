// Why: see data_report.h.
#include "runs/data_report.h"

#include "base/error.h"

namespace rnn::core {

DataReport report_of_failure(const Error& error) {
  const bool nothing = error.code() == "data/missing" || error.code() == "data/unreadable";
  if (error.exit() != Exit::data || nothing) throw error;
  DataReport report;
  report.findings.push_back({error.code(), Severity::error, "", 0, error.what(), error.help()});
  report.whole = false;
  return report;
}

}  // namespace rnn::core
