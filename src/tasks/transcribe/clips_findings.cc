// Why: see clips_findings.h.
#include "tasks/transcribe/clips_findings.h"

#include "base/numbers.h"

namespace rnn::core {

void ClipFindings::add(Finding finding) {
  const auto [at, is_new] = kinds_.try_emplace(finding.code);
  if (is_new) order_.push_back(finding.code);
  if (++at->second.count <= kNamed) at->second.named.push_back(std::move(finding));
}

int64_t ClipFindings::count(const std::string& code) const {
  const auto at = kinds_.find(code);
  return at == kinds_.end() ? 0 : at->second.count;
}

const Finding* ClipFindings::first(const std::string& code) const {
  const auto at = kinds_.find(code);
  return at == kinds_.end() ? nullptr : &at->second.named.front();
}

std::vector<Finding> ClipFindings::list() const {
  std::vector<Finding> all;
  for (const std::string& code : order_) {
    const Kind& kind = kinds_.at(code);
    all.insert(all.end(), kind.named.begin(), kind.named.end());
    if (kind.count <= kNamed) continue;
    all.push_back(
        {code, kind.named.front().severity, "", 0, "and " + grouped(kind.count - kNamed) + " more like these", ""});
  }
  return all;
}

}  // namespace rnn::core
