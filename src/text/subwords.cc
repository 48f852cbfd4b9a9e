// Why: the tokenizer of sub-words: decoding gives back what was encoded, byte for byte.
#include "text/subwords.h"

#include <fmt/core.h>
#include <sentencepiece_processor.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <protozero/pbf_reader.hpp>
#include <stdexcept>

#include "base/base64.h"
#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "text/character_map.h"
#include "text/subword_model.h"
#include "text/tokenizer_kinds.h"
#include "text/utf8.h"

namespace rnn::core {
namespace {

// Fields of sentencepiece_model.proto.
enum : protozero::pbf_tag_type { kTrainer = 2, kNormalizer = 3 };                            // of the model
enum : protozero::pbf_tag_type { kModelType = 3, kSpaceBehind = 24 };                        // of the trainer
enum : protozero::pbf_tag_type { kCharacterMap = 2, kLeadingSpace = 3, kSpacesMarked = 5 };  // of the normalizer
constexpr std::array<std::string_view, 3> kModelTypes = {"", "unigram", "bpe"};              // by their numbers

[[noreturn]] void not_usable(const std::string& what) { throw std::runtime_error(what); }

class SubwordTokenizer final : public Tokenizer {
 public:
  // Throws std::exception when the bytes are not a usable model.
  explicit SubwordTokenizer(std::string bytes) : bytes_(std::move(bytes)), settings_(subword_settings(bytes_)) {
    if (settings_.kind.empty()) not_usable("it is neither a unigram nor a BPE model");
    if (settings_.space_behind || !settings_.spaces_marked) not_usable("its pieces do not begin with their space");
    if (!settings_.sound_characters) not_usable("its map of characters leads out of its own memory");
    const auto status = processor_.LoadFromSerializedProto(bytes_);
    if (!status.ok()) not_usable("SentencePiece reports: " + status.ToString());
    list_pieces();
    find_newline();
  }

  std::string_view kind() const override { return settings_.kind; }
  int size() const override { return static_cast<int>(pieces_.size()); }
  int32_t unknown_id() const override { return unknown_; }
  int32_t newline_id() const override { return newline_; }
  bool space_leads() const override { return !settings_.leading_space; }

  std::vector<int32_t> encode(std::string_view text) const override {
    std::vector<int32_t> ids;
    ids.reserve(text.size() / 3);
    std::vector<int> part;
    SubwordRuns runs(text);
    std::string_view run;
    for (bool single = false; runs.next(run, single);) {
      if (single) {
        const auto byte = static_cast<uint8_t>(run[0]);
        ids.push_back(byte == '\n' ? newline_ : bytes_of_[byte]);
        continue;
      }
      processor_.Encode(run, &part).IgnoreError();
      ids.insert(ids.end(), part.begin(), part.end());
    }
    return ids;
  }

  std::string piece(int32_t id) const override { return pieces_.at(static_cast<size_t>(id)); }

  std::vector<std::string> unknown_pieces(std::string_view text) const override {
    std::vector<std::string> unknown;
    for (size_t begin = 0; begin < text.size() && !spells_all_;) {
      size_t end = begin;
      const std::string character = encode_utf8(next_code_point(text, end));
      const std::vector<int32_t> ids = encode(text.substr(begin, end - begin));
      const bool new_one = std::find(unknown.begin(), unknown.end(), character) == unknown.end();
      if (new_one && std::find(ids.begin(), ids.end(), unknown_) != ids.end()) unknown.push_back(character);
      begin = end;
    }
    return unknown;
  }

  // Neighbouring characters become one unknown piece.
  UnknownText unknown_text(std::string_view text) const override {
    const std::vector<std::string> unknown = unknown_pieces(text);
    if (unknown.empty()) return {};
    const std::vector<int32_t> ids = encode(text);
    UnknownText counted{std::count(ids.begin(), ids.end(), unknown_), 0};
    for (size_t begin = 0; begin < text.size();) {
      size_t end = begin;
      const std::string character = encode_utf8(next_code_point(text, end));
      if (std::find(unknown.begin(), unknown.end(), character) != unknown.end())
        counted.bytes += static_cast<int64_t>(end - begin);
      begin = end;
    }
    return counted;
  }

  nlohmann::json to_json() const override { return {{"kind", settings_.kind}, {"model", to_base64(bytes_)}}; }

