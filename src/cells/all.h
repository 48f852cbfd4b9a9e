// Why: the visible list of cells. A new cell is one file, one line in each of the two lists here and a name in CellKind.
// No include guard: see cell.h.
#include "cells/cell_state.h"

#include "cells/elman.h"
#include "cells/gru.h"
#include "cells/lstm.h"
#include "cells/lstm_coupled.h"

template <class... Cells>
struct CellTypes {};
using AllCells = CellTypes<Elman, Lstm, Gru, GruResetBefore, LstmCoupled>;  // in the order of CellKind
