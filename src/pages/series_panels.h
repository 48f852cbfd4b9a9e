// Why: what sensors measured, and what a model thought meanwhile, one below the other on one axis.
#pragma once

#include <string>

#include "inspect/labelling.h"
#include "pages/svg.h"

namespace rnn::core::svg {

constexpr size_t kMostPanels = 6;  // sensors that are drawn

// `height` is ignored.
struct SeriesPanels : Frame {
  const Verdict* verdict = nullptr;
};
std::string series_panels(const SeriesPanels& chart);

}  // namespace rnn::core::svg
