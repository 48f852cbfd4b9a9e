// Why: a sentence with its tags as people mark them: spans coloured, the name below, how sure where that is in doubt, what was right where
// another tag was given.
#pragma once

#include <string>

#include "inspect/labelling.h"
#include "pages/svg.h"

namespace rnn::core::svg {

// Words flow as text does. `height` is ignored.
struct TagChart : Frame {
  const Tagging* tagging = nullptr;
};
std::string tag_chart(const TagChart& chart);

}  // namespace rnn::core::svg
