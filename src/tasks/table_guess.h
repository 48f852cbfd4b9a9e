// Why: a table of columns may be for forecasting, or hold texts with labels: what its first rows say.
#pragma once

#include <string_view>

namespace rnn::core {

// `text`: the beginning of a table whose cells are separated by `separator` and may be quoted (RFC 4180); its first row may be a header.
// True: it has a column of dates or is mostly numbers, and no column of sentences. Without a second row it may be anything: true.
bool is_table_of_numbers(std::string_view text, char separator);

}  // namespace rnn::core
