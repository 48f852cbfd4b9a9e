// Why: the progress line is compared as a string, and what a terminal shows as lines on a small terminal of its own.
#include "events/terminal.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace rnn::core {
namespace {

Progress full_progress() {
  return {.epoch = 2.58,
          .epochs = 10,
          .loss = 3.21,
          .val_loss = 3.34,
          .val_bits_per_byte = 1.76,
          .tokens_per_s = 41234,
          .grad_norm = 0.8,
          .left_s = 73};
}

TEST(ProgressLine, WhatTheUserSees) {
  EXPECT_EQ(progress_line(full_progress(), {}),
            "epoch 3/10 58%  loss 3.21  val 3.34  1.76 bits/byte  41k tok/s  grad 0.8  1:13 left");
  EXPECT_EQ(progress_line(full_progress(), {.width = 91, .bar = true}),
            "epoch 3/10 ━━━━╺━━ 58%  loss 3.21  val 3.34  1.76 bits/byte  41k tok/s  grad 0.8  1:13 left");
  EXPECT_EQ(progress_line({}, {}), "epoch 1 0%");
  EXPECT_EQ(progress_line({.epoch = 3, .epochs = 3}, {.width = 30, .bar = true}), "epoch 3/3 ━━━━━━━━━━━━━━━ 100%");
  EXPECT_EQ(progress_line({.epoch = 0.29}, {}), "epoch 1 29%");
}

// With label smoothing the best model need not have the least plain loss: the line shows the loss that decides, too.
TEST(ProgressLine, ShowsTheLossThatDecides) {
  EXPECT_EQ(progress_line({.epoch = 3, .epochs = 3, .loss = 0.7, .val_loss = 0.103, .val_smoothed_loss = 0.701}, {}),
            "epoch 3/3 100%  loss 0.7  val 0.103  smoothed 0.701");
}

TEST(ProgressLine, NarrowTerminalsLoseTheLeastImportantFirst) {
  const auto at = [](int width) { return progress_line(full_progress(), {.width = width, .bar = true}); };
  EXPECT_EQ(at(80), "epoch 3/10 ━━━━━━━━━╺━━━━━━━ 58%  loss 3.21  val 3.34  1.76 bits/byte  1:13 left");
  EXPECT_EQ(at(60), "epoch 3/10 ━━━━━━━╺━━━━━ 58%  loss 3.21  val 3.34  1:13 left");
  EXPECT_EQ(at(35), "epoch 3/10 58%  loss 3.21  val 3.34");
  EXPECT_EQ(at(30), "epoch 3/10 58%  loss 3.21");
  EXPECT_EQ(at(14), "epoch 3/10 58%");
  EXPECT_EQ(at(9), "epoch 3/1");
  for (int width = 1; width < 140; ++width) EXPECT_LE(display_width(at(width)), width);
}

TEST(ProgressLine, ColourChangesNothingButColour) {
  const std::string plain = progress_line(full_progress(), {.width = 100, .bar = true});
  std::string coloured = progress_line(full_progress(), {.width = 100, .bar = true, .colour = true});
  EXPECT_EQ(display_width(coloured), display_width(plain));
  EXPECT_NE(coloured, plain);
  for (size_t i; (i = coloured.find('\x1b')) != std::string::npos;) coloured.erase(i, coloured.find('m', i) - i + 1);
  EXPECT_EQ(coloured, plain);
}

TEST(Terminal, ColourIsAQuestionOfManners) {
  EXPECT_TRUE(wants_colour(true, nullptr, "xterm"));
  EXPECT_TRUE(wants_colour(true, "", "xterm"));
  EXPECT_FALSE(wants_colour(false, nullptr, "xterm"));
  EXPECT_FALSE(wants_colour(true, "1", "xterm"));
  EXPECT_FALSE(wants_colour(true, nullptr, "dumb"));
  EXPECT_FALSE(wants_colour(true, nullptr, nullptr));
}

struct Screen {
  std::string out;
  double now = 1000;
  int columns = 60;
  TerminalOptions options(bool tty) {
    TerminalOptions o;
    o.write = [this](std::string_view text) { out += text; };
    o.tty = tty;
    o.width = [this] { return columns; };
    o.seconds = [this] { return now; };
    return o;
  }
  // What a terminal shows: \r goes to the start of the line, text overwrites.
  std::vector<std::string> lines() const {
    std::vector<std::vector<std::string>> cells(1);
    size_t column = 0;
    for (const char c : out) {
      if (c == '\n') {
        cells.emplace_back(), column = 0;
      } else if (c == '\r') {
        column = 0;
      } else if ((c & 0xC0) == 0x80) {
        cells.back()[column - 1] += c;
      } else {
        if (column == cells.back().size()) cells.back().emplace_back();
        cells.back()[column++] = c;
      }
    }
    std::vector<std::string> result;
    for (const auto& line : cells) {
      result.emplace_back();
      for (const auto& cell : line) result.back() += cell;
      result.back().erase(result.back().find_last_not_of(' ') + 1);
    }
    return result;
  }
};

TEST(Terminal, PipeGetsFewLines) {
  Screen screen;
  {
    TerminalSink sink(screen.options(false));
    sink.on({"start", {{"epochs", 2}}});
    for (int i = 1; i <= 1000; ++i, screen.now += 0.1)
      sink.on({"metric", {{"step", i}, {"epoch", i / 500.0}, {"loss", 2.5}}});
    sink.on({"eval", {{"step", 1000}, {"epoch", 2}, {"val_loss", 2.25}, {"best", true}}});
    sink.on({"eval", {{"step", 1000}, {"val_loss", 2.75}, {"best", false}}});
    sink.on({"sample", {{"text", "not in a pipe"}}});
    sink.on({"warning", {{"code", "train/clip"}, {"message", "clipped"}, {"help", "lower lr"}}});
    sink.on({"result",
             {{"exit", 0},
              {"elapsed_s", 98},
              {"best_epoch", 2},
              {"model", "m.safetensors"},
              {"metrics", {{"val_loss", 2.25}, {"val_bits_per_byte", 1.5}}}}});
  }
  EXPECT_EQ(screen.out,
            "epoch 1/2 0%  loss 2.5\n"
            "epoch 1/2 60%  loss 2.5\n"
            "epoch 2/2 20%  loss 2.5\n"
            "epoch 2/2 80%  loss 2.5\n"
            "epoch 2/2 100%  loss 2.5  val 2.25  best\n"
            "epoch 2/2 100%  loss 2.5  val 2.75\n"
            "warning[train/clip]: clipped\nhelp: lower lr\n"
            "done 1:38  val 2.25  1.5 bits/byte  best epoch 2  m.safetensors\n");
}

TEST(Terminal, TtyRepaintsOneLine) {
  Screen screen;
  {
    TerminalSink sink(screen.options(true));
    sink.on({"start", {{"epochs", 2}}});
    sink.on({"metric", {{"epoch", 0.5}, {"loss", 123456}, {"elapsed_s", 10}}});
    const size_t once = screen.out.size();
    screen.now += 0.01;
    sink.on({"metric", {{"epoch", 0.6}, {"loss", 2}}});
    EXPECT_EQ(screen.out.size(), once);  // too soon
    screen.now += 1;
    sink.on({"metric", {{"epoch", 0.75}, {"loss", 2.5}, {"left_s", 61}}});
    EXPECT_EQ(screen.lines(), (std::vector<std::string>{"epoch 1/2 ━━━━━━━━━━━━━━━╺━━━━ 75%  loss 2.5  1:01 left"}));
    sink.on({"sample", {{"text", "The cat\x1b[2J"}}});
    EXPECT_EQ(screen.lines().size(), 2u);
    EXPECT_EQ(screen.lines()[0], "sample  \"The cat\\x1b[2J\"");
    EXPECT_EQ(screen.lines()[1], "epoch 1/2 ━━━━━━━━━━━━━━━╺━━━━ 75%  loss 2.5  1:01 left");
    screen.columns = 20;
    sink.on({"eval", {{"epoch", 1.0}, {"val_loss", 2}}});
    EXPECT_EQ(screen.lines()[1], "epoch 1/2 100%");  // stays
    EXPECT_EQ(screen.lines()[2], "epoch 1/2 100%");  // is repainted
    screen.now += 1;
    sink.on({"metric", {{"epoch", 1.25}}});
    EXPECT_EQ(screen.lines()[1], "epoch 1/2 100%");
    EXPECT_EQ(screen.lines()[2], "epoch 2/2 25%");
    sink.on({"warning", {{"code", "train/diverged"}, {"message", "loss inf"}, {"fatal", true}}});  // the error says it
    EXPECT_EQ(screen.lines().size(), 3u);
    sink.on({"result", {{"exit", 130}}});
  }
  EXPECT_EQ(screen.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(screen.lines().back(), "");
  EXPECT_EQ(screen.lines()[2], "stopped");
}

TEST(Terminal, TimeLeftIsTheShareOfTimeSpent) {
  Screen screen;
  TerminalSink sink(screen.options(false));
  sink.on({"start", {{"epochs", 10}}});
  sink.on({"metric", {{"epoch", 2.5}, {"elapsed_s", 20}}});
  EXPECT_EQ(screen.out, "epoch 3/10 50%  1:00 left\n");
}

TEST(Terminal, AFileIsNoTerminal) {
  std::FILE* file = std::tmpfile();
  const TerminalOptions options = terminal_options(file, nullptr, "xterm");
  EXPECT_FALSE(options.tty);
  EXPECT_FALSE(options.colour);
  EXPECT_EQ(options.width(), 80);
  options.write("abc");
  std::rewind(file);
  char back[8] = {};
  EXPECT_EQ(std::fread(back, 1, 8, file), 3u);
  EXPECT_STREQ(back, "abc");
  std::fclose(file);
}

}  // namespace
}  // namespace rnn::core
