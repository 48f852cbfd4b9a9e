// Why: the whole public interface: load, step, generate, translate, label, forecast, transcribe, evaluate and train; standard library types only.
// A program that only runs models may include the parts that it uses and link rnn::runtime: all but rnn/evaluate.h, rnn/recognizer.h and rnn/train.h.
#pragma once

// Failures are rnn::Error (code(), what(), help(), exit()); in addition, any function that is not noexcept may throw
// std::bad_alloc. Nothing is printed. Sizes count numbers unless a name says bytes; times are in seconds, losses in nats per
// token. Classes that own something may be moved; a moved-from object may only be assigned to or destroyed.
#include "rnn/classifier.h"
#include "rnn/effect.h"
#include "rnn/error.h"
#include "rnn/evaluate.h"
#include "rnn/forecaster.h"
#include "rnn/labeller.h"
#include "rnn/model.h"
#include "rnn/recognizer.h"
#include "rnn/series.h"
#include "rnn/session.h"
#include "rnn/tagger.h"
#include "rnn/texts.h"
#include "rnn/threads.h"
#include "rnn/train.h"
#include "rnn/translator.h"
#include "rnn/writer.h"
