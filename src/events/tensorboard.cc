// Why: event.proto and summary.proto by their field numbers, in TFRecord frames.
#include "events/tensorboard.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>

namespace rnn::core {
namespace {

// tensorboard/compat/proto: message Event, SessionLog, Summary, Summary.Value.
enum : protozero::pbf_tag_type { kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5, kSessionLog = 7 };
enum : protozero::pbf_tag_type { kStatus = 1 };
enum : protozero::pbf_tag_type { kSummaryValue = 1, kValueTag = 1, kSimpleValue = 2 };
constexpr int32_t kSessionStart = 1;

constexpr std::array<uint32_t, 256> crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = c >> 1 ^ (c & 1 ? 0x82F63B78u : 0);
    table[i] = c;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kCrcTable = crc_table();

void append_little_endian(std::string* out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out->push_back(static_cast<char>(value >> 8 * i));
}

// A CRC stored with the bytes it covers is rotated and shifted, so that a CRC of data that contains CRCs stays useful.
uint32_t masked(uint32_t crc) { return (crc >> 15 | crc << 17) + 0xA282EAD8u; }

double system_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string free_name(const std::string& folder, double seconds) {
  const std::string base = fmt::format("{}/events.out.tfevents.{:010d}.rnn", folder, static_cast<int64_t>(seconds));
  std::string name = base;
  std::error_code error;
  for (int i = 1; std::filesystem::exists(name, error); ++i) name = fmt::format("{}.{}", base, i);
  return name;
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t c = 0xFFFFFFFFu;
  for (const char b : bytes) c = c >> 8 ^ kCrcTable[(c ^ static_cast<unsigned char>(b)) & 255];
  return ~c;
}

std::string tfrecord(std::string_view bytes) {
  std::string record;
  append_little_endian(&record, bytes.size(), 8);
  append_little_endian(&record, masked(crc32c(record)), 4);
  record += bytes;
  append_little_endian(&record, masked(crc32c(bytes)), 4);
  return record;
}

TensorBoardSink::TensorBoardSink(const std::string& folder, std::function<double()> clock)
    : clock_(clock ? std::move(clock) : system_seconds) {
  file_ = std::make_unique<AppendFile>(free_name(folder, clock_()), Open::fresh);
  write(0, [](std::string* event) { protozero::pbf_writer(*event).add_string(kFileVersion, "brain.Event:2"); });
}

void TensorBoardSink::write(int64_t step, const std::function<void(std::string*)>& what) {
  std::string event;
  protozero::pbf_writer writer(event);
  writer.add_double(kWallTime, clock_());
  writer.add_int64(kStep, step);
  what(&event);
  file_->write(tfrecord(event));
}

void TensorBoardSink::truncate_after(int64_t step) {
  write(step + 1, [](std::string* event) {
    protozero::pbf_writer writer(*event);
    protozero::pbf_writer session(writer, kSessionLog);
    session.add_enum(kStatus, kSessionStart);
  });
}

void TensorBoardSink::on(const Event& event) {
  const nlohmann::json& fields = event.fields;
  const auto step = fields.find("step");
  if ((event.type != "metric" && event.type != "eval") || step == fields.end() || !step->is_number()) return;
  write(step->get<int64_t>(), [&](std::string* out) {
    protozero::pbf_writer writer(*out);
    protozero::pbf_writer summary(writer, kSummary);
    for (const auto& [key, value] : ordered_fields(event)) {
      if (key == "step" || key == "elapsed_s" || !value.is_number()) continue;
      protozero::pbf_writer scalar(summary, kSummaryValue);
      scalar.add_string(kValueTag, key);
      scalar.add_float(kSimpleValue, value.get<float>());
    }
  });
}

}  // namespace rnn::core
