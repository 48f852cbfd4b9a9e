// Why: SentencePiece follows the compiled map of characters in a model file without looking where it leads; we look before.
#pragma once

#include <string_view>

namespace rnn::core {

// Whether no text can lead SentencePiece out of `map`, the precompiled_charsmap of a NormalizerSpec: the size of a double array in
// bytes, the array, the replacements, each ended by NUL. An empty one is no map, and sound.
bool is_sound_character_map(std::string_view map);

}  // namespace rnn::core
