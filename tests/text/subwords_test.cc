// Why: sub-words must give back every text exactly, learn the same pieces every time, and refuse damaged files.
#include "text/subwords.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "base/rng.h"
#include "support/failure.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

using Ids = std::vector<int32_t>;
constexpr const char* kKinds[] = {"unigram", "bpe"};

const std::string& corpus() {
  static const std::string text = read_file(RNN_TEST_SOURCE "/data/corpus/everyday.txt");
  return text;
}

std::string code_of(const std::function<void()>& f) { return failure_of(f).code; }

// Learning takes some tenths of a second: each kind once.
const Tokenizer& learnt(const std::string& kind) {
  static const auto unigram = build_tokenizer("unigram", {corpus()}, {.max_vocabulary = 700});
  static const auto bpe = build_tokenizer("bpe", {corpus()}, {.max_vocabulary = 700});
  return kind == "bpe" ? *bpe : *unigram;
}

std::string streamed(const Tokenizer& tokenizer, const Ids& ids) {
  Detokenizer stream(tokenizer);
  std::string text;
  for (const int32_t id : ids) {
    const std::string part = stream.push(id);
    EXPECT_EQ(utf8_error(part), std::string_view::npos);
    text += part;
  }
  return text + stream.flush();
}

TEST(Subwords, EveryTextComesBack) {
  const std::string nasty[] = {"",
                               " ",
                               "  ",
                               "\n",
                               "\n\n \n",
                               "a",
                               " The cat",
                               "The  cat   is\tsleeping. ",
                               "\ttab\t\ttab\r\n",
                               std::string("nul \0 here\0", 11),
                               "\x01\x02\x1B[0m\x7F",
                               "\xE2\x96\x81 a mark of space \xE2\x96\x81\xE2\x96\x81of its own",
                               "\xE2\x96\x85 what the trainer keeps for itself",
                               "<unk> <s> </s> <0x0A> <0x41>",
                               "\xF0\x9F\x90\xB1\xF0\x9F\x8F\xBD\xE2\x80\x8D\xF0\x9F\x92\xBB never seen",
                               "\xEF\xBB\xBF\xEF\xBF\xBD\xEF\xBF\xBE\xEF\xBF\xBF",
                               "\xC2\xA0\xE3\x80\x80\xE2\x80\x83wide spaces",
                               "e\xCC\x81 \xC3\xA9 \xEF\xAC\x81 is not normalised",
                               "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E",
                               std::string(10000, ' '),
                               std::string(70000, 'a')};
  for (const char* kind : kKinds) {
    const Tokenizer& tokenizer = learnt(kind);
    for (const std::string& text : nasty) {
      const Ids ids = tokenizer.encode(text);
      for (const int32_t id : ids) ASSERT_TRUE(id >= 0 && id < tokenizer.size() && id != tokenizer.unknown_id());
      EXPECT_EQ(tokenizer.decode(ids), text) << kind;
      EXPECT_EQ(streamed(tokenizer, ids), text) << kind;
      EXPECT_TRUE(tokenizer.unknown_pieces(text).empty());
    }
    const Ids ids = tokenizer.encode(corpus());
    EXPECT_EQ(tokenizer.decode(ids), corpus());
    EXPECT_LT(ids.size(), corpus().size() / 2);
  }
}

TEST(Subwords, RandomBytesComeBackRepaired) {
  Random random(5, Purpose::test);
  for (const char* kind : kKinds) {
    const Tokenizer& tokenizer = learnt(kind);
    for (int round = 0; round < 3000; ++round) {
      std::string text;
      for (uint32_t n = random.below(24); n > 0; --n) {
        switch (random.below(4)) {
          case 0:
            text += static_cast<char>(random.below(256));
            break;
          case 1:
            append_utf8(text, random.below(2) ? random.below(0x110000) : random.below(0x3000));
            break;
          case 2:
            text += " \n\t a"[random.below(5)];
            break;
          default:
            text += corpus().substr(random.below(1000), random.below(9));
        }
      }
      const Ids ids = tokenizer.encode(text);
      ASSERT_EQ(tokenizer.decode(ids), repair_utf8(text));
      ASSERT_EQ(streamed(tokenizer, ids), repair_utf8(text));
    }
  }
}

