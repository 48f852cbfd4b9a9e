// Why: see transcript_formats.h. SubRip has a comma before the milliseconds, WebVTT a point and three characters that are escaped (W3C,
// "WebVTT: The Web Video Text Tracks Format", 2019); CTM is that of NIST's sclite.
#include "tasks/transcribe/stream/transcript_formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/numbers.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

int64_t milliseconds(double seconds) { return std::isfinite(seconds) ? std::llround(std::max(0.0, seconds) * 1000) : 0; }

// 01:02:03,456
std::string clock_of(double seconds, char point) {
  const int64_t ms = milliseconds(seconds);
  return fmt::format("{:02}:{:02}:{:02}{}{:03}", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, point, ms % 1000);
}

std::string cue_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

nlohmann::json rounded(double value, double steps) {
  if (!std::isfinite(value)) return nullptr;
  return std::round(value * steps) / steps + 0.0;  // never -0
}

std::string json_line(const Transcript& t) {
  constexpr double kThousandths = 1e3, kTenThousandths = 1e4;
  nlohmann::ordered_json line{{"id", t.id}, {"text", t.text}};
  line["log_probability"] = rounded(t.log_probability, kTenThousandths);
  line["words"] = nlohmann::ordered_json::array();
  for (const TranscriptWord& word : t.words) {
    nlohmann::ordered_json entry{{"text", word.text}};
    entry["start"] = rounded(word.start_s, kThousandths);
    entry["end"] = rounded(word.end_s, kThousandths);
    entry["confidence"] = rounded(word.confidence, kThousandths);
    line["words"].push_back(std::move(entry));
  }
  for (const TranscriptAlternative& other : t.nbest) {
    nlohmann::ordered_json entry{{"text", other.text}};
    entry["log_probability"] = rounded(other.log_probability, kTenThousandths);
    line["nbest"].push_back(std::move(entry));
  }
  const PlainNumbers plain;
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string text_lines(const Transcript& t) {
  if (t.nbest.empty()) return repair_utf8(t.text) + "\n";
  std::string out;
  for (const TranscriptAlternative& other : t.nbest) out += repair_utf8(other.text) + "\n";
  return out;
}

std::string ctm_lines(const Transcript& t) {
  std::string id = repair_utf8(t.id), out;
  for (char& c : id) {
    if (static_cast<unsigned char>(c) <= ' ') c = '_';
  }
  for (const TranscriptWord& word : t.words) {
    const int64_t start = milliseconds(word.start_s), end = std::max(start, milliseconds(word.end_s));
    out += fmt::format("{} 1 {}.{:03} {}.{:03} {} {:.3f}\n", id, start / 1000, start % 1000, (end - start) / 1000,
                       (end - start) % 1000, repair_utf8(word.text), std::clamp(word.confidence, 0.0, 1.0));
  }
  return out;
}

}  // namespace

std::vector<Subtitle> subtitles(const std::vector<TranscriptWord>& words, const SubtitleLimits& limits) {
  std::vector<Subtitle> out;
  size_t characters = 0;  // of the last one
  for (const TranscriptWord& word : words) {
    const std::string text = repair_utf8(word.text);
    const size_t length = decode_utf8(text).size();
    if (out.empty() || characters + 1 + length > limits.characters || word.end_s - out.back().start_s > limits.seconds) {
      out.push_back({word.start_s, word.end_s, text});
      characters = length;
      continue;
    }
    out.back().text += " " + text;
    out.back().end_s = word.end_s;
    characters += 1 + length;
  }
  return out;
}

std::string TranscriptWriter::header() const { return format_ == TranscriptFormat::vtt ? "WEBVTT\n\n" : ""; }

std::string TranscriptWriter::add(const Transcript& transcript) {
  std::string out;
  switch (format_) {
    case TranscriptFormat::text:
      return text_lines(transcript);
    case TranscriptFormat::json:
      return json_line(transcript);
    case TranscriptFormat::ctm:
      return ctm_lines(transcript);
    case TranscriptFormat::srt:
      for (const Subtitle& s : subtitles(transcript.words))
        out += fmt::format("{}\n{} --> {}\n{}\n\n", ++subtitles_, clock_of(s.start_s, ','), clock_of(s.end_s, ','), s.text);
      return out;
    case TranscriptFormat::vtt:
      for (const Subtitle& s : subtitles(transcript.words))
        out += fmt::format("{} --> {}\n{}\n\n", clock_of(s.start_s, '.'), clock_of(s.end_s, '.'), cue_escaped(s.text));
      return out;
  }
  return out;
}

}  // namespace rnn::core
