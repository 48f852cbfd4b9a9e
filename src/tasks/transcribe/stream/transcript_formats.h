// Why: what was said, as the files that other programs read: lines of text, JSON lines, subtitles, NIST's time marks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/names.h"

namespace rnn::core {

struct TranscriptWord {
  std::string text;
  double start_s = 0, end_s = 0;  // seconds since the recording began
  double confidence = 0;          // in [0, 1], acoustic alone
};
struct TranscriptAlternative {
  std::string text;
  double log_probability = 0;
};
// Of a clip, or of an utterance of a stream.
struct Transcript {
  std::string id;
  std::string text;
  std::vector<TranscriptWord> words;
  double log_probability = 0;
  std::vector<TranscriptAlternative> nbest;  // the best first; empty: not asked for
};

//   text  a line: the text; with alternatives one line each, the best first
//   json  a line: {"id", "text", "log_probability", "words": [{"text", "start", "end", "confidence"}], "nbest": [{"text",
//         "log_probability"}]}; seconds to the millisecond; nbest only where there are alternatives; null for what is not finite
//   srt   SubRip: numbered on through all transcripts
//   vtt   WebVTT
//   ctm   a line per word: id, channel 1, start, duration, word, confidence; white space in an id becomes _
enum class TranscriptFormat { text, json, srt, vtt, ctm };
constexpr std::string_view kTranscriptFormatNames[] = {"text", "json", "srt", "vtt", "ctm"};
constexpr std::string_view transcript_format_name(TranscriptFormat format) {
  return kTranscriptFormatNames[static_cast<int>(format)];
}
constexpr TranscriptFormat transcript_format(std::string_view name) {
  return static_cast<TranscriptFormat>(index_of(kTranscriptFormatNames, name));
}

// A subtitle is words of at most 42 characters (BBC and Netflix: what one line of a screen holds) and 5 seconds; a word that is longer
// stands alone.
struct SubtitleLimits {
  size_t characters = 42;  // code points
  double seconds = 5;
};
struct Subtitle {
  double start_s = 0, end_s = 0;
  std::string text;
};
std::vector<Subtitle> subtitles(const std::vector<TranscriptWord>& words, const SubtitleLimits& limits = {});

// One file of a format, transcript by transcript: a value that knows the number of the next subtitle. Output is UTF-8 whatever comes in.
class TranscriptWriter {
 public:
  explicit TranscriptWriter(TranscriptFormat format) : format_(format) {}
  // What the file begins with; to be written even if there is no transcript.
  std::string header() const;
  std::string add(const Transcript& transcript);

 private:
  TranscriptFormat format_;
  size_t subtitles_ = 0;
};

}  // namespace rnn::core
