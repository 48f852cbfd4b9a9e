// Why: a header can hold a JSON value by this and json_fwd.hpp; json.hpp itself costs every file that reads it a second of compiling.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace rnn::core {

// A JSON value, null at first; copies are deep. What it does beyond the few shortcuts here is done with get(), by a file that
// includes json.hpp.
class JsonValue {
 public:
  JsonValue() noexcept;
  static JsonValue object();  // {}
  JsonValue(const JsonValue& other);
  JsonValue(JsonValue&& other) noexcept;  // leaves null
  JsonValue& operator=(const JsonValue& other);
  JsonValue& operator=(JsonValue&& other) noexcept;
  JsonValue& operator=(const nlohmann::json& value);
  ~JsonValue();

  nlohmann::json& get();
  const nlohmann::json& get() const noexcept;
  operator const nlohmann::json&() const noexcept { return get(); }

  bool is_null() const noexcept;
  bool is_object() const noexcept;
  bool contains(std::string_view key) const;             // false unless it is an object
  const nlohmann::json& at(std::string_view key) const;  // throws what nlohmann::json::at() throws
  nlohmann::json& operator[](std::string_view key);      // makes the key, and an object of null
  // What is under `key`: "", NaN and false where there is nothing of that kind.
  std::string text(std::string_view key) const;
  double number(std::string_view key) const;
  bool flag(std::string_view key) const;

 private:
  std::unique_ptr<nlohmann::json> value_;  // empty: null
};

}  // namespace rnn::core
