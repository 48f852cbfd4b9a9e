// Why: finds the verb, runs it, and turns every failure into one sentence, one hint and the documented exit status.
#include <fmt/format.h>

#include <csignal>
#include <new>

#include "base/error.h"
#include "kernels/kernels.h"
#include "options/option_list.h"
#include "screen.h"
#include "verbs.h"

namespace rnn::core::app {
namespace {

struct Verb {
  std::string_view name, summary;
  int (*run)(const Arguments&);
};

constexpr Verb kVerbs[] = {
    {"train", "learn from a text, from sequences, or from sentences and their translations", run_train},
    {"eval", "measure a model on data it has not seen", run_eval},
    {"generate", "likeliest next words, or a model that writes on", run_generate},
    {"translate", "a sentence a line in, its translation a line out", run_translate},
    {"info", "what is in a model", run_info},
    {"inspect", "what a model remembers, or a translator looks at: word by word", run_inspect},
    {"explain", "a page that shows how models read, remember and forget", run_explain},
    {"doctor", "what is wrong with a run, and which option to change", run_doctor},
    {"check", "prove that the gradient of a model is right", run_check},
    {"data", "look at data before training, or make some: check, head, split, make, ngram", run_data},
    {"tokenizer", "text to tokens and back: export, train, encode, decode", run_tokenizer},
    {"average", "one model from the mean of the weights of several", run_average},
    {"compare", "runs side by side: settings that differ and what came of them", run_compare},
    {"bench", "speed of this machine", run_bench},
    {"demo", "train an RNN, a GRU, an LSTM and a translator of dates, and show what came of them", run_demo},
    {"config", "every option, its value and where it comes from: show, recipes", run_config},
};

std::string overview() {
  std::string text = "rnn " RNN_VERSION ": recurrent neural networks\n\nusage: rnn VERB [MODEL] [DATA...] [options]\n\n";
  for (const Verb& v : kVerbs) text += fmt::format("  {:<10} {}\n", v.name, v.summary);
  return text +
         "\n  rnn VERB --help shows a verb, rnn --version the version\n\n"
         "examples:\n  rnn train story.txt\n  rnn generate runs/story-001 -p \"The cat is\" --top 5\n";
}

int run_verb(const std::string& name, const Arguments& arguments) {
  for (const Verb& v : kVerbs) {
    if (v.name == name) return v.run(arguments);
  }
  std::vector<std::string_view> names;
  for (const Verb& v : kVerbs) names.push_back(v.name);
  const std::string near = nearest_name(name, names);
  throw Error(Exit::usage, "usage/verb", fmt::format("there is no verb '{}'", name),
              near.empty() ? "rnn --help lists the verbs" : fmt::format("did you mean rnn {}?", near));
}

int run(const Arguments& all) {
  if (all.empty()) {
    say(overview());
    return static_cast<int>(Exit::usage);
  }
  const std::string& first = all[0];
  if (first == "--version" || first == "-V") {
    print(fmt::format("rnn {}\n", RNN_VERSION));
  } else if (first == "--help" || first == "-h" || first == "--help-all" || (first == "help" && all.size() == 1)) {
    print(overview());
  } else if (first == "help") {
    return run_verb(all[1], {"--help"});
  } else if (first[0] == '-') {
    throw Error(Exit::usage, "usage/verb", fmt::format("expected a verb, not '{}'", first), "rnn --help lists the verbs");
  } else {
    return run_verb(first, {all.begin() + 1, all.end()});
  }
  return 0;
}

void tell(std::string_view code, std::string_view message, std::string_view help) {
  say(fmt::format("error[{}]: {}", code, message));
  if (!help.empty()) say(fmt::format("help: {}", help));
}

int guarded(const Arguments& all) {
  try {
    const int status = run(all);
    flush_output();
    return status;
  } catch (const OutputClosed&) {
    return 0;  // the reader has seen enough: rnn generate ... | head
  } catch (const Error& e) {
    tell(e.code(), e.what(), e.help());
    return static_cast<int>(e.exit());
  } catch (const std::bad_alloc&) {
    tell("memory", "not enough memory for this", "a smaller --batch, --bptt, --hidden or --max-vocabulary needs less");
  } catch (const std::exception& e) {
    tell("internal", e.what(), "this is a fault of the program: please report it with the command you typed");
  }
  return static_cast<int>(Exit::internal);
}

}  // namespace
}  // namespace rnn::core::app

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe and a file that grew too large are seen as failed writes
  std::signal(SIGXFSZ, SIG_IGN);
  return rnn::core::app::guarded({argv + 1, argv + argc});
}
