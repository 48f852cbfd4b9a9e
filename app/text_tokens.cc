// Why: see text_tokens.h.
#include "text_tokens.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/numbers.h"
#include "screen.h"

namespace rnn::core::app {

std::vector<std::vector<int32_t>> first_tokens(const ModelFile& file, const std::vector<Document>& documents,
                                               const std::string& name, int64_t limit) {
  std::vector<std::vector<int32_t>> tokens;
  int64_t count = 0, unknown = 0;
  for (const Document& document : documents) {
    if (count >= limit) break;
    std::vector<int32_t> ids = file.tokenizer->encode(document.text);
    ids.resize(std::min(ids.size(), static_cast<size_t>(limit - count)));
    count += static_cast<int64_t>(ids.size());
    unknown += std::count(ids.begin(), ids.end(), file.tokenizer->unknown_id());
    tokens.push_back(std::move(ids));
  }
  if (count < 3) {
    throw Error(Exit::data, "inspect/too_short",
                fmt::format("{} has {}, at least 3 are needed", name, counted(count, "token")),
                "use a text of a few sentences");
  }
  if (unknown > 0)
    say(fmt::format("note: {} of {} of {} {} unknown to the model", grouped(unknown), counted(count, "token"), name,
                    word_for(unknown, "is", "are")));
  return tokens;
}

}  // namespace rnn::core::app
