// Why: what makes data sentences and their translations, and the words for them.
#include "tasks/translate/task.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/numbers.h"
#include "data/inputs/data_file.h"
#include "data/inputs/kinds.h"
#include "data/pairs.h"
#include "runs/run.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPairs = "two parallel files (train.en train.fr), a table or JSON lines";
constexpr int kRowsLookedAt = 20;

bool is_number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  text.remove_suffix(text.size() - (text.find_last_not_of(" \r") + 1));  // npos + 1 is 0
  if (text.starts_with('+')) text.remove_prefix(1);
  return parse_number<double>(text).has_value();
}

// A table of two columns of numbers, perhaps with a header: not a translation unless requested.
bool holds_numbers(const std::string& path) {
  const std::string bytes = text_of_bytes(read_data_bytes(path), path);
  std::string_view text = bytes;
  bool numbers = false;
  for (int row = 0; row < kRowsLookedAt && !text.empty(); ++row) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const size_t tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    const bool both = is_number(line.substr(0, tab)) && is_number(line.substr(tab + 1));
    if (!both && row > 0) return false;
    numbers = numbers || both;
  }
  return numbers;
}

// train.en and train.fr, perhaps compressed: one stem, and endings that are names of languages.
bool are_parallel(const std::string& first, const std::string& second) {
  const fs::path a = without_compression(first), b = without_compression(second);
  const auto language = [](const fs::path& p) { return p.has_extension() && !is_text_name(p) && !is_audio_name(p); };
  return a.stem() == b.stem() && lower_extension(a) != lower_extension(b) && language(a) && language(b);
}

TaskGuess guess(const std::vector<std::string>& data) {
  if (data.size() == 2 && are_parallel(data[0], data[1]))
    return {TaskGuess::certain, fmt::format("{} and {} are one text in two languages", data[0], data[1])};
  std::error_code error;
  for (const std::string& path : data) {
    if (fs::is_directory(path, error) || !looks_like_pairs(path) || holds_numbers(path)) continue;
    const std::string reason = path + " holds pairs of sentences";
    if (data.size() == 1) return {TaskGuess::content, reason};
    throw Error(
        Exit::usage, "task/ambiguous",
        fmt::format("{}, but there are {} files: a table of pairs must be the only file", reason, data.size()),
        "put the pairs into one file; for two parallel files or plain text: --task translate, --task language-model");
  }
  return {};
}

// Accepts whatever read_pairs() does, whatever the names of the files.
void require_data(const std::vector<std::string>& data) {
  std::error_code error;
  const auto folder =
      std::find_if(data.begin(), data.end(), [&](const auto& path) { return fs::is_directory(path, error); });
  if (folder == data.end() && data.size() <= 2) return;
  throw Error(Exit::usage, "task/data",
              folder != data.end() ? fmt::format("{} is a folder, not a file of pairs", *folder)
                                   : fmt::format("pairs are in one or two files, not in {}", data.size()),
              fmt::format("--task translate reads {}", kPairs));
}

Task::Next next(const std::string& folder) { return {{"rnn", "translate", folder}, " TEXT.txt"}; }

constexpr OptionReaders kOptions[] = {OptionReaders::of_text, OptionReaders::of_translators};
constexpr CardWords kCard = {
    .pipeline = "translation",
    .measured = "pairs; a lower loss and a higher BLEU are better.",
    .contents = "tokenizer",
    .use = "rnn translate {run} input.txt > output.txt\nrnn eval {run} {evaluate}\nrnn info {run}\n",
    .sample = "Its translations of sentences that it was not trained on",
};

}  // namespace

const Task kTranslate = {.name = "translate",
                         .summary = "translates sentences",
                         .reads = kPairs,
                         .options = kOptions,
                         .card = kCard,
                         .guess = guess,
                         .require_data = require_data,
                         .check = check_pairs,
                         .run = run_translate,
                         .next = next};

}  // namespace rnn::core
