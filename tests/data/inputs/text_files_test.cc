// Why: whatever people call a text file is read the same way or refused by file and line.
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <cmath>
#include <filesystem>
#include <functional>

#include "base/error.h"
#include "base/rng.h"
#include "data/inputs/compression.h"
#include "data/inputs/data_file.h"
#include "data/inputs/text_files.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core {
namespace {

namespace fs = std::filesystem;

class TextFiles : public test::FolderTest {};

std::vector<std::string> texts_of(const std::vector<Document>& documents) {
  std::vector<std::string> texts;
  for (const Document& document : documents) texts.push_back(document.text);
  return texts;
}

const Finding* find_code(const TextReport& report, std::string_view code) {
  for (const Finding& finding : report.findings) {
    if (finding.code == code) return &finding;
  }
  return nullptr;
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

using Texts = std::vector<std::string>;

TEST_F(TextFiles, LineEndsMarksAndLastLineMakeNoDifference) {
  const Texts expected = {"The cat.\nThe dog.\n"};
  EXPECT_EQ(texts_of(read_text(write("a.txt", "The cat.\nThe dog.\n"))), expected);
  EXPECT_EQ(texts_of(read_text(write("b.txt", "The cat.\nThe dog."))), expected);
  EXPECT_EQ(texts_of(read_text(write("c", "The cat.\r\nThe dog.\r\n"))), expected);
  EXPECT_EQ(texts_of(read_text(write("d.md", "\xEF\xBB\xBFThe cat.\r\nThe dog."))), expected);
  EXPECT_EQ(texts_of(read_text(write("e.txt", "one line"))), Texts{"one line\n"});
  EXPECT_EQ(texts_of(read_text(write("f.txt", "lone\rreturn\n\n"))), Texts{"lone\rreturn\n\n"});
}

TEST_F(TextFiles, CompressedTextIsText) {
  std::string text;
  for (int i = 0; i < 30000; ++i) text += "line " + std::to_string(i * 7919 % 10007) + "\n";
  const Texts expected = {text};
  EXPECT_EQ(texts_of(read_text(write("a.txt.gz", gzip(text)))), expected);
  EXPECT_EQ(texts_of(read_text(write("a.txt.zst", zstd(text)))), expected);
  EXPECT_EQ(texts_of(read_text(write("named.txt", gzip(text)))), expected);  // by content, not by name
  const std::string head = text.substr(0, 1000), tail = text.substr(1000);
  EXPECT_EQ(texts_of(read_text(write("two.gz", gzip(head) + gzip(tail)))), expected);
  EXPECT_EQ(texts_of(read_text(write("two.zst", zstd(head) + zstd(tail)))), expected);
  for (const std::string& whole : {gzip(text), zstd(text)}) {
    for (const size_t size : {size_t{5}, size_t{20}, whole.size() / 2, whole.size() - 1}) {
      const std::string path = write("cut", whole.substr(0, size));
      const Failure failure = failure_of([&] { read_text(path); });
      EXPECT_EQ(failure.code, "data/compressed") << size;
      EXPECT_NE(failure.message.find(path), std::string::npos);
      EXPECT_EQ(check_text(path).findings.at(0).code, "data/compressed");
    }
    std::string broken = whole;
    for (size_t i = whole.size() / 2; i < whole.size() / 2 + 40; ++i) broken[i] = static_cast<char>(~broken[i]);
    EXPECT_EQ(failure_of([&] { read_text(write("broken", broken)); }).code, "data/compressed");
  }
  EXPECT_EQ(failure_of([&] { read_text(write("rest.gz", gzip(text) + "garbage")); }).code, "data/compressed");
}

// Hundreds of MiB of one letter, which never stand in memory: as one frame or member, a block at a time.
std::string gzip_bomb(const std::string& block, int times) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(4 << 20, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  for (int i = 0; i < times; ++i) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
    stream.avail_in = static_cast<uInt>(block.size());
    deflate(&stream, i + 1 < times ? Z_NO_FLUSH : Z_FINISH);
  }
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}
std::string zstd_bomb(const std::string& block, int times) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  std::string out(4 << 20, '\0');
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  for (int i = 0; i < times; ++i) {
    ZSTD_inBuffer from{block.data(), block.size(), 0};
    ZSTD_compressStream2(context, &to, &from, i + 1 < times ? ZSTD_e_continue : ZSTD_e_end);
  }
  ZSTD_freeCCtx(context);
  out.resize(to.pos);
  return out;
}

