// Why: text must survive the conversion into ids and back, byte for byte where it can.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/rng.h"
#include "text/subwords.h"
#include "text/tokenizer.h"
#include "text/utf8.h"
#include "text/vocabulary.h"

namespace rnn::core {
namespace {

using Ids = std::vector<int32_t>;
constexpr size_t kGood = std::string_view::npos;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  WordScanner scanner(text);
  for (std::string_view word; scanner.next(word);) words.emplace_back(word);
  return words;
}

std::string rejoin(std::string_view text) {
  WordSpacing spacing;
  std::string out;
  for (const std::string& word : words_of(text)) join_word(word, spacing, out);
  return out;
}

std::string code_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.code();
  }
  return "none";
}

// UTF-8, stated once more and differently: decode without any check, then demand the shortest form of a scalar value.
size_t reference_error(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const uint8_t lead = static_cast<uint8_t>(text[i]);
    const size_t length = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
    if (length == 0 || i + length > text.size()) return i;
    uint32_t value = length == 1 ? lead : lead & (0xFFu >> (length + 1));
    for (size_t k = 1; k < length; ++k) {
      const uint8_t byte = static_cast<uint8_t>(text[i + k]);
      if (byte >> 6 != 2) return i;
      value = value << 6 | (byte & 63);
    }
    const size_t shortest = value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
    if (length != shortest || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return i;
    i += length;
  }
  return kGood;
}

TEST(Utf8, EveryCodePointSurvives) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    const bool surrogate = c >= 0xD800 && c < 0xE000;
    const std::string bytes = encode_utf8(c);
    ASSERT_EQ(utf8_error(bytes), kGood) << static_cast<uint32_t>(c);
    size_t end = 0;
    ASSERT_EQ(next_code_point(bytes, end), surrogate ? kReplacementCharacter : c);
    ASSERT_EQ(end, bytes.size());
    for (size_t cut = 1; cut < bytes.size(); ++cut) {
      ASSERT_EQ(complete_utf8("a" + bytes.substr(0, cut)), 1u) << static_cast<uint32_t>(c);
      ASSERT_EQ(utf8_error("a" + bytes.substr(0, cut)), 1u) << static_cast<uint32_t>(c);
    }
    ASSERT_EQ(complete_utf8(bytes), bytes.size());
  }
  EXPECT_EQ(encode_utf8(0x110000), "\xEF\xBF\xBD");
}

TEST(Utf8, RefusesWhatTheStandardRefuses) {
  const std::pair<const char*, size_t> cases[] = {
      {"abc\x80", 3},
      {"\xC0\xAF", 0},
      {"\xC1\xBF", 0},
      {"\xE0\x9F\xBF", 0},
      {"\xED\xA0\x80", 0},
      {"\xED\xBF\xBF", 0},
      {"\xF0\x8F\xBF\xBF", 0},
      {"\xF4\x90\x80\x80", 0},
      {"\xF5\x80\x80\x80", 0},
      {"\xFF", 0},
      {"\xC3\xA9\xC3", 2},
      {"\xE2\x82", 0},
      {"\xE2\x28\xA1", 0},
      {"12345678\xC3(9", 8},
      {"1234567\xC3\xA9\xFE", 9},
  };
  for (const auto& [text, error] : cases) EXPECT_EQ(utf8_error(text), error) << text;
  EXPECT_EQ(utf8_error(""), kGood);
  EXPECT_EQ(utf8_error("na\xC3\xAFve \xF0\x9F\x98\xBA"), kGood);
}

TEST(Utf8, AgreesWithAnotherDefinitionOnRandomBytes) {
  Random random(1, Purpose::test);
  static constexpr uint8_t kBytes[] = {'a',  0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2,
                                       0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5};
  int good = 0;
  for (int round = 0; round < 300000; ++round) {
    std::string text;
    for (uint32_t n = random.below(12); n > 0; --n) text += static_cast<char>(kBytes[random.below(sizeof kBytes)]);
    ASSERT_EQ(utf8_error(text), reference_error(text));
    good += utf8_error(text) == kGood;
    const std::string repaired = repair_utf8(text);
    ASSERT_EQ(utf8_error(repaired), kGood);
    // What is held back is nothing, or a beginning that some bytes complete.
    const size_t whole = complete_utf8(text);
    ASSERT_LE(text.size() - whole, 3u);
    if (whole == text.size()) continue;
    bool completed = false;
    for (const char* more : {"\x80", "\xBF", "\x80\x80", "\xA0\x80", "\x90\x80\x80", "\x80\x80\x80", "\xBF\xBF\xBF"}) {
      completed = completed || utf8_error(text.substr(whole) + more) == kGood;
    }
    ASSERT_TRUE(completed);
  }
  EXPECT_GT(good, 1000);
}

