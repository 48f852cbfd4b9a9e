// Why: the list of what is recognised: archives, models of other programs, documents.
#include "base/foreign_file.h"

#include <initializer_list>

#include "base/numbers.h"

namespace rnn::core {
namespace {

using namespace std::string_view_literals;

struct Packed {
  std::string_view begin, what, unpack;  // `unpack` is followed by the path
};
constexpr Packed kPacked[] = {{"\xFD"
                               "7zXZ\0"sv,
                               "xz data", "xz -dk "},
                              {"7z\xBC\xAF\x27\x1C", "a 7z archive", "7z x "},
                              {"Rar!\x1A\x07", "a RAR archive", "unrar x "},
                              {"PK\x03\x04", "a zip archive", "unzip "},
                              {"PK\x05\x06", "an empty zip archive", "unzip "}};

struct Known {
  std::string_view begin, what;
};
constexpr Known kDocuments[] = {
    {"%PDF-", "a PDF document"}, {"\x89PNG", "a picture (PNG)"}, {"SQLite format 3\0"sv, "a database"}};

constexpr const char* kName = "name a text file, or JSON lines";
constexpr const char* kConvert =
    "this program reads .safetensors: in Python, safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")";

std::string_view extension_of(std::string_view path) {
  const size_t dot = path.find_last_of("./");
  return dot == std::string_view::npos || path[dot] == '/' ? std::string_view() : path.substr(dot);
}

bool ends_as(std::string_view path, std::initializer_list<std::string_view> extensions) {
  std::string own;
  for (const char c : extension_of(path)) own += lower_case(c);
  for (const std::string_view extension : extensions) {
    if (own == extension) return true;
  }
  return false;
}

bool is_pytorch(std::string_view bytes, std::string_view path) {
  constexpr size_t kHead = 4096;  // a zip archive whose first member is NAME/data.pkl; older files are a pickle
  const bool pickle = bytes.size() > 1 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5;
  const bool archive = bytes.starts_with("PK\x03\x04");
  return (archive && bytes.substr(0, kHead).find("/data.pkl") != std::string_view::npos) ||
         ((archive || pickle) && ends_as(path, {".pt", ".pth", ".ckpt", ".bin"}));
}

// 8 bytes of a length, then a JSON object.
bool is_safetensors(std::string_view bytes) {
  return bytes.size() > 10 && bytes.substr(4, 4) == "\0\0\0\0"sv && bytes.substr(8, 2) == "{\"";
}

ForeignFile to_unpack(std::string_view what, std::string_view command, std::string_view path) {
  const std::string help = "unpack it first: " + std::string(command) + std::string(path);
  return {std::string(what), help + "; gzip and Zstandard are read as they are", help};
}

}  // namespace

std::optional<ForeignFile> foreign_file(std::string_view bytes, std::string_view path) {
  if (is_pytorch(bytes, path)) return ForeignFile{"a model of PyTorch", kName, kConvert};
  if (is_safetensors(bytes))
    return ForeignFile{"a model file (safetensors)", "name a text file, or JSON lines; rnn info shows what is in a model",
                       ""};
  if (bytes.starts_with("\x08") && ends_as(path, {".onnx"})) return ForeignFile{"a model in ONNX form", kName, kConvert};
  if (bytes.starts_with("\x89HDF\r\n\x1A\n")) return ForeignFile{"an HDF5 file, as Keras writes it", kName, kConvert};
  if (ends_as(path, {".pkl", ".pickle"}) && bytes.starts_with("\x80"))
    return ForeignFile{"a pickle of Python", kName, kConvert};
  if (bytes.starts_with("\x93NUMPY") || ends_as(path, {".npz"}))
    return ForeignFile{"an array of NumPy", "write it as JSON lines: {\"input\": [[0.3, 0], [0.9, 1]], \"target\": 1.2}",
                       kConvert};
  if (bytes.starts_with("BZh") && bytes.substr(4, 6) == "1AY&SY") return to_unpack("bzip2 data", "bzip2 -dk ", path);
  for (const Packed& packed : kPacked) {
    if (bytes.starts_with(packed.begin)) return to_unpack(packed.what, packed.unpack, path);
  }
  if (bytes.size() >= 262 && bytes.substr(257, 5) == "ustar") {
    const std::string help = "unpack it first: tar xf " + std::string(path);
    return ForeignFile{"a tar archive", help + ", and name the folder", help};
  }
  for (const Known& known : kDocuments) {
    if (bytes.starts_with(known.begin))
      return ForeignFile{std::string(known.what), "save it as plain text", "name a .safetensors file or a run folder"};
  }
  return std::nullopt;
}

}  // namespace rnn::core