TEST_F(TextFiles, WhatIsPackedToFillMemoryIsRefused) {
  const std::string block(1 << 20, 'a');
  for (const std::string& bomb : {gzip_bomb(block, 400), zstd_bomb(block, 400)}) {
    ASSERT_LT(bomb.size(), 500000u);
    const std::string file = write("bomb", bomb);
    const Failure failure = failure_of([&] { read_text(file); });
    EXPECT_EQ(failure.code, "data/unpacked");
    EXPECT_EQ(failure.exit, Exit::data);
    for (const std::string& part : {file, std::to_string(bomb.size()), std::to_string(most_unpacked(bomb.size()))})
      EXPECT_NE(failure.message.find(part), std::string::npos) << failure.message;
    EXPECT_NE(failure.help.find("-dc FILE > TEXT"), std::string::npos) << failure.help;
    EXPECT_EQ(check_text(file).findings.at(0).code, "data/unpacked");
  }
}

TEST(Compression, TheLimitIsExactAndHoldsForAllPartsTogether) {
  const std::string text(100000, 'a');
  for (const bool two : {false, true}) {
    const std::string half = text.substr(0, 50000);
    const std::string g = two ? gzip(half) + gzip(half) : gzip(text), z = two ? zstd(half) + zstd(half) : zstd(text);
    EXPECT_EQ(decompress_gzip(g, "g", 100000), text);
    EXPECT_EQ(decompress_zstd(z, "z", 100000), text);
    EXPECT_EQ(failure_of([&] { decompress_gzip(g, "g", 99999); }).code, "data/unpacked");
    EXPECT_EQ(failure_of([&] { decompress_zstd(z, "z", 99999); }).code, "data/unpacked");
    // Cut short it is damaged, whatever the limit.
    EXPECT_EQ(failure_of([&] { decompress_gzip(g.substr(0, g.size() - 9), "g", 200000); }).code, "data/compressed");
    EXPECT_EQ(failure_of([&] { decompress_zstd(z.substr(0, z.size() - 3), "z", 200000); }).code, "data/compressed");
  }
  EXPECT_EQ(failure_of([&] { decompress_zstd(zstd(text) + "garbage", "z"); }).code, "data/compressed");
}

// zstd --long writes large windows, other tools frames that a reader is to skip.
TEST(Compression, EveryZstandardFileIsRead) {
  const std::string text(300000, 'a'), skip = std::string("\x5A\x2A\x4D\x18\x05\x00\x00\x00", 8) + "skip!";
  EXPECT_TRUE(is_zstd(skip + zstd(text)));
  EXPECT_EQ(decompress_zstd(skip + zstd(text) + skip, "z"), text);
  EXPECT_EQ(decompress(skip + zstd(text), "z"), text);
  EXPECT_EQ(decompress(skip, "z"), "");
  for (const char* other : {"", "\x5A", "\x5A\x2A\x4D", "\x4F\x2A\x4D\x18", "\x60\x2A\x4D\x18"})
    EXPECT_FALSE(is_zstd(other)) << other;
  // A frame header by hand: window 2^28 and 2^31, then one raw block that is the last.
  for (const int log : {28, 31}) {
    std::string frame = "\x28\xB5\x2F\xFD";
    frame += '\0';  // neither a size nor a checksum
    frame += static_cast<char>((log - 10) << 3);
    frame += std::string("\x29\x00\x00", 3) + "hello";
    EXPECT_EQ(decompress_zstd(frame, "z"), "hello") << log;
  }
}

// The logs of a server that repeats itself pack 100 times and more.
TEST(Compression, LargeTextThatPacksWellIsRead) {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "INFO request 200 GET /index.html\n";
  const std::string packed = zstd(text);
  ASSERT_GT(text.size() / packed.size(), 1000u);
  EXPECT_EQ(decompress_zstd(packed, "log"), text);
  EXPECT_EQ(most_unpacked(size_t{100} << 20), (size_t{20256} << 20)) << "100 MiB of a log may be 20 GiB";
}

