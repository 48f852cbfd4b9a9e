// Why: what a beam says of a text is what the loss says of it, for both kinds of predictor; and no hypothesis sees another.
#include "networks/transducer_scorer.h"

#include <gtest/gtest.h>

#include "heads/sequence_heads.h"
#include "kernels/rows.h"

namespace rnn::core::test {
namespace {

HeadOptions transducer_options(bool recurrent) {
  HeadOptions options;
  options.kind = "transducer";
  options.transducer = {.recurrent = recurrent, .context = 2, .embedding = 6, .hidden = 7, .joiner = 8, .ctc_weight = 0};
  return options;
}

TEST(TransducerScorer, AnUnlimitedBeamHasTheLossOfEveryText) {
  for (const bool recurrent : {false, true}) {
    SequenceHead<float> head(transducer_options(recurrent));
    const SequenceBatch batch{{2, 2, 2, 2, 2}, {{}, {2}, {1, 1}, {3, 1, 3}, {2, 2, 1}}, {5, 5, 5, 5, 5}};
    const std::vector<double> losses = head.run(batch, false).rows;
    const SequenceBatch one{{2}, {{}}, {5}};
    const Matrix<float> h = head.hidden(one, Seq::ragged(one.lengths));
    Pool pool(1);
    TransducerScorer scorer(*head.head().transducer(), head.weights(), pool);
    TransducerBeam beam(scorer, {{.width = 1100, .top_units = 0, .unit_floor = -1e9}, 3});
    beam.push(h.view());
    const std::vector<RecognisedText> found = beam.finished(1 << 20);
    for (size_t s = 0; s < batch.labels.size(); ++s) {
      const auto text = std::find_if(found.begin(), found.end(), [&](const auto& t) { return t.units == batch.labels[s]; });
      ASSERT_NE(text, found.end());
      EXPECT_NEAR(text->log_prob, -losses[s], 1e-5) << "sums of float logarithms near -10";
    }
  }
}

TEST(TransducerScorer, HypothesesTogetherHaveTheBitsOfEachAlone) {
  for (const bool recurrent : {false, true}) {
    SequenceHead<float> head(transducer_options(recurrent));
    const SequenceBatch one{{3}, {{}}, {5}};
    const Matrix<float> h = head.hidden(one, Seq::ragged(one.lengths));
    Pool pool(1);
    TransducerScorer together(*head.head().transducer(), head.weights(), pool),
        alone(*head.head().transducer(), head.weights(), pool);
    together.start(5);
    alone.start(3);
    together.read(h.view());
    alone.read(h.view().middle(1, 1));
    const SlotStep first[] = {{0, 1, 1}, {0, 2, 2}}, second[] = {{1, 3, 3}, {2, 1, 4}};
    together.step(first);
    together.step(second);
    const SlotStep a[] = {{0, 2, 1}}, b[] = {{1, 1, 2}};
    alone.step(a);
    alone.step(b);
    const int all[] = {3, 0, 4, 1}, mine[] = {2};
    const View<const float> many = together.next(1, all), single = alone.next(0, mine);
    for (int k = 0; k < single.cols; ++k) EXPECT_EQ(host(many)(2, k), host(single)(0, k));
  }
}

}  // namespace
}  // namespace rnn::core::test
