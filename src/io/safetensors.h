// Why: the model file: an 8-byte length, a JSON table of tensors, their bytes; nothing in it is ever executed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rnn::core {

constexpr size_t kMaxSafetensorsHeader = 100'000'000;  // bytes, the limit of the format's own readers

// Bytes of one element of a dtype of the format ("F32": 4); 0 if the name is unknown.
size_t dtype_size(std::string_view dtype);

struct TensorInfo {
  std::string dtype;           // F64 F32 F16 BF16 I64 ... U8 BOOL
  std::vector<int64_t> shape;  // each >= 0; empty: one number
  size_t begin = 0, end = 0;   // bytes, from the start of the data section
};

// A parsed safetensors file, including its bytes. Const and thread-safe after parse(). Asking for a tensor that does not
// exist throws Error{model, "model/tensor"} with the file and the name.
class Safetensors {
 public:
  // `path` is for messages only. Throws Error{model, "model/truncated"} for a truncated file, Error{model, "model/corrupt"}
  // for anything else that violates the format: holes, overlaps, duplicates, unknown keys and trailing bytes are refused.
  static Safetensors parse(std::string bytes, const std::string& path);

  const std::string& path() const { return path_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::vector<std::string>& names() const { return names_; }  // in the order of their bytes in the file
  bool contains(const std::string& name) const { return tensors_.count(name) != 0; }
  const TensorInfo& info(const std::string& name) const;
  const std::vector<int64_t>& shape(const std::string& name) const { return info(name).shape; }
  // The bytes as stored, little-endian, not necessarily aligned; valid until this object is moved or destroyed.
  std::string_view bytes(const std::string& name) const;
  // Row-major numbers of an F64, F32, F16 or BF16 tensor, rounded to float; Error{model, "model/dtype"} for other types.
  std::vector<float> floats(const std::string& name) const;
  // The same into `out`, whose size is the number of elements; for an F32 tensor no intermediate copy is made.
  void read_floats(const std::string& name, std::span<float> out) const;

 private:
  std::string bytes_, path_;
  size_t data_ = 0;  // where the data section starts in bytes_
  std::map<std::string, std::string> metadata_;
  std::vector<std::string> names_;
  std::unordered_map<std::string, TensorInfo> tensors_;
};

// Collects tensors and writes the file. Tensors are stored in the order in which they were added, without holes: add wide
// dtypes first to keep them aligned. A wrong size, a duplicate or an unknown dtype is an error of the caller:
// Error{internal, "io/tensor"}.
class SafetensorsWriter {
 public:
  void set_metadata(const std::string& key, std::string value) { metadata_[key] = std::move(value); }
  void add(const std::string& name, const std::string& dtype, std::vector<int64_t> shape, std::string bytes);
  // These borrow: the memory must stay valid until finish(), so that a model is copied once, not twice.
  void add_view(const std::string& name, const std::string& dtype, std::vector<int64_t> shape, std::string_view bytes);
  void add_floats(const std::string& name, std::vector<int64_t> shape, std::span<const float> values);  // F32
  void add_floats(const std::string&, std::vector<int64_t>, std::vector<float>&&) = delete;             // it would dangle

  // The whole file; the same tensors and metadata give the same bytes. Names and metadata must be UTF-8.
  std::string finish() const;
  // Writes the file, completely or not at all (write_file_atomic), without a copy of it in memory.
  void write(const std::string& path) const;

 private:
  struct Entry {
    TensorInfo info;
    std::string name;
    std::string owned;
    std::string_view borrowed;
    std::string_view bytes() const { return borrowed.data() ? borrowed : std::string_view(owned); }
  };
  void append(Entry entry);
  std::string head() const;  // length and table

  std::map<std::string, std::string> metadata_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string, size_t> index_;
  size_t size_ = 0;
};

}  // namespace rnn::core
