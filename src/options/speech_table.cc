// Why: the records of the options of speech: what is heard of a clip, and what counts as the same words.
#include "options/speech_table.h"

namespace rnn::core {
namespace {

using P = SpeechOptions;
using enum ResumeRule;
using enum OptionReaders;

constexpr std::string_view kTextRules[] = {"none", "basic"}, kPredictors[] = {"stateless", "recurrent"};

const OptionInfo kSpeechOptions[] = {
    {"rate",
     "speech",
     shape,
     of_speech,
     "N",
     "samples per second; 0: 8000 or 16000, that of most clips",
     &P::rate,
     {0, 192000}},
    {"bins", "speech", shape, of_speech, "N", "bands of the mel scale; 0: 40 at 8000, else 80", &P::bins, {0, 256}},
    {"stack", "speech", shape, of_speech, "N", "frames of 10 ms that are one step of the network", &P::stack, {1, 16}},
    {"streaming", "speech", shape, of_speech, "", "read forward only, to listen while people speak", &P::streaming},
    {"lookahead",
     "speech",
     shape,
     of_speech,
     "N",
     "frames after a step that it also reads, with --streaming",
     &P::lookahead,
     {0, 64}},
    {"row-convolution",
     "speech",
     shape,
     of_speech,
     "N",
     "steps after each one whose hidden rows are also read, by weights of their own, with --streaming; 0: none",
     &P::row_convolution,
     {0, 64}},
    {"transducer", "speech", shape, of_speech, "", "predict each character given those before it, in place of CTC",
     &P::transducer},
    {"predictor",
     "speech",
     shape,
     of_speech,
     "NAME",
     "what --transducer reads of them: stateless (the last two), recurrent (all, with the cell of --cell)",
     &P::predictor,
     {},
     kPredictors},
    {"joint-ctc",
     "speech",
     shape,
     of_speech,
     "W",
     "weight of a CTC loss beside that of --transducer; 0: none, and words have no times",
     &P::joint_ctc,
     {0, 100}},
    {"text-rules",
     "speech",
     shape,
     of_speech,
     "RULES",
     "what counts as the same words: none, basic (no capitals, no punctuation)",
     &P::text_rules,
     {},
     kTextRules},
    {"speeds", "speech", fixed, of_speech, "LIST", "a clip is heard at one of these speeds; 1: as it is", &P::speeds},
    {"volume",
     "speech",
     fixed,
     of_speech,
     "DB",
     "a clip is heard louder or softer by up to so many decibels; 0: as it is",
     &P::volume,
     {0, 60}},
    {"spec-augment", "speech", fixed, of_speech, "", "mask some of the time and of the frequencies of a clip",
     &P::spec_augment},
    {"noise", "speech", fixed, of_speech, "FILES", "sounds that are heard behind half of the clips; files or folders",
     &P::noise},
    {"noise-snr", "speech", fixed, of_speech, "LOW,HIGH", "how much louder the clips are, in decibels", &P::noise_snr},
    {"reverb", "speech", fixed, of_speech, "FILES", "impulse responses of rooms, in which half of the clips are heard",
     &P::reverb},
    {"test-speakers", "speech", fixed, of_speech, "NAMES", "whose clips are kept for the test", &P::test_speakers},
    {"valid-speakers", "speech", fixed, of_speech, "NAMES", "whose clips are for choosing; found", &P::valid_speakers},
};

}  // namespace

std::span<const OptionInfo> speech_table() { return kSpeechOptions; }

}  // namespace rnn::core