TEST_F(TextFiles, MarksSplitDocuments) {
  const std::string path =
      write("s.txt", "One.\nTwo.\n<|endoftext|>\nThree.\n<|endoftext|>\n\n<|endoftext|>Four<|endoftext|>Five");
  const std::vector<Document> documents = read_text(path);
  EXPECT_EQ(texts_of(documents), (Texts{"One.\nTwo.\n", "Three.\n", "Four\n", "Five\n"}));
  std::vector<int64_t> lines;
  for (const Document& document : documents) {
    EXPECT_EQ(document.name, path);
    lines.push_back(document.line);
  }
  EXPECT_EQ(lines, (std::vector<int64_t>{1, 4, 7, 7}));
  EXPECT_EQ(failure_of([&] { read_text(write("m.txt", "<|endoftext|>\n<|endoftext|>\n")); }).code, "data/empty");
}

TEST_F(TextFiles, JsonLinesAreDocuments) {
  const std::string path = write(
      "a.jsonl", "{\"text\": \"One.\\nTwo \\u00e9.\"}\n\n{\"id\": 3, \"text\": \"Three.\\r\\n\"}\r\n{\"text\": \"\"}\n");
  const std::vector<Document> documents = read_text(path);
  EXPECT_EQ(texts_of(documents), (Texts{"One.\nTwo \xC3\xA9.\n", "Three.\n"}));
  EXPECT_EQ(documents[1].line, 3);
  EXPECT_EQ(documents[0].line_in_file(2), 1);
  EXPECT_EQ(texts_of(read_text(write("b.jsonl.gz", gzip("{\"text\":\"x\"}")))), Texts{"x\n"});
  for (const char* line : {"{\"text\": \"x\"", "[1]", "{\"content\": \"x\"}", "{\"text\": 7}", "{\"text\": \"a\\u0000b\"}",
                           "{\"text\": \"\\ud800\"}"}) {
    const std::string wrong = write("w.jsonl", std::string("{\"text\": \"fine\"}\n") + line + "\n");
    const Failure failure = failure_of([&] { read_text(wrong); });
    EXPECT_EQ(failure.code, "data/json") << line;
    EXPECT_EQ(failure.exit, Exit::data);
    EXPECT_NE(failure.message.find(wrong + ":2: "), std::string::npos) << failure.message;
    EXPECT_FALSE(failure.help.empty());
  }
}

TEST_F(TextFiles, FoldersAreReadByName) {
  write("f/b.txt", "b");
  write("f/a/z.txt", "z");
  write("f/a.jsonl", "{\"text\": \"one\"}\n{\"text\": \"two\"}\n");
  write("f/c.gz", gzip("c"));
  write("f/d.zst", zstd("d"));
  write("f/empty.txt", " \n");
  write("f/picture.png", std::string("\x89PNG\0\0", 6));
  write("f/.hidden/x.txt", "x");
  write("f/.x.txt", "x");
  TextReport report;
  EXPECT_EQ(texts_of(read_text((folder_ / "f").string(), &report)), (Texts{"one\n", "two\n", "z\n", "b\n", "c\n", "d\n"}));
  EXPECT_EQ(report.files.size(), 6u);
  ASSERT_NE(find_code(report, "data/empty"), nullptr);
  EXPECT_NE(find_code(report, "data/empty")->file.find("empty.txt"), std::string::npos);
}

TEST_F(TextFiles, FaultsAreNamedByFileLineAndByte) {
  const auto expect = [&](const std::string& path, const std::string& code, const std::string& part) {
    const Failure failure = failure_of([&] { read_text(path); });
    EXPECT_EQ(failure.code, code) << path;
    EXPECT_EQ(failure.exit, Exit::data);
    EXPECT_NE(failure.message.find(part), std::string::npos) << failure.message;
    EXPECT_NE(failure.message.find(path), std::string::npos) << failure.message;
    EXPECT_FALSE(failure.help.empty()) << code;
  };
  expect((folder_ / "absent.txt").string(), "data/missing", "absent.txt");
  expect(write("empty.txt", ""), "data/empty", "no text");
  expect(write("blank.txt", " \r\n\t\n"), "data/empty", "no text");
  expect(write("bom.txt", "\xEF\xBB\xBF\n"), "data/empty", "no text");
  expect(write("binary", std::string("ELF\n\x01\0\x02", 7)), "data/binary", "binary:2: byte 2 of the line is 0x00");
  expect(write("utf16.txt", std::string("\xFF\xFEh\0i\0", 6)), "data/binary", "UTF-16");
  expect(write("latin.txt", "fine\nna\xEFve\n"), "data/utf8", "latin.txt:2: byte 3 of the line is 0xEF");
  expect(write("lone.txt", "a\r\nb\r\n12\x80"), "data/utf8", "lone.txt:3: byte 3 of the line is 0x80");
  expect(write("long.txt", "\xC0\xAF"), "data/utf8", "long.txt:1: byte 1 of the line is 0xC0");
  expect(write("cut.txt", "ab\n\xF0\x9F\x90"), "data/utf8", "cut.txt:2: byte 1 of the line is 0xF0");
  write("g/readme.pdf", "x");
  expect((folder_ / "g").string(), "data/no_text", "contains no .txt");
  write("h/a.txt", "\n");
  expect((folder_ / "h").string(), "data/no_text", "all empty");
}

