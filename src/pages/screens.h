// Why: the page of `rnn explain` is a row of screens, each one picture and one sentence; this is what they share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pages/page_parts.h"
#include "pages/scenes.h"

namespace rnn::core::pages {

// One screen: a heading, a picture, the sentence to take away, and what is folded up below it. All but id and heading are
// HTML; without a picture there is no screen.
struct Screen {
  std::string_view id, heading;
  std::string picture, takeaway;
  std::string more_about, more;  // the line to click, and what it opens; no `more`: neither
};
std::string screen(const Screen& parts);

// A choice between networks: a panel each, of which one is shown; with one network no choice. `name` is unique on the page.
struct Tab {
  Player who;
  std::string panel;
};
std::string tabs(std::string_view name, const std::vector<Tab>& choices);
// The style rules of these tabs: which button shows which panel.
std::string tab_rules(std::string_view name, size_t count);

// The words of a model's prompt up to and including step t, as text.
std::string words_until(const ModelExplanation& model, size_t t);
// The step after which the reader guesses: the first after three words whose continuation in the prompt is one of the five
// that the network expects; else the last one.
size_t guess_step(const ModelExplanation& model);
// A table of names and values: the networks of the page in numbers.
std::string side_by_side(const Explanation& all, const Players& who);
// Equations, gates and their use: what is behind the doors.
std::string cells_part(const Explanation& all, const Players& who);
// Gradient, sensitive directions, matrices and clipping: what is behind the lengths.
std::string gradient_part(const Explanation& all, const Players& who);
std::string clipping_part(const Clipping& clipping);

// The screens, in their order. Each is "" where it does not apply.
std::string guess_screen(const Explanation& all, const Players& who);
std::string uses_screen(const Explanation& all, const Players& who);
std::string loop_screen(const Explanation& all, const Players& who);
std::string memory_screen(const Explanation& all, const Players& who);
std::string length_screen(const Explanation& all, const Players& who);
std::string doors_screen(const Explanation& all, const Players& who);
std::string worth_screen(const Explanation& all, const Players& who);

// The drawings of screens, on their own if frame.standalone. Of a whisper or a length without figures: "".
svg::Loop loop_scene(const ModelExplanation& model);
std::optional<svg::BarChart> memory_chart(const Explanation& all, const Players& who);  // the pair of middle difficulty
svg::LineChart recall_chart(const Recall& recall, const Players& who);
svg::Whisper whisper_scene(const Explanation& all, const Players& who);
svg::DoorChart door_scene(const ModelExplanation& model, const Player& who, size_t index);

// The sentences to take away, computed from the figures.
std::string guess_sentence(const Explanation& all, const Players& who);
std::string loop_sentence(const Explanation& all, const Players& who);
std::string pairs_sentence(const Explanation& all, const Players& who);
std::string forgetting_sentence(const Explanation& all, const Players& who);
std::string length_sentence(const Explanation& all, const Players& who);
std::string whisper_sentence(const Explanation& all, const Players& who);
std::string doors_sentence(const ModelExplanation& model, const Player& who, size_t index);
std::string worth_sentence(const Explanation& all);
// How many pairs of a test come out right both times; how many of the others moved towards the right word.
int both_right(const std::vector<PairAnswer>& pairs);
int only_moved(const std::vector<PairAnswer>& pairs);

std::string_view screens_css();
std::string_view screens_script();

}  // namespace rnn::core::pages
