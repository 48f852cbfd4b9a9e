// Why: a strict reader and a deterministic writer of the safetensors format.
#include "io/safetensors.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/concat.h"
#include "base/error.h"
#include "base/file.h"
#include "base/foreign_file.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are copied byte for byte: the format is little-endian");

constexpr const char* kMetadata = "__metadata__";
constexpr const char* kAgain = "fetch or save the file again";

struct Dtype {
  std::string_view name;
  size_t size;
};
constexpr Dtype kDtypes[] = {{"F64", 8}, {"F32", 4}, {"F16", 2},  {"BF16", 2},    {"I64", 8},
                             {"U64", 8}, {"I32", 4}, {"U32", 4},  {"I16", 2},     {"U16", 2},
                             {"I8", 1},  {"U8", 1},  {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}};

[[noreturn]] void corrupt(const std::string& path, const std::string& what) {
  throw Error(Exit::model, "model/corrupt", path + ": not a valid safetensors file: " + what, kAgain);
}

[[noreturn]] void truncated(const std::string& path, const std::string& what) {
  throw Error(Exit::model, "model/truncated", path + ": the file is truncated: " + what, kAgain);
}

// Bytes of a tensor; false if the product overflows.
bool tensor_bytes(const TensorInfo& info, size_t* bytes) {
  size_t product = dtype_size(info.dtype);
  for (const int64_t n : info.shape)
    if (__builtin_mul_overflow(product, static_cast<size_t>(n), &product)) return false;
  *bytes = product;
  return true;
}

