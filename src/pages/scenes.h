// Why: three drawings of their own explain recurrent networks: the loop, the whisper along a row of people, the doors.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pages/svg.h"

namespace rnn::core::svg {

// One cell with its arrow back to itself; with tiles: beside it the same cell once per word.
struct LoopTile {
  std::string word, next;  // what is read, and what is expected after it
  std::vector<float> values;
};
struct Loop : Frame {
  std::string unit = "word", carried;  // "256 numbers"
  std::vector<LoopTile> tiles;
};
std::string loop(const Loop& scene);

// A row of people for each network: person k has what is left of a message k steps back.
struct Whisper : Frame {
  struct Row {
    std::string name;
    int style = 0;
    std::vector<double> left;  // [people]; not finite: not known
    std::string at;            // JSON pointer of the strengths in the page's data, whose element 1 is the whole
  };
  std::string unit = "words";
  std::vector<Row> rows;
};
std::string whisper(const Whisper& scene);
// 0: nothing, 1: barely (a hundredth), 2: faint (a tenth), 3: clear (a half), 4: louder than it was (twice).
int loudness(double left);

// The doors of one number, a row per word: how far each is open, and the number after it.
struct DoorRow {
  std::string word;
  std::vector<double> open;  // [doors] 0 to 1
  double value = 0;
};
struct DoorChart : Frame {
  std::vector<std::string> doors;  // "keep"
  std::vector<std::string> keys;   // of a row in the page's data, for the doors and then the value
  std::string at;                  // JSON pointer of the rows, or empty
  std::vector<DoorRow> rows;
  int style = 0;
};
std::string door_chart(const DoorChart& chart);

// Classes of these drawings.
std::string_view scenes_css();

}  // namespace rnn::core::svg
