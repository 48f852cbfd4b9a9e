// Why: the model file is the one input that comes from strangers: every broken one must end in an Error, never in a crash.
#include "io/safetensors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"

namespace rnn::core {
namespace {

std::string with_header(const std::string& header, const std::string& data = {}) {
  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header + data;
}

template <class T>
std::string raw(std::initializer_list<T> values) {
  return std::string(reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T));
}

std::string code_of(const std::string& bytes, std::string* message = nullptr) {
  try {
    Safetensors::parse(bytes, "dir/m.safetensors");
  } catch (const Error& e) {
    EXPECT_EQ(e.exit(), Exit::model);
    EXPECT_NE(std::string(e.what()).find("dir/m.safetensors"), std::string::npos) << e.what();
    if (message) *message = e.what();
    return e.code();
  }
  return "parsed";
}

std::string sample_file() {
  SafetensorsWriter writer;
  writer.set_metadata("format", "pt");
  writer.set_metadata("note", "a \"quoted\" caf\xC3\xA9");
  writer.add("rnn.weight", "F32", {2, 3}, raw<float>({1, -2, 3.5f, 0, 1e-40f, 6}));
  writer.add("a.bias", "F16", {2}, raw<uint16_t>({0x3C00, 0xC000}));
  writer.add("empty", "U8", {0, 4}, "");
  writer.add("vocabulary", "U8", {3}, "abc");
  return writer.finish();
}

TEST(Safetensors, RoundTripKeepsOrderShapesBytesAndMetadata) {
  const std::string file = sample_file();
  EXPECT_EQ(file, sample_file());
  uint64_t length = 0;
  std::memcpy(&length, file.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  const Safetensors t = Safetensors::parse(file, "m");
  EXPECT_EQ(t.names(), (std::vector<std::string>{"rnn.weight", "a.bias", "empty", "vocabulary"}));
  EXPECT_EQ(t.metadata().at("format"), "pt");
  EXPECT_EQ(t.metadata().at("note"), "a \"quoted\" caf\xC3\xA9");
  EXPECT_EQ(t.shape("rnn.weight"), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(t.floats("rnn.weight"), (std::vector<float>{1, -2, 3.5f, 0, 1e-40f, 6}));
  EXPECT_EQ(t.floats("a.bias"), (std::vector<float>{1, -2}));
  EXPECT_EQ(t.bytes("vocabulary"), "abc");
  EXPECT_EQ(t.bytes("empty"), "");
  EXPECT_TRUE(t.contains("empty"));
  EXPECT_FALSE(t.contains("rnn"));
}

// Bytes written down by hand from the description of the format, not by our writer.
TEST(Safetensors, ReadsAndWritesTheDocumentedBytes) {
  const std::string header = R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  const std::string data("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8);
  SafetensorsWriter writer;
  writer.add("w", "F32", {2}, data);
  EXPECT_EQ(writer.finish(), with_header(padded, data));
  EXPECT_EQ(Safetensors::parse(with_header(header, data), "m").floats("w"), (std::vector<float>{1, -2}));
  EXPECT_EQ(Safetensors::parse(SafetensorsWriter().finish(), "m").names().size(), 0u);
}

TEST(Safetensors, NamesFollowTheBytesNotTheTable) {
  const std::string header =
      R"({"z":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},"s":{"data_offsets":[1,2],"shape":[],"dtype":"U8"},)"
      R"("y":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
  const Safetensors t = Safetensors::parse(with_header(header, "YSZ"), "m");
  EXPECT_EQ(t.names(), (std::vector<std::string>{"y", "s", "z"}));
  EXPECT_EQ(t.bytes("s"), "S");
  EXPECT_TRUE(t.shape("s").empty());
}

// Values of IEEE 754-2008 binary16, and the upper halves of binary32.
TEST(Safetensors, ConvertsEveryFloatType) {
  SafetensorsWriter writer;
  writer.add("f64", "F64", {2}, raw<double>({0.1, -1e30}));
  writer.add("f16", "F16", {8}, raw<uint16_t>({0x0001, 0x03FF, 0x0400, 0x7BFF, 0xFC00, 0x7E00, 0x8000, 0x3555}));
  writer.add("bf16", "BF16", {3}, raw<uint16_t>({0x3F80, 0xC049, 0x7F80}));
  writer.add("i", "I32", {1}, raw<int32_t>({7}));
  const Safetensors t = Safetensors::parse(writer.finish(), "m");
  EXPECT_EQ(t.floats("f64"), (std::vector<float>{0.1f, -1e30f}));
  const std::vector<float> f16 = t.floats("f16");
  EXPECT_EQ(f16[0], std::ldexp(1.0f, -24));
  EXPECT_EQ(f16[1], std::ldexp(1023.0f, -24));
  EXPECT_EQ(f16[2], std::ldexp(1.0f, -14));
  EXPECT_EQ(f16[3], 65504.0f);
  EXPECT_EQ(f16[4], -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(f16[5]));
  EXPECT_TRUE(f16[6] == 0 && std::signbit(f16[6]));
  EXPECT_EQ(f16[7], 0.333251953125f);
  EXPECT_EQ(t.floats("bf16"), (std::vector<float>{1, -3.140625f, std::numeric_limits<float>::infinity()}));
  EXPECT_THROW(t.floats("i"), Error);
  EXPECT_THROW(t.floats("nothing"), Error);
}

// Every binary16 against its definition: (-1)^s 2^(e-15) (1 + f/1024), subnormal 2^-14 f/1024.
TEST(Safetensors, NumbersBeyondFloatsAreRefused) {
  SafetensorsWriter writer;
  writer.add("large", "F64", {2}, raw<double>({1, -1e308}));
  writer.add("infinite", "F64", {1}, raw<double>({std::numeric_limits<double>::infinity()}));
  const Safetensors file = Safetensors::parse(writer.finish(), "m.safetensors");
  try {
    file.floats("large");
    ADD_FAILURE() << "1e308 is no float";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), "model/overflow");
    EXPECT_STREQ(e.what(), "m.safetensors: tensor 'large' has the number -1e+308, too large for a 32-bit float");
  }
  EXPECT_TRUE(std::isinf(file.floats("infinite")[0])) << "what is not finite is reported as such, with its place";
}

TEST(Safetensors, FilesOfOtherProgramsAreCalledWhatTheyAre) {
  std::string message;
  EXPECT_EQ(code_of(std::string("PK\x03\x04", 4) + std::string(60, '\x14'), &message), "model/format");
  EXPECT_NE(message.find("not a model"), std::string::npos) << message;
  EXPECT_EQ(code_of("BZh91AY&SY" + std::string(40, 'x')), "model/format");
}

TEST(Safetensors, AllHalvesFollowTheDefinition) {
  std::string all;
  for (uint32_t h = 0; h < 65536; ++h) all += raw<uint16_t>({static_cast<uint16_t>(h)});
  SafetensorsWriter writer;
  writer.add_view("h", "F16", {65536}, all);
  const std::vector<float> values = Safetensors::parse(writer.finish(), "m").floats("h");
  for (uint32_t h = 0; h < 65536; ++h) {
    const int e = static_cast<int>(h >> 10 & 31), f = static_cast<int>(h & 1023);
    if (e == 31 && f) {
      ASSERT_TRUE(std::isnan(values[h])) << h;
      continue;
    }
    const double magnitude = e == 31 ? INFINITY : e ? std::ldexp(1024 + f, e - 25) : std::ldexp(f, -24);
    ASSERT_EQ(values[h], static_cast<float>(h & 0x8000 ? -magnitude : magnitude)) << h;
  }
}

TEST(Safetensors, RefusesWhatBreaksTheFormat) {
  const auto entry = [](const std::string& shape, const std::string& offsets, const std::string& dtype = "U8") {
    return R"("t":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
  };
  struct Case {
    std::string bytes, says;
  };
  const Case cases[] = {
      {with_header("{" + entry("[1]", "[0,1]") + "," + entry("[1]", "[1,2]") + "}", "ab"), "'t' occurs twice"},
      {with_header("{" + entry("[1]", "[0,1]") + R"(,"u":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})", "abc"),
       "a hole"},
      {with_header("{" + entry("[2]", "[0,2]") + R"(,"u":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})", "abc"),
       "overlap"},
      {with_header("{" + entry("[2]", "[1,3]") + "}", "abc"), "a hole"},
      {with_header("{" + entry("[2]", "[0,1]") + "}", "a"), "has 1 bytes, but its shape and dtype need 2"},
      {with_header("{" + entry("[1]", "[1,0]") + "}", "a"), "before it begins"},
      {with_header("{" + entry("[-1]", "[0,1]") + "}", "a"), "negative"},
      {with_header("{" + entry("[1]", "[0,-1]") + "}", "a"), "negative"},
      {with_header("{" + entry("[4294967296,4294967296]", "[0,0]") + "}"), "overflows"},
      {with_header("{" + entry("[99999999999999999999]", "[0,1]") + "}", "a"), "number"},
      {with_header("{" + entry("[18446744073709551615]", "[0,1]") + "}", "a"), "impossible number"},
      {with_header("{" + entry("[1.0]", "[0,1]") + "}", "a"), "the number 1.0"},
      {with_header("{" + entry("[1]", "[0,1]") + "}", "ab"), "1 bytes follow"},
      {with_header("{" + entry("[1]", "[0]") + "}", "a"), "lacks"},
      {with_header("{" + entry("[1]", "[0,1,1]") + "}", "a"), "the number 1"},
      {with_header("{" + entry("[[1]]", "[0,1]") + "}", "a"), "an array"},
      {with_header("{" + entry("[1]", "[0,1]", "F99") + "}", "a"), "unknown dtype 'F99'"},
      {with_header(R"({"t":{"dtype":"U8","shape":[],"data_offsets":[0,1],"x":1}})", "a"), "unknown key 'x'"},
      {with_header(R"({"t":{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}})", "a"), "'dtype' twice"},
      {with_header(R"({"t":[1]})"), "an array"},
      {with_header(R"({"__metadata__":{"a":1}})"), "the number 1"},
      {with_header(R"({"__metadata__":{"a":"1","a":"2"}})"), "occurs twice"},
      {with_header(R"({"__metadata__":{},"__metadata__":{}})"), "occurs twice"},
      {with_header("{} x"), "not JSON"},
      {with_header("{\"\xff\":1}"), "not JSON"},
      {with_header("[]"), "does not start with"},
      {with_header(""), "does not start with"},
      {with_header("{" + std::string(100000, '[')), "not JSON"},
      {raw<uint64_t>({kMaxSafetensorsHeader + 1}) + "{}", "its header would have"},
      {raw<uint64_t>({1000}) + "not a table", "more than the file"},
  };
  for (const Case& c : cases) {
    std::string message;
    EXPECT_EQ(code_of(c.bytes, &message), "model/corrupt") << c.says;
    EXPECT_NE(message.find(c.says), std::string::npos) << message << " lacks: " << c.says;
  }
}

TEST(Safetensors, EveryTruncationSaysTruncated) {
  const std::string file = sample_file();
  ASSERT_EQ(code_of(file), "parsed");
  for (size_t n = 0; n < file.size(); ++n) EXPECT_EQ(code_of(file.substr(0, n)), "model/truncated") << n;
}

TEST(Safetensors, EveryChangedByteParsesOrThrows) {
  const std::string file = sample_file();
  int parsed = 0, refused = 0;
  for (size_t i = 0; i < file.size(); ++i)
    for (int value = 0; value < 256; ++value) {
      std::string changed = file;
      changed[i] = static_cast<char>(value);
      try {
        const Safetensors t = Safetensors::parse(changed, "m");
        for (const auto& name : t.names()) {
          const TensorInfo& info = t.info(name);
          ASSERT_EQ(t.bytes(name).size(), info.end - info.begin);
          if (info.dtype == "F32" || info.dtype == "F16" || info.dtype == "BF16") {
            ASSERT_EQ(t.floats(name).size() * dtype_size(info.dtype), t.bytes(name).size());
          }
        }
        ++parsed;
      } catch (const Error& e) {
        ASSERT_EQ(e.exit(), Exit::model);
        ++refused;
      }
    }
  EXPECT_GT(parsed, 32 * 256);  // at least the data bytes are free
  EXPECT_GT(refused, 100 * 100);
}

TEST(SafetensorsWriter, RefusesTheCallersMistakes) {
  SafetensorsWriter writer;
  writer.add("a", "U8", {1}, "x");
  EXPECT_THROW(writer.add("a", "U8", {1}, "x"), Error);
  EXPECT_THROW(writer.add("b", "U8", {2}, "x"), Error);
  EXPECT_THROW(writer.add("b", "Q4", {1}, "x"), Error);
  EXPECT_THROW(writer.add("b", "U8", {-1}, "x"), Error);
  EXPECT_THROW(writer.add("__metadata__", "U8", {1}, "x"), Error);
  writer.set_metadata("k", "\xff");
  EXPECT_THROW(writer.finish(), Error);
}

TEST(SafetensorsWriter, BorrowsFloats) {
  const std::vector<float> values = {1, 2, 3, 4};
  SafetensorsWriter writer;
  writer.add_floats("w", {2, 2}, values);
  EXPECT_EQ(Safetensors::parse(writer.finish(), "m").floats("w"), values);
}

}  // namespace
}  // namespace rnn::core
