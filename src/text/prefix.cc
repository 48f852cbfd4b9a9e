// Why: tokens are compared with the prefix by the bytes that they would add.
#include "text/prefix.h"

#include <algorithm>

namespace rnn::core {

PrefixRule::PrefixRule(const Detokenizer& before, std::string_view prefix)
    : before_(before), prefix_(before.as_written(prefix)) {}

std::string_view PrefixRule::without_space(std::string_view text) const {
  const bool spare = !text.empty() && text[0] == ' ' && !prefix_.empty() && prefix_[0] != ' ';
  return spare ? text.substr(1) : text;
}

bool PrefixRule::agrees(std::string_view text) const {
  text = without_space(text);
  const size_t n = std::min(text.size(), prefix_.size());
  return text.substr(0, n) == std::string_view(prefix_).substr(0, n);
}

int PrefixRule::complete(std::span<const int32_t> written) const {
  Detokenizer after = before_;
  std::string text;
  for (size_t i = 0;; ++i) {
    if (without_space(text).size() >= prefix_.size()) return static_cast<int>(i);
    if (i == written.size()) return -1;
    text += after.bytes_of(written[i]);
    after.push(written[i]);
  }
}

bool PrefixRule::allow(std::span<const int32_t> written, std::vector<uint8_t>& allowed) const {
  if (complete(written) >= 0) return false;
  Detokenizer after = before_;
  std::string text;
  for (const int32_t id : written) {
    text += after.bytes_of(id);
    after.push(id);
  }
  const size_t length = text.size();
  for (size_t id = 0; id < allowed.size(); ++id) {
    text.resize(length);
    text += after.bytes_of(static_cast<int32_t>(id));
    allowed[id] = text.size() > length && agrees(text);
  }
  return true;
}

}  // namespace rnn::core