TEST(Words, AreCutAsDocumented) {
  using List = std::vector<std::string>;
  EXPECT_EQ(words_of("Don't stop, well-known cat!"), (List{"Don't", "stop", ",", "well-known", "cat", "!"}));
  EXPECT_EQ(words_of("The <unk> sat.\n"), (List{"The", "<unk>", "sat", ".", "\n"}));
  EXPECT_EQ(words_of("a<b> 1 < 2 > 0 <>"), (List{"a", "<", "b", ">", "1", "<", "2", ">", "0", "<", ">"}));
  EXPECT_EQ(words_of("3.14, 1,000 and 10:30."), (List{"3.14", ",", "1,000", "and", "10:30", "."}));
  EXPECT_EQ(words_of("it 's was n't 'tis"), (List{"it", "'s", "was", "n't", "'", "tis"}));
  EXPECT_EQ(words_of("dogs' rock--roll -x"), (List{"dogs'", "rock", "--", "roll", "-", "x"}));
  EXPECT_EQ(words_of("'my dogs' is 'x'\ndogs'"), (List{"'", "my", "dogs", "'", "is", "'", "x", "'", "\n", "dogs'"}));
  EXPECT_EQ(words_of("caf\xC3\xA9 cafe\xCC\x81 \xC3\xBC"
                     "ber"),
            (List{"caf\xC3\xA9", "cafe\xCC\x81",
                  "\xC3\xBC"
                  "ber"}));
  EXPECT_EQ(words_of("don\xE2\x80\x99t \xE2\x80\x9Cyes\xE2\x80\x9D"),
            (List{"don\xE2\x80\x99t", "\xE2\x80\x9C", "yes", "\xE2\x80\x9D"}));
  EXPECT_EQ(words_of("\xE7\x8C\xAB\xE3\x81\xAF"), (List{"\xE7\x8C\xAB", "\xE3\x81\xAF"}));  // an ideograph, a kana
  EXPECT_EQ(words_of("\n\n a\tb\r\n"), (List{"\n", "\n", "a", "b", "\n"}));
  EXPECT_EQ(words_of("a\xC2\xA0"
                     "b\xE3\x80\x80"
                     "c"),
            (List{"a", "b", "c"}));  // no-break and ideographic space
  EXPECT_EQ(words_of("ok \xFFgo"), (List{"ok", "\xFF", "go"}));
  EXPECT_TRUE(words_of(" \t ").empty());
}

TEST(Words, AnEmojiWithItsModifiersIsOne) {
  const std::string family = "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7";  // woman, joiner, girl
  const std::string thumb = "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD";               // thumb, skin tone
  const std::string heart = "\xE2\x9D\xA4\xEF\xB8\x8F";                       // heart, variation selector
  const std::string flag = "\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7";                // two regional indicators
  EXPECT_EQ(words_of("I" + heart + "you" + family + thumb + flag + flag),
            (std::vector<std::string>{"I", heart, "you", family, thumb, flag, flag}));
}

TEST(Words, ProseIsJoinedAsItWas) {
  for (const std::string text : {
           "The cat is sleeping, isn't it? Yes!\n",
           "He said, \"Come in (quickly), please.\" She did.\n\nThe end.\n",
           "\"One,\" he said, \"and two.\"\n\"Three\" [sic]; well-known: 3.5% of $4,000.\n",
           "A 'quoted' word and the dogs' bones and the cat's 'other' one is 'here'.\n",
           "Wait... what?! And/or e-mail at 10:30. Speak--it is time--\n",
           "\xE2\x80\x9CHello,\xE2\x80\x9D she said (it\xE2\x80\x99s late)\xE2\x80\x94then left.\n",
           "\xC2\xBFQu\xC3\xA9 tal? na\xC3\xAFve co\xC3\xB6perate\n",
           "\xE7\x8C\xAB\xE3\x81\x8C\xE5\xA5\xBD\xE3\x81\x8D\xE3\x80\x82\n",
           "line one\nline two",
       }) {
    EXPECT_EQ(rejoin(text), text);
  }
  EXPECT_EQ(rejoin("it 's n't here"), "it'sn't here");    // tokenised corpora become prose
  EXPECT_EQ(rejoin("a \"b\nc \"d\""), "a \"b\nc \"d\"");  // a quote left open ends with its line
}

