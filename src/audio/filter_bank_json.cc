// Why: the front end in a model file: a model that is given other frames than those it learned from is wrong without a word.
#include <nlohmann/json.hpp>
#include <string>

#include "audio/filter_bank.h"
#include "base/error.h"

namespace rnn::core {
namespace {

using nlohmann::json;

constexpr int kFrontVersion = 1;
constexpr const char* kFrontUnits = "natural logarithm of the power in a band of the mel scale";

[[noreturn]] void corrupt_front_end(const std::string& what) {
  throw Error(Exit::model, "audio/front_end", "the model's description of its front end is not valid: " + what,
              "the file is damaged, or of a newer version of this program; train again, or copy it again");
}

struct FrontWriter {
  json& out;
  template <class T>
  void field(const FieldInfo& info, const T& value) {
    if constexpr (requires { value.text(); }) {
      out[std::string(info.key)] = value.text();
    } else {
      out[std::string(info.key)] = value;
    }
  }
};

struct FrontReader {
  const json& in;
  size_t read = 0;
  template <class T>
  void field(const FieldInfo& info, T&& value) {
    const json& from = in.at(std::string(info.key));
    ++read;
    if constexpr (requires { value.text(); }) {
      if (!value.set(from.get<std::string>())) corrupt_front_end("'" + std::string(info.key) + "' is " + from.dump());
    } else {
      from.get_to(value);
    }
  }
};

}  // namespace

JsonValue front_end_json(const FilterBankOptions& options) {
  json out = {{"version", kFrontVersion}, {"units", kFrontUnits}};
  FrontWriter writer{out};
  FilterBankOptions o = options;
  front_fields(o, writer);
  JsonValue value;
  value = out;
  return value;
}

FilterBankOptions front_end_of(const json& from) {
  FilterBankOptions options;
  try {
    if (from.at("version") != kFrontVersion) corrupt_front_end("it is of version " + from.at("version").dump());
    if (from.at("units") != kFrontUnits) corrupt_front_end("its units are " + from.at("units").dump());
    FrontReader reader{from};
    front_fields(options, reader);
    if (from.size() != reader.read + 2) corrupt_front_end("it has fields that are not known");
    options.check();
  } catch (const json::exception& e) {
    corrupt_front_end(e.what());
  } catch (const Error& e) {
    if (e.exit() == Exit::model) throw;
    corrupt_front_end(e.what());
  }
  return options;
}

}  // namespace rnn::core
