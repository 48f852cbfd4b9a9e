// Why: an edit of config.toml is told, and nothing is told of a file as a run wrote it.
#include "runs/edited_config.h"

#include <gtest/gtest.h>

#include <string>

namespace rnn::core {
namespace {

std::string edits(const std::string& toml, const Options& stopped, const Options& resumed) {
  std::string text;
  for (const EditedOption& o : edited_options(toml, stopped, resumed)) text += o.name + ":" + o.written + ":" + o.used + " ";
  return text;
}

TEST(EditedConfig, WhatARunWroteIsNotEdited) {
  Options options;
  set_option(options, "hidden", "48");
  set_option(options, "lr", "0.25");
  set_option(options, "cutoffs", "20,90");
  EXPECT_EQ(edits(options_to_toml(options, {{"a = b.txt"}, {}, {"c.txt"}}), options, options), "");
}

TEST(EditedConfig, NamesTheOptionThatIsNeitherAsBeforeNorAsAsked) {
  Options stopped, resumed;
  set_option(resumed, "epochs", "20");
  const std::string before = get_option(stopped, "epochs");
  EXPECT_EQ(edits("epochs = " + before + "\n", stopped, resumed), "");
  EXPECT_EQ(edits("epochs = 20", stopped, resumed), "");
  EXPECT_EQ(edits("epochs=77   # passes\n", stopped, resumed), "epochs:77:20 ");
  EXPECT_EQ(edits(" cell = \"gru\"  # a = b\nlr = 5e-1\n", stopped, resumed),
            "cell:gru:" + get_option(stopped, "cell") + " lr:0.5:" + get_option(stopped, "lr") + " ");
  // The same number in another form; an earlier name; what cannot be a value.
  set_option(resumed, "lr", "0.5");
  EXPECT_EQ(edits("lr = 5e-1\n", stopped, resumed), "");
  EXPECT_EQ(edits("max_updates = 3\n", stopped, resumed), "max-updates:3:" + get_option(stopped, "max-updates") + " ");
  EXPECT_EQ(edits("epochs = many\n", stopped, resumed), "epochs:many:20 ");
}

TEST(EditedConfig, PassesOverWhatIsNoOption) {
  EXPECT_EQ(edits("[train]\n# epochs = 3\ntrain = [\"epochs = 3\"]\nunknown = 3\n\nepochs\n", {}, {}), "");
}

}  // namespace
}  // namespace rnn::core