TEST(Words, TheProjectsCorpusSurvives) {
  const std::filesystem::path folder = std::filesystem::path(RNN_TEST_SOURCE) / "data/corpus";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  int64_t lines = 0, same = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".txt") continue;
    const std::string text = read_file(entry.path().string());
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      const std::string line = text.substr(begin, end - begin);
      ++lines, same += rejoin(line) == line;
      EXPECT_EQ(words_of(rejoin(line)), words_of(line));
      begin = end + 1;
    }
  }
  EXPECT_GT(lines, 100);
  EXPECT_GE(same, lines * 99 / 100);
}

TEST(Tokenizers, AllKindsKeepTheContract) {
  const std::string text = "The cat is sleeping.\nThe dog isn't. \xF0\x9F\x90\xB1\n";
  ASSERT_EQ(tokenizer_kinds().size(), 6u);
  for (const TokenizerKind& kind : tokenizer_kinds()) {
    const auto tokenizer = build_tokenizer(kind.name, {text});
    EXPECT_EQ(tokenizer->kind(), kind.name);
    const Ids ids = tokenizer->encode(text);
    for (const int32_t id : ids) {
      ASSERT_GE(id, 0);
      ASSERT_LT(id, tokenizer->size());
      ASSERT_NE(id, tokenizer->unknown_id());
    }
    EXPECT_EQ(tokenizer->decode(ids), text) << kind.name;
    EXPECT_EQ(tokenizer->piece(tokenizer->newline_id()), "\n");
    EXPECT_EQ(tokenizer->encode("\n"), Ids{tokenizer->newline_id()});
    EXPECT_TRUE(tokenizer->encode("").empty());
    EXPECT_TRUE(tokenizer->unknown_pieces(text).empty());
    EXPECT_EQ(tokenizer->unknown_text(text).pieces + tokenizer->unknown_text(text).bytes, 0);
    const auto again = tokenizer_from_json(nlohmann::json::parse(tokenizer->to_json().dump()));
    EXPECT_EQ(again->to_json(), tokenizer->to_json());
    EXPECT_EQ(again->encode(text), ids);
    EXPECT_EQ(again->newline_id(), tokenizer->newline_id());
    // No line end in the training text: it has an id all the same.
    EXPECT_GE(build_tokenizer(kind.name, {"abc"})->newline_id(), 1);
    if (is_subword_kind(kind.name)) continue;
    EXPECT_GE(build_tokenizer(kind.name, {})->size(), 2);
  }
}

// As the authors of published figures read a corpus: text.split() and one mark for each end of line.
TEST(Tokenizers, WordsBetweenWhiteSpace) {
  const std::string text = " the <unk> isn't n't\tN \r\n\n U.S. 'the' the\v$ \xC2\xA0x\n";
  const auto words = build_tokenizer("space", {text});
  EXPECT_EQ(words->to_json()["pieces"],
            (std::vector<std::string>{"<unk>", "\n", "the", "$", "'the'", "N", "U.S.", "isn't", "n't", "\xC2\xA0x"}));
  EXPECT_EQ(words->encode("the <unk> $\n\nyes the."), (Ids{2, 0, 3, 1, 1, 0, 0}));
  EXPECT_EQ(words->unknown_pieces("the <unk> yes the. yes"), (std::vector<std::string>{"yes", "the."}));
  EXPECT_EQ(words->unknown_text("the <unk> yes the. yes").pieces, 3);
  EXPECT_EQ(words->unknown_text("the <unk> yes the. yes").bytes, 10);
  EXPECT_EQ(words->decode(words->encode(text)), "the <unk> isn't n't N\n\nU.S. 'the' the $ \xC2\xA0x\n");
  EXPECT_TRUE(words->encode(" \t\r").empty());
  EXPECT_EQ(build_tokenizer("space", {"b a b c. a\n", "b d"}, {.min_count = 2})->to_json()["pieces"],
            (std::vector<std::string>{"<unk>", "b", "a", "\n"}));
  EXPECT_EQ(build_tokenizer("space", {text}, {.max_vocabulary = 3})->size(), 3);
  EXPECT_EQ(words->as_written("the  cat\n sat ", {}), "the cat\nsat ");
  Detokenizer stream(*words);
  stream.seed(words->encode("the "), true);
  std::string written;
  for (const int32_t id : Ids{2, 3, 1, 2}) written += stream.push(id);
  EXPECT_EQ(written, "the $\nthe");
}

