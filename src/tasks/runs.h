// Why: the runs of each task, by name.
#pragma once

#include <memory>

#include "runs/run.h"

namespace rnn::core {

std::unique_ptr<Run> make_text_run(const RunRequest& request);
std::unique_ptr<Run> make_sequence_run(const RunRequest& request);
std::unique_ptr<Run> make_translate_run(const RunRequest& request);

}  // namespace rnn::core
