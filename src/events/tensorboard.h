// Why: many people view their curves in TensorBoard; its event files are simple enough to write without its libraries.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "events/append_file.h"
#include "events/events.h"

namespace rnn::core {

// CRC-32C (Castagnoli 1993; RFC 3720, appendix B.4).
uint32_t crc32c(std::string_view bytes);
// A record as TensorFlow files frame it: length, masked CRC of the length, bytes, masked CRC of the bytes.
std::string tfrecord(std::string_view bytes);

// events.out.tfevents.* in a run folder: each number of metric and eval events as a scalar named after its key. Records
// reach the system as they are written. A resumed run adds a file whose first record tells readers to drop the later
// updates.
class TensorBoardSink : public EventSink {
 public:
  // `clock`: seconds since 1970; the system's when empty.
  explicit TensorBoardSink(const std::string& folder, std::function<double()> clock = {});
  void on(const Event& event) override;
  void truncate_after(int64_t step) override;
  const std::string& path() const { return file_->path(); }

 private:
  void write(int64_t step, const std::function<void(std::string*)>& what);

  std::function<double()> clock_;
  std::unique_ptr<AppendFile> file_;
};

}  // namespace rnn::core
