// Why: the configuration in a model file: strictly read, field by field; what earlier versions did not write has its default.
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/error.h"
#include "io/model_file.h"
#include "networks/config_fields.h"

namespace rnn::core {
namespace {

using nlohmann::json;

[[noreturn]] void corrupt(const std::string& what) { throw Error(Exit::model, "model/corrupt", what); }

// The library would cut 2^32 + 8 down to 8, and take true for 1.
void require_int(const json& j) {
  const bool fits = j.is_number_unsigned() ? j.get<uint64_t>() <= std::numeric_limits<int>::max()
                                           : j.is_number_integer() && j.get<int64_t>() >= std::numeric_limits<int>::min();
  if (!fits) throw json::other_error::create(501, "no whole number of this size", &j);
}

template <class V>
V value_of(const json& j, std::string_view key) {
  const auto at = j.is_object() ? j.find(key) : j.end();
  if (at == j.end()) corrupt("the model's configuration has no '" + std::string(key) + "'");
  try {
    if constexpr (std::is_same_v<V, int>) require_int(*at);
    if constexpr (std::is_same_v<V, std::vector<int>>) std::for_each(at->begin(), at->end(), require_int);
    return at->template get<V>();
  } catch (const json::exception&) {
    corrupt("the model's configuration has a bad '" + std::string(key) + "': " + at->dump());
  }
}

class ConfigWriter {
 public:
  explicit ConfigWriter(json* out) : out_(out) {}

  template <class T>
  void field(const FieldInfo& info, const T& value) {
    json& to = (*out_)[std::string(info.key)];
    if constexpr (requires { value.text(); }) {
      to = value.text();
    } else if constexpr (requires { value.get(); }) {
      to = value.get();
    } else if constexpr (requires { value.resolved; }) {
      to = value.resolved;
    } else {
      to = value;
    }
  }
  template <class Body>
  void group(std::string_view, bool written, Body&& body) {
    if (written) body();
  }
  template <class Body>
  void object(std::string_view key, bool written, Body&& body) {
    if (!written) return;
    json* outer = std::exchange(out_, &(*out_)[std::string(key)]);
    body();
    out_ = outer;
  }

 private:
  json* out_;
};

class ConfigReader {
 public:
  explicit ConfigReader(const json* from) : from_(from) {}

  template <class T>
  void field(const FieldInfo& info, T&& value) {
    using V = std::remove_cvref_t<T>;
    if constexpr (requires { value.text(); }) {
      const auto name = value_of<std::string>(*from_, info.key);
      if (!value.set(name)) corrupt("the model's configuration has a bad '" + std::string(info.key) + "': " + name);
    } else if constexpr (requires { value.get(); }) {
      value.set(value_of<bool>(*from_, info.key));
    } else if constexpr (requires { value.resolved; }) {
      value.stored = value_of<double>(*from_, info.key);
    } else {
      value = value_of<V>(*from_, info.key);
    }
  }
  template <class Body>
  void group(std::string_view key, bool, Body&& body) {
    if (from_->contains(key)) body();
  }
  template <class Body>
  void object(std::string_view key, bool, Body&& body) {
    if (!from_->contains(key)) return;
    const json* outer = std::exchange(from_, &from_->at(std::string(key)));
    body();
    from_ = outer;
  }

 private:
  const json* from_;
};

}  // namespace

json config_to_json(const ModelConfig& config) {
  json j = json::object();
  ConfigWriter writer(&j);
  fields(config, writer);
  return j;
}

ModelConfig config_from_json(const json& j) {
  if (!j.is_object()) corrupt("the model file has no configuration");
  const auto task = value_of<std::string>(j, "task");  // first: a newer file may have other fields
  if (!find_form(task)) {
    throw Error(Exit::model, "model/task",
                "this file contains a model for the task '" + task + "', which this version does not know",
                "get a newer rnn");
  }
  ModelConfig config;
  ConfigReader reader(&j);
  fields(config, reader);
  if (j.contains("encoder")) {
    config.encoder.rnn.input = config.rnn.input;
    config.encoder.match(config.rnn);
  }
  return config;
}

}  // namespace rnn::core
