// Why: perplexity shows how good a model is; bits per byte compare it with models that split text differently.
// 03_evaluate RUN TEXT: loss, perplexity and bits per byte of a text.
#include <rnn/rnn.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: 03_evaluate RUN TEXT\n");
    return 2;
  }
  try {
    const rnn::Model model = rnn::Model::load(argv[1]);
    const rnn::ModelInfo info = model.info();
    std::printf("%s: %s, %d x %d units, %s tokens, %lld parameters, %zu bytes of state\n", info.path.c_str(),
                info.cell.c_str(), info.layers, info.hidden, info.tokens.c_str(), static_cast<long long>(model.parameters()),
                model.state_bytes());
    const rnn::TextScore score = rnn::evaluate(model, argv[2]);
    std::printf("loss           %.4f nats per token\n", score.loss);
    std::printf("perplexity     %.2f\n", score.perplexity);
    std::printf("bits per byte  %.3f\n", score.bits_per_byte);
    std::printf("tokens         %lld, unknown %lld\n", static_cast<long long>(score.tokens),
                static_cast<long long>(score.unknown));
    return 0;
  } catch (const rnn::Error& error) {
    std::fprintf(stderr, "error[%s]: %s\nhelp: %s\n", error.code().c_str(), error.what(), error.help().c_str());
    return static_cast<int>(error.exit());
  }
}
