// Why: the functions behind the visible list of tokenizers; each kind has a file of its own.
#pragma once

#include "text/tokenizer.h"

namespace rnn::core {

std::unique_ptr<Tokenizer> build_bytes(const std::vector<std::string_view>& documents, const TokenizerOptions& options);
std::unique_ptr<Tokenizer> load_bytes(const nlohmann::json& content);
std::unique_ptr<Tokenizer> build_chars(const std::vector<std::string_view>& documents, const TokenizerOptions& options);
std::unique_ptr<Tokenizer> load_chars(const nlohmann::json& content);
std::unique_ptr<Tokenizer> build_words(const std::vector<std::string_view>& documents, const TokenizerOptions& options);
std::unique_ptr<Tokenizer> load_words(const nlohmann::json& content);
std::unique_ptr<Tokenizer> build_space_words(const std::vector<std::string_view>& documents,
                                             const TokenizerOptions& options);
std::unique_ptr<Tokenizer> load_space_words(const nlohmann::json& content);
std::unique_ptr<Tokenizer> build_unigram(const std::vector<std::string_view>& documents, const TokenizerOptions& options);
std::unique_ptr<Tokenizer> build_bpe(const std::vector<std::string_view>& documents, const TokenizerOptions& options);
std::unique_ptr<Tokenizer> load_subwords(const nlohmann::json& content);  // both sub-word kinds

}  // namespace rnn::core
