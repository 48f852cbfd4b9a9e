// Why: errors of reading files are turned into errors of the data.
#include "data/inputs/data_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/foreign_file.h"
#include "base/numbers.h"
#include "data/inputs/compression.h"
#include "data/inputs/kinds.h"
#include "data/inputs/text_line.h"

namespace rnn::core {

namespace {

std::string read_bytes(const std::string& path) {
  try {
    return read_file(path == "-" ? "/dev/stdin" : path);
  } catch (const Error& error) {
    const bool missing = error.code() == "io/missing";
    throw Error(Exit::data, missing ? "data/missing" : "data/unreadable",
                missing ? "there is no file " + path : error.what(),
                missing                       ? "check the path; it is taken relative to the current folder"
                : error.code() == "io/folder" ? "name the files in it"
                : error.code() == "io/device" ? error.help()
                                              : "check the permissions of the file");
  }
}

// What pipes have said, by path.
struct Kept {
  std::mutex mutex;
  std::map<std::string, std::string> bytes;
};

Kept& kept() {
  static Kept all;
  return all;
}

// The object in the first line that is not blank; discarded: there is none.
nlohmann::json first_object(const std::string& path) {
  try {
    const std::string text = decompress(read_data_bytes(path), path);
    const size_t begin = text.find_first_not_of(kWhiteSpace);
    if (begin == std::string::npos || text[begin] != '{') return nlohmann::json::value_t::discarded;
    const PlainNumbers plain_numbers;
    return nlohmann::json::parse(std::string_view(text).substr(begin, text.find('\n', begin) - begin), nullptr, false);
  } catch (const Error&) {  // reported when the data is read
    return nlohmann::json::value_t::discarded;
  }
}

}  // namespace

bool is_pipe(const std::string& path) {
  if (path == "-") return true;
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

std::string read_data_bytes(const std::string& path) {
  if (!is_pipe(path)) return read_bytes(path);
  const std::lock_guard lock(kept().mutex);
  const auto at = kept().bytes.find(path);
  return at != kept().bytes.end() ? at->second : (kept().bytes[path] = read_bytes(path));
}

std::string first_data_bytes(const std::string& path, size_t most) {
  std::string line(most, '\0');
  try {
    if (is_pipe(path)) {
      line = read_data_bytes(path).substr(0, most);
    } else {
      std::ifstream file(path, std::ios::binary);
      file.read(line.data(), static_cast<std::streamsize>(line.size()));
      line.resize(static_cast<size_t>(file.gcount()));
    }
  } catch (const Error&) {  // reported when the data is read
    return {};
  }
  return line;
}

std::string first_data_line(const std::string& path, size_t most) {
  const std::string bytes = first_data_bytes(path, most);
  return bytes.substr(0, bytes.find('\n'));
}

bool holds_json_lines(const std::string& path) {
  return is_json_lines_name(path) || (is_pipe(path) && first_object(path).is_object());
}

bool holds_json_texts(const std::string& path) {
  return is_json_lines_name(path) || (is_pipe(path) && first_object(path).contains("text"));
}

std::string decompress(std::string bytes, const std::string& path) {
  if (is_gzip(bytes)) return decompress_gzip(bytes, path);
  if (is_zstd(bytes)) return decompress_zstd(bytes, path);
  return bytes;
}

void require_known_text(std::string_view bytes, const std::string& path) {
  if (const std::optional<ForeignFile> foreign = foreign_file(bytes, path))
    throw Error(Exit::data, "data/format", path + ": this is " + foreign->what + ", not text", foreign->as_data);
  const std::string_view name = utf16_name(bytes);
  if (name.empty()) return;
  throw Error(Exit::data, "data/binary", path + ": the file is UTF-16, not UTF-8",
              "convert it: iconv -f " + std::string(name) + " -t UTF-8 " + path + " > NEW");
}

bool unify_old_line_ends(std::string& text) {
  if (text.find('\n') != std::string::npos || text.find('\r') == std::string::npos) return false;
  std::replace(text.begin(), text.end(), '\r', '\n');
  return true;
}

std::string text_of_bytes(std::string bytes, const std::string& path, bool* old_line_ends) {
  std::string text = decompress(std::move(bytes), path);
  require_known_text(text, path);
  const bool old = unify_old_line_ends(text);
  if (old_line_ends) *old_line_ends = old;
  return text;
}

}  // namespace rnn::core
