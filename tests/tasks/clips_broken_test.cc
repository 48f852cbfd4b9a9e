// Why: bad corpora are the usual ones: each fault is one clear error with its place, or a clip that is left out, named and counted.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/failure.h"
#include "tasks/clip_files.h"

namespace rnn::core {
namespace {

struct BrokenCorpus {
  const char* what;
  std::vector<std::pair<std::string, std::string>> files;  // beside the sound a.wav, of which x/a.wav and y/a.wav are copies
  const char* read;                                        // path; "": the folder
  const char* code;
  const char* place;  // in the message
};

const std::string kUtf16(
    "\xFF\xFE"
    "a\0\n\0",
    6);

const BrokenCorpus kBroken[] = {
    {"no such path", {}, "nowhere", "data/missing", "nowhere"},
    {"no such list", {}, "none.fileids", "data/missing", "none.fileids"},
    {"texts alone", {{"t/a.txt", "one"}}, "t", "data/no_audio", "/t"},
    {"a text", {{"t.txt", "one"}}, "t.txt", "data/no_audio", "t.txt"},
    {"sound without texts", {}, "", "data/no_clips", "no transcript"},
    {"two lists of ids", {{"1.fileids", "a"}, {"2.fileids", "a"}}, "", "data/manifests", "1.fileids"},
    {"two tables", {{"1.tsv", "path\ttext\na.wav\tx"}, {"2.tsv", "path\ttext\na.wav\tx"}}, "", "data/manifests", "2.tsv"},
    {"no transcription", {{"x.fileids", "a"}}, "", "data/no_transcripts", "x.transcription"},
    {"no ids", {{"x.transcription", "one (a)"}}, "x.transcription", "data/missing", "x.fileids"},
    {"no id in a line",
     {{"x.fileids", "a"}, {"x.transcription", "one (a)\ntwo\n"}},
     "",
     "data/transcription",
     "x.transcription:2"},
    {"an empty id",
     {{"x.fileids", "a"}, {"x.transcription", "<s> one </s> ()"}},
     "",
     "data/transcription",
     "x.transcription:1"},
    {"times in the ids", {{"x.fileids", "a 0 100 a1"}, {"x.transcription", "one (a)"}}, "", "data/fileids", "x.fileids:1"},
    {"an id twice", {{"x.fileids", "a\na"}, {"x.transcription", "one (a)"}}, "", "data/duplicate_id", "x.fileids:2"},
    {"two transcripts",
     {{"x.fileids", "a"}, {"x.transcription", "one (a)\ntwo (a)"}},
     "",
     "data/duplicate_id",
     "x.transcription:2"},
    {"one transcript for two",
     {{"x.fileids", "x/a\ny/a"}, {"x.transcription", "one (a)"}},
     "",
     "data/duplicate_id",
     "x.fileids:2"},
    {"all missing", {{"x.fileids", "b\nc"}, {"x.transcription", "one (b)\ntwo (c)"}}, "", "data/no_clips", "x.fileids:1"},
    {"an empty list", {{"x.fileids", "\n"}, {"x.transcription", ""}}, "", "data/no_clips", "x.fileids"},
    {"UTF-16", {{"x.fileids", kUtf16}, {"x.transcription", "one (a)"}}, "", "data/binary", "x.fileids"},
    {"Latin-1", {{"x.fileids", "a"}, {"x.transcription", "<s> caf\xE9 </s> (a)"}}, "", "data/utf8", "x.transcription:1"},
    {"Kaldi: a command",
     {{"wav.scp", "a a.wav\nb sox b.mp3 -t wav - |"}, {"text", "a one"}},
     "",
     "data/scp_pipe",
     "wav.scp:2"},
    {"Kaldi: no file", {{"wav.scp", "a"}, {"text", "a one"}}, "", "data/scp", "wav.scp:1"},
    {"Kaldi: no text", {{"wav.scp", "a a.wav"}}, "", "data/no_transcripts", "text"},
    {"Kaldi: segments",
     {{"wav.scp", "a a.wav"}, {"text", "a one"}, {"segments", "a-1 a 0 1"}},
     "",
     "data/segments",
     "segments"},
    {"Kaldi: a text twice", {{"wav.scp", "a a.wav"}, {"text", "a one\na two"}}, "", "data/duplicate_id", "text:2"},
    {"Kaldi: an id twice", {{"wav.scp", "a a.wav\na x/a.wav"}, {"text", "a one"}}, "", "data/duplicate_id", "wav.scp:2"},
    {"Kaldi: no speaker", {{"wav.scp", "a a.wav"}, {"text", "a one"}, {"utt2spk", "a"}}, "", "data/utt2spk", "utt2spk:1"},
    {"bars: one column", {{"metadata.csv", "a|one\nb"}}, "", "data/columns", "metadata.csv:2"},
    {"bars: four columns", {{"metadata.csv", "a|one|two|three"}}, "", "data/columns", "metadata.csv:1"},
    {"JSON: cut off",
     {{"m.jsonl", "{\"audio\": \"a.wav\", \"text\": \"x\"}\n{\"audio\": \"a"}},
     "",
     "data/json",
     "m.jsonl:2"},
    {"JSON: no sound",
     {{"m.jsonl", "{\"audio\": \"a.wav\", \"text\": \"x\"}\n{\"text\": \"x\"}"}},
     "",
     "data/manifest",
     "m.jsonl:2"},
    {"JSON: a list as text", {{"m.jsonl", R"({"audio": "a.wav", "text": ["x"]})"}}, "", "data/manifest", "m.jsonl:1"},
    {"JSON: a part of a file",
     {{"m.jsonl", R"({"audio": "a.wav", "text": "x", "offset": 1.5})"}},
     "",
     "data/segments",
     "m.jsonl:1"},
    {"JSON: a file twice",
     {{"m.jsonl", "{\"audio\": \"a.wav\", \"text\": \"x\"}\n{\"audio\": \"a.wav\", \"text\": \"y\"}"}},
     "",
     "data/duplicate_id",
     "m.jsonl:2"},
    {"table: few cells", {{"t.tsv", "path\ttext\na.wav"}}, "", "data/columns", "t.tsv:2"},
    {"table: many cells", {{"t.csv", "path,text\na.wav,one, two"}}, "", "data/columns", "t.csv:2"},
    {"table: no sound", {{"t.tsv", "path\ttext\n\tone"}}, "", "data/manifest", "t.tsv:2"},
    {"NUL in a transcript", {{"a.txt", std::string("o\0e", 3)}}, "", "data/binary", "a.txt:1"},
    {"Latin-1 in a transcript", {{"a.txt", "one\ncaf\xE9"}}, "", "data/utf8", "a.txt:2"},
    {"two sounds of a name", {{"a.txt", "one"}, {"a.flac", "fLaC"}}, "", "data/duplicate_id", "a.wav"},
    {"ready frames beside sound",
     {{"x.fileids", "a\nb"},
      {"x.transcription", "one (a)\ntwo (b)"},
      {"b.mfc", std::string("\x0D\0\0\0", 4) + std::string(52, '\0')}},
     "",
     "data/mixed_clips",
     "b.mfc"},
};

class BrokenClips : public test::ClipFilesTest {};

TEST_F(BrokenClips, EveryFaultIsOneErrorWithItsPlace) {
  for (const BrokenCorpus& broken : kBroken) {
    SCOPED_TRACE(broken.what);
    std::filesystem::remove_all(folder_);
    sound("a.wav"), sound("x/a.wav"), sound("y/a.wav");
    for (const auto& [name, bytes] : broken.files) write(name, bytes);
    const Failure failure = failure_of([&] { read(broken.read); });
    EXPECT_EQ(failure.code, broken.code) << failure.message;
    EXPECT_EQ(failure.exit, Exit::data);
    EXPECT_NE(failure.message.find(broken.place), std::string::npos) << failure.message;
    EXPECT_FALSE(failure.help.empty());
  }
}

// Sound that cannot be read: whatever it is, the other clips are.
TEST_F(BrokenClips, UnreadableSoundIsLeftOutNamedAndCounted) {
  const std::string good = wave_bytes(std::vector<float>(1600, 0.1f), 16000);
  const std::pair<const char*, std::string> kSounds[] = {
      {"text.wav", "this is no sound, but a text"},
      {"empty.wav", ""},
      {"none.wav", wave_bytes({}, 16000)},
      {"half.wav", good.substr(0, 20)},
      {"riff.wav", "RIFF"},
      {"zip.mp3", std::string("PK\x03\x04") + std::string(60, 'x')},
      {"short.npy", "\x93NUMPY"},
      {"odd.mfc", std::string("\x05\0\0\0", 4) + "12345678"},
  };
  std::string list = "{\"audio\": \"good.wav\", \"text\": \"x\"}\n";
  write("good.wav", good);
  for (const auto& [name, bytes] : kSounds) {
    write(name, bytes);
    list += "{\"audio\": \"" + std::string(name) + "\", \"text\": \"x\"}\n";
  }
  write("m.jsonl", list);
  const ClipSet set = read("m.jsonl");
  EXPECT_EQ(set.clips.size(), 1u);
  EXPECT_EQ(set.listed, 9);
  ASSERT_EQ(count(set.findings, "data/clip_unreadable"), 6);  // five, and how many more
  EXPECT_EQ(set.findings[0].place(), path("m.jsonl") + ":2");
  EXPECT_NE(set.findings[0].message.find("text.wav"), std::string::npos);
  EXPECT_EQ(set.findings[5].message, "and 3 more like these");
  EXPECT_EQ(set.findings[0].severity, Severity::warning);
}

TEST_F(BrokenClips, MissingClipsAndTextsAreLeftOutNamedAndCounted) {
  sound("a.wav"), sound("b.wav");
  write("x.fileids", "a\nb\nc\n"), write("x.transcription", "<s> one </s> (a)\n<s> three </s> (c)\n<s> four </s> (d)\n");
  const ClipSet set = read();
  EXPECT_EQ(set.clips.size(), 1u);
  EXPECT_EQ(set.listed, 3);
  ASSERT_EQ(set.findings.size(), 3u);
  EXPECT_EQ(set.findings[0].code, "data/no_clip");
  EXPECT_EQ(set.findings[0].place(), path("x.transcription") + ":3");
  EXPECT_EQ(set.findings[1].code, "data/no_text");
  EXPECT_EQ(set.findings[1].place(), path("x.fileids") + ":2");
  EXPECT_EQ(set.findings[2].code, "data/clip_missing");
  EXPECT_EQ(set.findings[2].place(), path("x.fileids") + ":3");
  ClipOptions without;
  without.needs_text = false;
  EXPECT_EQ(read("", without).clips.size(), 2u);
}

TEST_F(BrokenClips, OddThingsAreSaid) {
  std::string cut = wave_bytes(std::vector<float>(16000, 0.1f), 16000);
  write("a.wav", cut.substr(0, cut.size() - 8000));
  sound("b.wav", 2);
  write("m.jsonl",
        "{\"audio\": \"a.wav\", \"text\": \"x\", \"speaker\": \"ann\"}\n"
        "{\"audio\": \"b.wav\", \"text\": \"y\", \"duration\": 9}\n");
  const ClipSet set = read();
  EXPECT_EQ(set.clips.size(), 2u);
  EXPECT_EQ(set.clips[0].samples, 12000);
  EXPECT_EQ(count(set.findings, "data/cut_short"), 1);
  EXPECT_EQ(count(set.findings, "data/duration"), 1);
  EXPECT_EQ(count(set.findings, "data/speakers"), 1);
  EXPECT_EQ(set.speakers, 0);
}

TEST_F(BrokenClips, WhatTrainingWroteIsNoClip) {
  sound("a.wav"), write("a.txt", "one");
  sound("run/sample.wav"), write("run/config.toml", ""), write("run/metrics.jsonl", "");
  const ClipSet set = read();
  EXPECT_EQ(set.clips.size(), 1u);
  EXPECT_EQ(set.runs, 1);
}

}  // namespace
}  // namespace rnn::core