TEST_F(TextFiles, ReportCountsWhatWasRead) {
  TextReport report;
  const std::string path = write("r.txt", "\xEF\xBB\xBFThe caf\xC3\xA9.\r\n\r\nThe cat.\r\nThe cat.");
  read_text(path, &report);
  EXPECT_EQ(report.files, std::vector<std::string>{path});
  EXPECT_EQ(report.file_bytes, static_cast<int64_t>(fs::file_size(path)));
  EXPECT_EQ(report.bytes, 11 + 1 + 9 + 9);
  EXPECT_EQ(report.characters, 10 + 1 + 9 + 9);
  EXPECT_EQ(report.distinct_characters, 11);  // T h e space c a f é . newline t
  EXPECT_EQ(report.documents, 1);
  EXPECT_EQ(report.lines, 4);
  EXPECT_EQ(report.blank_lines, 1);
  EXPECT_EQ(report.duplicate_lines, 1);
  EXPECT_EQ(report.longest_line, 10);
  EXPECT_EQ(report.words, 9);
  EXPECT_EQ(report.distinct_words, 4);
  EXPECT_TRUE(report.byte_order_mark);
  EXPECT_TRUE(report.crlf);
  EXPECT_EQ(report.hash, content_hash("The caf\xC3\xA9.\n\nThe cat.\nThe cat.\n"));
  EXPECT_FALSE(report.has_errors());
}

TEST_F(TextFiles, CheckGathersInsteadOfThrowing) {
  std::string text = "good\n";
  for (int i = 0; i < 25; ++i) text += "bad \xFF here\n";
  text += std::string("nul \0 byte\n", 11) + std::string(30000, 'x') + "\nbell \x07\nbell \x07\n";
  const std::string path = write("c.txt", text);
  const TextReport report = check_text(path);
  EXPECT_TRUE(report.has_errors());
  std::vector<int64_t> lines;
  for (const Finding& finding : report.findings) {
    EXPECT_EQ(finding.file, path);
    EXPECT_FALSE(finding.message.empty());
    if (finding.code == "data/utf8") lines.push_back(finding.line);
  }
  ASSERT_EQ(lines.size(), 21u);  // twenty places and how many more
  EXPECT_EQ(lines[0], 2);
  EXPECT_EQ(lines[19], 21);
  EXPECT_EQ(lines[20], 0);
  EXPECT_EQ(find_code(report, "data/binary")->line, 27);
  EXPECT_EQ(find_code(report, "data/long_line")->line, 28);
  EXPECT_EQ(find_code(report, "data/control")->line, 27);
  EXPECT_NE(find_code(report, "data/control")->message.find("2 more"), std::string::npos);
  EXPECT_EQ(find_code(report, "data/control")->place(), path + ":27");
  EXPECT_EQ(severity_name(find_code(report, "data/long_line")->severity), "warning");
}

