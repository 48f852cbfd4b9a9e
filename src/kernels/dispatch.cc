// Why: builds the table of each instruction set that this machine supports, once, and chooses one.
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "kernels/processor.h"
#include "kernels/simd.h"
#include "kernels/table.h"

namespace rnn::core {
namespace {

struct Isa {
  const char* name;
  int64_t target;
};
constexpr Isa kIsas[std::tuple_size_v<Fillers>] = {
    {"emulated", HWY_STATIC_TARGET}, {"avx2", HWY_AVX2}, {"avx512", HWY_AVX3}};

struct Tables {
  Kernels<float> table[std::size(kIsas)] = {};
  bool present[std::size(kIsas)] = {};

  Tables() {
    const Processor processor = this_processor();
    const bool runs[] = {true, processor.avx2, processor.avx512};
    const std::vector<Fillers> parts = parts_of_kernels();
    for (size_t i = 0; i < std::size(kIsas); ++i) {
      if (!runs[i] || !parts[0][i]) continue;
      for (const Fillers& part : parts) part[i](table[i]);
      present[i] = std::string_view(table[i].name) == kIsas[i].name;
    }
  }
};

const Tables& tables() {
  static const Tables all;
  return all;
}

const Kernels<float>& choose() {
  const char* wanted = std::getenv("RNN_ISA");
  if (wanted && *wanted) {
    if (const auto* table = kernels_for(wanted)) return *table;
    std::string known;
    for (const auto name : isa_names()) {
      if (isa_supported(name)) known += (known.empty() ? "" : ", ") + std::string(name);
    }
    throw Error(Exit::usage, "cpu/isa", std::string("RNN_ISA is '") + wanted + "', which this machine does not support",
                "this machine supports: " + known);
  }
  for (size_t i = std::size(kIsas); i-- > 0;) {
    if (tables().present[i]) return tables().table[i];
  }
  throw Error(Exit::internal, "cpu/isa", "no instruction set of this build runs here");
}

}  // namespace

const char* target_name(int64_t target) {
  for (const auto& isa : kIsas) {
    if (isa.target == target) return isa.name;
  }
  return "unknown";
}

template <>
const Kernels<float>& kernels<float>() {
  static const Kernels<float>& chosen = choose();
  return chosen;
}

const Kernels<float>* kernels_for(std::string_view isa) {
  for (size_t i = 0; i < std::size(kIsas); ++i) {
    if (isa == kIsas[i].name && tables().present[i]) return &tables().table[i];
  }
  return nullptr;
}

bool isa_supported(std::string_view isa) { return kernels_for(isa) != nullptr; }

const char* isa_name() { return kernels<float>().name; }

std::vector<std::string_view> isa_names() {
  std::vector<std::string_view> names;
  for (const auto& isa : kIsas) names.push_back(isa.name);
  return names;
}

}  // namespace rnn::core
