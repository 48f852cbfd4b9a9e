// Why: the cells by the names that people type: every choice of a cell, its help line and its texts come from this list.
#pragma once

#include "cells/reference.h"

namespace rnn::core {

// A name, the cell and the flag that it means.
struct NamedCell {
  CellKind kind = CellKind::elman;
  CellVariant variant;
  constexpr const CellInfo& info() const { return *kCells[static_cast<size_t>(kind)]; }
};

// Flags that a name decides.
constexpr int kNamedFlags = kRelu;

namespace cell_list {

constexpr size_t count() {
  size_t n = 0;
  for (const CellInfo* cell : kCells) {
    for (const CellVariant& variant : cell->variants) n += !variant.name.empty();
  }
  return n;
}
constexpr std::array<NamedCell, count()> list() {
  std::array<NamedCell, count()> all;
  size_t n = 0;
  for (size_t kind = 0; kind < kCells.size(); ++kind) {
    for (const CellVariant& variant : kCells[kind]->variants) {
      if (!variant.name.empty()) all[n++] = {static_cast<CellKind>(kind), variant};
    }
  }
  return all;
}

}  // namespace cell_list

// In the order of all.h, which is also that of help lines.
inline constexpr auto kNamedCells = cell_list::list();

namespace cell_list {

constexpr std::array<std::string_view, kNamedCells.size()> of_all() {
  std::array<std::string_view, kNamedCells.size()> all;
  for (size_t i = 0; i < all.size(); ++i) all[i] = kNamedCells[i].variant.name;
  return all;
}
constexpr size_t length() {
  size_t n = 0;
  for (const NamedCell& cell : kNamedCells) n += cell.variant.name.size() + 2;
  return n - 2;
}
constexpr std::array<char, length()> joined() {
  std::array<char, length()> text{};
  size_t n = 0;
  for (const NamedCell& cell : kNamedCells) {
    if (n > 0) text[n++] = ',', text[n++] = ' ';
    for (const char c : cell.variant.name) text[n++] = c;
  }
  return text;
}
inline constexpr auto kJoined = joined();

}  // namespace cell_list

// As choices, and as one line of text: "rnn, rnn-relu, lstm".
inline constexpr auto kCellNames = cell_list::of_all();
inline constexpr std::string_view kCellNamesText{cell_list::kJoined.data(), cell_list::kJoined.size()};

// Null: there is no such name.
constexpr const NamedCell* find_cell(std::string_view name) {
  for (const NamedCell& cell : kNamedCells) {
    if (cell.variant.name == name) return &cell;
  }
  return nullptr;
}
// The name of a cell with these flags: the inverse of find_cell.
constexpr const NamedCell& named_cell(CellKind kind, int flags) {
  for (const NamedCell& cell : kNamedCells) {
    if (cell.kind == kind && cell.variant.flag == (flags & kNamedFlags)) return cell;
  }
  for (const NamedCell& cell : kNamedCells) {  // a flag that this cell ignores
    if (cell.kind == kind) return cell;
  }
  return kNamedCells[0];
}
constexpr std::string_view cell_name(CellKind kind, int flags) { return named_cell(kind, flags).variant.name; }

// What some options ask of a cell.
constexpr bool has_recurrent_matrix(CellKind kind) { return cell_info(kind).recurrence == Recurrence::matrix; }
constexpr bool has_peepholes(CellKind kind) { return (cell_info(kind).unit.flag & kPeephole) != 0; }
constexpr bool has_cell_state(CellKind kind) { return cell_info(kind).states > 1; }
constexpr bool has_projection(CellKind kind) { return has_cell_state(kind) && has_recurrent_matrix(kind); }
// A gate for chrono initialisation; a gate of a cell state for --forget-bias.
constexpr bool has_memory_gate(CellKind kind) { return cell_info(kind).keep >= 0 || cell_info(kind).write >= 0; }
constexpr bool has_forget_gate(CellKind kind) { return has_cell_state(kind) && cell_info(kind).keep >= 0; }

}  // namespace rnn::core
