// Why: what is in clips of speech, before they are trained on.
#include "tasks/transcribe/clips.h"
#include "tasks/transcribe/task.h"

namespace rnn::core {

DataReport check_clips(const std::vector<std::string>& data, const Options&) {
  DataReport report;
  const ClipSet clips = read_clips(data);
  report.lines.emplace_back("data", clips.words_for_people());
  report.findings = clips.findings;
  return report;
}

}  // namespace rnn::core