TEST(Tokenizers, VocabularyIsOrderedByCountThenBytes) {
  const auto words = build_tokenizer("word", {"b a b c a\n", "b <unk> d"});
  EXPECT_EQ(words->to_json()["pieces"], (std::vector<std::string>{"<unk>", "b", "a", "\n", "c", "d"}));
  EXPECT_EQ(words->unknown_id(), 0);
  EXPECT_EQ(words->encode("b <unk> x"), (Ids{1, 0, 0}));
  EXPECT_EQ(words->unknown_pieces("x b <unk> y x \xFF"), (std::vector<std::string>{"x", "y", "\xEF\xBF\xBD"}));
  EXPECT_EQ(words->unknown_text("x b <unk> y x \xFF").pieces, 4);
  EXPECT_EQ(words->unknown_text("x b <unk> y x \xFF").bytes, 4);
  EXPECT_EQ(build_tokenizer("word", {"b a b c a\n", "b d"}, {.min_count = 2})->to_json()["pieces"],
            (std::vector<std::string>{"<unk>", "b", "a", "\n"}));
  EXPECT_EQ(build_tokenizer("word", {"b a b c a\n"}, {.max_vocabulary = 3})->to_json()["pieces"],
            (std::vector<std::string>{"<unk>", "a", "\n"}));
  const auto chars = build_tokenizer("char", {"\xC3\xA9\xC3\xA9"
                                              "a"});
  EXPECT_EQ(chars->to_json()["pieces"], (std::vector<std::string>{"<unk>", "\xC3\xA9", "a", "\n"}));
  EXPECT_EQ(chars->encode("\xC3\xA9z\xFF"), (Ids{1, 0, 0}));
  EXPECT_EQ(chars->decode(Ids{0, 2}),
            "\xEF\xBF\xBD"
            "a");
  EXPECT_EQ(chars->unknown_text("zz\xE2\x82\xAC\xC3\xA9").pieces, 3);
  EXPECT_EQ(chars->unknown_text("zz\xE2\x82\xAC\xC3\xA9").bytes, 5);
  EXPECT_EQ(chars->unknown_pieces("zz\xE2\x82\xAC"), (std::vector<std::string>{"z", "\xE2\x82\xAC"}));
}

TEST(Tokenizers, RefuseWhatIsWrong) {
  EXPECT_EQ(code_of([] { build_tokenizer("syllable", {"a"}); }), "usage/tokens");
  EXPECT_EQ(code_of([] { build_tokenizer("word", {"a"}, {.min_count = 0}); }), "usage/tokens");
  EXPECT_EQ(code_of([] { build_tokenizer("word", {"a"}, {.max_vocabulary = 2}); }), "usage/tokens");
  EXPECT_EQ(code_of([] { build_tokenizer("char", {"a"}, {.max_vocabulary = -1}); }), "usage/tokens");
  for (const char* content :
       {"[]", "null", "{}", R"({"kind":7})", R"({"kind":"future"})", R"({"kind":"word"})", R"({"kind":"word","pieces":{}})",
        R"({"kind":"word","pieces":[]})", R"({"kind":"word","pieces":["a","\n"]})",
        R"({"kind":"word","pieces":["<unk>","a"]})", R"({"kind":"word","pieces":["<unk>","\n",3]})",
        R"({"kind":"word","pieces":["<unk>","\n",""]})", R"({"kind":"word","pieces":["<unk>","\n","a","a"]})",
        R"({"kind":"char","pieces":["<unk>","\n","ab"]})"}) {
    EXPECT_EQ(code_of([&] { tokenizer_from_json(nlohmann::json::parse(content)); }), "model/tokenizer") << content;
  }
}