  void append(int32_t id, WordSpacing& spacing, std::string& out) const override {
    std::string_view text =
        id == unknown_ ? std::string_view("\xEF\xBF\xBD") : std::string_view(pieces_[static_cast<size_t>(id)]);
    // Whether the space at the beginning of a piece is already there, or was none in the text.
    const bool shown = spacing.glued || (settings_.leading_space && spacing.line_start);
    if (shown && text.starts_with(' ')) text.remove_prefix(1);
    if (!pieces_[static_cast<size_t>(id)].empty()) spacing.glued = false, spacing.line_start = id == newline_;
    out += text;
  }

  const std::string& file() const { return bytes_; }

 private:
  // The text of every piece; nothing for markers that stand for no text.
  void list_pieces() {
    bytes_of_.fill(unknown_ = processor_.unk_id());
    pieces_.reserve(static_cast<size_t>(processor_.GetPieceSize()));
    int bytes = 0;
    for (int id = 0; id < processor_.GetPieceSize(); ++id) {
      const std::string& piece = processor_.IdToPiece(id);
      std::string text;
      if (processor_.IsByte(id)) {
        const auto value = parse_hexadecimal(std::string_view(piece).substr(std::min<size_t>(3, piece.size()), 2));
        if (!value || *value < 0) not_usable("its piece " + piece + " names no byte");  // as "<0x0A>" does
        const auto byte = static_cast<uint8_t>(*value);
        bytes_of_[byte] = id;
        text = static_cast<char>(byte);
        ++bytes;
      } else if (processor_.IsUnknown(id)) {
        text = piece;
      } else if (!processor_.IsControl(id) && !processor_.IsUnused(id)) {
        for (size_t at = 0; at < piece.size();) {
          const bool space = piece.compare(at, kSpaceMark.size(), kSpaceMark) == 0;
          text += space ? ' ' : piece[at];
          at += space ? kSpaceMark.size() : 1;
        }
      }
      pieces_.push_back(std::move(text));
    }
    spells_all_ = bytes == 256;
  }

  // The piece for this byte, or else the marker for the end of a sentence.
  void find_newline() {
    newline_ = bytes_of_['\n'];
    for (int32_t id = 0; newline_ == unknown_ && id < size(); ++id) {
      if (pieces_[static_cast<size_t>(id)] == "\n") newline_ = id;
    }
    if (newline_ == unknown_ && processor_.eos_id() >= 0) newline_ = processor_.eos_id();
    if (newline_ == unknown_) not_usable("it has neither a piece for the end of a line nor an end of sentence");
    pieces_[static_cast<size_t>(newline_)] = "\n";
  }

