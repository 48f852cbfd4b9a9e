// Why: states of streams of sound are saved and loaded as bytes in one way, and bytes from outside are not trusted.
#pragma once

#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/error.h"

namespace rnn::core {

// Little-endian as the processor has them; a mark of four letters comes first.
template <class T>
void put_state(std::string& bytes, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline void put_numbers(std::string& bytes, std::span<const float> numbers) {
  bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes());
}

// Reads what put_state and put_numbers wrote. Throws Error{model, "audio/state"}.
class StateReader {
 public:
  StateReader(std::string_view bytes, std::string_view mark) : left_(bytes) {
    if (!left_.starts_with(mark)) refuse("it begins with something else");
    left_.remove_prefix(mark.size());
  }
  template <class T>
  T get() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    take(&value, sizeof value);
    return value;
  }
  void numbers(std::span<float> to) {
    take(to.data(), to.size_bytes());
    for (const float x : to) {
      if (!std::isfinite(x)) refuse("a number is not finite");
    }
  }
  std::string_view bytes(uint64_t count) {
    if (left_.size() < count) refuse("it is too short");
    const std::string_view part = left_.substr(0, count);
    left_.remove_prefix(count);
    return part;
  }
  size_t left() const { return left_.size(); }
  void end() const {
    if (!left_.empty()) refuse("it is too long");
  }
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(Exit::model, "audio/state", "the saved state of a stream of sound is not valid: " + what,
                "it is damaged, or of a model with another front end; begin a new stream");
  }

 private:
  void take(void* to, size_t bytes) {
    if (left_.size() < bytes) refuse("it is too short");
    if (bytes > 0) std::memcpy(to, left_.data(), bytes);
    left_.remove_prefix(bytes);
  }
  std::string_view left_;
};

}  // namespace rnn::core
