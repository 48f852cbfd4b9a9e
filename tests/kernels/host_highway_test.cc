// Why: the host of the library may use Highway itself: what it has told Highway is nothing to our kernels, and they change none of it.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/host_highway_test.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace host {
namespace HWY_NAMESPACE {
inline int64_t own_target() { return HWY_TARGET; }
}  // namespace HWY_NAMESPACE
}  // namespace host
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>
#include <vector>

#include "kernels/kernels.h"

namespace host {
HWY_EXPORT(own_target);
int64_t dispatched() { return HWY_DYNAMIC_DISPATCH(own_target)(); }
}  // namespace host

namespace rnn::core::test {
namespace {

constexpr int64_t kFast = HWY_AVX2 | HWY_AVX3 | HWY_AVX3_DL;

bool forced_to(std::string_view isa) {
  const char* forced = std::getenv("RNN_ISA");
  return forced && forced == isa;
}

// Before main(), which asks for the kernels: the host does without what the kernels are forced to. Where they are forced to the
// baseline, it takes the best there is.
[[maybe_unused]] const bool told = [] {
  if (!forced_to("emulated")) hwy::DisableTargets(kFast);
  return true;
}();

// Something that runs: a product of the forced instruction set.
void use_kernels() {
  Pool pool(1);
  const Kernels<float>& k = kernels<float>();
  const PackForm form = PackForm::forward({3}, 2, 2);
  const std::vector<float> w = {1, 2, 3, 4, 5, 6}, x = {10, 100};
  std::vector<float> packed(form.size(k.lanes)), y(3);
  k.pack(pool, form, w.data(), packed.data());
  k.gemm(pool, {{x.data(), 1, 2, 2}, packed.data(), nullptr, false, {3}, {y.data(), 1, 3, 3}});
  EXPECT_EQ(y, (std::vector<float>{210, 430, 650}));
}

TEST(HostHighway, StaysAsTheHostLeftIt) {
  EXPECT_FALSE(hwy::GetChosenTarget().IsInitialized()) << "the kernels asked Highway what to run";
  use_kernels();
  EXPECT_FALSE(hwy::GetChosenTarget().IsInitialized());
  const int64_t host = host::dispatched();
  if (forced_to("emulated")) {
    EXPECT_EQ((host & kFast) != 0, isa_supported("avx2")) << "the host runs the best of this machine";
  } else {
    EXPECT_EQ(host & kFast, 0) << "the host runs what it has disabled";
  }
  for (const std::string_view isa : isa_names()) kernels_for(isa);
  use_kernels();
  EXPECT_EQ(host::dispatched(), host);
}

// The bits of the processor that we read are those that Highway reads.
TEST(HostHighway, AgreesAboutTheProcessor) {
  if (!forced_to("emulated")) {
    EXPECT_EQ(hwy::SupportedTargets() & kFast, 0) << "the host's choice is gone";
  }
  hwy::DisableTargets(0);
  EXPECT_EQ((hwy::SupportedTargets() & HWY_AVX2) != 0, isa_supported("avx2"));
  EXPECT_EQ((hwy::SupportedTargets() & HWY_AVX3) != 0, isa_supported("avx512"));
  // A mock of the host is not taken for the machine, and is still there behind.
  hwy::SetSupportedTargetsForTest(HWY_STATIC_TARGET);
  use_kernels();
  EXPECT_EQ(hwy::SupportedTargets(), HWY_STATIC_TARGET);
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace rnn::core::test
#endif
