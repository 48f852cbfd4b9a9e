// Why: the whole process on one page: a text becomes a model, the model writes a sentence.
// 01_train_and_generate [TEXT [RUN]]: trains on TEXT (the project's own corpus) and writes the run to RUN (first_run).
#include <rnn/rnn.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string default_text() {
  const char* corpus = std::getenv("RNN_CORPUS");
  return std::string(corpus ? corpus : "data/corpus") + "/everyday.txt";
}

bool show(const rnn::TrainEvent& event) {
  if (event.type == "eval")
    std::printf("update %4lld  validation loss %.3f\n", static_cast<long long>(event.step), event.val_loss);
  return true;  // false: stop here and keep what has been learnt
}

}  // namespace

int main(int argc, char** argv) {
  try {
    rnn::TrainRequest request;
    request.data = {argc > 1 ? argv[1] : default_text()};
    request.folder = argc > 2 ? argv[2] : "first_run";
    request.force = true;
    request.set("cell", "gru")
        .set("tokens", "word")
        .set("hidden", "96")
        .set("lr", "0.005")
        .set("epochs", "3")
        .set("threads", "2");
    request.on_event = show;
    const rnn::TrainSummary run = rnn::train(request);
    std::printf("%lld parameters, perplexity %.1f, %.1f s\n", static_cast<long long>(run.parameters),
                run.val_perplexity.value_or(0), run.seconds);

    const rnn::Model model = rnn::Model::load(run.folder);
    rnn::Writer writer(model, /*seed=*/7);
    std::string text = "The cat";
    writer.read(text);
    for (int i = 0; i < 40; ++i) {
      text += writer.next({.temperature = 0.7, .top_p = 0.95});
      if (writer.last_token() == model.newline_token()) break;
    }
    std::printf("%s\n", (text + writer.flush()).c_str());
    return 0;
  } catch (const rnn::Error& error) {
    std::fprintf(stderr, "error[%s]: %s\nhelp: %s\n", error.code().c_str(), error.what(), error.help().c_str());
    return static_cast<int>(error.exit());
  }
}
