// Why: the visible list of cells. A new cell is one file and one line in each of the two lists here.
// No include guard: see cell.h.
#include "cells/cell_state.h"

#include "cells/elman.h"
#include "cells/gru.h"
#include "cells/ind_rnn.h"
#include "cells/lstm.h"
#include "cells/lstm_coupled.h"
#include "cells/min_gru.h"

template <class... Cells>
struct CellTypes {};
// CellKind is the index and names the first ones, so new cells come last.
using AllCells = CellTypes<Elman, Lstm, Gru, GruResetBefore, LstmCoupled, MinGru, IndRnn>;
