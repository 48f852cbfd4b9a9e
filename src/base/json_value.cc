// Why: the one place where a JsonValue knows what it holds.
#include "base/json_value.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace rnn::core {

JsonValue::JsonValue() noexcept = default;
JsonValue JsonValue::object() {
  JsonValue result;
  result = nlohmann::json::object();
  return result;
}
JsonValue::JsonValue(const JsonValue& other)
    : value_(other.value_ ? std::make_unique<nlohmann::json>(*other.value_) : nullptr) {}
JsonValue::JsonValue(JsonValue&& other) noexcept = default;
JsonValue& JsonValue::operator=(const JsonValue& other) {
  if (this != &other) value_ = other.value_ ? std::make_unique<nlohmann::json>(*other.value_) : nullptr;
  return *this;
}
JsonValue& JsonValue::operator=(JsonValue&& other) noexcept = default;
JsonValue& JsonValue::operator=(const nlohmann::json& value) {
  value_ = std::make_unique<nlohmann::json>(value);
  return *this;
}
JsonValue::~JsonValue() = default;

nlohmann::json& JsonValue::get() {
  if (!value_) value_ = std::make_unique<nlohmann::json>();
  return *value_;
}

const nlohmann::json& JsonValue::get() const noexcept {
  static const nlohmann::json kNull;
  return value_ ? *value_ : kNull;
}

bool JsonValue::is_null() const noexcept { return get().is_null(); }
bool JsonValue::is_object() const noexcept { return get().is_object(); }
bool JsonValue::contains(std::string_view key) const { return get().contains(key); }
const nlohmann::json& JsonValue::at(std::string_view key) const { return get().at(std::string(key)); }

static const nlohmann::json& found(const nlohmann::json& object, std::string_view key) {
  static const nlohmann::json kNull;
  const auto at = object.find(key);
  return at == object.end() ? kNull : *at;
}

std::string JsonValue::text(std::string_view key) const {
  const nlohmann::json& value = found(get(), key);
  return value.is_string() ? value.get<std::string>() : "";
}

double JsonValue::number(std::string_view key) const {
  const nlohmann::json& value = found(get(), key);
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

bool JsonValue::flag(std::string_view key) const {
  const nlohmann::json& value = found(get(), key);
  return value.is_boolean() && value.get<bool>();
}

nlohmann::json& JsonValue::operator[](std::string_view key) { return get()[std::string(key)]; }

}  // namespace rnn::core
