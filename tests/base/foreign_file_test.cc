// Why: a file of another program is named as what it is, and no text is taken for one.
#include "base/foreign_file.h"

#include <gtest/gtest.h>

namespace rnn::core {
namespace {

using namespace std::string_view_literals;

std::string what(std::string_view bytes, std::string_view path = "x") {
  const std::optional<ForeignFile> file = foreign_file(bytes, path);
  return file ? file->what : "";
}

TEST(ForeignFile, IsNamed) {
  EXPECT_EQ(what("BZh91AY&SY...."), "bzip2 data");
  EXPECT_EQ(what("\xFD"
                 "7zXZ\0\0"sv),
            "xz data");
  EXPECT_EQ(what("PK\x03\x04...."), "a zip archive");
  EXPECT_EQ(what("PK\x03\x04....", "m.PT"), "a model of PyTorch");
  EXPECT_EQ(what("PK\x03\x04.......archive/data.pkl"), "a model of PyTorch");
  EXPECT_EQ(what("\x80\x02}q\x01.", "m.pth"), "a model of PyTorch");
  EXPECT_EQ(what("\x08\x08\x12\x07pytorch", "m.onnx"), "a model in ONNX form");
  EXPECT_EQ(what("\x89HDF\r\n\x1A\n..."), "an HDF5 file, as Keras writes it");
  EXPECT_EQ(what("%PDF-1.7\n"), "a PDF document");
  EXPECT_EQ(what("\x40\0\0\0\0\0\0\0{\"__meta"sv), "a model file (safetensors)");
  EXPECT_EQ(what(std::string(257, 'a') + "ustar\0"), "a tar archive");
  EXPECT_EQ(foreign_file("BZh91AY&SY", "t.bz2")->as_data,
            "unpack it first: bzip2 -dk t.bz2; gzip and Zstandard are read as they are");
  EXPECT_NE(foreign_file("PK\x03\x04", "m.pt")->as_model.find("save_file(model.state_dict()"), std::string::npos);
}

TEST(ForeignFile, TextIsNone) {
  for (const std::string_view text :
       {"", "B", "BZh9 is how it begins", "PK", "The cat", "7z", "%PDF", "{\"input\": [1]}", "\x08"})
    EXPECT_EQ(what(text), "") << text;
  EXPECT_EQ(what("The cat is sleeping.\n", "model.onnx"), "");
  EXPECT_EQ(what("The cat is sleeping.\n", "model.pt"), "");
}

}  // namespace
}  // namespace rnn::core
