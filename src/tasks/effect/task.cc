// Why: what makes data the two sides of an effect, and the words for it.
#include "tasks/effect/task.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "data/inputs/kinds.h"
#include "runs/run.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

// Two files of sound, neither with a transcript beside it.
TaskGuess guess_effect(const std::vector<std::string>& data) {
  const auto is_sound = [](const std::string& path) {
    std::error_code error;
    return is_audio_name(path) && fs::is_regular_file(path, error) &&
           !fs::exists(fs::path(path).replace_extension(".txt"), error);
  };
  if (data.size() < 2 || data.size() % 2 != 0 || !std::all_of(data.begin(), data.end(), is_sound)) return {};
  return {TaskGuess::certain, fmt::format("{} goes in, {} comes out", data[0], data[1])};
}

// Reading says what is missing.
void require_sound(const std::vector<std::string>&) {}

Task::Next next_effect(const std::string& folder) { return {{"rnn", "process", folder}, " IN.wav -o OUT.wav"}; }

constexpr OptionReaders kEffectReaders[] = {OptionReaders::of_windows};

}  // namespace

double effect_valid_share(const Options& options) {
  constexpr double kTenth = 0.1;
  return options.train.valid_share == Options().train.valid_share ? kTenth : options.train.valid_share;
}

const Task kEffect = {
    .name = "effect",
    .summary = "an audio effect, from what goes in and what comes out",
    .reads = "two recordings, dry.wav and wet.wav",
    .options = kEffectReaders,
    .card = {.pipeline = "audio-to-audio",
             .data = "sound",
             .measured = "sound that it has not heard; lower is better.",
             .contents = "the sampling rate",
             .use = "rnn process {run} IN.wav -o OUT.wav\nrnn eval {run} DRY.wav WET.wav\nrnn info {run}\n"},
    .guess = guess_effect,
    .require_data = require_sound,
    .check = check_effect,
    .run = run_effect,
    .next = next_effect};

}  // namespace rnn::core
