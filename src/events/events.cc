// Why: the formats that all sinks share.
#include "events/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/numbers.h"

namespace rnn::core {
namespace {

template <class F>
void for_all(const std::vector<std::unique_ptr<EventSink>>& sinks, F&& f) {
  std::exception_ptr first;
  for (const auto& sink : sinks) {
    try {
      f(*sink);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

std::string dump(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Event::Event(std::string name, const nlohmann::json& values) : type(std::move(name)) { fields = values; }

void EventStream::emit(const Event& event) {
  for_all(sinks_, [&](EventSink& sink) { sink.on(event); });
}

void EventStream::truncate_after(int64_t step) {
  for_all(sinks_, [&](EventSink& sink) { sink.truncate_after(step); });
}

std::vector<std::pair<std::string, nlohmann::json>> ordered_fields(const Event& event) {
  std::vector<std::pair<std::string, nlohmann::json>> result;
  const nlohmann::json& fields = event.fields;
  for (const char* key : kMetricKeys)
    if (fields.contains(key)) result.emplace_back(key, fields[key]);
  for (const auto& [key, value] : fields.items())
    if (std::find(std::begin(kMetricKeys), std::end(kMetricKeys), key) == std::end(kMetricKeys))
      result.emplace_back(key, value);
  return result;
}

nlohmann::json profile_json(const Profile& profile) {
  nlohmann::json phases = nlohmann::json::array();
  for (const Phase phase : profile.largest_first()) {
    const double seconds = profile.seconds(phase);
    nlohmann::json entry{
        {"name", kPhaseNames[static_cast<size_t>(phase)]}, {"s", seconds}, {"share", seconds / profile.total()}};
    if (profile.flops(phase) > 0) entry["gflops"] = profile.flops(phase) / seconds * 1e-9;
    phases.push_back(std::move(entry));
  }
  return {{"calls", profile.calls()}, {"total_s", profile.total()}, {"phases", phases}};
}

double number_field(const Event& event, const char* key) { return event.fields.number(key); }

std::string event_json(const Event& event) {
  std::string line = "{\"type\":" + dump(event.type);
  for (const auto& [key, value] : ordered_fields(event)) line += fmt::format(",{}:{}", dump(key), dump(value));
  return line + "}";
}

std::string event_text(const Event& event) {
  const double elapsed = number_field(event, "elapsed_s");
  std::string line = fmt::format("{:>8}  {}", std::isnan(elapsed) ? "" : clock_time(elapsed), event.type);
  for (const auto& [key, value] : ordered_fields(event)) {
    if (key == "elapsed_s") continue;
    if (value.is_boolean()) {
      if (value.get<bool>()) line += "  " + key;
    } else if (value.is_number_float()) {
      line += fmt::format("  {} {:.6g}", key, value.get<double>());
    } else {
      line += "  " + key + " " + dump(value);
    }
  }
  return line;
}

std::string printable(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (byte == '\n') {
      result += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      result += fmt::format("\\x{:02x}", byte);
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {  // U+0080 to U+009F are terminal control characters, too
      result += fmt::format("\\x{:02x}", next);
      ++i;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace rnn::core
