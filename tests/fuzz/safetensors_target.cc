// Why: the container of every model: whatever the bytes, it is refused with an error or read to the letter.
#include <optional>
#include <string>

#include "fuzz/target.h"
#include "io/safetensors.h"

namespace rnn::core::fuzz {
namespace {

std::string written_again(const Safetensors& file) {
  SafetensorsWriter writer;
  for (const auto& [key, value] : file.metadata()) writer.set_metadata(key, value);
  for (const std::string& name : file.names())
    writer.add(name, file.info(name).dtype, file.shape(name), std::string(file.bytes(name)));
  return writer.finish();
}

void require_same(const Safetensors& a, const Safetensors& b) {
  require(a.metadata() == b.metadata(), "metadata comes back");
  require(a.names() == b.names(), "the tensors come back in their order");
  for (const std::string& name : a.names()) {
    require(a.info(name).dtype == b.info(name).dtype && a.shape(name) == b.shape(name), "a tensor keeps its type and shape");
    require(a.bytes(name) == b.bytes(name), "a tensor keeps its bytes");
  }
}

void read_numbers(const Safetensors& file) {
  for (const std::string& name : file.names()) {
    size_t count = 1;
    for (const int64_t n : file.shape(name)) count *= static_cast<size_t>(n);
    reads([&] {
      std::vector<float> values = file.floats(name);
      require(values.size() == count, "a tensor has as many numbers as its shape says");
      file.read_floats(name, values);
    });
  }
}

void test(std::string_view input) {
  std::optional<Safetensors> file;
  if (!reads([&] { file = Safetensors::parse(std::string(input), "input"); })) return;
  ++accepted;
  const std::string first = written_again(*file);
  const Safetensors again = Safetensors::parse(first, "again");
  require_same(*file, again);
  require(written_again(again) == first, "what was written is written again to the same bytes");
  read_numbers(*file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test(text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
