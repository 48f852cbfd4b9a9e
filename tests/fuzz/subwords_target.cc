// Why: --tokenizer FILE.model takes any file of SentencePiece; what is loaded cuts any text and never leaves its memory.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "text/subwords.h"
#include "text/tokenizer.h"
#include "text/utf8.h"

namespace rnn::core::fuzz {
namespace {

constexpr size_t kLongText = 300;  // bytes of the input that are read as text

// Whether the file says that nothing is normalised; then every text must come back.
bool changes_nothing(std::string_view file) {
  bool spaces_go = true, mapped = false;  // what the format says when the file says nothing
  for (protozero::pbf_reader model(file.data(), file.size()); model.next();) {
    if (model.tag() != 3 || model.wire_type() != protozero::pbf_wire_type::length_delimited) {
      model.skip();
      continue;
    }
    for (protozero::pbf_reader field = model.get_message(); field.next();) {
      if (field.tag() == 4 && field.wire_type() == protozero::pbf_wire_type::varint) {
        spaces_go = field.get_bool();
      } else {
        mapped = mapped || field.tag() == 2;
        field.skip();
      }
    }
  }
  return !spaces_go && !mapped;
}

void require_text_back(const Tokenizer& tokenizer, std::string_view text) {
  if (!tokenizer.unknown_pieces(text).empty()) return;
  require(tokenizer.decode(tokenizer.encode(text)) == repair_utf8(text), "a text of known pieces comes back");
}

void require_cut(const Tokenizer& tokenizer, const Tokenizer& copy, std::string_view text) {
  const std::vector<int32_t> ids = tokenizer.encode(text);
  for (const int32_t id : ids) require(id >= 0 && id < tokenizer.size(), "a text is cut into tokens of the vocabulary");
  require(copy.encode(text) == ids, "a tokenizer of a model file cuts as the one it was made of");
  const std::string decoded = tokenizer.decode(ids);
  require(utf8_error(decoded) == std::string_view::npos, "decoded text is UTF-8");
  require(copy.decode(ids) == decoded, "a tokenizer of a model file decodes as the one it was made of");
  for (const std::string& piece : tokenizer.unknown_pieces(text))
    require(utf8_error(piece) == std::string_view::npos, "an unknown piece is UTF-8");
  Detokenizer stream(tokenizer);
  std::string streamed;
  for (const int32_t id : ids) streamed += stream.push(id);
  require(streamed + stream.flush() == decoded, "tokens decode one by one as all at once");
}

void test(std::string_view input) {
  static const Folder folder;
  const std::string path = folder.write("input.model", input);
  std::unique_ptr<Tokenizer> tokenizer;
  if (!reads([&] { tokenizer = read_subwords(path); })) return;
  ++accepted;
  require(tokenizer->size() > 0, "a vocabulary is not empty");
  const int32_t newline = tokenizer->newline_id();
  require(newline >= 0 && newline < tokenizer->size(), "the end of a line is a token");
  for (int32_t id = 0; id < tokenizer->size(); ++id) marked_piece(*tokenizer, id);
  const std::unique_ptr<Tokenizer> copy = tokenizer_from_json(tokenizer->to_json());
  require(copy->size() == tokenizer->size() && copy->to_json() == tokenizer->to_json(), "a tokenizer comes back");
  constexpr std::string_view kTexts[] = {"the cat sees a dog\nand", "  two  spaces ",
                                         "\xC3\x9C"
                                         "ber \xEF\xBC\xA1\xE2\x96\x81x",
                                         std::string_view("\0\xFF\xE2\x96", 4), ""};
  std::vector<std::string_view> texts(std::begin(kTexts), std::end(kTexts));
  texts.push_back(input.substr(input.size() - std::min(input.size(), kLongText)));
  const bool exact = changes_nothing(input);
  for (const std::string_view text : texts) {
    require_cut(*tokenizer, *copy, text);
    if (exact) require_text_back(*tokenizer, text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
