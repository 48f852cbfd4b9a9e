// Why: frames are torchaudio's and Kaldi's to a thousandth, whole or sample by sample, and a saved stream goes on with the same bits.
#include "audio/front_end.h"

#include <nlohmann/json.hpp>

#include "audio/signals.h"
#include "base/file.h"
#include "support/failure.h"

namespace rnn::core {
namespace {

using nlohmann::json;
using test::in_chunks;

const json& golden() {
  static const json file = json::parse(read_file(std::string(RNN_TEST_SOURCE) + "/tests/golden/audio_features.json"));
  return file;
}

std::vector<float> golden_signal(const json& of) {
  std::vector<float> out;
  for (const json& x : golden().at("signals").at(of.at("signal").get<std::string>())) out.push_back(x.get<float>() / 32768);
  return out;
}

FilterBankOptions golden_options(const json& of) {
  json all = front_end_json({}).get();
  all.update(of.at("options"));
  return front_end_of(all);
}

TEST(FrontEndGolden, FramesAreThoseOfTorchaudio) {
  for (const json& one : golden().at("cases")) {
    const FilterBankOptions options = golden_options(one);
    const std::vector<float> frames = front_end_frames(options, golden_signal(one));
    const auto name = one.at("name").get<std::string>();
    const json& expected = one.at("frames");
    const auto width = static_cast<size_t>(options.width());
    ASSERT_EQ(frames.size(), expected.size() * width) << name;
    double worst = 0;
    for (size_t i = 0; i < frames.size(); ++i)
      worst = std::max(worst, std::fabs(frames[i] - expected[i / width][i % width].get<double>()));
    EXPECT_LE(worst, 1e-3) << name;
    std::printf("[   worst  ] %s: %.1e\n", name.c_str(), worst);
  }
}

std::vector<float> sine() {
  std::vector<float> out;
  for (int t = 0; t < 1600; ++t)
    out.push_back(static_cast<float>(std::round(8000 * std::sin(2 * std::numbers::pi * 440 * t / 16000)) / 32768));
  return out;
}

// torchaudio 0.13.1 in double precision.
TEST(FrontEndGolden, ASineOfKaldi) {
  const std::vector<float> bands = front_end_frames({}, sine());
  ASSERT_EQ(bands.size(), 8u * 80);
  const double expected[] = {7.7917, 8.3955, 7.8024, 6.7416};
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(bands[i], expected[i], 1e-3);
  double sum = 0;
  for (const float x : bands) sum += x;
  EXPECT_NEAR(sum / 640, 7.1762, 1e-3);

  FilterBankOptions mfcc;
  mfcc.kind = FrontKind::mfcc, mfcc.bins = 23;
  const std::vector<float> cepstra = front_end_frames(mfcc, sine());
  const double first[] = {43.5333, 45.7077, 49.5242, -15.0214};
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(cepstra[i], first[i], 1e-3);
}

TEST(FrontEndScale, TheUnitOfSamplesIsPartOfTheOptions) {
  FilterBankOptions unit;
  unit.scale = FrontScale::unit;
  const std::vector<float> loud = test::noise(1600), a = front_end_frames({}, loud), b = front_end_frames(unit, loud);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i] - b[i], 20.794, 1e-3);  // 2 ln 32768
}

std::vector<FilterBankOptions> kinds() {
  FilterBankOptions all, narrow, slopes, sparse;
  all.snip_edges = false;
  narrow.rate = 8000, narrow.bins = 40, narrow.snip_edges = false, narrow.deltas = 1;
  slopes.kind = FrontKind::mfcc, slopes.bins = 23, slopes.energy = true, slopes.deltas = 2;
  sparse.shift_ms = 40, sparse.bins = 40, sparse.snip_edges = false;  // frames with gaps between them
  return {FilterBankOptions{}, all, narrow, slopes, sparse};
}

TEST(FrontEndBits, ChunksOfAnySizeHaveTheSame) {
  for (const FilterBankOptions& options : kinds()) {
    for (const int length : {0, 1, 79, 80, 100, 399, 400, 401, 2000, 16000}) {
      const std::vector<float> in = test::noise(length);
      const std::vector<float> whole = front_end_frames(options, in);
      EXPECT_EQ(static_cast<int64_t>(whole.size()), options.frames_of(length) * options.width());
      FrontEnd front(options);
      for (const size_t n : {1, 33, 160, 4096})
        EXPECT_EQ(in_chunks(front, in, n), whole) << options.rate << " " << options.deltas << " " << length << " " << n;
    }
  }
}

TEST(FrontEndBits, FramesComeAsSoonAsTheyAreComplete) {
  for (const FilterBankOptions& options : kinds()) {
    FrontEnd front(options);
    std::vector<float> out;
    const std::vector<float> in = test::noise(4000);
    for (const float& x : in) front.push({&x, 1}, out);
    const int64_t whole = options.frames_of(4000);
    EXPECT_EQ(front.frames() * front.width(), static_cast<int64_t>(out.size()));
    EXPECT_GE(front.frames(), whole - 2 - front.delay_frames());
    EXPECT_EQ(front.delay_frames(), 2 * options.deltas);
    const int64_t before = front.frames();
    EXPECT_EQ(front.finish(out), whole - before);
  }
}

