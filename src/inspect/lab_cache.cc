// Why: figures of the lab as JSON files, one per cell and settings; whatever cannot be read back is trained again.
#include "inspect/lab_cache.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/numbers.h"
#include "data/hash.h"

namespace rnn::core {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::string place(const std::string& folder, const std::string& kind, const json& settings) {
  const std::string hash = content_hash(settings.dump());
  return fmt::format("{}/{}-{}.json", folder, kind, hash.substr(hash.find(':') + 1));
}

// The saved figures, or null. The file repeats its settings, because hashes can collide.
json kept(const std::string& path, const json& settings) {
  std::error_code ignored;
  if (path.empty() || !fs::exists(path, ignored)) return nullptr;
  const PlainNumbers plain_numbers;
  try {
    const json all = json::parse(read_file(path));
    return all.at("settings") == settings ? all.at("figures") : json();
  } catch (const std::exception&) {
    return nullptr;
  }
}

void keep(const std::string& path, const json& settings, const json& figures) {
  if (path.empty()) return;
  std::error_code ignored;
  fs::create_directories(fs::path(path).parent_path(), ignored);
  try {
    write_file_atomic(path, json{{"settings", settings}, {"figures", figures}}.dump() + "\n");
  } catch (const Error&) {  // the next call trains again
  }
}

json settings_of(const std::string& cell, const RecallOptions& o) {
  return {{"version", RNN_VERSION},
          {"isa", isa_name()},
          {"cell", cell},
          {"lags", o.lags},
          {"mixed", true},
          {"hidden", o.hidden},
          {"symbols", o.symbols},
          {"batch", o.batch},
          {"updates", o.updates},
          {"lr", o.lr},
          {"examples", o.examples},
          {"seed", o.seed},
          {"init", static_cast<int>(o.init.kind)},
          {"plain_init", static_cast<int>(o.plain_init)},
          {"forget", o.init.forget_bias}};
}

json settings_of(const ClippingOptions& o) {
  return {{"version", RNN_VERSION}, {"isa", isa_name()}, {"length", o.length}, {"hidden", o.hidden}, {"batch", o.batch},
          {"updates", o.updates},   {"scale", o.scale},  {"clip", o.clip},     {"lr", o.lr},         {"seed", o.seed}};
}

// JSON has no infinity; null is used instead.
json to_list(const std::vector<double>& values) {
  json list = json::array();
  for (const double v : values) list.push_back(std::isfinite(v) ? json(v) : json());
  return list;
}

std::vector<double> of_list(const json& list) {
  std::vector<double> values;
  for (const json& v : list) values.push_back(v.is_null() ? std::numeric_limits<double>::infinity() : v.get<double>());
  return values;
}

RecallCurve recall_of(const std::string& cell, const RecallOptions& o, const std::string& folder, Pool& pool, Lab& lab) {
  const json settings = settings_of(cell, o);
  const std::string path = folder.empty() ? "" : place(folder, "recall", settings);
  try {
    if (const json found = kept(path, settings); !found.is_null()) {
      return {cell, o.hidden, of_list(found.at("accuracy")), found.at("updates"), found.at("seconds")};
    }
  } catch (const json::exception&) {
  }
  const RecallCurve curve = train_recall(cell, o, pool);
  lab.trained = true;
  if (curve.updates == o.updates) {
    keep(path, settings, {{"accuracy", to_list(curve.accuracy)}, {"updates", curve.updates}, {"seconds", curve.seconds}});
  }
  return curve;
}

Clipping clipping_of(const ClippingOptions& o, const std::string& folder, Pool& pool, Lab& lab) {
  const json settings = settings_of(o);
  const std::string path = folder.empty() ? "" : place(folder, "clipping", settings);
  try {
    if (const json found = kept(path, settings); !found.is_null()) {
      return {found.at("cell"),
              o.clip,
              o.lr,
              of_list(found.at("with")),
              of_list(found.at("without")),
              of_list(found.at("norm_with")),
              of_list(found.at("norm_without"))};
    }
  } catch (const json::exception&) {
  }
  const Clipping c = try_clipping(o, pool);
  lab.trained = true;
  keep(path, settings,
       {{"cell", c.cell},
        {"with", to_list(c.with)},
        {"without", to_list(c.without)},
        {"norm_with", to_list(c.norm_with)},
        {"norm_without", to_list(c.norm_without)}});
  return c;
}

}  // namespace

std::string default_cache_folder() {
  const auto folder = [](const char* variable, const char* below) {
    const char* value = std::getenv(variable);
    return value && *value ? std::string(value) + below : std::string();
  };
  const std::string cache = folder("XDG_CACHE_HOME", "/rnn");
  return cache.empty() ? folder("HOME", "/.cache/rnn") : cache;
}

Lab memory_lab(const std::vector<std::string>& cells, const RecallOptions& recall, const ClippingOptions& clipping,
               const std::string& folder, Pool& pool) {
  Lab lab;
  const auto stopped = [&] { return recall.stop && recall.stop->load() != 0; };
  for (const std::string& cell : cells) {
    if (!uninterrupted([&] { lab.recall.cells.push_back(recall_of(cell, recall, folder, pool, lab)); }) || stopped()) break;
  }
  if (!stopped()) {
    lab.clipping = clipping_of(clipping, folder, pool, lab);
    lab.recall.lags = recall.lags;
    lab.recall.chance = recall_chance(recall);
    return lab;
  }
  Lab nothing;
  nothing.stopped = true;
  return nothing;
}

}  // namespace rnn::core
