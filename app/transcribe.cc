// Why: rnn transcribe: what is said in clips, or while people speak.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "audio/raw.h"
#include "base/error.h"
#include "base/numbers.h"
#include "command.h"
#include "io/ready_model.h"
#include "outputs.h"
#include "screen.h"
#include "search_options.h"
#include "sounds.h"
#include "table_text.h"
#include "tasks/transcribe/stream/recognizer.h"

namespace rnn::core::app {
namespace {

struct TranscribeArguments {
  std::string model, output, format = "text", raw;
  std::vector<std::string> clips;
  SearchArguments search;
  int64_t threads = 0, nbest = 0;
  bool partial = false, force = false;
  EndpointRules endpoint;
};

void declare_transcribe(Command& command, TranscribeArguments& a) {
  command.word("MODEL", &a.model, "run folder or .safetensors file of a recogniser");
  command.words("CLIP...", &a.clips, "WAV, FLAC, OGG, MP3 or AIFF of any rate; -: standard input");
  command.text("-f,--format", &a.format, "NAME", "text, json, srt, vtt, ctm (text)");
  command.text("-o,--output", &a.output, "FILE", "write there; default: standard output");
  command.text("--raw", &a.raw, "s16,16000",
               "the input has no header: encoding (s16, s24, s32, f32, u8, mulaw, alaw), rate, channels");
  command.flag("--partial", &a.partial,
               "also what is heard so far, as lines that begin with ~, of a model that listens while people speak");
  command.flag("--force", &a.force, "overwrite the output file");
  command.whole("-t,--threads", &a.threads, {0, 1024}, "N", "0: all cores (0)");
  command.whole("--beam", &a.search.beam, {0, 4096}, "N",
                "search with N hypotheses; 0: the best character of every step, unless a list or a model is given (0)");
  command.whole("--nbest", &a.nbest, {1, 1000}, "N", "the N best texts of each clip, as lines or in JSON");
  command.more();
  declare_search(command, a.search);
  command.real("--endpoint", &a.endpoint.after_speech, {0, 3600}, "S",
               "an utterance ends after S seconds of silence; 0: only with the input (1.2)");
  command.real("--longest", &a.endpoint.utterance, {0, 3600}, "S", "an utterance ends after S seconds; 0: never (20)");
  command.example("rnn transcribe runs/digits-001 call.wav");
  command.example("rnn transcribe runs/digits-001 *.wav --format srt -o calls.srt");
  command.example("arecord -f S16_LE -r 16000 | rnn transcribe runs/digits-001 - --raw s16,16000 --partial");
}

// Utterances of a recording as one transcript.
Transcript joined_utterances(std::vector<Transcript> parts, const std::string& id) {
  Transcript whole;
  whole.id = id;
  for (Transcript& part : parts) {
    whole.text += (whole.text.empty() ? "" : " ") + part.text;
    whole.log_probability += part.log_probability;
    whole.words.insert(whole.words.end(), part.words.begin(), part.words.end());
    if (parts.size() == 1) whole.nbest = std::move(part.nbest);
  }
  return whole;
}

class Transcribing {
 public:
  Transcribing(const TranscribeArguments& a, const SpeechModel& speech, const RecognizerOptions& how, Pool& pool)
      : a_(a), writer_(transcript_format(a.format)), recognizer_(speech, how, &pool) {
    out(writer_.header());
  }

  void clip(const std::string& path) {
    std::vector<Transcript> parts;
    const std::string name = sound_name(path);
    const bool live = path == "-" && !a_.raw.empty() && recognizer_.speech().front.streaming;
    const auto take = [&] {
      while (std::optional<Transcript> part = recognizer_.take()) {
        part->id = name;
        if (live) {
          out(writer_.add(*part));
          flush_output();
        } else {
          parts.push_back(std::move(*part));
        }
      }
    };
    shown_.clear();
    read_sound(path, a_.raw, [&](std::span<const float> samples, int rate) {
      recognizer_.push(samples, rate);
      take();
      if (a_.partial) show_partial();
    });
    recognizer_.finish();
    take();
    if (!live) out(writer_.add(joined_utterances(std::move(parts), name)));
  }

  const std::string& text() const { return text_; }

 private:
  void out(const std::string& text) {
    if (a_.output.empty()) {
      print(text);
    } else {
      text_ += text;
    }
  }
  void show_partial() {
    const Transcript heard = recognizer_.partial();
    if (heard.text.empty() || heard.text == shown_) return;
    shown_ = heard.text;
    print("~ " + shown_ + "\n");
    flush_output();
  }

  const TranscribeArguments& a_;
  TranscriptWriter writer_;
  Recognizer recognizer_;
  std::string shown_, text_;
};

}  // namespace

int run_transcribe_verb(const Arguments& arguments) {
  TranscribeArguments a;
  Command command("transcribe", "MODEL CLIP... [options]", "what is said in sound, with times; also while people speak");
  declare_transcribe(command, a);
  if (!command.parse(arguments)) return 0;
  command.need(a.model, "a MODEL");
  if (a.clips.empty()) command.need("", "a CLIP");
  if (std::find(std::begin(kTranscriptFormatNames), std::end(kTranscriptFormatNames), a.format) ==
      std::end(kTranscriptFormatNames))
    throw Error(Exit::usage, "usage/format", fmt::format("there is no format '{}'", a.format),
                fmt::format("one of {}", fmt::join(kTranscriptFormatNames, ", ")));
  if (!a.raw.empty()) parse_raw_format(a.raw);
  if (!a.output.empty()) require_output(a.output, Output::other, a.force);
  ModelFile file = load_model(a.model);
  Pool pool(static_cast<int>(a.threads));
  const SpeechModel speech = speech_model(file);
  ready_model(file, pool);
  if (!speech.timed() && a.format != "text" && a.format != "json")
    throw Error(Exit::usage, "usage/format",
                "this transducer was trained without a CTC loss, so it knows no times, which " + a.format + " needs",
                "--format text or json, or train a model with --joint-ctc 0.2");
  if (a.partial && !speech.front.streaming)
    throw Error(Exit::usage, "usage/option",
                "--partial: this model also reads backwards, so it hears a clip to its end first",
                "leave it out, or train a model with --streaming");
  if (a.partial && (!a.output.empty() || a.format != "text"))
    throw Error(Exit::usage, "usage/option", "--partial prints lines of text as they are heard",
                "leave out --output and --format");
  SearchRequest asked = a.search.asked();
  if (a.nbest > 0 && asked.beam == 0) asked.beam = static_cast<int>(std::max<int64_t>(16, a.nbest));
  std::optional<SpeechSearch> search;
  RecognizerOptions how;
  how.endpoint = a.endpoint, how.nbest = static_cast<int>(a.nbest), how.reject = asked.reject;
  if (how.reject > 0) speech.require_timed();
  if (asked.wanted()) how.beam = search.emplace(asked, speech, pool).options();
  Transcribing transcribing(a, speech, how, pool);
  for (const std::string& path : a.clips) transcribing.clip(path);
  if (!a.output.empty()) write_table(a.output, transcribing.text());
  return 0;
}

}  // namespace rnn::core::app
