// Why: a task that stands in no list is trained, checked and described like those of the list.
#include <gtest/gtest.h>

#include "base/file.h"
#include "events/events.h"
#include "extension/counting_task.h"
#include "io/model_file.h"
#include "support/failure.h"
#include "support/folder.h"
#include "tasks/training.h"

namespace rnn::core::test {
namespace {

class Counting : public FolderTest {
 protected:
  RunRequest request() {
    std::string lines;
    for (int i = 0; i < 60; ++i) {
      for (int n = 0; n < 1 + i % 9; ++n) lines += (n > 0 ? " " : "") + std::string(1, (i + n) % 2 == 0 ? 'a' : 'b');
      lines += "\n";
    }
    RunRequest r;
    r.task = "count", r.data = {write("lines.txt", lines)}, r.folder = path("run");
    r.model.hidden = 8, r.options.epochs = 120, r.options.lr = 0.02, r.options.batch = 20, r.options.patience = 0;
    return r;
  }
};

TEST_F(Counting, ATaskOfItsOwnLearns) {
  EventStream events;
  const RunResult result = train_run(kCounting, request(), events, {});
  EXPECT_EQ(result.reason, StopReason::epochs);
  ASSERT_TRUE(result.valid[figure::kSquaredError]);
  EXPECT_LT(*result.valid[figure::kSquaredError], 0.3) << "the variance of the counts is 6.7";
  const std::string card = read_file(path("run/README.md"));
  EXPECT_NE(card.find("It counts."), std::string::npos);
  EXPECT_NE(card.find("mean squared error"), std::string::npos);
  EXPECT_EQ(load_model(path("run")).model->outputs(), 1);
}

TEST_F(Counting, OptionsOfOtherTasksAreRefusedAndTheListDoesNotKnowIt) {
  EventStream events;
  RunRequest wrong = request();
  wrong.model.attention = "dot";
  EXPECT_EQ(failure_of([&] { train_run(kCounting, wrong, events, {}); }).code, "usage/task_option");
  EXPECT_EQ(failure_of([&] { train_run(request(), events, {}); }).code, "task/unknown");
}

}  // namespace
}  // namespace rnn::core::test
