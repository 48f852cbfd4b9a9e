// Why: the metric stream as files that people and programs read: JSON lines, CSV, a plain log.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/append_file.h"
#include "events/events.h"

namespace rnn::core {

// metrics.jsonl: every event, one JSON object per line.
class JsonlSink : public EventSink {
 public:
  JsonlSink(const std::string& path, Open mode) : file_(path, mode) {}
  void on(const Event& event) override { file_.write(event_json(event) + "\n"); }
  // Drops events of later updates, results, and an incomplete last line. Error{data, "run/metrics"} names any other bad
  // line.
  void truncate_after(int64_t step) override;

 private:
  AppendFile file_;
};

// metrics.csv: a header of kMetricKeys, one row for each metric and eval event, empty cells for what an event does not have.
// A resumed file keeps its original columns.
class CsvSink : public EventSink {
 public:
  CsvSink(const std::string& path, Open mode);
  void on(const Event& event) override;
  void truncate_after(int64_t step) override;  // as JsonlSink

 private:
  AppendFile file_;
  std::vector<std::string> columns_;
};

// train.log: every event as a plain line. A resumed run appends to it; nothing is ever removed.
class LogSink : public EventSink {
 public:
  LogSink(const std::string& path, Open mode) : file_(path, mode) {}
  void on(const Event& event) override { file_.write(event_text(event) + "\n"); }

 private:
  AppendFile file_;
};

// Every event as a line of JSON, passed to a function (--json: standard output).
class JsonSink : public EventSink {
 public:
  explicit JsonSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}
  void on(const Event& event) override { write_(event_json(event) + "\n"); }

 private:
  std::function<void(std::string_view)> write_;
};

// One row of metrics.csv without its newline; numbers in the shortest form that reads back as the same double.
std::string csv_row(const Event& event, std::span<const std::string> columns);

}  // namespace rnn::core
