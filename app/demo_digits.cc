// Why: a part of rnn demo: a speech program says digits in many voices, a network learns to write them down, and hears a voice that is new.

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "audio/wave.h"
#include "base/error.h"
#include "base/file.h"
#include "base/rng.h"
#include "demo_parts.h"
#include "inspect/hearing.h"
#include "io/ready_model.h"
#include "metrics/figures.h"
#include "outputs.h"
#include "pages/hearing_page.h"
#include "runs.h"
#include "screen.h"
#include "signals.h"
#include "tasks/training.h"
#include "tasks/transcribe/evaluate_speech.h"

extern char** environ;

namespace rnn::core::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSpeaker = "espeak-ng";
constexpr const char* kDigits[] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
// Voices to learn from, one to choose by, one for the end; speeds in words a minute, pitches from 0 to 99. The last voice, its speeds and
// its pitches are in no clip that teaches.
constexpr const char* kVoices[] = {"en+m1",    "en+m3",        "en+f1", "en-us+m2", "en-us+f2", "en-gb-scotland+m5",
                                   "en-us+f4", "en-gb-x-rp+m4"};
constexpr const char *kChooser = "en+f3", *kStranger = "en-us+m7";
constexpr double kTooMuch = 0.5;  // of the words wrong
constexpr int kLearnt = 320, kChosen = 24, kStrange = 24, kShown = 3;
constexpr int kSpeeds[] = {130, 150, 170, 190}, kPitches[] = {30, 40, 55, 65}, kGaps[] = {1, 3, 8};
constexpr int kNewSpeeds[] = {142, 160, 178}, kNewPitches[] = {35, 48, 60};

struct Spoken {
  std::string file, text, voice;
  int speed = 0, pitch = 0, gap = 0;  // gap: hundredths of a second between words
};

