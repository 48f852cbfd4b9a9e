// Why: what was said, what it sounds like, what was heard where and how the memory moved, one below the other on one axis of time.
#pragma once

#include <string>

#include "inspect/hearing.h"
#include "pages/svg.h"

namespace rnn::core::svg {

struct HearingChart : Frame {
  const Hearing* hearing = nullptr;
  bool states = false;  // also the characters, the blank and the change of the state; else the sound and the words alone
};
std::string hearing_chart(const HearingChart& chart);

}  // namespace rnn::core::svg