// Reads the header as a stream of JSON events: a hostile header takes memory in proportion to its length, never a deep tree.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  struct Entry {
    std::string name;
    TensorInfo info;
  };
  HeaderReader(const std::string& path, std::map<std::string, std::string>* metadata) : path_(path), metadata_(metadata) {}
  std::vector<Entry>& entries() { return entries_; }

  bool null() override { return unexpected("null"); }
  bool boolean(bool) override { return unexpected("a boolean"); }
  bool number_float(number_float_t, const string_t& text) override { return unexpected("the number " + text); }
  bool binary(binary_t&) override { return unexpected("binary data"); }
  bool number_integer(number_integer_t value) override {
    if (level_ != Level::shape && level_ != Level::offsets) return unexpected(concat("the number ", value));
    corrupt(path_, concat("tensor '", name_, "' has the negative number ", value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      corrupt(path_, concat("tensor '", name_, "' has the impossible number ", value));
    if (level_ == Level::shape) {
      entries_.back().info.shape.push_back(static_cast<int64_t>(value));
    } else if (level_ == Level::offsets && offsets_ < 2) {
      (offsets_++ == 0 ? entries_.back().info.begin : entries_.back().info.end) = static_cast<size_t>(value);
    } else {
      return unexpected(concat("the number ", value));
    }
    return true;
  }
  bool string(string_t& value) override {
    if (level_ == Level::metadata) {
      (*metadata_)[key_] = std::move(value);
    } else if (level_ == Level::tensor && key_ == "dtype") {
      if (dtype_size(value) == 0) corrupt(path_, concat("tensor '", name_, "' has the unknown dtype '", value, "'"));
      entries_.back().info.dtype = std::move(value);
    } else {
      return unexpected("a string");
    }
    return true;
  }
  bool start_object(size_t) override {
    if (level_ == Level::before) {
      level_ = Level::table;
    } else if (level_ == Level::table && name_ == kMetadata) {
      level_ = Level::metadata;
    } else if (level_ == Level::table) {
      level_ = Level::tensor;
      entries_.push_back({name_, {}});
      fields_ = 0, offsets_ = 0;
    } else {
      return unexpected("an object");
    }
    return true;
  }
  bool key(string_t& value) override {
    if (level_ == Level::table) {
      if (!names_.emplace(value, 0).second) corrupt(path_, concat("the name '", value, "' occurs twice"));
      name_ = value;
    } else if (level_ == Level::tensor) {
      const unsigned bit = value == "dtype" ? 1 : value == "shape" ? 2 : value == "data_offsets" ? 4 : 0;
      if (bit == 0) corrupt(path_, concat("tensor '", name_, "' has the unknown key '", value, "'"));
      if (fields_ & bit) corrupt(path_, concat("tensor '", name_, "' has '", value, "' twice"));
      fields_ |= bit;
    } else if (metadata_->count(value)) {
      corrupt(path_, concat("the metadata key '", value, "' occurs twice"));
    }
    key_ = std::move(value);
    return true;
  }
  bool end_object() override {
    if (level_ == Level::tensor && (fields_ != 7 || offsets_ != 2))
      corrupt(path_, concat("tensor '", name_, "' lacks its dtype, shape or two data_offsets"));
    level_ = level_ == Level::table ? Level::after : Level::table;
    return true;
  }
  bool start_array(size_t) override {
    if (level_ != Level::tensor || key_ == "dtype") return unexpected("an array");
    level_ = key_ == "shape" ? Level::shape : Level::offsets;
    return true;
  }
  bool end_array() override {
    level_ = Level::tensor;
    return true;
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) override {
    corrupt(path_, concat("its header is not JSON, at byte ", position + 8));
  }

 private:
  enum class Level { before, table, tensor, shape, offsets, metadata, after };
  bool unexpected(const std::string& what) {
    corrupt(path_, name_.empty() ? what + " in its header" : concat(what, " in its entry '", name_, "'"));
  }

  const std::string& path_;
  std::map<std::string, std::string>* metadata_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, char> names_;
  Level level_ = Level::before;
  std::string name_, key_;
  unsigned fields_ = 0;
  int offsets_ = 0;
};

// The tensors must cover the data section exactly: sorted by position, each starts where the previous one ends.
void check_layout(const std::vector<HeaderReader::Entry>& entries, size_t available, const std::string& path) {
  size_t end = 0;
  for (const auto& [name, info] : entries) {
    size_t bytes = 0;
    if (info.end < info.begin)
      corrupt(path, concat("tensor '", name, "' ends at ", info.end, " before it begins at ", info.begin));
    if (!tensor_bytes(info, &bytes)) corrupt(path, concat("the shape of tensor '", name, "' overflows"));
    if (info.end - info.begin != bytes)
      corrupt(path,
              concat("tensor '", name, "' has ", info.end - info.begin, " bytes, but its shape and dtype need ", bytes));
    if (info.begin != end)
      corrupt(path, concat("tensor '", name, "' begins at ", info.begin, ", expected ", end, " (",
                           info.begin < end ? "tensors overlap" : "a hole", ")"));
    end = info.end;
  }
  if (end > available) truncated(path, concat("its tensors need ", end, " bytes, but there are ", available));
  if (end < available) corrupt(path, concat(available - end, " bytes follow the last tensor"));
}

float half_to_float(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16, exponent = (half >> 10) & 31, fraction = half & 1023;
  uint32_t bits = sign;
  if (exponent == 31) {
    bits |= 0x7F800000 | fraction << 13;
  } else if (exponent > 0) {
    bits |= (exponent + 112) << 23 | fraction << 13;
  } else if (fraction > 0) {  // subnormal: shift the leading one into place
    const uint32_t shift = static_cast<uint32_t>(std::countl_zero(fraction)) - 21;
    bits |= (113 - shift) << 23 | ((fraction << shift) & 1023) << 13;
  }
  return std::bit_cast<float>(bits);
}

template <class Stored, class Convert>
void convert(std::string_view bytes, std::vector<float>* values, Convert to_float) {
  for (size_t i = 0; i < values->size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof stored, sizeof stored);
    (*values)[i] = to_float(stored);
  }
}

}  // namespace

