// Why: a cache must see only what precedes a token, and weights may change only after a token has been counted.
#include "tasks/language_model/adapt.h"
#include "kernels/host.h"

#include <cmath>

#include "heads/head.h"
#include "support/tiny_run.h"

namespace rnn::core::test {
namespace {

constexpr int kVocabulary = 11;

// Running text of one stream in windows; fresh at the first.
std::vector<Batch> segments(const std::vector<int32_t>& text, int window) {
  std::vector<Batch> all;
  for (size_t at = 0; at + 1 < text.size(); at += static_cast<size_t>(window)) {
    const size_t end = std::min(at + static_cast<size_t>(window), text.size() - 1);
    Batch batch;
    batch.in.seq = Seq::uniform_batch(1, static_cast<int>(end - at));
    batch.in.ids.assign(text.begin() + static_cast<ptrdiff_t>(at), text.begin() + static_cast<ptrdiff_t>(end));
    batch.to.ids.assign(text.begin() + static_cast<ptrdiff_t>(at) + 1, text.begin() + static_cast<ptrdiff_t>(end) + 1);
    batch.carried = at > 0;
    all.push_back(batch);
  }
  return all;
}

struct Adapt : testing::Test {
  Adapt() : model(tiny_model<float>(tiny_config(kVariants[2], kVocabulary, 9))) { model->pack(pool, true); }
  // Of the same model, afresh each time.
  double loss(const std::vector<int32_t>& text, int window, const Adaptation& how) {
    const auto fresh = tiny_model<float>(model->config());
    fresh->pack(pool, true);
    return evaluate_adapted(*fresh, segments(text, window), how, pool).loss();
  }
  // Hidden states and -log p of all tokens at once.
  void read(const std::vector<int32_t>& text, Matrix<float>* states, std::vector<double>* nll) {
    const Batch batch = segments(text, static_cast<int>(text.size()))[0];
    Arena arena;
    Context<float> context{pool, arena};
    State<float> state = model->initial(1);
    const View<float> h = model->forward_hidden(context, batch, state, nullptr);
    *states = Matrix<float>(h.rows, h.cols);
    std::copy_n(host(h).data, states->size(), states->data());
    model->loss(context, h, batch.to, {0, nll, nullptr, {}});
  }

  Pool pool{2};
  std::unique_ptr<Model<float>> model;
};

TEST_F(Adapt, CacheIsItsFormulaWhateverTheSegments) {
  const std::vector<int32_t> text = random_tokens(120, kVocabulary, 3);
  Matrix<float> h;
  std::vector<double> nll;
  read(text, &h, &nll);
  for (const int size : {1, 30, 1000}) {
    const CacheOptions cache{size, 0.25, 2.0};
    double want = 0;
    for (int t = 0; t < h.rows(); ++t) {
      double all = 0, right = 0;
      for (int i = std::max(0, t - size); i < t; ++i) {
        double dot = 0;
        for (int u = 0; u < h.cols(); ++u) dot += static_cast<double>(h(i, u)) * static_cast<double>(h(t, u));
        const double e = std::exp(cache.sharpness * dot);
        all += e;
        if (text[static_cast<size_t>(i) + 1] == text[static_cast<size_t>(t) + 1]) right += e;
      }
      const double p = std::exp(-nll[static_cast<size_t>(t)]);
      want -= std::log(t == 0 ? p : 0.75 * p + 0.25 * right / all);
    }
    want /= h.rows();
    for (const int window : {1, 7, 20, 500})
      EXPECT_NEAR(loss(text, window, {cache, {}}), want, 1e-5) << size << " " << window;
  }
}

TEST_F(Adapt, NothingAskedNothingChanged) {
  const std::vector<int32_t> text = random_tokens(90, kVocabulary, 4);
  Matrix<float> h;
  std::vector<double> nll;
  read(text, &h, &nll);
  double sum = 0;
  for (const double x : nll) sum += x;
  const double plain = sum / static_cast<double>(nll.size());
  EXPECT_NEAR(loss(text, 20, {}), plain, 1e-9);
  EXPECT_NEAR(loss(text, 20, {{50, 0, 1}, {}}), plain, 1e-9);
}

// What repeats is learnt; nothing of a segment is known before it is counted.
TEST_F(Adapt, DynamicEvaluationLearnsBehindWhatItHasCounted) {
  std::vector<int32_t> text;
  for (int i = 0; i < 60; ++i) {
    for (const int32_t id : {1, 5, 2, 8, 3}) text.push_back(id);
  }
  const double still = loss(text, 20, {});
  EXPECT_LT(loss(text, 20, {{}, {1, 0}}), 0.8 * still);
  EXPECT_NEAR(loss(text, 20, {{}, {1, 1}}), still, 1e-6) << "all the way back behind each segment";
  const std::vector<int32_t> one(text.begin(), text.begin() + 21);
  EXPECT_EQ(loss(one, 20, {{}, {1, 0}}), loss(one, 20, {})) << "a segment is counted with the weights before it";
  EXPECT_LT(loss(text, 20, {{100, 0.3, 1}, {1, 0}}), loss(text, 20, {{100, 0.3, 1}, {}})) << "both together";
}

}  // namespace
}  // namespace rnn::core::test
