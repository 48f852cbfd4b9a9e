// Why: see write_together.h.
#include "write_together.h"

#include <exception>

namespace rnn::core::app {

void write_together(Engine& engine, std::vector<WritingJob>& jobs, WritingDisplay& display) {
  std::vector<std::string> texts(jobs.size());  // as far as they are written
  size_t front = 0;                             // the first job that is not shown to its end
  bool begun = false;
  while (front < jobs.size()) {
    std::vector<core::Stream*> writing;  // the last token of a finished text need not be read
    for (size_t i = front; i < jobs.size(); ++i)
      if (jobs[i].stream->writing()) writing.push_back(jobs[i].stream.get());
    step_streams(engine, writing);
    for (size_t i = front; i < jobs.size(); ++i) {
      const WritingJob& job = jobs[i];
      const std::string piece = job.stream->pieces();
      texts[i] += piece;
      if (i != front) continue;
      if (!begun) display.begin(job);
      display.piece(job, begun ? piece : texts[i]);
      begun = true;
      if (job.stream->failure()) std::rethrow_exception(job.stream->failure());
      if (job.stream->writing()) continue;
      display.end(job, texts[i], job.stream->written());
      ++front, begun = false;
    }
  }
}

}  // namespace rnn::core::app