size_t dtype_size(std::string_view dtype) {
  for (const Dtype& d : kDtypes)
    if (d.name == dtype) return d.size;
  return 0;
}

Safetensors Safetensors::parse(std::string bytes, const std::string& path) {
  Safetensors file;
  file.bytes_ = std::move(bytes);
  file.path_ = path;
  const std::string& all = file.bytes_;
  uint64_t length = 0;
  if (all.size() >= 8) std::memcpy(&length, all.data(), 8);
  if (all.size() < 9 || length > all.size() - 8 || all[8] != '{') {
    if (const auto foreign = foreign_file(all, path); foreign && !foreign->as_model.empty())
      throw Error(Exit::model, "model/format", path + ": this is " + foreign->what + ", not a model", foreign->as_model);
  }
  if (all.size() < 8) truncated(path, concat("it has ", all.size(), " bytes, but the length of the header alone needs 8"));
  if (length > kMaxSafetensorsHeader) corrupt(path, concat("its header would have ", length, " bytes"));
  if (length > all.size() - 8) {
    // A truncated file still has the start of its table; anything else never was a safetensors file.
    if (all.size() > 8 && all[8] != '{')
      corrupt(path, concat("its header would have ", length, " bytes, more than the file"));
    truncated(path, concat("its header needs ", length, " bytes, but there are ", all.size() - 8));
  }
  if (length == 0 || all[8] != '{') corrupt(path, "its header does not start with '{'");
  file.data_ = 8 + static_cast<size_t>(length);

  HeaderReader reader(file.path_, &file.metadata_);
  const PlainNumbers plain_numbers;
  nlohmann::json::sax_parse(all.data() + 8, all.data() + file.data_, &reader);
  auto& entries = reader.entries();
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return std::pair(a.info.begin, a.info.end) < std::pair(b.info.begin, b.info.end);
  });
  check_layout(entries, all.size() - file.data_, path);
  for (auto& entry : entries) {
    file.names_.push_back(entry.name);
    file.tensors_.emplace(std::move(entry.name), std::move(entry.info));
  }
  return file;
}

const TensorInfo& Safetensors::info(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw Error(Exit::model, "model/tensor", concat(path_, ": there is no tensor '", name, "'"));
  return found->second;
}

std::string_view Safetensors::bytes(const std::string& name) const {
  const TensorInfo& t = info(name);
  return std::string_view(bytes_).substr(data_ + t.begin, t.end - t.begin);
}

std::vector<float> Safetensors::floats(const std::string& name) const {
  const std::string& dtype = info(name).dtype;
  const std::string_view stored = bytes(name);
  std::vector<float> values(stored.size() / dtype_size(dtype));
  if (dtype == "F32") {
    if (!values.empty()) std::memcpy(values.data(), stored.data(), stored.size());
  } else if (dtype == "F64") {
    convert<double>(stored, &values, [&](double v) {
      if (std::isfinite(v) && std::fabs(v) > std::numeric_limits<float>::max())
        throw Error(Exit::model, "model/overflow",
                    concat(path_, ": tensor '", name, "' has the number ", number_text(v), ", too large for a 32-bit float"),
                    "the weights of a trained model are small: training diverged, or the file is damaged");
      return static_cast<float>(v);
    });
  } else if (dtype == "F16") {
    convert<uint16_t>(stored, &values, half_to_float);
  } else if (dtype == "BF16") {
    convert<uint16_t>(stored, &values, [](uint16_t v) { return std::bit_cast<float>(static_cast<uint32_t>(v) << 16); });
  } else {
    throw Error(Exit::model, "model/dtype",
                concat(path_, ": tensor '", name, "' has the dtype ", dtype, ", expected F32, F64, F16 or BF16"));
  }
  return values;
}

