// Why: a change in the head of a safetensors file breaks its length, and all such inputs would be refused alike: mend it.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t longest);

// Changes the head or the tensors behind it, and writes the length of the head anew; one time in eight anything anywhere.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t longest, unsigned int seed) {
  uint64_t length = 0;
  if (size > 8) std::memcpy(&length, data, 8);
  if (size <= 8 || length > size - 8 || seed % 8 == 0) return LLVMFuzzerMutate(data, size, longest);
  const auto head_size = static_cast<size_t>(length);
  const bool in_head = seed / 8 % 4 != 0;
  std::string head(reinterpret_cast<char*>(data) + 8, head_size);
  std::string tensors(reinterpret_cast<char*>(data) + 8 + head_size, size - 8 - head_size);
  std::string& changed = in_head ? head : tensors;
  const size_t old = changed.size(), room = longest - std::min(longest, size - old);
  changed.resize(std::max(old, room));
  changed.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(changed.data()), old, room));
  length = head.size();
  std::memcpy(data, &length, 8);
  std::memcpy(data + 8, head.data(), head.size());
  std::memcpy(data + 8 + head.size(), tensors.data(), tensors.size());
  return 8 + head.size() + tensors.size();
}
