// Why: what makes data text to learn a language from, and the words for it.
#include "tasks/language_model/task.h"

#include <filesystem>

#include "base/error.h"
#include "data/inputs/folders.h"
#include "data/inputs/kinds.h"
#include "runs/run.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

// Text in sub-folders only may as well be one label per folder.
void require_one_collection(const std::string& folder) {
  FilesBelow found;
  try {
    found = files_below(folder, [](std::string_view name) { return is_text_name(name); });
  } catch (const Error&) {  // reported when the data is read
  }
  if (found.any_here || found.paths.empty()) return;
  if (!files_below(folder, [](std::string_view name) { return is_audio_name(name); }).paths.empty())
    return;  // transcripts: another task is sure of them
  throw Error(
      Exit::usage, "task/ambiguous",
      folder + " holds text in sub-folders only: one label per sub-folder (classify), or one collection (language-model)?",
      "for one collection: --task language-model; for a label per sub-folder: --task classify");
}

// Whatever nobody else wants can be read as text.
TaskGuess guess(const std::vector<std::string>& data) {
  std::error_code error;
  for (const std::string& path : data)
    if (fs::is_directory(path, error)) require_one_collection(path);
  if (data.size() > 1) return {TaskGuess::possible, "several texts"};
  const std::string& path = data.at(0);
  if (fs::is_directory(path, error)) return {TaskGuess::possible, "a folder of text"};
  if (path == "-") return {TaskGuess::possible, "standard input"};
  if (!fs::exists(path, error)) return {TaskGuess::possible, "no such file"};  // reported when the file is read
  const std::string extension = lower_extension(path);
  return {TaskGuess::possible, extension.empty() ? "a text file" : "a " + extension + " file"};
}

Task::Next next(const std::string& folder) { return {{"rnn", "generate", folder, "-p", "The"}, ""}; }

constexpr OptionReaders kOptions[] = {OptionReaders::of_text, OptionReaders::of_running_text, OptionReaders::of_windows};
constexpr CardWords kCard = {
    .pipeline = "text-generation",
    .index_type = "text-generation",
    .index_name = "Language modelling",
    .data = "text",
    .measured = "text; lower is better.",
    .contents = "tokenizer",
    .use = "rnn generate {run}{prompt} -n 60\nrnn generate {run}{prompt} --top 5\nrnn info {run}\n",
    .sample = "A text that it generated",
};

}  // namespace

const Task kLanguageModel = {.name = "language-model",
                             .summary = "predicts the next token of text",
                             .reads = "text",
                             .options = kOptions,
                             .card = kCard,
                             .guess = guess,
                             .require_data = [](const std::vector<std::string>&) {},
                             .check = check_language_text,
                             .run = run_language_model,
                             .next = next};

}  // namespace rnn::core