void Safetensors::read_floats(const std::string& name, std::span<float> out) const {
  const std::string_view stored = bytes(name);
  if (info(name).dtype == "F32" && stored.size() == out.size_bytes()) {
    if (!out.empty()) std::memcpy(out.data(), stored.data(), stored.size());
    return;
  }
  const std::vector<float> values = floats(name);
  if (values.size() != out.size()) {
    throw Error(Exit::model, "model/shape",
                concat(path_, ": tensor '", name, "' has ", values.size(), " numbers, expected ", out.size()));
  }
  std::copy(values.begin(), values.end(), out.begin());
}

void SafetensorsWriter::add(const std::string& name, const std::string& dtype, std::vector<int64_t> shape,
                            std::string bytes) {
  append({{dtype, std::move(shape), 0, 0}, name, std::move(bytes), {}});
}

void SafetensorsWriter::add_view(const std::string& name, const std::string& dtype, std::vector<int64_t> shape,
                                 std::string_view bytes) {
  append({{dtype, std::move(shape), 0, 0}, name, {}, bytes});
}

void SafetensorsWriter::add_floats(const std::string& name, std::vector<int64_t> shape, std::span<const float> values) {
  add_view(name, "F32", std::move(shape), {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
}

void SafetensorsWriter::append(Entry entry) {
  const auto wrong = [&](const std::string& what) {
    throw Error(Exit::internal, "io/tensor", concat("cannot write tensor '", entry.name, "': ", what));
  };
  const size_t given = entry.bytes().size();
  size_t expected = 0;
  if (dtype_size(entry.info.dtype) == 0) wrong(concat("unknown dtype '", entry.info.dtype, "'"));
  for (const int64_t n : entry.info.shape)
    if (n < 0) wrong(concat("negative dimension ", n));
  if (!tensor_bytes(entry.info, &expected)) wrong("its shape overflows");
  if (given != expected) wrong(concat(given, " bytes given, but its shape and dtype need ", expected));
  if (entry.name == kMetadata) wrong("the name is reserved");
  if (!index_.emplace(entry.name, entries_.size()).second) wrong("the name was added before");
  entry.info.begin = size_;
  entry.info.end = size_ += given;
  entries_.push_back(std::move(entry));
}

std::string SafetensorsWriter::head() const {
  const auto quoted = [](const std::string& text) {
    try {
      return nlohmann::json(text).dump();
    } catch (const nlohmann::json::exception&) {
      throw Error(Exit::internal, "io/tensor", "a name or metadata value of the model file is not UTF-8");
    }
  };
  const auto shape_text = [](const std::vector<int64_t>& shape) {
    std::string text;
    for (const int64_t n : shape) text += (text.empty() ? "" : ",") + std::to_string(n);
    return text;
  };
  std::string header = "{";
  if (!metadata_.empty()) {
    header += concat(quoted(kMetadata), ":{");
    for (const auto& [key, value] : metadata_) header += quoted(key) + ":" + quoted(value) + ",";
    header.back() = '}';
    header += ',';
  }
  for (const Entry& e : entries_)
    header += concat(quoted(e.name), R"(:{"dtype":")", e.info.dtype, R"(","shape":[)", shape_text(e.info.shape),
                     R"(],"data_offsets":[)", e.info.begin, ",", e.info.end, "]},");
  if (header.size() == 1) header += ' ';
  header.back() = '}';
  header.resize((header.size() + 7) / 8 * 8, ' ');
  if (header.size() > kMaxSafetensorsHeader)
    throw Error(Exit::internal, "io/tensor", "the header of the model file exceeds 100 MB");

  const uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), 8) + header;
}

std::string SafetensorsWriter::finish() const {
  std::string file = head();
  file.reserve(file.size() + size_);
  for (const Entry& e : entries_) file += e.bytes();
  return file;
}

void SafetensorsWriter::write(const std::string& path) const {
  const std::string first = head();
  std::vector<std::string_view> pieces{first};
  for (const Entry& e : entries_) pieces.push_back(e.bytes());
  write_file_atomic(path, pieces);
}

}  // namespace rnn::core