TEST(Streaming, NeverCutsACharacter) {
  const auto bytes = build_tokenizer("byte", {});
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\xB1z";
  Detokenizer stream(*bytes);
  std::string out;
  std::vector<size_t> sizes;
  for (const int32_t id : bytes->encode(text)) {
    const std::string part = stream.push(id);
    EXPECT_EQ(utf8_error(part), kGood);
    sizes.push_back(part.size());
    out += part;
  }
  EXPECT_EQ(out, text);
  EXPECT_EQ(sizes, (std::vector<size_t>{1, 0, 2, 0, 0, 3, 0, 0, 0, 4, 1}));
  EXPECT_EQ(stream.flush(), "");
  stream.push(0xF0), stream.push(0x9F);
  EXPECT_EQ(stream.flush(), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(stream.push('a'), "a");
  stream.push(0xE2);
  EXPECT_EQ(stream.push('b'),
            "\xEF\xBF\xBD"
            "b");  // the character never came
}

TEST(Streaming, RandomBytesAreRepairedAsAWhole) {
  const auto bytes = build_tokenizer("byte", {});
  Random random(3, Purpose::test);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (uint32_t n = random.below(10); n > 0; --n)
      text += static_cast<char>(random.below(2) ? random.below(256) : 0xE2 - random.below(100));
    ASSERT_EQ(bytes->decode(bytes->encode(text)), repair_utf8(text));
  }
}

TEST(Streaming, SpacingGoesOnBehindThePrompt) {
  const auto words = build_tokenizer("word", {"The cat is \"sleeping\" .\nHe ( here ) said"});
  const auto continued = [&](std::string_view prompt, std::string_view rest) {
    Detokenizer stream(*words);
    stream.seed(words->encode(prompt), prompt.ends_with(' '));
    std::string out(prompt);
    for (const int32_t id : words->encode(rest)) out += stream.push(id);
    return out + stream.flush();
  };
  EXPECT_EQ(continued("The cat is", "sleeping."), "The cat is sleeping.");
  EXPECT_EQ(continued("The cat is ", "sleeping."), "The cat is sleeping.");
  EXPECT_EQ(continued("The cat\n", "is"), "The cat\nis");
  EXPECT_EQ(continued("", "The cat"), "The cat");
  EXPECT_EQ(continued("He (", "here) is"), "He (here) is");
  EXPECT_EQ(continued("He said \"", "sleeping\" here"), "He said \"sleeping\" here");
  EXPECT_EQ(continued("He said \"sleeping", "\" here"), "He said \"sleeping\" here");
}

TEST(Streaming, StateIsAValueAndABytesString) {
  for (const TokenizerKind& kind : tokenizer_kinds()) {
    const std::string text =
        "He said \"the cats' \xE2\x82\xAC"
        "5 (or -- more)\" is\nall / \xE7\x8C\xAB\xE7\x8C\xAB.";
    const auto tokenizer = build_tokenizer(kind.name, {text});
    const Ids ids = tokenizer->encode(text);
    const std::string whole = tokenizer->decode(ids);
    Detokenizer stream(*tokenizer);
    std::string before;
    for (size_t i = 0; i < ids.size(); ++i) {
      Detokenizer copy = stream, restored(*tokenizer);
      restored.load(stream.save());
      std::string a = before, b = before;
      for (size_t k = i; k < ids.size(); ++k) a += copy.push(ids[k]), b += restored.push(ids[k]);
      ASSERT_EQ(a + copy.flush(), whole);
      ASSERT_EQ(b + restored.flush(), whole);
      before += stream.push(ids[i]);
    }
  }
  const auto bytes = build_tokenizer("byte", {});
  Detokenizer stream(*bytes);
  for (const std::string wrong : {"", "a", "\x01", "\x11\x01", "\x01\x08", "\x01\x01zz", "\x01\x01\xE2\x82\xAC\xAC"}) {
    EXPECT_EQ(code_of([&] { stream.load(wrong); }), "model/state") << wrong;
  }
}

}  // namespace
}  // namespace rnn::core