TEST(FrontEndState, IsSavedCopiedAndReset) {
  for (const FilterBankOptions& options : kinds()) {
    const std::vector<float> in = test::noise(9000);
    const std::vector<float> whole = front_end_frames(options, in);
    for (const size_t cut : {0, 50, 300, 1234, 8999}) {
      FrontEnd first(options), loaded(options);
      std::vector<float> out, other;
      first.push(std::span(in).first(cut), out);
      loaded.push(std::span(in).subspan(100), other);  // what is loaded replaces what was there
      loaded.load(first.save());
      FrontEnd copy = first;
      first.push(std::span(in).first(777), other);  // copies go on independently
      std::vector<float> of_copy = out, of_loaded = out;
      copy.push(std::span(in).subspan(cut), of_copy), copy.finish(of_copy);
      loaded.push(std::span(in).subspan(cut), of_loaded), loaded.finish(of_loaded);
      EXPECT_EQ(of_copy, whole);
      EXPECT_EQ(of_loaded, whole);
    }
  }
}

TEST(FrontEndState, OtherBytesAreRefused) {
  FilterBankOptions other;
  other.bins = 40;
  FrontEnd front{FilterBankOptions{}}, narrow(other);
  std::vector<float> out;
  front.push(test::noise(5000), out);
  const std::string good = front.save();
  EXPECT_EQ(failure_of([&] { narrow.load(good); }).code, "audio/state");
  for (size_t n = 0; n < good.size(); n += 101)
    EXPECT_EQ(failure_of([&] { front.load(good.substr(0, n)); }).code, "audio/state");
  for (size_t at = 16; at < 48; ++at) {  // the counts: another one is refused, or harmless
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x80);
    const Failure f = failure_of([&] {
      front.load(bad);
      front.push(test::noise(3000), out);
      front.finish(out);
    });
    EXPECT_TRUE(f.code == "none" || f.code == "audio/state") << at;
  }
}

TEST(FrontEndJson, IsReadAsItIsWritten) {
  for (const FilterBankOptions& options : kinds()) EXPECT_TRUE(front_end_of(front_end_json(options)) == options);
  const json good = front_end_json({}).get();
  const auto code = [&](const json& change) {
    json bad = good;
    bad.merge_patch(change);
    return failure_of([&] { front_end_of(bad); });
  };
  for (const json& change :
       {json{{"version", 2}}, json{{"units", "decibels"}}, json{{"rate", nullptr}}, json{{"rate", "16k"}},
        json{{"window", "blackman"}}, json{{"bins", 100000}}, json{{"more", 1}}, json{{"deltas", 3}}}) {
    const Failure f = code(change);
    EXPECT_EQ(f.code, "audio/front_end") << change;
    EXPECT_EQ(f.exit, Exit::model) << change;
  }
}

TEST(FrontEndJson, TheTestSignalShowsAnotherFrontEnd) {
  for (const FilterBankOptions& options : kinds()) {
    std::vector<float> stored = front_end_check(options);
    ASSERT_GE(stored.size(), static_cast<size_t>(options.width()));
    require_front_end(options, stored);
    stored.back() += 0.1f;
    EXPECT_EQ(failure_of([&] { require_front_end(options, stored); }).code, "audio/front_end");
  }
  FilterBankOptions other;
  other.window = FrontWindow::hamming;
  EXPECT_EQ(failure_of([&] { require_front_end(other, front_end_check({})); }).code, "audio/front_end");
  EXPECT_EQ(failure_of([&] { require_front_end({}, {}); }).code, "audio/front_end");
}

TEST(FrontEndOptions, WithoutMeaningAreRefused) {
  const auto refused = [](void (*change)(FilterBankOptions&)) {
    FilterBankOptions options;
    change(options);
    const Failure f = failure_of([&] { FrontEnd{options}; });
    EXPECT_EQ(f.exit, Exit::usage);
    EXPECT_FALSE(f.help.empty());
    return f.code;
  };
  EXPECT_EQ(refused([](FilterBankOptions& o) { o.rate = 8000, o.bins = 120; }),
            "usage/front_end");  // bands between frequencies
  EXPECT_EQ(refused([](FilterBankOptions& o) { o.bins = 0; }), "usage/front_end");
  EXPECT_EQ(refused([](FilterBankOptions& o) { o.rate = 0; }), "usage/front_end");
  EXPECT_EQ(refused([](FilterBankOptions& o) { o.shift_ms = 0; }), "usage/front_end");
  EXPECT_EQ(refused([](FilterBankOptions& o) { o.frame_ms = NAN; }), "usage/front_end");
  EXPECT_EQ(refused([](FilterBankOptions& o) { o.low = 9000; }), "usage/front_end");
  EXPECT_EQ(refused([](FilterBankOptions& o) { o.kind = FrontKind::mfcc, o.cepstra = 81; }), "usage/front_end");
  EXPECT_EQ(refused([](FilterBankOptions& o) { o.deltas = 3; }), "usage/front_end");
}

}  // namespace
}  // namespace rnn::core