TEST(Subwords, RandomTextsCanBeLearnt) {
  Random random(6, Purpose::test);
  for (int round = 0; round < 60; ++round) {
    std::string text = "x";
    const uint32_t alphabet = 1 + random.below(40);
    for (uint32_t n = random.below(400); n > 0; --n) {
      if (random.below(20) == 0) {
        text += static_cast<char>(random.below(256));
      } else {
        append_utf8(text, random.below(8) ? 'a' + random.below(alphabet) : ' ');
      }
    }
    const auto tokenizer =
        build_tokenizer(kKinds[round % 2], {text}, {.max_vocabulary = 400 + static_cast<int>(random.below(300))});
    ASSERT_EQ(tokenizer->decode(tokenizer->encode(text)), repair_utf8(text));
  }
}

TEST(Subwords, TheSameTextGivesTheSameModel) {
  for (const char* kind : kKinds) {
    const auto again = build_tokenizer(kind, {corpus()}, {.max_vocabulary = 700});
    EXPECT_EQ(again->to_json(), learnt(kind).to_json());
    EXPECT_EQ(again->size(), 700);
    const auto loaded = tokenizer_from_json(nlohmann::json::parse(again->to_json().dump()));
    EXPECT_EQ(loaded->kind(), kind);
    EXPECT_EQ(loaded->to_json(), again->to_json());
    EXPECT_EQ(loaded->encode(corpus()), again->encode(corpus()));
  }
}

TEST(Subwords, TheLimitIsSoft) {
  EXPECT_EQ(default_subwords(10), 1000);
  EXPECT_EQ(default_subwords(1'100'000), 2200);
  EXPECT_EQ(default_subwords(int64_t{1} << 40), 8000);
  for (const char* kind : kKinds) {
    const std::string text = "The cat is sleeping. The cat is hungry. The cats are sleeping.\n";
    const auto tokenizer = build_tokenizer(kind, {text}, {.max_vocabulary = 8000});
    EXPECT_LT(tokenizer->size(), 400);
    EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
    EXPECT_LE(build_tokenizer(kind, {text})->size(), 1000);
    const auto small = [&] { build_tokenizer(kind, {text}, {.max_vocabulary = 260}); };
    EXPECT_EQ(code_of(small), "usage/tokens");
    for (const char* empty : {"", "\n\n"}) {
      const std::string nothing = empty;
      EXPECT_EQ(code_of([&] { build_tokenizer(kind, {nothing}); }), "tokenizer/text");
    }
    EXPECT_EQ(code_of([&] { build_tokenizer(kind, {}); }), "tokenizer/text");
  }
}

// Chinese, Japanese and Korean texts have more characters than the usual vocabulary has pieces.
TEST(Subwords, TheUsualSizeGrowsWithTheCharacters) {
  Random random(8, Purpose::test);
  for (const auto& [characters, most] : {std::pair(1000, 1800), std::pair(9000, 10000)}) {
    std::string text;
    for (int line = 0; line < characters / 3; ++line) {
      for (int i = 0; i < 3; ++i) append_utf8(text, static_cast<char32_t>(0x4E00 + 3 * line + i));
      append_utf8(text, 0x4E00 + random.below(20));
      text += '\n';
    }
    for (const char* kind : kKinds) {
      const auto tokenizer = build_tokenizer(kind, {text});
      EXPECT_GT(tokenizer->size(), characters + 200);  // all but the rarest
      EXPECT_LT(tokenizer->size(), most);
      EXPECT_EQ(tokenizer->decode(tokenizer->encode(text)), text);
      // A size that was asked for is kept or refused, with one that works.
      const Failure failure = failure_of([&] { build_tokenizer(kind, {text}, {.max_vocabulary = characters}); });
      EXPECT_EQ(failure.code, "usage/tokens");
      std::string_view least = failure.message;
      least.remove_prefix(std::min(least.size(), least.find("at least ") + 9));
      const int needed = take_number<int>(least).value_or(0);
      EXPECT_GT(needed, characters);
      EXPECT_EQ(build_tokenizer(kind, {text}, {.max_vocabulary = needed})->size(), needed) << failure.message;
      EXPECT_EQ(code_of([&] { build_tokenizer(kind, {text}, {.max_vocabulary = needed - 1}); }), "usage/tokens");
    }
  }
  EXPECT_EQ(about_subwords(8000, 0, int64_t{1} << 30), "a size that suits this amount of text");
  EXPECT_EQ(about_subwords(900, 0, 10), "aimed at 1,000 sub-words, the text supports 900");
  EXPECT_EQ(about_subwords(900, 2000, 10), "asked for 2,000 sub-words, the text supports 900");
  EXPECT_EQ(about_subwords(9700, 0, 10), "more than the usual 1,000, as the text has so many characters");
  EXPECT_EQ(about_subwords(2000, 2000, 10), "");
}

