// Why: both formats are a few numbers before the frames; what is wrong with them is said with these numbers.
#include "audio/features_file.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kNumpyMagic = "\x93NUMPY"sv;
constexpr int64_t kMostFrames = 1 << 30;

[[noreturn]] void refuse_features(const std::string& name, const std::string& what, const std::string& help) {
  throw Error(Exit::data, "audio/features", name + ": " + what, help);
}

uint64_t number_at(std::string_view bytes, size_t at, size_t width, bool big) {
  uint64_t value = 0;
  for (size_t i = 0; i < width; ++i)
    value |= uint64_t{static_cast<unsigned char>(bytes[at + (big ? width - 1 - i : i)])} << (8 * i);
  return value;
}

float value_at(std::string_view bytes, size_t at, size_t width, bool big) {
  const uint64_t bits = number_at(bytes, at, width, big);
  return width == 4 ? std::bit_cast<float>(static_cast<uint32_t>(bits)) : static_cast<float>(std::bit_cast<double>(bits));
}

Matrix<float> frames_at(std::string_view bytes, const std::string& name, int64_t frames, int64_t width, size_t number,
                        bool big) {
  Matrix<float> out(static_cast<int>(frames), static_cast<int>(width));
  for (size_t i = 0; i < out.size(); ++i) {
    const float x = value_at(bytes, i * number, number, big);
    if (!std::isfinite(x))
      throw Error(Exit::data, "audio/not_finite",
                  name + ": number " + std::to_string(i % static_cast<size_t>(width) + 1) + " of frame " +
                      grouped(static_cast<int64_t>(i / static_cast<size_t>(width))) + " is not finite",
                  "compute the features again; a logarithm of 0 gives such numbers");
    out.data()[i] = x;
  }
  return out;
}

// What follows 'key': in the header of a .npy file.
std::optional<std::string_view> header_value(std::string_view header, std::string_view key) {
  const size_t at = header.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view value = header.substr(at + key.size());
  while (!value.empty() && (value[0] == ' ' || value[0] == ':')) value.remove_prefix(1);
  return value;
}

// "(98, 80)" -> 98, 80; nothing for another number of dimensions.
bool read_shape(std::string_view text, int64_t (&shape)[2]) {
  for (int64_t& size : shape) {
    if (text.empty()) return false;
    text.remove_prefix(1);  // ( or ,
    while (text.starts_with(' ')) text.remove_prefix(1);
    const std::optional<int64_t> number = take_number<int64_t>(text);
    if (!number || *number < 0) return false;
    size = *number;
  }
  return text.starts_with(')');
}

}  // namespace

Matrix<float> read_sphinx_features(std::string_view bytes, const std::string& name, int width) {
  const std::string help = "Sphinx features begin with the number of floats that follow; make them again with sphinx_fe";
  if (bytes.size() < 4) refuse_features(name, "it has " + counted(bytes.size(), "byte"), help);
  const size_t floats = (bytes.size() - 4) / 4;
  const bool whole = bytes.size() % 4 == 0;
  const bool big = number_at(bytes, 0, 4, true) == floats, little = number_at(bytes, 0, 4, false) == floats;
  if (!whole || !(big || little))
    refuse_features(name,
                    "its header says " + grouped(static_cast<int64_t>(number_at(bytes, 0, 4, true))) + " floats, and " +
                        grouped(static_cast<int64_t>(bytes.size() - 4)) + " bytes follow",
                    help);
  if (width < 1)
    refuse_features(name, "a .mfc file does not say how many numbers make a frame", "say it; with Sphinx it is 13");
  if (floats % static_cast<size_t>(width) != 0)
    refuse_features(name, grouped(static_cast<int64_t>(floats)) + " floats are no frames of " + std::to_string(width),
                    "give the width that these features have; with Sphinx it is 13");
  return frames_at(bytes.substr(4), name, static_cast<int64_t>(floats) / width, width, 4, big);
}

Matrix<float> read_numpy_features(std::string_view bytes, const std::string& name) {
  const std::string help =
      "in Python: numpy.save(\"features.npy\", frames.astype(\"float32\")) with frames of shape (frames, width)";
  if (!bytes.starts_with(kNumpyMagic) || bytes.size() < 12) refuse_features(name, "it does not begin as a .npy file", help);
  const int version = static_cast<unsigned char>(bytes[6]);
  if (version < 1 || version > 3)
    refuse_features(name, "it is of version " + std::to_string(version) + " of the format", help);
  const size_t length_bytes = version == 1 ? 2 : 4, begin = 8 + length_bytes;
  const auto length = static_cast<size_t>(number_at(bytes, 8, length_bytes, false));
  if (bytes.size() - begin < length) refuse_features(name, "its header is cut off", "copy the file again");
  const std::string_view header = bytes.substr(begin, length), data = bytes.substr(begin + length);

  const auto type = header_value(header, "'descr'"), fortran = header_value(header, "'fortran_order'"),
             shape = header_value(header, "'shape'");
  if (!type || !fortran || !shape) refuse_features(name, "its header names no type, order or shape", help);
  const bool big = type->starts_with("'>"), single = type->starts_with("'<f4'") || type->starts_with("'>f4'");
  if (!single && !type->starts_with("'<f8'") && !type->starts_with("'>f8'"))
    refuse_features(
        name, "its numbers are of type " + std::string(type->substr(0, type->find(','))) + ", not float32 or float64", help);
  if (!fortran->starts_with("False")) refuse_features(name, "it is stored column by column (Fortran order)", help);
  int64_t sizes[2] = {};
  if (!read_shape(*shape, sizes))
    refuse_features(name, "its shape is " + std::string(shape->substr(0, shape->find(')') + 1)) + ", not (frames, width)",
                    help);
  const int64_t number = single ? 4 : 8;
  const auto there = static_cast<int64_t>(data.size());
  if (sizes[0] > kMostFrames || sizes[1] < 1 || sizes[1] > (1 << 16) || sizes[0] * sizes[1] * number != there)
    refuse_features(name,
                    "its shape (" + std::to_string(sizes[0]) + ", " + std::to_string(sizes[1]) + ") does not go with the " +
                        grouped(there) + " bytes that follow",
                    "copy the file again");
  return frames_at(data, name, sizes[0], sizes[1], static_cast<size_t>(number), big);
}

Matrix<float> read_features(const std::string& path, int width) {
  const std::string bytes = read_file(path);
  if (!std::string_view(bytes).starts_with(kNumpyMagic)) return read_sphinx_features(bytes, path, width);
  Matrix<float> frames = read_numpy_features(bytes, path);
  if (width > 0 && frames.cols() != width)
    refuse_features(path, "its frames have " + counted(frames.cols(), "number") + ", not " + std::to_string(width),
                    "these features are of another kind than the others");
  return frames;
}

bool is_features_name(std::string_view path) {
  std::string end;
  for (const char c : path.substr(path.size() < 4 ? 0 : path.size() - 4)) end += lower_case(c);
  return end == ".mfc" || end == ".npy";
}

}  // namespace rnn::core
