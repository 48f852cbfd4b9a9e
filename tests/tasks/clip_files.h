// Why: tests of speech corpora write tiny ones.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "audio/wave.h"
#include "support/folder.h"
#include "tasks/transcribe/clips.h"

namespace rnn::core::test {

class ClipFilesTest : public FolderTest {
 protected:
  // A tone of so many seconds.
  std::string sound(const std::string& name, double seconds = 1, int rate = 16000, double peak = 0.3) const {
    std::vector<float> samples(static_cast<size_t>(std::lround(seconds * rate)));
    for (size_t i = 0; i < samples.size(); ++i)
      samples[i] = static_cast<float>(peak * std::sin(0.2 * static_cast<double>(i)));
    return write(name, wave_bytes(samples, rate));
  }
  ClipSet read(const std::string& name = "", const ClipOptions& options = {}) const {
    return read_clips({name.empty() ? folder_.string() : path(name)}, options);
  }
  static int64_t count(const std::vector<Finding>& findings, const std::string& code) {
    int64_t n = 0;
    for (const Finding& f : findings) n += f.code == code;
    return n;
  }
};

}  // namespace rnn::core::test
