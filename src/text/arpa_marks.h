// Why: how an ARPA file marks the ends of a sentence, for its writer and its reader.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace rnn::core {

constexpr std::string_view kSentenceBegin = "<s>", kSentenceEnd = "</s>";
// Above all ids of a vocabulary: <s>, and an <unk> that the vocabulary does not have.
constexpr int32_t kBeginId = std::numeric_limits<int32_t>::max(), kForeignUnknownId = kBeginId - 1;

}  // namespace rnn::core
