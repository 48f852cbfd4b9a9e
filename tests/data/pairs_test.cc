// Why: pairs shifted by one line teach nonsense: each file format is read exactly, a mismatch is reported by line.
#include "data/pairs.h"

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>

#include "data/hash.h"
#include "data/inputs/text_line.h"
#include "support/data.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core {
namespace {

using Texts = std::vector<std::string>;

class Pairs : public test::FolderTest {
 protected:
  PairSet read(const std::string& name, std::string_view bytes) const { return read_pairs({write(name, bytes)}); }
  PairSet read_two(std::string_view source, std::string_view target) const {
    return read_pairs({write("a.en", source), write("a.fr", target)});
  }
  // The message without the folder of the test.
  Failure refusal(const std::string& name, std::string_view bytes) const {
    return without_folder(failure_of([&] { read(name, bytes); }));
  }
  Failure refusal_of_two(std::string_view source, std::string_view target) const {
    return without_folder(failure_of([&] { read_two(source, target); }));
  }
  void refused(const std::string& name, std::string_view bytes, const std::string& code, const std::string& message) const {
    const Failure f = refusal(name, bytes);
    EXPECT_EQ(f.code, code) << bytes;
    EXPECT_EQ(f.message, message) << bytes;
    EXPECT_EQ(f.exit, Exit::data);
    EXPECT_FALSE(f.help.empty());
  }
  Failure without_folder(Failure f) const {
    const std::string prefix = folder_.string() + "/";
    for (size_t at; (at = f.message.find(prefix)) != std::string::npos;) f.message.erase(at, prefix.size());
    return f;
  }
};

Texts sources(const PairSet& set) {
  Texts texts;
  for (const Pair& pair : set.pairs) texts.push_back(pair.source);
  return texts;
}
Texts targets(const PairSet& set) {
  Texts texts;
  for (const Pair& pair : set.pairs) texts.push_back(pair.target);
  return texts;
}

std::string words(int count) {
  std::string text = "w";
  for (int i = 1; i < count; ++i) text += i % 3 == 0 ? "  w" : " w";
  return text;
}

std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

TEST_F(Pairs, TwoFilesLineByLine) {
  const std::string en = write("train.en", "A cat.\n \nTwo\tdogs.\nNo.\n"),
                    fr = write("train.fr", "Un chat.\nRien.\nDeux chiens.\n\n");
  const PairSet set = read_pairs({en, fr});
  EXPECT_EQ(sources(set), (Texts{"A cat.", "Two\tdogs."}));
  EXPECT_EQ(targets(set), (Texts{"Un chat.", "Deux chiens."}));
  EXPECT_EQ(set.empty, 2);
  EXPECT_EQ(set.source_name, "en");
  EXPECT_EQ(set.target_name, "fr");
  EXPECT_EQ(set.paths, (Texts{en, fr}));
  EXPECT_EQ(set.hash, content_hash(std::string_view("A cat.\n \nTwo\tdogs.\nNo.\nUn chat.\nRien.\nDeux chiens.\n\n")));
  EXPECT_EQ(sources(read_pairs({fr, en})), (Texts{"Un chat.", "Deux chiens."}));
}

TEST_F(Pairs, NamesAreExtensionsOfOneStem) {
  const auto names = [&](const std::string& a, const std::string& b) {
    const PairSet set = read_pairs({write(a, "x\n"), write(b, "y\n")});
    return set.source_name + ">" + set.target_name;
  };
  EXPECT_EQ(names("news.v1.de", "news.v1.en"), "de>en");
  EXPECT_EQ(names("train.en", "test.fr"), "source>target");
  EXPECT_EQ(names("en.txt", "fr.txt"), "source>target");
  EXPECT_EQ(names("train", "train.fr"), "source>target");
  std::filesystem::create_directories(folder_ / "x.y");
  EXPECT_EQ(names("x.y/train.en", "train.fr"), "en>fr");
}

TEST_F(Pairs, ReadsWhatIsCompressed) {
  const std::string gz = path("t.en.gz"), text = "\xEF\xBB\xBFOne.\r\nTwo.";
  gzFile file = gzopen(gz.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  const PairSet set = read_pairs({gz, write("t.fr.zst", zstd("Un.\nDeux.\n"))});
  EXPECT_EQ(sources(set), (Texts{"One.", "Two."}));
  EXPECT_EQ(targets(set), (Texts{"Un.", "Deux."}));
  EXPECT_EQ(set.source_name + set.target_name, "enfr");
  EXPECT_EQ(read("t.jsonl.zst", zstd("{\"source\": \"a\", \"target\": \"b\"}\n")).pairs.size(), 1u);
  EXPECT_EQ(refusal("t.tsv.gz", std::string_view("\x1f\x8b\x08", 3)).code, "data/compressed");
}

TEST_F(Pairs, FilesOfUnlikeLengthSayWhere) {
  Failure f = refusal_of_two("a\nb\nc\n", "a\nb");
  EXPECT_EQ(f.code, "data/pairs");
  EXPECT_EQ(f.exit, Exit::data);
  EXPECT_EQ(f.message, "a.en has 3 lines, a.fr has 2; the first line without a counterpart is a.en:3");
  EXPECT_EQ(f.help, "line n of one file belongs to line n of the other: look for a line that is only in one of them");
  f = refusal_of_two("a\n", "a\nb\nc\nd\ne");
  EXPECT_EQ(f.message, "a.en has 1 line, a.fr has 5; the first line without a counterpart is a.fr:2");
  f = refusal_of_two("a\nb\n", "a\nb\n\n");
  EXPECT_EQ(f.message, "a.en has 2 lines, a.fr has 3; the first line without a counterpart is a.fr:3");
  f = refusal_of_two("", "a\n");
  EXPECT_EQ(f.message, "a.en has 0 lines, a.fr has 1; the first line without a counterpart is a.fr:1");
}

TEST_F(Pairs, ColumnsOfATable) {
  const PairSet set = read("t.tsv", "source\ttarget\r\nA cat.\tUn chat.\n\n\tRien.\n \t\nB \t C");
  EXPECT_EQ(sources(set), (Texts{"source", "A cat.", "B "}));  // a head is a line like the others
  EXPECT_EQ(targets(set), (Texts{"target", "Un chat.", " C"}));
  EXPECT_EQ(set.empty, 2);
  EXPECT_EQ(set.source_name + " " + set.target_name, "source target");
  refused("t.tsv", "a\tb\na b\n", "data/pairs", "t.tsv:2: the line has no tab");
  refused("t.txt", "a\tb\n\na\tb\tc\n", "data/pairs", "t.txt:3: the line has 3 columns, but a pair has two");
  EXPECT_EQ(refusal("t.tsv", "a\tb\tc\n").help,
            "each line is the source, one tab, and the target; to keep two columns: cut -f 1,2 FILE");
}

TEST_F(Pairs, LinesOfJson) {
  const PairSet set = read("t.jsonl",
                           "{\"id\": 1, \"translation\": {\"fr\": \"Un\\u0020chat.\", \"en\": \"A cat.\"}}\n\n"
                           "{\"translation\": {\"en\": \"Two.\\r\\n\", \"fr\": \"Deux.\\n\"}, \"x\": [{}]}\r\n"
                           "{\"translation\": {\"en\": \" \", \"fr\": \"Rien.\"}}");
  EXPECT_EQ(set.source_name, "fr");  // as the first line has them
  EXPECT_EQ(set.target_name, "en");
  EXPECT_EQ(sources(set), (Texts{"Un chat.", "Deux."}));
  EXPECT_EQ(targets(set), (Texts{"A cat.", "Two."}));
  EXPECT_EQ(set.empty, 1);
  const PairSet flat = read("t.ndjson", "{\"target\": \"b\", \"source\": \"a\", \"score\": 3}\n");
  EXPECT_EQ(sources(flat), Texts{"a"});
  EXPECT_EQ(targets(flat), Texts{"b"});
  EXPECT_EQ(flat.source_name + " " + flat.target_name, "source target");
}

TEST_F(Pairs, RefusesBrokenJson) {
  const std::string good = "{\"translation\": {\"en\": \"a\", \"fr\": \"b\"}}\n", name = "t.jsonl";
  refused(name, good + "{\"translation\": {\"en\": \"a\"\n", "data/json", "t.jsonl:2: byte 27: the line is not JSON");
  refused(name, good + "{\"x\": 1e999}\n", "data/json", "t.jsonl:2: the line is not JSON");
  refused(name, "[1]\n", "data/json", "t.jsonl:1: the line is not a JSON object");
  refused(name, "{\"translation\": 3}\n", "data/json", "t.jsonl:1: \"translation\" is not an object");
  refused(name, "{\"translation\": {\"en\": \"a\"}}\n", "data/pairs",
          "t.jsonl:1: \"translation\" has 1 language, but a pair has two");
  refused(name, good + "\n{\"translation\": {\"en\": \"a\", \"fr\": \"b\", \"de\": \"c\"}}\n", "data/pairs",
          "t.jsonl:3: \"translation\" has 3 languages, but a pair has two");
  refused(name, good + "{\"translation\": {\"en\": \"a\", \"de\": \"c\"}}\n", "data/pairs",
          "t.jsonl:2: the line has no \"fr\"");
  refused(name, good + "{\"source\": \"a\", \"target\": \"c\"}\n", "data/pairs",
          "t.jsonl:2: the line has no \"translation\"");
  refused(name, "{\"text\": \"a\"}\n", "data/pairs", "t.jsonl:1: the line has no \"source\"");
  refused(name, "{\"source\": \"a\"}\n", "data/pairs", "t.jsonl:1: the line has no \"target\"");
  refused(name, "{\"source\": \"a\", \"target\": 3}\n", "data/json", "t.jsonl:1: \"target\" is not a string");
  refused(name, "{\"source\": \"a\\nb\", \"target\": \"c\"}\n", "data/pairs", "t.jsonl:1: \"source\" contains a line break");
  refused(name, "{\"source\": \"a\\u0000b\", \"target\": \"c\"}\n", "data/json",
          "t.jsonl:1: \"source\" contains a NUL character");
  EXPECT_EQ(refusal(name, "{}\n").help,
            "each line looks like {\"translation\": {\"en\": \"...\", \"fr\": \"...\"}} or "
            "{\"source\": \"...\", \"target\": \"...\"}");
}

TEST_F(Pairs, RefusesWhatIsNoText) {
  refused("t.tsv", "a\tb\na\txy\xE9z\n", "data/utf8", "t.tsv:2: byte 5 of the line is 0xE9, which is not UTF-8");
  refused("t.jsonl", "\xEF\xBB\xBF\xFF", "data/utf8", "t.jsonl:1: byte 4 of the line is 0xFF, which is not UTF-8");
  refused("t.tsv", std::string_view("a\tb\nx\0y\n", 8), "data/binary",
          "t.tsv:2: byte 2 of the line is 0x00: this is a binary file, not text");
  refused("t.tsv",
          std::string_view("\xFF\xFE"
                           "a\0",
                           4),
          "data/binary", "t.tsv: the file is UTF-16, not UTF-8");
  const Failure two = refusal_of_two("a\nb\n", "c\n\xE9\n");
  EXPECT_EQ(two.code, "data/utf8");
  EXPECT_EQ(two.message, "a.fr:2: byte 1 of the line is 0xE9, which is not UTF-8");
  EXPECT_EQ(failure_of([&] { read_pairs({path("none")}); }).code, "data/missing");
  EXPECT_EQ(failure_of([&] { read_pairs({folder_.string()}); }).code, "data/unreadable");
}

TEST_F(Pairs, RefusesEmptyFilesAndOddNumbersOfThem) {
  refused("t.tsv", "", "data/empty", "t.tsv: the file contains no pairs");
  refused("t.tsv", "a\t\n", "data/empty", "t.tsv: the file contains no pairs");
  refused("t.jsonl", "\n", "data/empty", "t.jsonl: the file contains no pairs");
  EXPECT_EQ(refusal_of_two("a\n\n", "\nb\n").message, "a.en and a.fr contain no pairs");
  const Failure none = failure_of([] { read_pairs({}); }), three = failure_of([] { read_pairs({"a", "b", "c"}); });
  EXPECT_EQ(none.code, "usage/pairs");
  EXPECT_EQ(none.exit, Exit::usage);
  EXPECT_EQ(none.message, "pairs are read from one file or two, not from 0");
  EXPECT_EQ(three.message, "pairs are read from one file or two, not from 3");
}

TEST_F(Pairs, RefusesGiantLines) {
  const std::string most = words(kMaxWords), more = words(kMaxWords + 1);
  EXPECT_EQ(read("t.tsv", most + "\t " + most + " \n").pairs.size(), 1u);
  EXPECT_EQ(read("t.tsv", std::string(100000, 'x') + "\ty\n").pairs.size(), 1u);  // one word
  EXPECT_EQ(read("t.tsv", more + "\t\n" + "a\tb\n").empty, 1);                    // left out anyway
  refused("t.tsv", "a\tb\n" + most + "\t" + more + "\n", "data/long_line",
          "t.tsv:2: the sentence has 10001 words, more than 10000");
  const Failure two = refusal_of_two("a\nb\n", "c\n" + more + "\n");
  EXPECT_EQ(two.message, "a.fr:2: the sentence has 10001 words, more than 10000");
  EXPECT_EQ(two.help, "one pair is one sentence: split the line into sentences on both sides, or leave the pair out");
}

TEST_F(Pairs, AreToldFromOtherFiles) {
  const auto looks = [&](const std::string& name, std::string_view bytes) { return looks_like_pairs(write(name, bytes)); };
  std::string twenty;
  for (int i = 0; i < 20; ++i) twenty += "a\tb\n";
  EXPECT_TRUE(looks("t.tsv", "a\tb\n\nc\td"));
  EXPECT_TRUE(looks("t.tsv", twenty + "no tab\n"));
  EXPECT_FALSE(looks("t.tsv", "a\tb\nno tab\n"));
  EXPECT_FALSE(looks("t.tsv", "a\tb\tc\n"));
  EXPECT_FALSE(looks("t.tsv", "\n"));
  EXPECT_FALSE(looks("t.tsv", "a\t\xE9\n"));
  EXPECT_FALSE(looks("t.txt", "a\tb\n"));
  EXPECT_TRUE(looks("t.tsv.zst", zstd("a\tb\n")));
  EXPECT_TRUE(looks("t.jsonl", "\n{\"translation\": {\"en\": \"a\", \"fr\": \"b\"}}\nx"));
  EXPECT_TRUE(looks("t.ndjson", "{\"source\": \"a\", \"target\": \"b\"}\n"));
  EXPECT_FALSE(looks("t.jsonl", "{\"translation\": \"a\"}\n"));
  EXPECT_FALSE(looks("t.jsonl", "{\"source\": \"a\"}\n"));
  EXPECT_FALSE(looks("t.jsonl", "{\"source\": \"a\", \"target\": 3}\n"));
  EXPECT_FALSE(looks("t.jsonl", "{\"input\": [1], \"target\": 3}\n"));
  EXPECT_FALSE(looks("t.jsonl", "{\"text\": \"a\"}\n"));
  EXPECT_FALSE(looks("t.jsonl", "[1]\n"));
  EXPECT_FALSE(looks("t.jsonl", "{\"translation\""));
  EXPECT_FALSE(looks("t.jsonl", ""));
  EXPECT_FALSE(looks_like_pairs(path("none.tsv")));
}

TEST_F(Pairs, ARealCorpus) {
  RNN_NEED_DATA();
  const std::string file = test::data_path("translation/tatoeba-eng-fra/valid.tsv");
  EXPECT_TRUE(looks_like_pairs(file));
  const PairSet set = read_pairs({file});
  EXPECT_EQ(set.pairs.size(), 1000u);
  EXPECT_EQ(set.empty, 0);
  EXPECT_EQ(set.pairs[0].source, "He's very understanding.");
  EXPECT_EQ(set.pairs[0].target, "Il est tr\xC3\xA8s compr\xC3\xA9hensif.");
}

}  // namespace
}  // namespace rnn::core
