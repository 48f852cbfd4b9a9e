// Why: verbs that listen read files, pipes and microphones in the same way.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace rnn::core::app {

// Calls `heard` with the samples of one channel, block by block, and their rate, until the sound ends. path "-": standard input; raw: ""
// for a file of sound, else its encoding, "s16,16000": then blocks come as they arrive. Throws as AudioReader, RawDecoder and
// parse_raw_format().
void read_sound(const std::string& path, const std::string& raw,
                const std::function<void(std::span<const float>, int)>& heard);

// The name of a recording in tables and subtitles: its file without folder and ending; "stdin".
std::string sound_name(const std::string& path);

}  // namespace rnn::core::app
