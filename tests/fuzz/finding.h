// Why: whatever way a process ends while a target is at work, the input that it was at is kept.
#pragma once

#include <string>
#include <string_view>

namespace rnn::core::fuzz {

// From here on a crash, an abort, an exit() or more than `seconds` of one input name that input and end the process with status 1.
// `target`: a name, for messages and for the file TARGET.finding in the working folder.
void watch(const std::string& target, unsigned seconds);

// The input at work; both outlive the work. `path`: the file it came from; empty: a changed input, which is written into a file.
void begin_input(std::string_view input, const char* path);
void end_input();

// Names the input at work and ends the process with status 1. `what` says what happened.
[[noreturn]] void finding(const char* what);

}  // namespace rnn::core::fuzz
