// Why: a table for forecasting and one of texts are told apart by their first rows.
#include "tasks/table_guess.h"

#include <gtest/gtest.h>

namespace rnn::core {
namespace {

TEST(TableGuess, DatesOrMostlyNumbersAreForForecasting) {
  EXPECT_TRUE(is_table_of_numbers("day,sales\n1,20\n2,30\n", ','));
  EXPECT_TRUE(is_table_of_numbers("ds;shop\n2024-05-01;north\n2024-05-02 12:30;south\n", ';'));
  EXPECT_TRUE(is_table_of_numbers("when\tshop\n01.05.24\tnorth\n2/5/2024\tsouth", '\t'));
  EXPECT_TRUE(is_table_of_numbers("unique_id,ds,y\nA,2024-05-01T00:00,\nA,2024-05-02T00:00,3.5\r\n", ','));
  EXPECT_TRUE(is_table_of_numbers("a,b\n", ',')) << "it may be anything";
}

TEST(TableGuess, OthersHoldTexts) {
  EXPECT_FALSE(is_table_of_numbers("name,kind\nAnna,cat\nBen,dog\n", ','));
  EXPECT_FALSE(is_table_of_numbers("id,stars,text\n7,4,\"Never again, it\nbroke \"\"soon\"\" after.\"\n", ','));
  EXPECT_FALSE(is_table_of_numbers("date,stars,text\n2024-05-01,4,It was a good film.\n", ',')) << "sentences";
  EXPECT_FALSE(is_table_of_numbers("host,name\n10.0.0.1,a\n1-2,b\n", ',')) << "neither dates nor numbers";
}

}  // namespace
}  // namespace rnn::core
