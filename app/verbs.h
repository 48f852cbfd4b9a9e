// Why: the visible list of verbs; a new verb is one file, one declaration and one line in main.cc.
#pragma once

#include <string>
#include <vector>

namespace rnn::core::app {

using Arguments = std::vector<std::string>;  // what follows the verb

// Each prints results on standard output, messages on standard error, and returns the exit status. Throws Error.
int run_train(const Arguments& arguments);
int run_eval(const Arguments& arguments);
int run_generate(const Arguments& arguments);
int run_forecast(const Arguments& arguments);
int run_detect(const Arguments& arguments);
int run_transcribe_verb(const Arguments& arguments);
int run_align(const Arguments& arguments);
int run_report(const Arguments& arguments);
int run_process(const Arguments& arguments);
int run_classify(const Arguments& arguments);
int run_tag(const Arguments& arguments);
int run_predict(const Arguments& arguments);
int run_translate(const Arguments& arguments);
int run_info(const Arguments& arguments);
int run_inspect(const Arguments& arguments);
int run_explain(const Arguments& arguments);
int run_doctor(const Arguments& arguments);
int run_check(const Arguments& arguments);
int run_data(const Arguments& arguments);
int run_tokenizer(const Arguments& arguments);
int run_bench(const Arguments& arguments);
int run_demo(const Arguments& arguments);
int run_average(const Arguments& arguments);
int run_compare(const Arguments& arguments);
int run_plot(const Arguments& arguments);
int run_config(const Arguments& arguments);

}  // namespace rnn::core::app
