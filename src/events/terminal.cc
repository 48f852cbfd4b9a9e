// Why: formatting of the progress line, and when it may be written.
#include "events/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>

#include "base/numbers.h"

namespace rnn::core {
namespace {

constexpr int kLongBar = 20, kShortBar = 7;     // columns
constexpr double kRepaint = 0.1, kSparse = 30;  // seconds

struct Part {
  int rank;  // parts with the highest rank are omitted first if the line is too long
  std::string text;
};

std::string repeat(std::string_view text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

// ━━━━╺━━: done, here, to come.
std::string bar(double share, int cells, bool colour) {
  const int done = std::clamp(static_cast<int>(std::floor(share * cells)), 0, cells);
  const std::string first = repeat("━", done), rest = done < cells ? "╺" + repeat("━", cells - done - 1) : "";
  return colour ? "\x1b[32m" + first + "\x1b[0;2m" + rest + "\x1b[0m" : first + rest;
}

std::vector<Part> parts(const Progress& p) {
  std::vector<Part> result;
  const auto add = [&](int rank, double value, const std::string& text) {
    if (!std::isnan(value)) result.push_back({rank, text});
  };
  add(1, p.loss, "loss " + short_number(p.loss));
  add(2, p.val_loss, "val " + short_number(p.val_loss));
  add(2, p.val_smoothed_loss, "smoothed " + short_number(p.val_smoothed_loss));
  add(4, p.val_bits_per_byte, short_number(p.val_bits_per_byte) + " bits/byte");
  add(5, p.tokens_per_s, compact_count(p.tokens_per_s) + " tok/s");
  add(6, p.grad_norm, "grad " + short_number(p.grad_norm));
  add(3, p.left_s, clock_time(p.left_s) + " left");
  return result;
}

std::string first_columns(const std::string& text, int columns) {
  size_t i = 0;
  for (int seen = 0; i < text.size(); ++i)
    if ((text[i] & 0xC0) != 0x80 && seen++ == columns) break;
  return text.substr(0, i);
}

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string shown_field(const Event& event, const char* key) { return printable(event.fields.text(key)); }

std::string warning_line(const Event& event) {
  const std::string code = shown_field(event, "code"), help = shown_field(event, "help");
  return (code.empty() ? "warning: " : "warning[" + code + "]: ") + shown_field(event, "message") +
         (help.empty() ? "" : "\nhelp: " + help);
}

std::string result_line(const Event& event) {
  Event metrics;
  if (event.fields.contains("metrics")) metrics.fields = event.fields.at("metrics");
  const double exit = number_field(event, "exit"), elapsed = number_field(event, "elapsed_s");
  std::string line = exit == 0 || std::isnan(exit) ? "done" : "stopped";
  if (!std::isnan(elapsed)) line += fmt::format(" {}", clock_time(elapsed));
  const auto add = [&](double value, const char* before, const char* after) {
    if (!std::isnan(value)) line += "  " + std::string(before) + short_number(value) + after;
  };
  add(number_field(metrics, "val_loss"), "val ", "");
  add(number_field(metrics, "val_bits_per_byte"), "", " bits/byte");
  add(number_field(event, "best_epoch"), "best epoch ", "");
  const std::string model = shown_field(event, "model");
  return model.empty() ? line : line + "  " + model;
}

}  // namespace

int display_width(std::string_view text) {
  int columns = 0;
  bool escape = false;
  for (const char c : text) {
    if (escape) {
      escape = c != 'm';
    } else if (c == '\x1b') {
      escape = true;
    } else {
      columns += (c & 0xC0) != 0x80;
    }
  }
  return columns;
}

std::string progress_line(const Progress& p, const LineStyle& style) {
  const double epoch = std::isnan(p.epoch) ? 0 : std::max(0.0, p.epoch);
  const double number = std::max(1.0, std::ceil(epoch)), share = std::clamp(epoch - (number - 1), 0.0, 1.0);
  std::string head = fmt::format("epoch {:.0f}", number), percent = fmt::format("{:.0f}%", std::floor(share * 100 + 1e-6));
  if (!std::isnan(p.epochs)) head += fmt::format("/{:.0f}", p.epochs);

  std::vector<Part> shown = parts(p);
  const auto width_with = [&](int cells) {
    int sum = display_width(head) + 1 + display_width(percent) + (cells > 0 ? cells + 1 : 0);
    for (const Part& part : shown) sum += 2 + display_width(part.text);
    return sum;
  };
  int cells = style.bar ? kLongBar : 0;
  if (style.width > 0) {
    while (cells > kShortBar && width_with(cells) > style.width) --cells;
    while (!shown.empty() && width_with(cells) > style.width) {
      if (cells > 0 && shown.size() <= 2) {
        cells = 0;
      } else {
        shown.erase(
            std::max_element(shown.begin(), shown.end(), [](const Part& a, const Part& b) { return a.rank < b.rank; }));
      }
    }
    while (cells > 0 && cells < kLongBar && width_with(cells + 1) <= style.width) ++cells;
    if (width_with(cells) > style.width) cells = 0;
    if (width_with(cells) > style.width) return first_columns(head + " " + percent, style.width);
  }
  std::string line = head + " " + (cells > 0 ? bar(share, cells, style.colour) + " " : "") + percent;
  for (const Part& part : shown) line += "  " + part.text;
  return line;
}

bool wants_colour(bool tty, const char* no_color, const char* term) {
  return tty && !(no_color && *no_color) && term && *term && std::strcmp(term, "dumb") != 0;
}

TerminalOptions terminal_options(std::FILE* stream, const char* no_color, const char* term) {
  const int fd = ::fileno(stream);
  TerminalOptions options;
  options.tty = fd >= 0 && ::isatty(fd) == 1;
  options.colour = wants_colour(options.tty, no_color, term);
  options.write = [stream](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
  };
  options.width = [fd] {
    winsize size{};
    return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
  };
  return options;
}

TerminalSink::TerminalSink(TerminalOptions options) : options_(std::move(options)) {
  if (!options_.width) options_.width = [] { return 80; };
  if (!options_.seconds) options_.seconds = monotonic_seconds;
}

TerminalSink::~TerminalSink() {
  try {
    finish_line();
  } catch (...) {  // the caller's stream is gone: the failure cannot be reported
  }
}

void TerminalSink::take(const Event& event) {
  const auto update = [&](double* value, const char* key) {
    const double given = number_field(event, key);
    if (!std::isnan(given)) *value = given;
  };
  update(&progress_.epoch, "epoch");
  update(&progress_.epochs, "epochs");
  update(&progress_.loss, "loss");
  update(&progress_.val_loss, "val_loss");
  update(&progress_.val_smoothed_loss, "val_smoothed_loss");
  update(&progress_.val_bits_per_byte, "val_bits_per_byte");
  update(&progress_.tokens_per_s, "tokens_per_s");
  update(&progress_.grad_norm, "grad_norm");
  const double elapsed = number_field(event, "elapsed_s");
  if (!std::isnan(elapsed) && progress_.epoch > 0)  // NaN while the number of epochs is unknown
    progress_.left_s = std::max(0.0, elapsed * (progress_.epochs - progress_.epoch) / progress_.epoch);
  update(&progress_.left_s, "left_s");
}

void TerminalSink::on(const Event& event) {
  take(event);
  const double now = options_.seconds();
  const bool eval = event.type == "eval";
  if (eval) {
    const std::string_view best = event.fields.flag("best") ? "  best" : "";
    const int width = options_.tty ? std::max(1, options_.width() - 1 - static_cast<int>(best.size())) : 0;
    print(progress_line(progress_, {.width = width}) + std::string(best));
  } else if (event.type == "metric" && options_.tty) {
    if (now - last_ >= kRepaint) paint(), last_ = now;
  } else if (event.type == "metric" && now - last_ >= kSparse) {
    print(progress_line(progress_, {}));
    last_ = now;
  } else if (event.type == "sample" && options_.tty) {
    print("sample  \"" + shown_field(event, "text") + "\"");
  } else if (event.type == "warning") {
    if (!event.fields.flag("fatal")) print(warning_line(event));
  } else if (event.type == "result") {
    clear_line();
    print(result_line(event));
  }
}

void TerminalSink::paint() {
  const std::string line = progress_line(progress_, {std::max(1, options_.width() - 1), true, options_.colour});
  const int columns = display_width(line);
  // Spaces, not an escape sequence, clear the rest of a longer line: they work on every terminal.
  options_.write("\r" + line + std::string(static_cast<size_t>(std::max(0, painted_ - columns)), ' '));
  painted_ = columns;
}

// Prints a separate line; the progress line moves below it.
void TerminalSink::print(const std::string& line) {
  const bool repaint = painted_ > 0;
  clear_line();
  options_.write(line + "\n");
  if (repaint) paint();
}

void TerminalSink::clear_line() {
  if (painted_ > 0) options_.write(fmt::format("\r{:{}}\r", "", painted_));
  painted_ = 0;
}

void TerminalSink::finish_line() {
  if (painted_ > 0) options_.write("\n");
  painted_ = 0;
}

}  // namespace rnn::core
