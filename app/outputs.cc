// Why: a file says what it is by its first bytes; what has none of our marks is the user's.
#include "outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "command.h"
#include "data/inputs/folders.h"
#include "data/inputs/kinds.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

namespace fs = std::filesystem;

std::string first_bytes(const std::string& path, size_t most) {
  std::string bytes(most, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(most));
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

// A safetensors file: the length of its table, the table.
bool is_model_file(const std::string& path) {
  const std::string head = first_bytes(path, 9);
  if (head.size() < 9 || head[8] != '{') return false;
  uint64_t size = 0;
  for (int byte = 0; byte < 8; ++byte)
    size |= static_cast<uint64_t>(static_cast<uint8_t>(head[static_cast<size_t>(byte)])) << (8 * byte);
  std::error_code error;
  return size <= fs::file_size(path, error) && !error;
}

bool is_of_a_run(const fs::path& path) {
  return is_run_file(path.filename().string()) && is_run_folder(path.has_parent_path() ? path.parent_path().string() : ".");
}

bool is_ours(const std::string& path, Output output) {
  switch (output) {
    case Output::page:
      return first_bytes(path, 15) == "<!doctype html>" && read_file(path).find("Made by rnn ") != std::string::npos;
    case Output::drawing: {
      const std::string head = first_bytes(path, 200);
      return head.starts_with("<svg xmlns=") && head.find(" role=\"img\"") != std::string::npos;
    }
    case Output::state:
      return first_bytes(path, 7) == "rnnstat";
    case Output::model:
    case Output::other:
      break;
  }
  return false;
}

}  // namespace

void require_output(const std::string& path, Output output, std::optional<bool> force, const char* code) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) throw Error(Exit::usage, code, path + " is a folder", "name a file");
  if (!fs::exists(status) || is_written_through(path)) return;
  if (output != Output::model && (is_model_file(path) || is_of_a_run(path))) {
    throw Error(Exit::usage, "output/model",
                path + (is_model_file(path) ? " is a model" : " belongs to a run") + " and is not overwritten",
                "choose another name");
  }
  if (force.value_or(false) || is_ours(path, output)) return;
  throw Error(
      Exit::usage, code, path + " already exists",
      force ? "choose another name, or overwrite with --force" : "choose another name with -o, or move the file away");
}

void require_format(const std::string& path, Output output, const char* verb) {
  constexpr std::string_view kFormats[] = {".png", ".jpg", ".jpeg", ".gif",  ".webp", ".bmp", ".tif",  ".tiff",
                                           ".pdf", ".eps", ".ps",   ".html", ".htm",  ".svg", ".json", ".csv"};
  const bool drawing = output == Output::drawing;
  const std::string extension = lower_extension(path);
  const bool own = drawing ? extension == ".svg" : extension == ".html" || extension == ".htm";
  if (own || std::find(std::begin(kFormats), std::end(kFormats), extension) == std::end(kFormats)) return;
  throw Error(Exit::usage, "output/format", fmt::format("{} is the name of another format than rnn {} writes", path, verb),
              fmt::format("rnn {} writes {}: name it {}", verb, drawing ? "SVG" : "HTML",
                          fs::path(path).replace_extension(drawing ? ".svg" : ".html").string()));
}

void refuse_existing(const std::string& path, bool force, const char* code) {
  require_output(path, Output::other, force, code);
}

void write_drawings(const std::string& folder, bool force, const std::vector<std::pair<std::string, std::string>>& files) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw Error(Exit::internal, "io/write", fmt::format("cannot create the folder {}: {}", folder, error.message()));
  const auto path_of = [&](const std::string& name) { return (std::filesystem::path(folder) / name).string(); };
  for (const auto& file : files) require_output(path_of(file.first), Output::drawing, force);
  for (const auto& [name, text] : files) {
    const std::string path = path_of(name);
    write_file_atomic(path, text);
    say(fmt::format("wrote {}", path));
  }
}

}  // namespace rnn::core::app
