// Why: see data_report.h.
#include "runs/data_report.h"

#include "base/error.h"

namespace rnn::core {

DataReport report_of_failure(const Error& error) {
  const bool nothing = error.code() == "data/missing" || error.code() == "data/unreadable" || error.code() == "data/empty";
  if (error.exit() != Exit::data || nothing) throw error;
  DataReport report;
  report.findings.push_back({error.code(), Severity::error, "", 0, error.what(), error.help()});
  report.whole = false;
  return report;
}

void DataReport::attempt(const std::function<void()>& what) {
  try {
    what();
  } catch (const Error& error) {
    refusal = error;
  }
}

}  // namespace rnn::core
