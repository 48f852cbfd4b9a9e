// Why: people name files that another program reads; a message that knows what they are beats "not text".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rnn::core {

// What a file is, and what helps who named it as data or as a model.
struct ForeignFile {
  std::string what, as_data, as_model;
};

// By the first bytes, and by the name where bytes do not tell; nothing for text, for what is unpacked (gzip, Zstandard), and for what
// is not known.
std::optional<ForeignFile> foreign_file(std::string_view bytes, std::string_view path);

}  // namespace rnn::core
