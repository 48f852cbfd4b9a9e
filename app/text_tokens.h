// Why: inspect and explain measure on the same part of a text, so that their figures agree.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/inputs/text_files.h"
#include "io/model_file.h"

namespace rnn::core::app {

constexpr int64_t kMeasuredTokens = 2000;

// The first `limit` tokens of a text, document by document; reports how many of them are unknown. `name` is for messages.
// Throws Error{data, "inspect/too_short"} for fewer than 3.
std::vector<std::vector<int32_t>> first_tokens(const ModelFile& file, const std::vector<Document>& documents,
                                               const std::string& name, int64_t limit = kMeasuredTokens);

}  // namespace rnn::core::app
