// Why: one stream of metrics, many readers: files, the terminal, other programs and pages all see the same events.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_value.h"
#include "base/profile.h"

namespace rnn::core {

// An event. Types and their keys (any may be missing, others may be added):
//   start    run epochs config           result  model metrics exit best_epoch elapsed_s
//   metric   step epoch loss lr grad_norm tokens_per_s elapsed_s left_s
//   eval     step epoch val_loss val_perplexity val_bits_per_byte val_accuracy best elapsed_s left_s
//            val_smoothed_loss, if the best model is chosen by it
//            val_bits_per_byte_without_spelling val_unknown_share, if the validation text has unknown words
//   sample   step text                   warning step code message help fatal (an error ends the run: who ran it reports it)
//   profile  step calls total_s phases, each {name s share gflops}
// step counts updates; epoch is the number of epochs done, with a fraction (2.58: the third is at 58 %); losses are in nats
// per token; times in seconds.
struct Event {
  Event() = default;
  Event(std::string name, const nlohmann::json& values);
  std::string type;
  JsonValue fields = JsonValue::object();
};

// The metric keys in the order in which every sink shows them; also the columns of metrics.csv.
constexpr const char* kMetricKeys[] = {
    "step",         "epoch",    "loss", "val_loss",  "val_perplexity", "val_bits_per_byte",
    "val_accuracy", "val_bleu", "lr",   "grad_norm", "tokens_per_s",   "elapsed_s"};

// Receives events in order, from one thread. A failure is an Error{internal, "io/write"}.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on(const Event& event) = 0;
  // A run resumes after update `step`: discard what was recorded for later updates.
  virtual void truncate_after(int64_t step) { static_cast<void>(step); }
};

// Passes every event to every sink. If a sink throws, the others still get the event; the first error is rethrown.
class EventStream {
 public:
  void add(std::unique_ptr<EventSink> sink) { sinks_.push_back(std::move(sink)); }
  void emit(const Event& event);
  void truncate_after(int64_t step);

 private:
  std::vector<std::unique_ptr<EventSink>> sinks_;
};

// The fields with the metric keys first, in their order, then the others by name.
std::vector<std::pair<std::string, nlohmann::json>> ordered_fields(const Event& event);
// The number under `key`; NaN if it is missing or not a number.
double number_field(const Event& event, const char* key);

// One line of JSON without its newline, "type" first. NaN and infinity become null, invalid UTF-8 becomes U+FFFD.
std::string event_json(const Event& event);
// One plain line for a log: elapsed time, type, every field.
std::string event_text(const Event& event);

// How the time of `calls` updates was spent, the largest phase first; gflops for phases whose products are counted.
nlohmann::json profile_json(const Profile& profile);

// The text on one line without control characters, whatever a model generated: newline as \n, others as \xNN.
std::string printable(std::string_view text);

}  // namespace rnn::core
