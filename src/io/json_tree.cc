// Why: the parser reports the depth of each value as it begins; nothing deeper than the limit is built.
#include "io/json_tree.h"

#include <nlohmann/json.hpp>

#include "base/numbers.h"

namespace rnn::core {

nlohmann::json parse_tree(std::string_view text) {
  using nlohmann::json;
  const PlainNumbers plain_numbers;
  bool too_deep = false;
  const auto keep = [&](int depth, json::parse_event_t, const json&) {
    too_deep = too_deep || depth > kDeepestJson;
    return !too_deep;
  };
  json value = json::parse(text, keep, false);
  return too_deep ? json(json::value_t::discarded) : value;
}

}  // namespace rnn::core
