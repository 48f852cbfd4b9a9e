// Why: name and maker of every network.
#include "networks/list.h"

#include "base/error.h"
#include "networks/encoder_decoder.h"
#include "networks/segments.h"
#include "networks/stacked.h"

namespace rnn::core {
namespace {

constexpr uint32_t kEmbeddingSite = 1, kSourceSite = 3;  // of dropout

template <class T>
using Made = std::unique_ptr<Network<T>>;

template <class T>
Made<T> stacked(const ModelConfig& c, ParamTable& table, Packed<T>& packed) {
  const EmbeddedOptions embedding{c.rnn.input, c.drops, {c.dropout_of_input(), kEmbeddingSite, c.rnn.variational},
                                  0,           c.tied,  c.columns};
  StackedOptions options{c.rnn, c.vocabulary, embedding, c.head() == kNoHead ? "" : "rnn", c.row_convolution};
  if (const LetterOptions& l = c.letters; l.present())
    options.letters = {l.vocabulary, l.embed, l.width, l.filters, l.longest};
  return std::make_unique<Stacked<T>>(options, table, packed);
}

template <class T>
Made<T> encoder_decoder(const ModelConfig& c, ParamTable& table, Packed<T>& packed) {
  const EmbeddedOptions source{
      c.rnn.input, c.drops, {c.dropout_of_input(), kSourceSite, c.rnn.variational}, kSourceSite, c.tied};
  const EmbeddedOptions target{c.rnn.input, c.drops, {c.dropout_of_input(), kEmbeddingSite, c.rnn.variational}, 0, c.tied};
  return std::make_unique<EncoderDecoder<T>>(c.encoder, c.rnn, c.vocabulary, source, target, table, packed);
}

template <class T>
Made<T> segments(const ModelConfig& c, ParamTable& table, Packed<T>& packed) {
  const ForecastOptions& f = c.forecast;
  return std::make_unique<Segments<T>>(SegmentsOptions{c.rnn, f.frame(), f.segment * f.known, f.future(), f.channels}, table,
                                       packed);
}

template <class T>
struct Kind {
  std::string_view name;
  Made<T> (*make)(const ModelConfig&, ParamTable&, Packed<T>&);
};

template <class T>
constexpr Kind<T> kKinds[] = {
    {"stacked", stacked<T>},                  // an embedding or frames, recurrent layers
    {"segments", segments<T>},                // segments of the past are read, every segment of the future is one step more
    {"encoder-decoder", encoder_decoder<T>},  // a source is read, a target written
};

}  // namespace

template <class T>
std::unique_ptr<Network<T>> make_network(const ModelConfig& config, ParamTable& table, Packed<T>& packed) {
  std::string names;
  for (const Kind<T>& kind : kKinds<T>) {
    if (kind.name == config.network()) return kind.make(config, table, packed);
    names += (names.empty() ? "" : ", ") + std::string(kind.name);
  }
  throw Error(Exit::usage, "model/network", "there is no network '" + std::string(config.network()) + "'",
              "one of " + names);
}

template std::unique_ptr<Network<float>> make_network(const ModelConfig&, ParamTable&, Packed<float>&);
template std::unique_ptr<Network<double>> make_network(const ModelConfig&, ParamTable&, Packed<double>&);

}  // namespace rnn::core
