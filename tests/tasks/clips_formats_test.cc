// Why: corpora are read as they are: whatever lists the clips, the same clips come out.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "support/data.h"
#include "support/failure.h"
#include "tasks/clip_files.h"
#include "tasks/transcribe/clips_split.h"

namespace rnn::core {
namespace {

class ClipFormats : public test::ClipFilesTest {
 protected:
  // Of clips "a" and "b" of 1 and 2 s, of ann and bob.
  void expect_two(const ClipSet& set, bool speakers = true) {
    ASSERT_EQ(set.clips.size(), 2u);
    EXPECT_EQ(set.listed, 2);
    EXPECT_EQ(set.clips[0].text, "one word");
    EXPECT_EQ(set.clips[1].text, "two");
    EXPECT_EQ(set.clips[0].samples, 16000);
    EXPECT_DOUBLE_EQ(set.clips[1].seconds, 2);
    EXPECT_EQ(set.clips[0].rate, 16000);
    EXPECT_EQ(set.rate, 16000);
    EXPECT_EQ(set.words, 3);
    EXPECT_EQ(set.characters, 11);
    EXPECT_EQ(set.speakers, speakers ? 2 : 0);
    EXPECT_EQ(set.clips[1].speaker, speakers ? "bob" : "");
    EXPECT_TRUE(set.findings.empty()) << set.findings[0].message;
  }
  void two_sounds(const std::string& folder) const {
    sound(folder + "a.wav", 1);
    sound(folder + "b.wav", 2);
  }
};

TEST_F(ClipFormats, SphinxWithFoldersInTheIds) {
  sound("wav/ann/a.wav", 1), sound("wav/bob/b.wav", 2), sound("wav/bob/c.wav", 1);
  write("etc/x.fileids", "ann/a\nbob/b\r\nbob/c\n");
  write("etc/x.transcription", "<s> one  word </s> (a)\n<s> two </s> (bob/b)\n<s> <sil> three </s> (c)");
  for (const char* name : {"", "etc", "etc/x.fileids", "etc/x.transcription"}) {
    const ClipSet set = read(name);
    ASSERT_EQ(set.clips.size(), 3u) << name;
    EXPECT_EQ(set.clips[0].id, "ann/a");
    EXPECT_EQ(set.clips[0].text, "one word");
    EXPECT_EQ(set.clips[2].text, "three");
    EXPECT_EQ(set.clips[1].speaker, "bob");
    EXPECT_EQ(set.clips[1].place(), path("etc/x.fileids") + ":2");
    EXPECT_EQ(set.speakers, 2);
  }
}

TEST_F(ClipFormats, Kaldi) {
  two_sounds("data/");
  write("wav.scp", "u1 data/a.wav\nu2  data/b.wav\n");
  write("text", "u2 two\nu1 one word\n");
  write("utt2spk", "u1 ann\nu2 bob\n");
  expect_two(read());
  expect_two(read("wav.scp"));
  EXPECT_EQ(read().files.size(), 3u);
}

TEST_F(ClipFormats, IdsAndTextWithTheThirdColumnWhereItIs) {
  two_sounds("wavs/");
  write("metadata.csv", "a|1 word|one word\nb|two\n");
  expect_two(read(), false);
  expect_two(read("metadata.csv"), false);
}

TEST_F(ClipFormats, JsonLinesOfThreeKinds) {
  two_sounds("");
  write("nemo.json",
        "{\"audio_filepath\": \"a.wav\", \"duration\": 1.0, \"text\": \"one word\", \"speaker\": \"ann\"}\n"
        "{\"audio_filepath\": \"b.wav\", \"duration\": 2.0, \"text\": \"two\", \"speaker\": \"bob\"}\n");
  write("x/other.jsonl",
        "{\"path\": \"../a.wav\", \"sentence\": \"one word\", \"client_id\": \"ann\"}\n\n"
        "{\"audio\": {\"path\": \"../b.wav\"}, \"transcript\": \"two\", \"client_id\": \"bob\"}");
  expect_two(read());
  expect_two(read("x/other.jsonl"));
}

TEST_F(ClipFormats, TablesWithAHeader) {
  two_sounds("clips/");
  write("train.tsv",
        "\xEF\xBB\xBF"
        "client_id\tpath\tsentence\tage\r\nann\ta.wav\tone word\t\r\nbob\tb\ttwo\t\r\n");
  expect_two(read());
  write("x/metadata.csv", "file_name,transcription,speaker\n../clips/a.wav,\"one word\",ann\n../clips/b.wav,two,bob\n");
  expect_two(read("x/metadata.csv"));
}

TEST_F(ClipFormats, FolderOfPairs) {
  sound("ann/a.wav", 1), sound("bob/b.wav", 2), sound("bob/c.wav", 1);
  write("ann/a.txt", "one\nword\n"), write("bob/b.txt", "two"), write("bob/c.txt", "");
  const ClipSet set = read();
  ASSERT_EQ(set.clips.size(), 3u);
  EXPECT_EQ(set.clips[0].id, "ann/a");
  EXPECT_EQ(set.clips[0].text, "one word");
  EXPECT_EQ(set.clips[0].speaker, "ann");
  EXPECT_EQ(set.speakers, 2);
  EXPECT_EQ(set.empty_texts, 1);  // legal: silence is learnt from it
  EXPECT_EQ(test::ClipFilesTest::count(set.findings, "data/empty_text"), 1);
  EXPECT_EQ(read("ann/a.wav").clips[0].text, "one word");
  EXPECT_EQ(set.words_for_people(), "3 clips, 4.0 seconds, 2 speakers, from sound files with a .txt beside each");
}

TEST_F(ClipFormats, FoldersOfOneTextEachAreNoSpeakers) {
  for (const char* word : {"no", "yes"}) {
    for (const char* take : {"1", "2"}) {
      sound(std::string(word) + "/" + word + take + ".wav");
      write(std::string(word) + "/" + word + take + ".txt", word);
    }
  }
  EXPECT_EQ(read().speakers, 0);
}

TEST_F(ClipFormats, SeveralPathsAreOneSet) {
  sound("a.wav"), sound("b.wav", 1, 8000);
  write("1.jsonl", R"({"audio": "a.wav", "text": "one"})"), write("2.jsonl", R"({"audio": "b.wav", "text": "two"})");
  const ClipSet set = read_clips({path("1.jsonl"), path("2.jsonl")});
  EXPECT_EQ(set.clips.size(), 2u);
  EXPECT_EQ(set.rate, 8000);  // of as many clips: the lower one
  EXPECT_EQ(count(set.findings, "data/rates"), 1);
  const Failure twice = failure_of([&] { read_clips({path("1.jsonl"), path("1.jsonl")}); });
  EXPECT_EQ(twice.code, "data/duplicate_id");
}

TEST_F(ClipFormats, TheRateIsThatOfMostClips) {
  const auto rate_of = [&](std::initializer_list<int> rates) {
    std::string list;
    int n = 0;
    for (const int rate : rates) {
      const std::string name = std::to_string(n++) + ".wav";
      sound(name, 0.1, rate);
      list += "{\"audio\": \"" + name + "\", \"text\": \"x\"}\n";
    }
    write("list.jsonl", list);
    return read("list.jsonl").rate;
  };
  EXPECT_EQ(rate_of({8000}), 8000);
  EXPECT_EQ(rate_of({16000, 16000, 8000}), 16000);
  EXPECT_EQ(rate_of({8000, 16000, 8000}), 8000);
  EXPECT_EQ(rate_of({44100, 44100, 8000}), 16000);
}

TEST_F(ClipFormats, ReadyFrames) {
  const std::string frames(4 * 3 * 7, '\0');  // [7, 3] float32
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (7, 3), }";
  header.resize(117, ' ');
  header += '\n';
  write("a.npy", std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + frames);
  write("x.fileids", "a\n"), write("x.transcription", "<s> one </s> (a)\n");
  const ClipSet set = read();
  ASSERT_EQ(set.clips.size(), 1u);
  EXPECT_EQ(set.clips[0].samples, 7);
  EXPECT_EQ(set.width, 3);
  EXPECT_NEAR(set.seconds, 0.07, 1e-12);
}

TEST_F(ClipFormats, TheRuleOfTextsIsApplied) {
  sound("a.wav"), write("a.txt", "Hello,  World!");
  EXPECT_EQ(read().clips[0].text, "Hello, World!");
  ClipOptions basic;
  basic.rules = SpeechText::basic;
  EXPECT_EQ(read("", basic).clips[0].text, "hello world");
  EXPECT_EQ(read("", basic).clips[0].written, "Hello, World!");
}

TEST_F(ClipFormats, Guess) {
  EXPECT_EQ(guess_clips({folder_.string()}).confidence, TaskGuess::no);
  write("text.txt", "words\n"), write("series.csv", "date,y\n2020-01-01,1\n");
  write("labels.jsonl", "{\"path\": [1, 2], \"text\": \"x\"}\n"), write("bars.csv", "a|b\n1|2\n");
  for (const char* name : {"", "text.txt", "series.csv", "labels.jsonl", "bars.csv", "none.wav.txt"})
    EXPECT_EQ(guess_clips({name[0] ? path(name) : folder_.string()}).confidence, TaskGuess::no) << name;
  two_sounds("wavs/");
  write("metadata.csv", "a|one word\nb|two\n"), write("x.fileids", "wavs/a\n");
  write("j.jsonl", R"({"audio_filepath": "a.wav", "text": "x"})"), write("t.tsv", "path\tsentence\na.wav\tx\n");
  EXPECT_EQ(guess_clips({path("wavs")}).confidence, TaskGuess::content);  // no texts
  EXPECT_EQ(guess_clips({path("wavs/a.wav")}).confidence, TaskGuess::content);
  write("wavs/b.txt", "two");
  for (const char* name : {"", "wavs", "wavs/b.wav", "metadata.csv", "x.fileids", "j.jsonl", "t.tsv"})
    EXPECT_EQ(guess_clips({name[0] ? path(name) : folder_.string()}).confidence, TaskGuess::certain) << name;
  EXPECT_EQ(guess_clips({path("j.jsonl"), path("text.txt")}).confidence, TaskGuess::no);
  EXPECT_EQ(guess_clips({path("t.tsv")}).reason, path("t.tsv") + " is a table of audio and text");
}

// The figures of the data's own description; the parts are those that the speakers' names give.
TEST(ClipData, An4) {
  RNN_NEED_DATA();
  const ClipSet set = read_clips({test::data_path("speech/an4-train")});
  EXPECT_EQ(set.clips.size(), 948u);
  EXPECT_EQ(set.speakers, 74);
  EXPECT_NEAR(set.seconds / 60, 42.4, 0.05);
  EXPECT_EQ(set.rate, 16000);
  EXPECT_TRUE(set.findings.empty());
  const ClipSplit split = split_clips(set, 1 / 9., 1 / 9.);
  EXPECT_TRUE(split.by_speaker);
  EXPECT_EQ(split.train.size(), 744u);
  EXPECT_EQ(split.valid.size(), 104u);
  EXPECT_EQ(split.test.size(), 100u);
  const ClipSet held = clips_of(set, split.test);
  EXPECT_EQ(held.speakers, 8);
  EXPECT_EQ(held.words, 605);
  EXPECT_EQ(split.words, "of 74 speakers 8 speakers (104 clips) for validation, 8 speakers (100 clips) for the test");
}

// Recordings whose transcript is only in their names are not guessed: a list says it.
class FsddClips : public test::FolderTest {};

TEST_F(FsddClips, AListMakesAFolderOfDigitsACorpus) {
  RNN_NEED_DATA();
  const std::string unpack =
      "tar -C '" + folder_.string() + "' -xf '" + test::data_path("speech/fsdd-15/fsdd_0-14.tar.xz") + "'";
  ASSERT_EQ(std::system(unpack.c_str()), 0);
  const Failure without = failure_of([&] { read_clips({folder_.string()}); });
  EXPECT_EQ(without.code, "data/no_clips");
  EXPECT_NE(without.message.find("none of the 900 clips"), std::string::npos) << without.message;
  constexpr const char* kDigits[] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
  std::string table = "path\ttext\tspeaker\n";
  for (const auto& entry : std::filesystem::directory_iterator(path("fsdd"))) {
    const std::string name = entry.path().filename().string();  // 7_jackson_32.wav
    const std::string speaker = name.substr(2, name.find('_', 2) - 2);
    table += name + "\t" + kDigits[name[0] - '0'] + "\t" + speaker + "\n";
  }
  const ClipSet set = read_clips({write("fsdd/list.tsv", table)});
  EXPECT_EQ(set.clips.size(), 900u);
  EXPECT_EQ(set.speakers, 6);
  EXPECT_EQ(set.rate, 8000);
  EXPECT_EQ(split_clips(set, 0.1).valid.size(), 150u);  // one of six
}

}  // namespace
}  // namespace rnn::core
