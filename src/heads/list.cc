// Why: name and maker of every head.
#include "heads/list.h"

#include "base/error.h"
#include "heads/crf.h"
#include "heads/ctc.h"
#include "heads/esr.h"
#include "heads/family_head.h"
#include "heads/gaussian.h"
#include "heads/huber.h"
#include "heads/negative_binomial.h"
#include "heads/ordinal.h"
#include "heads/quantiles.h"
#include "heads/sigmoid.h"
#include "heads/softmax.h"
#include "heads/squared.h"
#include "heads/student_t.h"
#include "heads/transducer.h"

namespace rnn::core {
namespace {

template <class T>
struct Kind {
  std::string_view name;
  std::unique_ptr<Head<T>> (*make)(const HeadOptions&, ParamTable&, Packed<T>&);
};

template <class T, class Made>
constexpr Kind<T> kind(std::string_view name) {
  return {name, [](const HeadOptions& options, ParamTable& table, Packed<T>& packed) -> std::unique_ptr<Head<T>> {
            return std::make_unique<Made>(options, table, packed);
          }};
}

template <class T, const Family& family>
constexpr Kind<T> forecast() {
  return {family.name, [](const HeadOptions& options, ParamTable& table, Packed<T>& packed) -> std::unique_ptr<Head<T>> {
            return std::make_unique<FamilyHead<T>>(options, table, packed, family);
          }};
}

template <class T>
constexpr Kind<T> kKinds[] = {
    kind<T, SoftmaxHead<T>>("softmax"),        // cross-entropy over all classes
    kind<T, SoftmaxHead<T>>("sampled"),        // the same; training looks at some classes
    kind<T, AdaptiveHead<T>>("adaptive"),      // classes in clusters
    kind<T, CrfHead<T>>("crf"),                // labels of every step, as a whole
    kind<T, SigmoidHead<T>>("sigmoid"),        // any number of classes at once
    kind<T, OrdinalHead<T>>("ordinal"),        // places on a scale
    kind<T, CtcHead<T>>("ctc"),                // labels of a sequence, wherever they stand in it
    kind<T, TransducerHead<T>>("transducer"),  // the same, each given those before it
    kind<T, SquaredHead<T>>("squared"),        // numbers
    kind<T, EsrHead<T>>("esr"),                // a signal, as it sounds
    forecast<T, kHuber>(),                     // the same, with outliers
    forecast<T, kQuantiles>(),                 // quantiles at given levels
    forecast<T, kGaussian>(),                  // mean and deviation
    forecast<T, kStudentT>(),                  // location, scale and weight of the tails
    forecast<T, kNegativeBinomial>(),          // counts
};

}  // namespace

template <class T>
std::unique_ptr<Head<T>> make_head(const HeadOptions& options, ParamTable& table, Packed<T>& packed) {
  std::string names;
  for (const Kind<T>& k : kKinds<T>) {
    if (k.name == options.kind) return k.make(options, table, packed);
    names += (names.empty() ? "" : ", ") + std::string(k.name);
  }
  throw Error(Exit::usage, "model/head", "there is no head '" + std::string(options.kind) + "'", "one of " + names);
}

template std::unique_ptr<Head<float>> make_head(const HeadOptions&, ParamTable&, Packed<float>&);
template std::unique_ptr<Head<double>> make_head(const HeadOptions&, ParamTable&, Packed<double>&);

}  // namespace rnn::core
