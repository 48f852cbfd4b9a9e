// Why: rnn align: when the words of a known text were said.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "data/inputs/data_file.h"
#include "io/ready_model.h"
#include "outputs.h"
#include "screen.h"
#include "sounds.h"
#include "table_text.h"
#include "tasks/transcribe/align.h"

namespace rnn::core::app {
namespace {

struct AlignArguments {
  std::string model, clip, text, output, format = "ctm", raw, said;
  int64_t threads = 0;
  bool characters = false, force = false;
};

void declare_align(Command& command, AlignArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file of a recogniser");
  command.word("CLIP", &a.clip, "WAV, FLAC, OGG, MP3 or AIFF; -: standard input");
  command.word("TEXT", &a.text, "file with the words that are said");
  command.text("--say", &a.said, "WORDS", "the words themselves, in place of TEXT");
  command.text("-f,--format", &a.format, "NAME", "ctm, json, srt, vtt (ctm)");
  command.flag("--characters", &a.characters, "also each character, in JSON");
  command.text("-o,--output", &a.output, "FILE", "write there; default: standard output");
  command.text("--raw", &a.raw, "s16,16000", "the input has no header: encoding, rate, channels");
  command.flag("--force", &a.force, "overwrite the output file");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  command.example("rnn align runs/digits-001 call.wav call.txt");
  command.example("rnn align runs/digits-001 call.wav --say \"one two three\" --format json --characters");
}

std::string line_of(const AlignedClip& aligned, bool characters) {
  nlohmann::ordered_json json = {{"text", aligned.transcript.text}, {"log_probability", aligned.transcript.log_probability}};
  const auto add = [&json](const char* key, const std::vector<TranscriptWord>& parts) {
    for (const TranscriptWord& w : parts)
      json[key].push_back({{"text", w.text}, {"start", w.start_s}, {"end", w.end_s}, {"confidence", w.confidence}});
  };
  add("words", aligned.transcript.words);
  if (characters) add("characters", aligned.characters);
  return json_line(json);
}

}  // namespace

int run_align(const Arguments& arguments) {
  AlignArguments a;
  Command command("align", "MODEL CLIP TEXT [options]", "when the words of a known text were said");
  declare_align(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  command.need(a.clip, "a CLIP");
  if (a.text.empty() == a.said.empty())
    throw Error(Exit::usage, "usage/argument", "rnn align needs a TEXT or --say WORDS", "rnn align --help shows both");
  if (a.format != "json" && (a.characters || a.format == "text"))
    throw Error(Exit::usage, "usage/format",
                a.characters ? "--characters are in JSON only" : "times need a format that has them",
                "--format json, ctm, srt or vtt");
  if (std::find(std::begin(kTranscriptFormatNames), std::end(kTranscriptFormatNames), a.format) ==
      std::end(kTranscriptFormatNames))
    throw Error(Exit::usage, "usage/format", fmt::format("there is no format '{}'", a.format), "one of ctm, json, srt, vtt");
  if (!a.output.empty()) require_output(a.output, Output::other, a.force);
  ModelFile file = load_model(a.model);
  Pool pool(static_cast<int>(a.threads));
  const SpeechModel speech = speech_model(file);
  ready_model(file, pool);
  const std::string text = a.said.empty() ? read_data_bytes(a.text) : a.said;
  std::vector<float> samples;
  int rate = 0;
  read_sound(a.clip, a.raw, [&](std::span<const float> block, int of) {
    samples.insert(samples.end(), block.begin(), block.end());
    rate = of;
  });
  AlignedClip aligned = align_clip(speech, *file.tokenizer, samples, rate, text, a.text.empty() ? "--say" : a.text, pool);
  aligned.transcript.id = sound_name(a.clip);
  TranscriptWriter writer(transcript_format(a.format));
  write_table(a.output,
              a.format == "json" ? line_of(aligned, a.characters) : writer.header() + writer.add(aligned.transcript));
  return 0;
}

}  // namespace rnn::core::app
