// Why: a person who waits wants one line that says where training is; a log file wants few lines; both from the same events.
#pragma once

#include <cstdio>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

#include "events/events.h"

namespace rnn::core {

// What the progress line shows; NaN: not known, left out.
struct Progress {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  double epoch = 0;            // epochs done: 2.58 shows as "epoch 3" at 58 %
  double epochs = kUnknown;    // in all
  double loss = kUnknown;      // nats per token
  double val_loss = kUnknown;  // nats per token
  double val_bits_per_byte = kUnknown;
  double tokens_per_s = kUnknown;
  double grad_norm = kUnknown;
  double left_s = kUnknown;  // seconds
};

struct LineStyle {
  int width = 0;  // columns; 0: no limit. A bar shrinks first, then what matters least is left out
  bool bar = false;
  bool colour = false;  // ANSI; never the only signal
};

// epoch 3/10 ━━━━╺━━ 58%  loss 3.21  val 3.34  1.76 bits/byte  41k tok/s  grad 0.8  1:13 left
std::string progress_line(const Progress& progress, const LineStyle& style);
// Columns of a UTF-8 text of single-width characters; escape sequences take none.
int display_width(std::string_view text);

struct TerminalOptions {
  std::function<void(std::string_view)> write;  // gets whole lines or repaints
  bool tty = false;
  bool colour = false;
  std::function<int()> width;       // columns, asked at each repaint; 80 when empty
  std::function<double()> seconds;  // monotonic; the system's when empty
};

// A colour only for a terminal that can, and a user who does not object: NO_COLOR set and not empty, TERM dumb or missing.
bool wants_colour(bool tty, const char* no_color, const char* term);
// Options that write to an open stream, from what the system says of it; the caller passes the two variables.
TerminalOptions terminal_options(std::FILE* stream, const char* no_color, const char* term);

// On a terminal one line, repainted at most ten times a second. Elsewhere at most one line in 30 s and one for each
// evaluation. Warnings and the end have lines of their own in both; samples only on a terminal.
class TerminalSink : public EventSink {
 public:
  explicit TerminalSink(TerminalOptions options);
  ~TerminalSink() override;
  TerminalSink(const TerminalSink&) = delete;
  TerminalSink& operator=(const TerminalSink&) = delete;
  void on(const Event& event) override;

 private:
  void take(const Event& event);
  void paint();
  void print(const std::string& line);
  void finish_line();

  TerminalOptions options_;
  Progress progress_;
  double last_ = -std::numeric_limits<double>::infinity();
  int painted_ = 0;  // columns on the screen now
};

}  // namespace rnn::core
