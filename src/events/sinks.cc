// Why: the file sinks, and how a resumed run removes the records of the updates that it will repeat.
#include "events/sinks.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/numbers.h"

namespace rnn::core {
namespace {

// The columns in the first line of metrics.csv, of which earlier versions had fewer; empty: not such a line.
std::vector<std::string> columns_of(std::string_view header) {
  std::vector<std::string> columns;
  while (!header.empty()) {
    const size_t end = std::min(header.find(','), header.size());
    columns.emplace_back(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    if (std::find(std::begin(kMetricKeys), std::end(kMetricKeys), columns.back()) == std::end(kMetricKeys)) return {};
  }
  if (columns.empty() || columns[0] != kMetricKeys[0]) return {};
  return columns;
}

[[noreturn]] void bad_line(const std::string& path, int line) {
  throw Error(Exit::data, "run/metrics", fmt::format("{}:{} is not a line of metrics", path, line),
              "move the file away to resume without the old metrics");
}

// Keeps the complete lines for which keep(line, number) is true.
template <class Keep>
void filter_lines(AppendFile* file, Keep&& keep) {
  const std::string text = file->read();
  std::string kept;
  int number = 0;
  for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (keep(line, ++number)) kept.append(line).push_back('\n');
  }
  if (kept != text) file->replace(kept);
}

}  // namespace

void JsonlSink::truncate_after(int64_t step) {
  const PlainNumbers plain_numbers;
  bool later = false;  // an event without an update belongs to the last update before it
  filter_lines(&file_, [&](std::string_view line, int number) {
    const auto event = nlohmann::json::parse(line, nullptr, false);
    const auto type = event.find("type"), at = event.find("step");
    if (!event.is_object() || type == event.end()) bad_line(file_.path(), number);
    if (at != event.end() && at->is_number()) later = at->get<double>() > static_cast<double>(step);
    return !later && *type != "result";
  });
}

CsvSink::CsvSink(const std::string& path, Open mode)
    : file_(path, mode), columns_(std::begin(kMetricKeys), std::end(kMetricKeys)) {
  const std::string text = mode == Open::resume ? file_.read() : "";
  const size_t end = text.find('\n');
  if (end == std::string::npos) {
    if (!text.empty()) file_.replace("");
    file_.write(fmt::format("{}\n", fmt::join(columns_, ",")));
  } else if (columns_ = columns_of(std::string_view(text).substr(0, end)); columns_.empty()) {
    bad_line(path, 1);
  }
}

void CsvSink::on(const Event& event) {
  if (event.type == "metric" || event.type == "eval") file_.write(csv_row(event, columns_) + "\n");
}

void CsvSink::truncate_after(int64_t step) {
  filter_lines(&file_, [&](std::string_view line, int number) {
    if (number == 1) return true;
    const std::optional<int64_t> at = take_number<int64_t>(line);
    if (!at || !line.starts_with(',')) bad_line(file_.path(), number);
    return *at <= step;
  });
}

std::string csv_row(const Event& event, std::span<const std::string> columns) {
  const nlohmann::json& fields = event.fields;
  std::string row;
  for (const std::string& key : columns) {
    if (&key != &columns.front()) row += ',';
    const auto value = fields.find(key);
    if (value == fields.end() || !value->is_number()) continue;
    row += value->is_number_float() ? fmt::format("{}", value->get<double>()) : value->dump();
  }
  return row;
}

}  // namespace rnn::core
