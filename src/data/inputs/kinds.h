// Why: what the name of a file says about its content, in one place.
#pragma once

#include <filesystem>
#include <string>

namespace rnn::core {

std::string lower_extension(const std::filesystem::path& path);  // ".txt"; "" for none
bool is_audio_name(const std::filesystem::path& path);           // .wav, .flac, .ogg, .mp3
bool is_text_name(const std::filesystem::path& path);            // .txt, .jsonl, .ndjson, .gz, .zst
bool is_json_lines_name(const std::filesystem::path& path);      // .jsonl, .ndjson, perhaps compressed
// "train.en.gz" -> "train.en".
std::filesystem::path without_compression(const std::filesystem::path& path);

}  // namespace rnn::core
