// Why: frames of other programs are read as they were written, in both byte orders, and a damaged file is named with its numbers.
#include "audio/features_file.h"

#include <cstring>
#include <limits>

#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core {
namespace {

class FeaturesFile : public test::FolderTest {};

template <class T>
std::string bytes_of(const std::vector<T>& values, bool big) {
  std::string out;
  for (const T value : values) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof value);
    if (big) std::reverse(raw, raw + sizeof raw);
    out.append(raw, sizeof raw);
  }
  return out;
}

std::string sphinx(const std::vector<float>& values, bool big) {
  return bytes_of(std::vector<uint32_t>{static_cast<uint32_t>(values.size())}, big) + bytes_of(values, big);
}

// As numpy.save writes it: the header ends in a new line, at a multiple of 64 bytes.
std::string numpy(const std::string& descr, const std::string& rest, const std::string& data, int version = 1) {
  std::string header = "{'descr': '" + descr + "', " + rest + " }";
  const size_t before = version == 1 ? 10 : 12;
  header.append(64 - (before + header.size() + 1) % 64, ' ');
  header += '\n';
  std::string out = std::string("\x93NUMPY", 6) + static_cast<char>(version) + '\0';
  for (size_t i = 0; i < before - 8; ++i) out += static_cast<char>(header.size() >> (8 * i) & 255);
  return out + header + data;
}

std::vector<float> values_of(const Matrix<float>& m) { return {m.data(), m.data() + m.size()}; }

TEST_F(FeaturesFile, SphinxInBothByteOrders) {
  const std::vector<float> values = {1, -2.5f, 3, 4, 5, 6e-3f};
  for (const bool big : {true, false}) {
    const Matrix<float> m = read_sphinx_features(sphinx(values, big), "a.mfc", 3);
    EXPECT_EQ(m.rows(), 2);
    EXPECT_EQ(m.cols(), 3);
    EXPECT_EQ(values_of(m), values);
    EXPECT_EQ(values_of(read_features(write("a.mfc", sphinx(values, big)), 2)), values);
  }
}

TEST_F(FeaturesFile, NumpyOfEveryVersionAndType) {
  const std::vector<float> values = {1, -2.5f, 3, 4, 5, 6};
  const std::vector<double> twice(values.begin(), values.end());
  const std::string rest = "'fortran_order': False, 'shape': (2, 3),";
  for (const int version : {1, 2, 3}) {
    for (const bool big : {true, false}) {
      const std::string order = big ? ">" : "<";
      for (const std::string& bytes : {numpy(order + "f4", rest, bytes_of(values, big), version),
                                       numpy(order + "f8", rest, bytes_of(twice, big), version)}) {
        const Matrix<float> m = read_features(write("a.npy", bytes), 3);
        EXPECT_EQ(m.rows(), 2);
        EXPECT_EQ(values_of(m), values);
      }
    }
  }
  EXPECT_EQ(read_numpy_features(numpy("<f4", "'fortran_order': False, 'shape': (0, 3),", ""), "a").rows(), 0);
}

TEST_F(FeaturesFile, WhatIsWrongIsSaid) {
  const std::string four = bytes_of(std::vector<float>{1, 2, 3, 4}, false);
  const std::pair<std::string, const char*> cases[] = {
      {numpy("<i2", "'fortran_order': False, 'shape': (2, 2),", four), "'<i2', not float32"},
      {numpy("<f4", "'fortran_order': True, 'shape': (2, 2),", four), "Fortran"},
      {numpy("<f4", "'fortran_order': False, 'shape': (4,),", four), "(4,), not (frames, width)"},
      {numpy("<f4", "'fortran_order': False, 'shape': (1, 2, 2),", four), "(1, 2, 2), not"},
      {numpy("<f4", "'fortran_order': False, 'shape': (3, 2),", four), "does not go with the 16 bytes"},
      {numpy("<f4", "'fortran_order': False, 'shape': (-2, 2),", four), "not (frames, width)"},
      {numpy("<f4", "'shape': (2, 2),", four), "no type, order or shape"},
      {numpy("<f4", "'fortran_order': False, 'shape': (2, 2),", four, 9), "version 9"},
      {numpy("<f4", "'fortran_order': False, 'shape': (2, 2),", four).substr(0, 40), "cut off"},
      {std::string("\x93NUMPY\x01", 7), "does not begin"}};
  for (const auto& [bytes, words] : cases) {
    const Failure f = failure_of([&, &b = bytes] { read_numpy_features(b, "a.npy"); });
    EXPECT_EQ(f.code, "audio/features") << words;
    EXPECT_EQ(f.exit, Exit::data);
    EXPECT_NE(f.message.find(words), std::string::npos) << f.message;
  }
  const auto sphinx_failure = [](const std::string& bytes, int width) {
    return failure_of([&] { read_sphinx_features(bytes, "a.mfc", width); });
  };
  const std::string good = sphinx({1, 2, 3, 4, 5, 6}, true);
  EXPECT_NE(sphinx_failure(good.substr(0, 20), 3).message.find("says 6 floats, and 16 bytes follow"), std::string::npos);
  EXPECT_EQ(sphinx_failure("ab", 3).code, "audio/features");
  EXPECT_NE(sphinx_failure(good, 4).message.find("6 floats are no frames of 4"), std::string::npos);
  EXPECT_EQ(sphinx_failure(good, 0).code, "audio/features");
  EXPECT_EQ(sphinx_failure("RIFFxxxxWAVE", 13).code, "audio/features");
  EXPECT_EQ(failure_of([&] {
              read_features(write("w.npy", numpy("<f4", "'fortran_order': False, 'shape': (2, 2),", four)), 3);
            }).code,
            "audio/features");
  EXPECT_TRUE(is_features_name("a/b.MFC") && is_features_name("x.npy") && !is_features_name("a.wav") &&
              !is_features_name("c"));
}

TEST_F(FeaturesFile, NumbersThatAreNotFiniteAreRefusedWithTheirPlace) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Failure f = failure_of([&] { read_sphinx_features(sphinx({1, 2, 3, 4, nan, 6}, true), "a.mfc", 3); });
  EXPECT_EQ(f.code, "audio/not_finite");
  EXPECT_NE(f.message.find("number 2 of frame 1"), std::string::npos) << f.message;
}

}  // namespace
}  // namespace rnn::core
