// Why: the card is read by people and by model hubs; both must find the measured figures, and nothing that was not measured.
#include "runs/model_card.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <limits>

#include "metrics/figures.h"
#include "tasks/language_model/task.h"

namespace rnn::core {
namespace {

ModelCard full_card() {
  ModelCard card;
  card.words = kLanguageModel.card;
  card.name = "story-001";
  card.summary = "A word-level LSTM language model.";
  card.license = "apache-2.0";
  card.languages = {"en"};
  card.tags = {"lstm"};
  card.dataset = "story \"one\"";
  card.facts = {{"layers", "2"}, {"a|b", "x\ny"}};
  const auto row = [](const char* name, std::optional<double> loss, std::optional<double> perplexity, double bits) {
    return ResultRow(name).set(figure::kLoss, loss).set(figure::kPerplexity, perplexity).set(figure::kBitsPerByte, bits);
  };
  card.result = row("this model", 3.34123, 28.254, 1.7612);
  card.baselines = {row("trigram", 3.9, 49.402, 2.05), row("zstd -19", {}, {}, 2.31)};
  card.data = {{"story.txt", "training", 1100000, "sha256:0123abcd"}};
  card.command = "rnn train story.txt --seed 7";
  card.seed = 7;
  card.run = "runs/story-001";
  card.prompt = "The cat is";
  card.sample = "The cat is sleeping.";
  card.limits = {"It knows only its text."};
  card.version = "0.1.0";
  return card;
}

constexpr const char* kFullCard = R"card(---
license: "apache-2.0"
language:
- "en"
library_name: rnn
pipeline_tag: text-generation
tags:
- "lstm"
metrics:
- bits_per_byte
- loss
- perplexity
model-index:
- name: "story-001"
  results:
  - task:
      type: text-generation
      name: "Language modelling"
    dataset:
      type: text
      name: "story \"one\""
      split: "validation"
    metrics:
    - type: bits_per_byte
      name: "bits per byte"
      value: 1.761
    - type: loss
      name: "loss (nats/token)"
      value: 3.3412
    - type: perplexity
      name: "perplexity"
      value: 28.25
---

# story-001

A word-level LSTM language model.

| | |
|---|---|
| layers | 2 |
| a\|b | x y |

## Results

Measured on the validation text; lower is better.

| | bits per byte | loss (nats/token) | perplexity |
|---|---:|---:|---:|
| **this model** | 1.761 | 3.3412 | 28.25 |
| trigram | 2.050 | 3.9000 | 49.40 |
| zstd -19 | 2.310 |  |  |

## How to use

```sh
rnn generate runs/story-001 -p 'The cat is' -n 60
rnn generate runs/story-001 -p 'The cat is' --top 5
rnn info runs/story-001
```

The whole model is one file, `model.safetensors`: weights under PyTorch's names, tokenizer and configuration.

A text that it generated:

```text
The cat is sleeping.
```

## Training

```sh
rnn train story.txt --seed 7
```

Seed 7. Trained with rnn 0.1.0.

| data file | used for | bytes | hash |
|---|---|---:|---|
| story.txt | training | 1100000 | sha256:0123abcd |

## Limits

- It knows only its text.
)card";

TEST(ModelCard, WholeCard) { EXPECT_EQ(model_card(full_card()), kFullCard); }

TEST(ModelCard, NothingIsMadeUp) {
  ModelCard card;
  card.words = kLanguageModel.card;
  card.name = "bare";
  card.baselines = {ResultRow("trigram").set(figure::kLoss, 1)};
  std::string text = model_card(card);
  for (const char* absent :
       {"license", "language:", "tags", "metrics", "model-index", "Limits", "data file", "A text that it generated"})
    EXPECT_EQ(text.find(absent), std::string::npos) << absent;
  EXPECT_NE(text.find("rnn generate model.safetensors -n 60"), std::string::npos);
  card.dataset = std::string("data");
  card.baselines.clear();
  card.result = ResultRow("m").set(figure::kLoss, std::numeric_limits<double>::quiet_NaN()).set(figure::kPerplexity, 2);
  text = model_card(card);
  EXPECT_EQ(text.find("nan"), std::string::npos);
  EXPECT_NE(text.find("metrics:\n- perplexity\nmodel-index"), std::string::npos);
}

TEST(ModelCard, TextCannotLeaveItsPlace) {
  ModelCard card = full_card();
  card.name = "x\ny: z";
  card.dataset = "a: b\n---\nc";
  card.sample = "``` fence\n````";
  card.prompt = "it's $HOME";
  const std::string text = model_card(card);
  EXPECT_NE(text.find("\n- name: \"x\\ny: z\"\n"), std::string::npos);
  EXPECT_NE(text.find("name: \"a: b\\n---\\nc\""), std::string::npos);
  EXPECT_NE(text.find("`````text\n``` fence\n````\n`````\n"), std::string::npos);
  EXPECT_NE(text.find("-p 'it'\\''s $HOME'"), std::string::npos);
}

// The shell itself says what a quoted word means.
TEST(ModelCard, ShellWordsSurviveTheShell) {
  EXPECT_EQ(shell_word("runs/story-001"), "runs/story-001");
  EXPECT_EQ(shell_word(""), "''");
  for (const std::string word : {"The cat is", "it's", "$HOME `id` \"x\" \\ !", "a\nb", "*", "caf\xC3\xA9"}) {
    std::FILE* pipe = ::popen(("printf %s " + shell_word(word)).c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    char back[64] = {};
    const size_t n = std::fread(back, 1, sizeof back, pipe);
    ::pclose(pipe);
    EXPECT_EQ(std::string(back, n), word);
  }
}

}  // namespace
}  // namespace rnn::core