// A run of a text is learnt from in parts of 4096 bytes: neither a long line nor a long word may stop it.
TEST(Subwords, LongLinesAndWords) {
  std::string words = corpus(), word;
  std::replace(words.begin(), words.end(), '\n', ' ');
  for (int i = 0; i < 40000; ++i) word += i % 3 ? "dog" : "\xE7\x8C\xAB";
  for (const char* kind : kKinds) {
    for (const std::string& text : {words, word}) {
      const auto tokenizer = build_tokenizer(kind, {text}, {.max_vocabulary = 600});
      const Ids ids = tokenizer->encode(text);
      EXPECT_EQ(tokenizer->decode(ids), text);
      EXPECT_LT(ids.size(), text.size() / 2);
    }
  }
}

TEST(Subwords, DamagedContentIsRefused) {
  for (const char* content : {R"({"kind":"bpe"})", R"({"kind":"bpe","model":7})", R"({"kind":"bpe","model":"?"})",
                              R"({"kind":"bpe","model":""})", R"({"kind":"unigram","model":"AAAA"})"}) {
    EXPECT_EQ(code_of([&] { tokenizer_from_json(nlohmann::json::parse(content)); }), "model/tokenizer") << content;
  }
  nlohmann::json other = learnt("bpe").to_json();
  other["kind"] = "unigram";
  EXPECT_EQ(code_of([&] { tokenizer_from_json(other); }), "model/tokenizer");
  // Cut short, or with a few bytes changed: refused, or a model that still reads and writes without harm.
  const std::string whole = *subword_file(learnt("unigram"));
  Random random(7, Purpose::test);
  int refused = 0;
  constexpr int kRounds = 400;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = round % 4 ? whole : whole.substr(0, random.below(static_cast<uint32_t>(whole.size())));
    for (int k = 0; round % 4 && k < 3; ++k)
      bytes[random.below(static_cast<uint32_t>(bytes.size()))] = static_cast<char>(random.below(256));
    try {
      const auto tokenizer = tokenizer_from_json({{"kind", "unigram"}, {"model", to_base64(bytes)}});
      for (const int32_t id : tokenizer->encode("The cat is sleeping.\n")) ASSERT_LT(id, tokenizer->size());
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), "model/tokenizer");
      ++refused;
    }
  }
  EXPECT_GT(refused, kRounds / 4);
}

TEST(Subwords, AFileGivesTheSameTokens) {
  const std::string path = testing::TempDir() + "subwords_test.model";
  for (const char* kind : kKinds) {
    const Tokenizer& tokenizer = learnt(kind);
    ASSERT_TRUE(subword_file(tokenizer));
    write_file_atomic(path, *subword_file(tokenizer));
    const auto read = read_subwords(path, 700);
    EXPECT_EQ(read->kind(), kind);
    EXPECT_EQ(read->encode(corpus()), tokenizer.encode(corpus()));
    EXPECT_EQ(code_of([&] { read_subwords(path, 701); }), "usage/tokens");
  }
  write_file_atomic(path, "The cat is sleeping.\n");
  EXPECT_EQ(code_of([&] { read_subwords(path); }), "tokenizer/file");
  EXPECT_EQ(code_of([&] { read_subwords(path + ".none"); }), "tokenizer/file");
  EXPECT_FALSE(subword_file(*build_tokenizer("byte", {})));
}

TEST(Subwords, SpacingGoesOnBehindThePrompt) {
  const Tokenizer& tokenizer = learnt("unigram");
  const Ids cat = tokenizer.encode(" cat");
  ASSERT_EQ(tokenizer.piece(cat[0]), " cat");
  EXPECT_TRUE(tokenizer.space_leads());
  Detokenizer stream(tokenizer);
  stream.seed(tokenizer.encode("The"), true);
  EXPECT_TRUE(stream.space_written());
  EXPECT_EQ(stream.push(cat[0]), "cat");
  EXPECT_FALSE(stream.space_written());
  EXPECT_EQ(stream.push(cat[0]), " cat");
  EXPECT_EQ(stream.push(tokenizer.newline_id()), "\n");
  EXPECT_EQ(stream.push(cat[0]), " cat");
}

}  // namespace
}  // namespace rnn::core
