// Why: errors of reading files are turned into errors of the data.
#include "data/inputs/data_file.h"

#include "base/error.h"
#include "base/file.h"
#include "data/inputs/compression.h"

namespace rnn::core {

std::string read_data_bytes(const std::string& path) {
  try {
    return read_file(path);
  } catch (const Error& error) {
    const bool missing = error.code() == "io/missing";
    throw Error(
        Exit::data, missing ? "data/missing" : "data/unreadable", missing ? "there is no file " + path : error.what(),
        missing ? "check the path; it is taken relative to the current folder" : "check the permissions of the file");
  }
}

std::string decompress(std::string bytes, const std::string& path) {
  if (is_gzip(bytes)) return decompress_gzip(bytes, path);
  if (is_zstd(bytes)) return decompress_zstd(bytes, path);
  return bytes;
}

}  // namespace rnn::core
