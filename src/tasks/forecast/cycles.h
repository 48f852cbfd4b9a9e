// Why: which cycles of the calendar a model of series reads is decided once, before anything else is fitted: by the user, or by the
// validation windows.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tasks/forecast/fit.h"

namespace rnn::core {

// "week,year" as cycles, shortest first; none for "off" and "auto". Throws Error{usage, "usage/option"} for anything else.
std::vector<Cycle> cycles_of(const std::string& text);
std::string cycles_text(std::span<const Cycle> cycles);  // "off" for none
// Throws Error{usage, "usage/option"} for a cycle that the steps of the grid do not have.
void require_cycles(const Grid& grid, const std::string& text);

struct CalendarChoice {
  std::string calendar = "off";  // as --calendar takes it
  std::string note;              // for people: "year: lowers the error by 6 %"; empty: none was tried
};
// Of the cycles that take more than two steps and that training rows have two turns of, the longest first, each that lowers the error of the
// linear part on the validation windows, against that without it as a whole and against one of the same length.
// Without three of them that do not overlap none is kept.
CalendarChoice choose_calendar(const SeriesSet& set, const SeriesSplit& split, const SeriesOptions& options,
                               Transform transform);

}  // namespace rnn::core
