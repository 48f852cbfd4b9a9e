// Why: what the name of a file says about its content, in one place.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace rnn::core {

// Of sound files, the usual ones first.
inline constexpr std::string_view kSoundExtensions[] = {".wav",  ".flac", ".ogg", ".opus", ".mp3",
                                                        ".aiff", ".aif",  ".au",  ".sph",  ".caf"};

std::string lower_extension(const std::filesystem::path& path);  // ".txt"; "" for none
bool is_audio_name(const std::filesystem::path& path);           // of kSoundExtensions
bool is_text_name(const std::filesystem::path& path);            // .txt, .jsonl, .ndjson, .gz, .zst
bool is_json_lines_name(const std::filesystem::path& path);      // .jsonl, .ndjson, perhaps compressed
// "train.en.gz" -> "train.en".
std::filesystem::path without_compression(const std::filesystem::path& path);

}  // namespace rnn::core
