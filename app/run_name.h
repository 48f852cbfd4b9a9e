// Why: runs that are started at the same time without -o get folders of their own.
#pragma once

#include <string>
#include <vector>

namespace rnn::core::app {

// runs/NAME-NNN, named after the data, one above the highest number there; one folder, or one for each ending (-rnn, -gru). They are made
// at once, so nobody else gets them, and those that are still empty at the end of this object are removed.
class RunName {
 public:
  // Throws Error{internal, "io/write"}.
  RunName(const std::string& data, const std::vector<std::string>& endings);
  ~RunName();
  RunName(const RunName&) = delete;
  RunName& operator=(const RunName&) = delete;
  const std::string& path() const { return path_; }  // without an ending

 private:
  bool take();

  std::string path_;
  std::vector<std::string> endings_, made_;
};

}  // namespace rnn::core::app