bool installed(const char* program) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "";
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    if (end > 0 && access((std::string(rest.substr(0, end)) + "/" + program).c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

// The process that says it.
pid_t start_saying(const Spoken& spoken) {
  const std::string speed = std::to_string(spoken.speed), pitch = std::to_string(spoken.pitch),
                    gap = std::to_string(spoken.gap);
  const char* words[] = {kSpeaker,      "-v", spoken.voice.c_str(), "-s", speed.c_str(),       "-p",
                         pitch.c_str(), "-g", gap.c_str(),          "-w", spoken.file.c_str(), spoken.text.c_str(),
                         nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, kSpeaker, &actions, nullptr, const_cast<char* const*>(words), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? child : -1;
}

// Throws Error{data, "demo/espeak"} where one of them was not said.
void say_all(const std::vector<Spoken>& clips) {
  const size_t at_once = std::max(1u, std::thread::hardware_concurrency());
  for (size_t begin = 0; begin < clips.size(); begin += at_once) {
    std::vector<pid_t> children;
    for (size_t i = begin; i < std::min(begin + at_once, clips.size()); ++i) children.push_back(start_saying(clips[i]));
    bool good = true;
    for (const pid_t child : children) {
      int status = -1;
      while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
      good = good && child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    if (!good)
      throw Error(Exit::data, "demo/espeak",
                  std::string(kSpeaker) + " did not say '" + clips[begin].text + "' into " + clips[begin].file,
                  "does espeak-ng --voices list English ones? Is the disk full?");
    if (signal_seen() != 0) return;
  }
}

template <class T, size_t N>
const T& drawn(Random& random, const T (&of)[N]) {
  return of[random.below(N)];
}

std::string digits_text(Random& random, int least) {
  std::string text;
  for (int n = least + static_cast<int>(random.below(static_cast<uint32_t>(6 - least))); n > 0; --n)
    text += (text.empty() ? "" : " ") + std::string(drawn(random, kDigits));
  return text;
}

// What is said, and by whom; the last kStrange are of the voice that is new.
std::vector<Spoken> script_of(const fs::path& folder, uint64_t seed) {
  Random random(seed, Purpose::sample, 8);
  std::vector<Spoken> clips;
  for (int i = 0; i < kLearnt + kChosen + kStrange; ++i) {
    const bool strange = i >= kLearnt + kChosen, chosen = i >= kLearnt;
    Spoken s;
    s.file = (folder / fmt::format("clip{}.wav", i)).string();
    s.text = digits_text(random, strange ? 3 : 1);
    s.voice = strange ? kStranger : chosen ? kChooser : kVoices[i % std::ssize(kVoices)];
    s.speed = strange ? drawn(random, kNewSpeeds) : drawn(random, kSpeeds);
    s.pitch = strange ? drawn(random, kNewPitches) : drawn(random, kPitches);
    s.gap = drawn(random, kGaps);
    clips.push_back(std::move(s));
  }
  return clips;
}

std::string listed(const std::vector<Spoken>& clips) {
  std::string lines;
  for (const Spoken& s : clips) {
    const nlohmann::ordered_json line = {
        {"audio_filepath", fs::path(s.file).filename().string()}, {"text", s.text}, {"speaker", s.voice}};
    lines += line.dump() + "\n";
  }
  return lines;
}

RunRequest digits_request(const DemoPartRequest& demo, const std::string& list) {
  RunRequest request = part_request(demo);
  request.task = "transcribe";
  request.data = {list};
  request.model.cell = "gru", request.model.hidden = 128, request.model.layers = 1, request.model.dropout = 0.2;
  request.options.epochs = 24, request.options.lr = 4e-3;
  request.speech.rate = 8000, request.speech.spec_augment = false;
  request.speech.valid_speakers = kChooser, request.speech.test_speakers = kStranger;
  request.given = {"cell", "hidden", "layers",       "dropout",        "epochs",
                   "lr",   "rate",   "spec-augment", "valid-speakers", "test-speakers"};
  return request;
}

std::string heard_lines(const Hearing& h) {
  std::string text = fmt::format("  said   {}\n  heard  {}\n", *h.said, h.text);
  if (!h.words.empty()) {
    text += "        ";
    for (const HeardWord& w : h.words) text += fmt::format(" {} {:.1f} s", w.text, w.start);
    text += "\n";
  }
  return text;
}

}  // namespace

std::optional<DemoFound> demo_digits(const DemoPartRequest& demo) {
  say("\n" + strong("speech", Stream::error));
  if (!installed(kSpeaker)) {
    say("left out: the voices come from espeak-ng, which is not installed (apt-get install espeak-ng)");
    return DemoFound{};
  }
  const fs::path folder = part_folder(fs::path(demo.folder) / "clips");
  const std::vector<Spoken> clips = script_of(folder, demo.seed);
  const std::string list = (folder / "clips.jsonl").string();
  write_file_atomic(list, listed(clips));
  say_all(clips);
  if (signal_seen() != 0) return std::nullopt;
  const std::optional<RunResult> result = train_part(demo, digits_request(demo, list));
  if (!result) return std::nullopt;

  ModelFile file = load_model(demo.folder);
  Pool pool(demo.threads);
  ready_model(file, pool);
  say("");
  print(strong("speech", Stream::output) +
        fmt::format(
            "\n digits spoken by a program in {} voices; these strings are of another voice, at other speeds and pitches\n",
            std::size(kVoices)));
  DemoFound found;
  std::string page;
  for (int i = 0; i < kShown; ++i) {
    const Spoken& spoken = clips[static_cast<size_t>(kLearnt + kChosen + i)];
    AudioReader reader = AudioReader::open(spoken.file);
    const int rate = reader.info().rate;
    const Hearing heard = hear_clip(file, reader.rest(), rate, fs::path(spoken.file).stem().string(), spoken.text, pool);
    print(heard_lines(heard));
    if (i > 0) continue;
    page = hearing_page(heard);
    found.part.kind = "digits", found.part.input = fmt::format("“{}”, spoken", spoken.text);
    found.part.output = heard.text.empty() ? "nothing" : heard.text;
  }
  if (result->test) {
    const double wrong = (*result->test)[figure::kWer].value_or(0);
    found.worth = {"digits in a new voice", "digits wrong", "guessing", "recogniser", 1 - 1.0 / std::size(kDigits), wrong};
    found.worth.percent = true;
    add_costs(found.worth, *result);
    print(fmt::format(" {} strings of that voice: {:.1f}% of the words are wrong. {}\n", kStrange, 100 * wrong,
                      wrong > kTooMuch ? "So short a training is not enough: --seconds gives it more."
                                       : "People's voices differ more than a program's: for those, train on recordings."));
  }
  const std::string path = (fs::path(demo.folder) / "heard.html").string();
  require_output(path, Output::page, std::nullopt);
  write_file_atomic(path, page);
  print(key_line("heard", path) + "\n");
  found.part.link = (fs::path(demo.folder).filename() / "heard.html").string();
  flush_output();
  return found;
}

}  // namespace rnn::core::app
