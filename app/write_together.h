// Why: many prompts are continued side by side, and shown one after the other.
#pragma once

#include <string>
#include <vector>

#include "tasks/language_model/stream/write_stream.h"

namespace rnn::core::app {

// One text to be written. Its stream has read its prompt.
struct WritingJob {
  std::unique_ptr<WriteStream> stream;
  std::string prompt;
  std::vector<std::string> unknown;
  int64_t sample = 0;
};

// Shows texts in the order of the jobs: the first that is not finished piece by piece, the others once it is their turn.
class WritingDisplay {
 public:
  virtual ~WritingDisplay() = default;
  virtual void begin(const WritingJob& job) = 0;
  virtual void piece(const WritingJob& job, const std::string& text) = 0;
  virtual void end(const WritingJob& job, const std::string& whole, int64_t tokens) = 0;
};

// Runs all jobs to their ends. Throws what stopped a stream, once everything before it has been shown.
void write_together(Engine& engine, std::vector<WritingJob>& jobs, WritingDisplay& display);

}  // namespace rnn::core::app