TEST_F(TextFiles, CheckSaysWhatIsOddButUsable) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "The cat sat on mat " + std::to_string(i % 10) + ".\r\n";
  const TextReport report = check_text(write("d.txt", text));
  EXPECT_FALSE(report.has_errors());
  for (const char* code : {"data/duplicates", "data/little", "data/line_ends"})
    EXPECT_NE(find_code(report, code), nullptr) << code;
  EXPECT_NE(find_code(check_text(write("e.txt", std::string(5000, 'a'))), "data/one_line"), nullptr);
  EXPECT_EQ(find_code(check_text(write("m.txt", "a\n<|endoftext|>\nb\n\xEF\xBF\xBD\n")), "data/replacement")->line, 4);
  EXPECT_EQ(find_code(check_text(write("n.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\\u0007\"}\nx")), "data/control")->line,
            2);
  EXPECT_EQ(find_code(check_text(write("n.jsonl", "{\"text\": \"a\"}\n{\"text\": \"b\"}\nx")), "data/json")->line, 3);
  EXPECT_TRUE(check_text(write("blank.txt", "\n")).has_errors());
  std::string clean;
  for (int i = 0; i < 2000; ++i) clean += "Sentence number " + std::to_string(i) + " differs.\n";
  EXPECT_TRUE(check_text(write("clean.txt", clean)).findings.empty());
  EXPECT_EQ(failure_of([&] { check_text((folder_ / "absent").string()); }).code, "data/missing");
}

std::string join(const std::vector<Document>& documents) {
  std::string text;
  for (const Document& document : documents) text += document.text;
  return text;
}

TEST(Split, KeepsTheLastLines) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "line " + std::to_string(100 + i) + "\n";
  const TextSplit split = split_documents({{"a.txt", text}}, 0.1);
  EXPECT_EQ(split.train.at(0).text, text.substr(0, 810));
  EXPECT_EQ(split.valid.at(0).text, text.substr(810));
  EXPECT_EQ(split.valid[0].line, 91);
  const TextSplit two = split_documents({{"a", "1\n2\n3\n"}, {"b", "4\n5\n6\n7\n"}, {"c", "8\n9\n0\n"}}, 0.5);
  EXPECT_EQ(texts_of(two.train), (Texts{"1\n2\n3\n", "4\n5\n"}));
  EXPECT_EQ(texts_of(two.valid), (Texts{"6\n7\n", "8\n9\n0\n"}));
  EXPECT_EQ(two.valid[0].line, 3);
}

TEST(Split, NeverLosesATextOrLeavesASideEmpty) {
  Random random(2, Purpose::test);
  for (int round = 0; round < 3000; ++round) {
    std::vector<Document> documents;
    int full = 0;
    for (uint32_t d = 1 + random.below(4); d > 0; --d) {
      std::string text;
      for (uint32_t n = 1 + random.below(4); n > 0; --n) {
        const uint32_t length = random.below(9);
        text += std::string(length, 'x') + "\n";
        full += length > 0;
      }
      documents.push_back({"d", text});
    }
    const double share = random.uniform(0.001, 0.999);
    if (full < 2) {
      EXPECT_EQ(failure_of([&] { split_documents(documents, share); }).code, "data/too_short");
      continue;
    }
    const TextSplit split = split_documents(documents, share);
    const std::string train = join(split.train), valid = join(split.valid);
    ASSERT_EQ(train + valid, join(documents));
    ASSERT_NE(train.find('x'), std::string::npos);
    ASSERT_NE(valid.find('x'), std::string::npos);
    ASSERT_EQ(train.back(), '\n');
    ASSERT_LE(std::abs(static_cast<double>(valid.size()) - share * static_cast<double>(train.size() + valid.size())),
              9.0 * 9);
  }
  EXPECT_EQ(failure_of([] { split_documents({{"a", std::string(100000, 'x')}}, 0.1); }).code, "data/too_short");
  for (const double share : {0.0, 1.0, -1.0, std::nan("")}) {
    EXPECT_EQ(failure_of([&] { split_documents({{"a", "1\n2\n"}}, share); }).code, "usage/valid_share");
  }
}

TEST(Zstd, BitsPerByte) {
  EXPECT_EQ(zstd_bits_per_byte(""), 0);
  EXPECT_LT(zstd_bits_per_byte(std::string(100000, 'a')), 0.01);
  std::string noise;
  Random random(1, Purpose::test);
  for (int i = 0; i < 100000; ++i) noise += static_cast<char>(random.below(256));
  EXPECT_NEAR(zstd_bits_per_byte(noise), 8, 0.01);
  std::string bits;
  for (int i = 0; i < 100000; ++i) bits += static_cast<char>('0' + random.below(2));
  EXPECT_NEAR(zstd_bits_per_byte(bits), 1.05, 0.1);
}

}  // namespace
}  // namespace rnn::core
