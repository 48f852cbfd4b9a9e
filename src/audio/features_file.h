// Why: frames that other programs have computed: Sphinx' .mfc and NumPy's .npy.
#pragma once

#include <string>
#include <string_view>

#include "base/matrix.h"

namespace rnn::core {

// .mfc: the number of floats in 32 bits, then so many floats, big-endian or little-endian; the file does not say how many make a
// frame, so `width` does. Throws Error{data}: audio/features (damaged, another width), audio/not_finite.
Matrix<float> read_sphinx_features(std::string_view bytes, const std::string& name, int width);

// .npy of versions 1 to 3: float32 or float64 of either byte order, two dimensions [frames, width], C order. Throws Error{data}:
// audio/features, audio/not_finite.
Matrix<float> read_numpy_features(std::string_view bytes, const std::string& name);

// A file of one of them, known by its content; `width`: of a frame, 0 where the file has to say it. Throws as they do, and as
// read_file().
Matrix<float> read_features(const std::string& path, int width = 0);
// Whether a name ends in .mfc or .npy.
bool is_features_name(std::string_view path);

}  // namespace rnn::core
