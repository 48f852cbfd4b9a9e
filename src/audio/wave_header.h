// Why: libsndfile takes what is there of a WAV file; what its header promised tells whether the recording is complete.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rnn::core {

// Whether `head`, the first bytes of a file of `size` bytes, is a RIFF header that promises more samples than the file has. Headers that
// say 0 or nearly as much as fits in 31 or 32 bits come from pipes and promise nothing.
bool promises_more(std::string_view head, int64_t size);

// Whether it is a RIFF header that says 0 samples, as that of a recording that was never closed, though bytes follow.
bool says_nothing(std::string_view head, int64_t size);

// Writes the length of what is there into a header of a pipe, or of a recording that was never closed.
void mend_length(std::string& bytes);

// The encoding of a RIFF header: 1 for whole numbers, 3 for floats; 0 for other bytes.
int encoding_number(std::string_view head);

// What kind of sound file begins like this ("a WAV file"), or "": a name for messages about damaged headers.
std::string_view sound_magic(std::string_view head);

// No byte of `head` is a control character other than those of text.
bool looks_like_text(std::string_view head);

}  // namespace rnn::core
