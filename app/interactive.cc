// Why: turns of a conversation with a model, each with the state before it, so that it can be undone.
#include "interactive.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <vector>

#include "base/numbers.h"
#include "screen.h"
#include "text/utf8.h"

namespace rnn::core::app {
namespace {

constexpr const char* kHelp =
    " text        the model reads it and continues\n"
    " (empty)     the model continues where it stopped\n"
    " /top [N]    the N likeliest next tokens (8)\n"
    " /undo       undoes the last turn\n"
    " /forget     undoes all turns\n"
    " /quit       quits, as the end of input does\n";

class Conversation {
 public:
  Conversation(Writer& writer, const ContinueOptions& options, uint64_t seed)
      : writer_(writer), options_(options), seed_(seed) {}

  void turn(const std::string& text) {
    const Writer::Mark before = writer_.mark();
    const std::vector<std::string> unknown = text.empty() ? std::vector<std::string>{} : writer_.read(text);
    if (!unknown.empty()) say(fmt::format("note: the model does not know {}", fmt::join(unknown, ", ")));
    Random random(seed_, Purpose::sample, turns_++);
    bool line_open = true;
    write_on(writer_, options_, random, [&](std::string_view piece) {
      print(piece), flush_output();
      if (!piece.empty()) line_open = piece.back() != '\n';
    });
    if (line_open) print("\n");
    flush_output();
    memories_.push_back(before);
  }

  // Returns false at the end.
  bool command(const std::string& line) {
    const std::string word = line.substr(0, line.find(' '));
    if (word == "/quit") return false;
    if (word == "/help") {
      say(kHelp);
    } else if (word == "/top") {
      std::string_view asked = std::string_view(line).substr(std::min<size_t>(5, line.size()));
      const int count = take_number<int>(asked).value_or(8);
      print(next_words_table(writer_, "", std::clamp(count, 1, 1000)));
      flush_output();
    } else if (word == "/undo" || word == "/forget") {
      if (memories_.empty()) {
        say("there is nothing to undo");
      } else {
        const size_t left = word == "/undo" ? memories_.size() - 1 : 0;
        writer_.rewind(memories_[left]);
        memories_.resize(left);
        say(counted(left, "turn") + " left");
      }
    } else {
      say(fmt::format("there is no command {}; /help lists the commands", word));
    }
    return true;
  }

 private:
  Writer& writer_;
  const ContinueOptions& options_;
  uint64_t seed_;
  uint32_t turns_ = 0;
  std::vector<Writer::Mark> memories_;  // before each turn
};

}  // namespace

void interact(Writer& writer, const ContinueOptions& options, uint64_t seed, const std::string& prompt) {
  const bool terminal = ::isatty(STDIN_FILENO) == 1;
  if (terminal) say("/help lists the commands");
  Conversation conversation(writer, options, seed);
  if (!prompt.empty()) print(prompt), conversation.turn(prompt);
  bool first = true;
  for (std::string line;; first = false) {
    if (terminal) std::cerr << "> " << std::flush;
    if (!std::getline(std::cin, line)) break;
    if (first && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty() || line[0] != '/') {
      conversation.turn(line);
    } else if (!conversation.command(line)) {
      break;
    }
  }
}

}  // namespace rnn::core::app