  std::string bytes_;
  SubwordSettings settings_;
  sentencepiece::SentencePieceProcessor processor_;
  std::vector<std::string> pieces_;    // [size]: text, spaces as spaces
  std::array<int32_t, 256> bytes_of_;  // the piece for this byte, or the unknown piece
  int32_t unknown_ = 0, newline_ = 0;
  bool spells_all_ = false;  // every byte is a piece: nothing is unknown
};

std::unique_ptr<Tokenizer> build_subwords(std::string_view kind, const std::vector<std::string_view>& documents,
                                          const TokenizerOptions& options) {
  return std::make_unique<SubwordTokenizer>(train_subwords(kind, documents, options.max_vocabulary));
}

}  // namespace

namespace {

using protozero::pbf_wire_type;

// Calls visit(field) for every field of a message; what visit() did not read is skipped.
template <class Visit>
void each_field(protozero::pbf_reader message, const Visit& visit) {
  while (message.next()) {
    if (!visit(message)) message.skip();
  }
}

// A field of another wire type than its own is an unknown one, as it is to SentencePiece.
bool is_field(const protozero::pbf_reader& at, protozero::pbf_tag_type tag, pbf_wire_type type) {
  return at.tag() == tag && at.wire_type() == type;
}

void read_trainer(protozero::pbf_reader trainer, SubwordSettings& settings) {
  each_field(trainer, [&](protozero::pbf_reader& field) {
    if (is_field(field, kModelType, pbf_wire_type::varint)) {
      const int32_t type = field.get_enum();
      settings.kind = type > 0 && type < static_cast<int32_t>(kModelTypes.size()) ? kModelTypes[type] : kModelTypes[0];
    } else if (is_field(field, kSpaceBehind, pbf_wire_type::varint)) {
      settings.space_behind = field.get_bool();
    } else {
      return false;
    }
    return true;
  });
}

void read_normalizer(protozero::pbf_reader normalizer, SubwordSettings& settings) {
  each_field(normalizer, [&](protozero::pbf_reader& field) {
    if (is_field(field, kCharacterMap, pbf_wire_type::length_delimited)) {
      const protozero::data_view map = field.get_view();
      settings.sound_characters = is_sound_character_map({map.data(), map.size()});
    } else if (is_field(field, kLeadingSpace, pbf_wire_type::varint)) {
      settings.leading_space = field.get_bool();
    } else if (is_field(field, kSpacesMarked, pbf_wire_type::varint)) {
      settings.spaces_marked = field.get_bool();
    } else {
      return false;
    }
    return true;
  });
}

}  // namespace

SubwordSettings subword_settings(std::string_view bytes) {
  SubwordSettings settings;
  settings.kind = kModelTypes[1];  // the file format's default
  each_field(protozero::pbf_reader(bytes.data(), bytes.size()), [&](protozero::pbf_reader& field) {
    if (is_field(field, kTrainer, pbf_wire_type::length_delimited)) {
      read_trainer(field.get_message(), settings);
    } else if (is_field(field, kNormalizer, pbf_wire_type::length_delimited)) {
      read_normalizer(field.get_message(), settings);
    } else {
      return false;
    }
    return true;
  });
  return settings;
}

size_t SubwordRuns::single_bytes() const {
  const std::string_view rest = text_.substr(position_);
  if (rest[0] == '\n' || rest[0] == '\0') return 1;
  if (rest.starts_with(kSpaceMark)) return kSpaceMark.size();
  size_t end = 0;
  const bool ill_formed = next_code_point(rest, end) == kReplacementCharacter && end == 1;
  return ill_formed ? 1 : 0;
}

bool SubwordRuns::next(std::string_view& run, bool& single) {
  if (position_ >= text_.size()) return false;
  if (singles_ == 0) singles_ = single_bytes();
  single = singles_ > 0;
  const size_t begin = position_;
  if (single) {
    --singles_, ++position_;
  } else {
    while (position_ < text_.size() && (singles_ = single_bytes()) == 0) next_code_point(text_, position_);
  }
  run = text_.substr(begin, position_ - begin);
  return true;
}

bool is_subword_kind(std::string_view kind) { return !kind.empty() && (kind == kModelTypes[1] || kind == kModelTypes[2]); }

std::unique_ptr<Tokenizer> read_subwords(const std::string& path, int vocabulary) {
  const std::string bytes = [&] {
    try {
      return read_file(path);
    } catch (const Error& e) {
      throw Error(Exit::data, "tokenizer/file", e.what(), e.help());
    }
  }();
  std::unique_ptr<Tokenizer> tokenizer;
  try {
    tokenizer = std::make_unique<SubwordTokenizer>(bytes);
  } catch (const std::exception& e) {
    throw Error(Exit::model, "tokenizer/file", fmt::format("{} is not a usable sub-word model: {}", path, e.what()),
                "give a .model file of SentencePiece: spm_train, rnn tokenizer train or rnn tokenizer export write one");
  }
  if (vocabulary > 0 && vocabulary != tokenizer->size()) {
    throw Error(Exit::usage, "usage/tokens",
                fmt::format("{} has {} pieces, but --max-vocabulary is {}", path, tokenizer->size(), vocabulary),
                "leave --max-vocabulary out, or give another file");
  }
  return tokenizer;
}

std::optional<std::string> subword_file(const Tokenizer& tokenizer) {
  const auto* subwords = dynamic_cast<const SubwordTokenizer*>(&tokenizer);
  return subwords ? std::optional(subwords->file()) : std::nullopt;
}

std::unique_ptr<Tokenizer> build_unigram(const std::vector<std::string_view>& documents, const TokenizerOptions& options) {
  return build_subwords("unigram", documents, options);
}
std::unique_ptr<Tokenizer> build_bpe(const std::vector<std::string_view>& documents, const TokenizerOptions& options) {
  return build_subwords("bpe", documents, options);
}

std::unique_ptr<Tokenizer> load_subwords(const nlohmann::json& content) {
  const auto fail = [](const std::string& what) {
    throw Error(Exit::model, "model/tokenizer", "the tokenizer of the model is damaged: " + what,
                "get the model file from its source again");
  };
  const auto model = content.find("model");
  if (model == content.end() || !model->is_string()) fail("it has no 'model'");
  const std::optional<std::string> bytes = from_base64(model->get_ref<const std::string&>());
  if (!bytes) fail("its 'model' is not base64");
  std::unique_ptr<Tokenizer> tokenizer;
  try {
    tokenizer = std::make_unique<SubwordTokenizer>(*bytes);
  } catch (const std::exception& e) {
    fail(e.what());
  }
  if (tokenizer->kind() != content.at("kind").get<std::string>())
    fail(fmt::format("it holds a {} model", tokenizer->kind()));
  return tokenizer;
}

}  // namespace rnn::core
