// Why: rnn process: sound through an effect that was learnt, and how much of a core that takes.
#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "audio/wave.h"
#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "io/ready_model.h"
#include "outputs.h"
#include "screen.h"
#include "tasks/effect/stream/effect.h"

namespace rnn::core::app {
namespace {

struct ProcessArguments {
  std::string model, input, output;
  bool floats = false, force = false;
};

void declare_process(Command& command, ProcessArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file of an effect");
  command.word("IN", &a.input, "WAV, FLAC, OGG, MP3 or AIFF, at the model's sampling rate; several channels are their mean");
  command.text("-o,--output", &a.output, "FILE", "WAV file to write");
  command.flag("--float", &a.floats, "samples as 32-bit numbers, which do not clip; else 16 bit");
  command.flag("--force", &a.force, "overwrite the output file");
  command.example("rnn process runs/overdrive-001 guitar.wav -o loud.wav");
}

}  // namespace

int run_process(const Arguments& arguments) {
  ProcessArguments a;
  Command command("process", "MODEL IN -o OUT.wav [options]", "sound through an effect that was learnt from two recordings");
  declare_process(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL"), command.need(a.input, "a sound IN"), command.need(a.output, "-o OUT.wav");
  require_output(a.output, Output::other, a.force);
  ModelFile file = load_model(a.model);
  Pool pool(1);
  const EffectModel model = effect_model(file);
  ready_model(file, pool);
  AudioReader reader = AudioReader::open(a.input);
  const int rate = reader.info().rate;
  if (rate != model.front.rate)
    throw Error(Exit::data, "audio/rate",
                fmt::format("{} has {} samples per second, the effect was learnt at {}", a.input, grouped(rate),
                            grouped(model.front.rate)),
                fmt::format("sox IN.wav -r {} OUT.wav changes it", model.front.rate));
  std::vector<float> samples = reader.rest();
  Effect effect(model);
  const auto begin = std::chrono::steady_clock::now();
  effect.process(samples, samples);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  float peak = 0;
  for (const float x : samples) peak = std::max(peak, std::fabs(x));
  write_wave(a.output, samples, rate, 1, a.floats ? WaveForm::f32 : WaveForm::s16);
  const double seconds = static_cast<double>(samples.size()) / rate;
  say(fmt::format("{}: {:.1f} seconds at {} Hz, computed in {} of the time on one core", a.output, seconds, rate,
                  percent_text(seconds > 0 ? took.count() / seconds : 0)));
  if (peak > 1 && !a.floats)
    say(fmt::format(
        "note: its peak is {:.1f} dB above full scale and is clipped: --float keeps it, or play it in more softly",
        20 * std::log10(peak)));
  return 0;
}

}  // namespace rnn::core::app
