// Why: a program that names every class that runs models, so that none of them needs more than rnn::runtime has.
#include <rnn/labeller.h>
#include <rnn/session.h>
#include <rnn/texts.h>
#include <rnn/translator.h>
#include <rnn/writer.h>

#include <cstdio>

int main(int argc, char** argv) {
  try {
    const rnn::Threads threads(2);
    const rnn::Model model = rnn::Model::load(argc > 1 ? argv[1] : "nowhere.safetensors");
    if (model.labels_sequences()) std::printf("%zu labels\n", rnn::Labeller(model, threads).labels().size());
    if (model.translates()) std::printf("%s\n", rnn::Translator(model, threads).translate("one").c_str());
    if (!model.is_language_model()) return 0;
    rnn::Writer writer(model, 1, threads);
    writer.read("a");
    std::printf("%s %f\n", writer.next().c_str(), rnn::score(model, "a\n").loss);
    rnn::Texts texts(model, threads);
    texts.add("a");
    return texts.step() ? 0 : 1;
  } catch (const rnn::Error& error) {
    std::printf("error[%s]\n", error.code().c_str());
    return error.exit() == rnn::Exit::model ? 0 : 1;
  }
}
