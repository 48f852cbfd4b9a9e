// Why: a waiting user needs one line that shows the progress of training, a log file few lines; both from the same events.
#pragma once

#include <cstdio>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

#include "events/events.h"

namespace rnn::core {

// What the progress line shows; NaN: unknown, omitted.
struct Progress {
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  double epoch = 0;                     // epochs done: 2.58 shows as "epoch 3" at 58 %
  double epochs = kUnknown;             // in total
  double loss = kUnknown;               // nats per token
  double val_loss = kUnknown;           // nats per token
  double val_smoothed_loss = kUnknown;  // where the best model is chosen by it
  double val_bits_per_byte = kUnknown;
  double tokens_per_s = kUnknown;
  double grad_norm = kUnknown;
  double left_s = kUnknown;  // seconds
};

struct LineStyle {
  int width = 0;  // columns; 0: no limit. The bar shrinks first, then the least important parts are omitted
  bool bar = false;
  bool colour = false;  // ANSI; never the only carrier of information
};

// epoch 3/10 ━━━━╺━━ 58%  loss 3.21  val 3.34  1.76 bits/byte  41k tok/s  grad 0.8  1:13 left
std::string progress_line(const Progress& progress, const LineStyle& style);
// Columns of a UTF-8 text of single-width characters; escape sequences have no width.
int display_width(std::string_view text);

struct TerminalOptions {
  std::function<void(std::string_view)> write;  // receives whole lines or repaints
  bool tty = false;
  bool colour = false;
  std::function<int()> width;       // columns, queried at each repaint; 80 if empty
  std::function<double()> seconds;  // monotonic clock; the system's if empty
};

// Colour only for a terminal that supports it, unless NO_COLOR is set and not empty, or TERM is dumb or missing.
bool wants_colour(bool tty, const char* no_color, const char* term);
// Options that write to an open stream, with its properties as the system reports them; the caller passes the two variables.
TerminalOptions terminal_options(std::FILE* stream, const char* no_color, const char* term);

// On a terminal a live line below all others, repainted at most ten times a second; elsewhere at most one line in 30 s. Evaluations,
// warnings (but the error that ends a run) and the end have lines of their own in both cases; samples are shown on a terminal only.
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
  void clear_line();
  void finish_line();

  TerminalOptions options_;
  Progress progress_;
  double last_ = -std::numeric_limits<double>::infinity();
  int painted_ = 0;  // columns currently on the screen
};

}  // namespace rnn::core
