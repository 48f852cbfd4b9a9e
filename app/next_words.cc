// Why: shows what comes next, as a table and as running text.
#include "next_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "events/terminal.h"
#include "screen.h"

namespace rnn::core::app {

std::string shown_piece(const Tokenizer& tokenizer, int32_t id) {
  return id == tokenizer.newline_id() ? "(end of line)" : printable(marked_piece(tokenizer, id));
}

std::string next_words_table(Writer& writer, const std::string& prompt, int count) {
  const std::vector<Candidate> best = writer.top(count);
  std::vector<std::string> pieces;
  int widest = 0;
  for (const Candidate& c : best) {
    pieces.push_back(shown_piece(writer.tokenizer(), c.id));
    widest = std::max(widest, display_width(pieces.back()));
  }
  const std::string lead = prompt.empty() ? "" : printable(prompt) + " ";
  const std::string indent(static_cast<size_t>(display_width(lead)), ' ');
  std::string text;
  for (size_t i = 0; i < best.size(); ++i) {
    const std::string pad(static_cast<size_t>(widest - display_width(pieces[i])), ' ');
    text += fmt::format("{}▏{}{}  {}\n", i == 0 ? lead : indent, pieces[i], pad, share_bar(best[i].probability));
  }
  return text;
}

std::vector<FoundText> search(Writer& writer, const ContinueOptions& options) {
  TextSearch how = options.search;
  how.beam = options.beam;
  how.tokens = static_cast<int>(options.tokens);
  how.stop = options.stop;
  how.prefix = options.prefix;
  return writer.search(how);
}

int64_t write_on(Writer& writer, const ContinueOptions& options, const Random& random,
                 const std::function<void(std::string_view)>& show) {
  if (options.beam > 0) {
    const std::vector<FoundText> found = search(writer, options);
    if (found.empty()) return 0;
    show(found[0].text);
    writer.take(found[0]);
    return static_cast<int64_t>(found[0].ids.size());
  }
  return writer.write(options, random, show);
}

}  // namespace rnn::core::app
