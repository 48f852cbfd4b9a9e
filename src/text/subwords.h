// Why: sub-words are pieces between characters and words, learnt from the text or read from a file, by SentencePiece (Kudo
// and Richardson 2018, "SentencePiece: A simple and language independent subword tokenizer"): unigram (Kudo 2018) and BPE
// (Sennrich et al. 2016).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "text/tokenizer.h"

namespace rnn::core {

// Whether this kind of tokenizer uses sub-words.
bool is_subword_kind(std::string_view kind);

// The usual number of pieces learnt from `bytes` of text: one for every 500 bytes, in [1000, 8000]. Where the bytes and characters
// of the text leave less than half of it for longer pieces, the vocabulary grows until they have half.
int default_subwords(int64_t bytes);
// Why a vocabulary learnt from `bytes` of text has `size` pieces, for a plan; "" if it has as many as asked for (0: nothing).
std::string about_subwords(int size, int asked, int64_t bytes);

// A SentencePiece model file, as spm_train writes it. `vocabulary` > 0: it must have that many pieces. Throws
// Error{data, "tokenizer/file"} when it cannot be read, Error{model, "tokenizer/file"} when it is not a unigram or BPE model
// that this program can use, Error{usage, "usage/tokens"} with both sizes.
std::unique_ptr<Tokenizer> read_subwords(const std::string& path, int vocabulary = 0);

// The content of that file; nothing for other kinds of tokenizer.
std::optional<std::string> subword_file(const Tokenizer& tokenizer);

}  // namespace rnn::core
