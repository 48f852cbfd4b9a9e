# Why: the runs whose bits are pinned, as a table: every task, cell, output layer, optimizer and search, small and of odd sizes.
"""Cases of tools/pins.py. Data is made by the program itself or is a part of data/corpus; every case is trained in a second."""

import typing

# Name: training data and what it is checked on. "lines A B" are those lines of data/corpus/everyday.txt, "table A B" and "words A B" the
# same with a label each or a tag for every word, "tones A B" clips of a language of tones, "amplifier N" a sound and the same distorted,
# N samples; else rnn data make.
DATA = {
    "words": ("lines 0 150", "lines 200 230"),
    "other-words": ("lines 300 400", "lines 200 230"),
    "chars": ("lines 0 30", "lines 200 206"),
    "unsplit": ("lines 0 150", None),
    "dates": ("dates -n 130", "dates -n 9 -s 2"),
    "addition": ("addition --digits 2 -n 130", "addition --digits 2 -n 11 -s 2"),
    "reverse": ("reverse --length 6 --min-length 1 --symbols 5 -n 130",
                "reverse --length 6 --min-length 1 --symbols 5 -n 11 -s 2"),
    "recall": ("recall --length 9 --min-length 3 --symbols 5 -n 130", "recall --length 9 --symbols 5 -n 23 -s 2"),
    "parity": ("parity --length 7 --min-length 2 -n 130", "parity --length 7 --min-length 2 -n 23 -s 2"),
    "adding": ("adding --length 11 --min-length 5 -n 130", "adding --length 11 --min-length 5 -n 23 -s 2"),
    "copy": ("copy --length 3 --symbols 4 -n 65", "copy --length 3 --symbols 4 -n 13 -s 2"),
    "tones": ("tones 0 40", "tones 60 66"),
    "table": ("table 0 130", "table 200 223"),
    "tagged": ("words 0 130", "words 200 223"),
    "amplifier": ("amplifier 48000", None),
}
PROMPT = "The cat"

# Options of rnn train by task; a case changes and adds some. They reach update 100, where the gradient's norm is always logged.
COMMON = "--epochs 4 --eval-every 9 --patience 0 --lr 0.01 --seed 3 --quiet"
TASKS = {
    "language": COMMON + " --epochs 2 --tokens word --mode stream --batch 4 --bptt 7",
    "translate": COMMON + " --batch 5",
    "classify": COMMON + " --batch 5",
    "regress": COMMON + " --batch 5",
    "tag": COMMON + " --epochs 8 --batch 5",
    "transcribe": COMMON + " --epochs 13 --batch 5 --schedule stall --dropout 0 --mask-width 1",
    "labels": COMMON + " --batch 5",
    "spans": COMMON + " --batch 5",
    "effect": COMMON + " --epochs 20 --schedule stall --batch 4 --bptt 512",
}

# What is asked of a trained model. RUN is the run, VALID the data it was checked on, SOURCES the left column of that, OUT a
# folder whose files are compared, too. THREADS is 1; with the mark * the same is asked with 3 threads and must be the same.
OUTPUTS = {
    "eval*": "eval RUN VALID --json --no-baselines -t THREADS",
    "baselines": "eval RUN VALID --json -t THREADS",
    "per-line": "eval RUN VALID --per-line --json --no-baselines -t THREADS",
    "adapted*": "eval RUN VALID --cache 30 --dynamic 0.1 --json --no-baselines -t THREADS",
    "with*": "eval RUN VALID --with language/gru/straight --with-weights 2,1 --json --no-baselines -t THREADS",
    "choose": "eval RUN --choose PROMPT sleeping eats is --json -t THREADS",
    "ngram": "data ngram DATA --tokens-of RUN --eval VALID --json",
    "sample": "generate RUN -p PROMPT -n 40 --seed 5 -t THREADS",
    "cuts": "generate RUN -p PROMPT -n 25 --top-k 9 --top-p 0.9 --min-p 0.01 --typical 0.9 --repetition-penalty 1.2 "
            "--samples 2 --json",
    "next*": "generate RUN -p PROMPT --top 9 --json -t THREADS",
    "beam*": "generate RUN -p PROMPT -n 12 --beam 4 --n-best 4 --length-penalty 0.7 --no-repeat 3 --json -t THREADS",
    "prefix": "generate RUN -p PROMPT -n 9 --prefix \" s\" --stop .",
    "together": "generate RUN -p PROMPT -n 20 --with language/gru/straight --seed 2",
    "cached": "generate RUN -p PROMPT -n 15 --cache 20 --seed 6 --save-state OUT/cached.state",
    "state": "generate RUN -p PROMPT -n 7 --seed 6 --save-state OUT/memory.state",
    "continued": "generate RUN --load-state OUT/cached.state --cache 20 -n 15 --seed 7",
    "average": "average RUN language/sgd/straight -o OUT/mean.safetensors --weights 0.75,0.25",
    "pieces": "tokenizer encode RUN \"The cat saw 2 cows: ▁<unk>!\" --json",
    "inspect": "inspect RUN -p PROMPT --json -t THREADS",
    "over-text": "inspect RUN VALID --tokens 60 --json -t THREADS",
    "explain": "explain RUN -p PROMPT --no-lab --json -t THREADS",
    "check": "check RUN --samples 4",
    "translations*": "translate RUN SOURCES --nbest 3 --alignment --json -t THREADS",
    "greedy": "translate RUN SOURCES --beam 1 -t THREADS",
    "nbest*": "translate RUN SOURCES --beam 4 --nbest 4 --length-penalty 0.6 --length-rule wu --batch 3 -t THREADS",
    "drawn": "translate RUN SOURCES --sample --temperature 1.5 --top-k 4 -s 2 -t THREADS",
    "coverage": "translate RUN SOURCES --coverage 0.3 --no-repeat 3 --max-ratio 1 --max-extra 4 -t THREADS",
    "ensemble": "translate RUN SOURCES --with translate/gru/straight --nbest 2 -t THREADS",
    "explain-line": "explain RUN -p \"a b c\" --json -t THREADS",
    "inspect-line": "inspect RUN -p \"a b c\" --json --beam 3 -t THREADS",
    "eval-clips*": "eval RUN VALID --json -t THREADS",
    "eval-labels*": "eval RUN VALID --json -t THREADS",
    "processed": "process RUN DRY -o OUT/wet.wav",
    "transcripts*": "transcribe RUN SOUND --format json -t THREADS",
    "searched": "transcribe RUN SOUND --beam 4 --nbest 3 --format json -t THREADS",
    "label-each*": "classify RUN VALID --each-step --top 2 -t THREADS",
    "spans*": "tag RUN VALID --json -t THREADS",
}
WRITES = "eval* sample"  # of every language model
TRANSLATES = "eval* nbest*"


class Case(typing.NamedTuple):
    name: str  # task/case
    data: str
    options: str
    outputs: str = ""
    stop: int = 31  # the run is stopped after so many updates and resumed; 0: stopping it would change its plan (cosine)
    accumulate: int = 2  # the same run with its batches in so many parts; 0: not
    threads: tuple = (2, 3)  # the same run with so many threads, with the same bits


REGULARISED = ("--layers 2 --hidden 14 --dropout 0.2 --input-dropout 0.1 --output-dropout 0.25 --variational "
               "--state-dropout 0.2 --zoneout 0.1 --weight-drop 0.3 --layer-norm --embedding-dropout 0.1 --label-smoothing 0.1 "
               "--activation-regularization 2 --temporal-activation-regularization 1")
ALL_OUTPUTS = (WRITES + " baselines per-line adapted* with* choose ngram cuts next* beam* prefix together cached state "
               "continued average inspect over-text explain check")

CASES = [
    # Cells, and sizes around the lanes and panels of the kernels.
    Case("language/gru", "words", "--cell gru --hidden 24 --embed 13", WRITES),
    Case("language/sgd", "words",
         "--cell lstm --hidden 24 --embed 13 --optimizer sgd --lr 0.5 --momentum 0.5 --schedule stall --decay 0.25",
         WRITES),
    Case("language/lstm", "words", "--cell lstm --hidden 24 --embed 13", ALL_OUTPUTS),
    Case("language/rnn", "words", "--cell rnn --hidden 13 --embed 9", WRITES + " inspect"),
    Case("language/rnn-relu", "words", "--cell rnn-relu --hidden 24 --layers 2 --init identity", WRITES),
    Case("language/gru-reset-before", "words", "--cell gru-reset-before --hidden 21 --layers 2 --batch 3", WRITES),
    Case("language/lstm-coupled", "words", "--cell lstm-coupled --hidden 13 --layers 2", WRITES),
    Case("language/lstm-wide", "words", "--cell lstm --hidden 70 --embed 33 --batch 7 --epochs 3", WRITES, accumulate=3),
    Case("language/deep", "words", "--cell lstm --hidden 17 --layers 3 --residual --embed 17", WRITES),
    Case("language/narrow-top", "words", "--cell gru --hidden 17 --layers 2 --last-hidden 11", WRITES),
    Case("language/one-stream-gru", "words", "--cell gru --hidden 70 --batch 1 --bptt 20", WRITES, accumulate=0),
    Case("language/one-stream-lstm", "words", "--cell lstm --hidden 66 --batch 1 --bptt 15 --epochs 1", WRITES, accumulate=0),
    Case("language/peephole", "words", "--cell lstm --peephole --cell-clip 1 --hidden 13", WRITES),
    Case("language/projection", "words", "--cell lstm --projection 9 --hidden 20 --layers 2", WRITES),
    Case("language/tied", "words", "--cell gru --tied --hidden 24", WRITES),
    Case("language/tied-projection", "words", "--cell lstm --tied --projection 11 --hidden 26 --peephole", WRITES),
    # Kinds of tokens, sentences alone.
    Case("language/sentences-lstm", "words", "--mode sentence --cell lstm --hidden 24 --batch 6 --epochs 4",
         WRITES + " adapted* per-line"),
    Case("language/sentences-gru", "words", "--mode sentence --cell gru --hidden 37 --batch 9 --epochs 6",
         WRITES, accumulate=4),
    Case("language/chars", "chars", "--tokens char --cell gru --hidden 24 --embed 5 --bptt 9 --epochs 3",
         WRITES + " beam* pieces"),
    Case("language/chars-sentences", "chars", "--tokens char --mode sentence --cell rnn --hidden 24 --batch 2 --epochs 7",
         WRITES),
    Case("language/bytes", "chars", "--tokens byte --cell lstm --hidden 13 --bptt 9 --epochs 3", WRITES + " prefix"),
    Case("language/space", "words", "--tokens space --cell gru --hidden 13", WRITES + " prefix"),
    Case("language/unigram", "words", "--tokens unigram --max-vocabulary 400 --cell lstm --hidden 13",
         WRITES + " pieces explain"),
    Case("language/unigram-sentences", "words",
         "--tokens unigram --max-vocabulary 400 --mode sentence --cell gru --hidden 13 --batch 5 --epochs 4",
         WRITES),
    Case("language/bpe", "words", "--tokens bpe --max-vocabulary 400 --cell gru --hidden 13", WRITES + " pieces"),
    Case("language/rare-words", "words", "--min-count 2 --max-vocabulary 90 --cell lstm --hidden 13", WRITES),
    Case("language/unsplit", "unsplit", "--cell lstm --hidden 13 --valid-share 0.1", "sample"),
    # Regularised in every way.
    Case("language/dropout", "words", "--cell lstm --layers 2 --hidden 13 --dropout 0.3", WRITES),
    Case("language/layer-norm", "words", "--cell lstm --layer-norm --hidden 19 --layers 2 --cell-clip 2", WRITES + " inspect"),
    Case("language/layer-norm-gru", "words", "--cell gru --layer-norm --hidden 19", WRITES),
    Case("language/layer-norm-rnn", "words", "--cell rnn --layer-norm --hidden 19", WRITES),
    Case("language/regularised", "words", REGULARISED + " --cell lstm --zoneout-cell 0.1 --word-dropout 0.1 --bptt 10 "
         "--bptt-random --epochs 3 --average nt-asgd --nonmono 1 --eval-every 4 --optimizer sgd --lr 5 --clip 0.25",
         WRITES),
    Case("language/regularised-gru", "words",
         REGULARISED + " --cell gru --word-dropout 0.1 --mode sentence --batch 6 --epochs 4",
         WRITES, accumulate=3),
    Case("language/bptt-random", "words", "--cell gru --hidden 13 --bptt 10 --bptt-random --epochs 3", WRITES),
    # Output layers.
    Case("language/adaptive", "words", "--cell lstm --hidden 24 --softmax adaptive --cutoffs 20,60 --softmax-divide 2",
         WRITES + " beam* with* next*"),
    Case("language/adaptive-sentences", "words",
         "--cell gru --hidden 13 --mode sentence --batch 6 --epochs 4 --softmax adaptive --cutoffs 50",
         WRITES),
    Case("language/sampled", "words", "--cell lstm --hidden 24 --softmax sampled --samples 19", WRITES),
    Case("language/sampled-unigram", "words",
         "--cell gru --hidden 13 --softmax sampled --samples 40 --sampler unigram --optimizer sgd --lr 0.5",
         WRITES),
    Case("language/output-blocks", "other-words",
         "--cell gru --hidden 9 --batch 33 --bptt 28 --epochs 12 --eval-every 5 --output-memory 1",
         WRITES, stop=7),
    # Optimizers, schedules, means of the weights, starts, what is frozen.
    Case("language/adam-cosine", "words", "--cell gru --hidden 13 --optimizer adam --schedule cosine --warmup 9 --clip 0",
         WRITES, stop=0),
    Case("language/adamw-ema", "words", "--cell gru --hidden 13 --weight-decay 0.1 --average ema --ema-decay 0.9", WRITES),
    Case("language/rmsprop-steps", "words",
         "--cell gru --hidden 13 --optimizer rmsprop --schedule steps --decay-at 1 --epochs 3",
         WRITES),
    Case("language/adagrad-decay", "words",
         "--cell gru --hidden 13 --optimizer adagrad --schedule decay --decay-from 1 --clip-value 0.05",
         WRITES),
    Case("language/asgd", "words", "--cell lstm --hidden 13 --optimizer sgd --lr 0.5 --average asgd", WRITES),
    Case("language/orthogonal", "words", "--cell lstm --hidden 13 --init orthogonal --chrono 20", WRITES),
    Case("language/glorot", "words", "--cell lstm --hidden 13 --init glorot --forget-bias 1", WRITES),
    Case("language/uniform", "words", "--cell gru --hidden 13 --init uniform:0.2 --chrono 9", WRITES),
    Case("language/frozen", "words",
         "--cell gru --hidden 13 --layers 2 --freeze embedding --layer-lr rnn.0=0.5 --layer-lr-decay 1.5",
         WRITES),
    Case("language/finetuned", "other-words", "--init-from language/lstm/straight --dropout 0.1 --epochs 3", WRITES),

    Case("translate/gru", "reverse", "--cell gru --hidden 24 --embed 13", TRANSLATES),
    Case("translate/additive", "reverse", "--cell lstm --hidden 24 --embed 13 --attention-size 11",
         TRANSLATES + " translations* greedy drawn coverage ensemble explain-line inspect-line check"),
    Case("translate/general", "reverse", "--cell gru --hidden 18 --attention general", TRANSLATES),
    Case("translate/dot", "reverse", "--cell lstm --hidden 18 --attention dot", TRANSLATES),
    Case("translate/scaled-dot", "reverse", "--cell gru --hidden 14 --attention scaled-dot --layers 2",
         TRANSLATES + " translations*"),
    Case("translate/no-attention", "reverse", "--cell lstm --hidden 24 --attention none", TRANSLATES + " greedy explain-line"),
    Case("translate/input-feeding", "reverse", "--cell lstm --hidden 24 --input-feeding",
         TRANSLATES + " translations* explain-line"),
    Case("translate/input-feeding-general", "reverse", "--cell gru --hidden 14 --layers 2 --input-feeding --attention general",
         TRANSLATES),
    Case("translate/bridge-dense", "reverse", "--cell lstm --hidden 14 --bridge dense", TRANSLATES),
    Case("translate/bridge-zero", "reverse", "--cell gru --hidden 14 --bridge zero --own-embedding", TRANSLATES),
    Case("translate/one-way", "reverse", "--cell rnn --hidden 13 --one-way --reverse-source --bridge copy", TRANSLATES),
    Case("translate/deep-encoder", "reverse", "--cell lstm-coupled --hidden 14 --encoder-layers 2", TRANSLATES),
    Case("translate/layer-norm", "reverse", "--cell lstm --hidden 14 --layer-norm --layers 2 --residual", TRANSLATES),
    Case("translate/regularised", "reverse", REGULARISED + " --cell lstm --zoneout-cell 0.1", TRANSLATES, accumulate=3),
    Case("translate/tied-smoothed", "reverse",
         "--cell lstm --hidden 14 --tied --label-smoothing 0.1 --average ema --ema-decay 0.9",
         TRANSLATES),
    Case("translate/batch-tokens", "dates", "--cell gru --hidden 14 --tokens char --batch-tokens 60 --epochs 5 --dropout 0.1",
         TRANSLATES, stop=20),
    Case("translate/best-by-bleu", "addition", "--cell lstm --hidden 14 --tokens char --best-by bleu --eval-every 25",
         TRANSLATES),
    Case("translate/unigram", "dates", "--cell gru --hidden 14 --tokens unigram --max-vocabulary 330", TRANSLATES + " greedy"),

    Case("classify/lstm", "recall", "--cell lstm --hidden 24", "eval* check"),
    Case("classify/gru", "recall", "--cell gru --hidden 13 --layers 2 --dropout 0.2", "eval*", accumulate=4),
    Case("classify/rnn", "parity", "--cell rnn --hidden 13 --embed 5 --optimizer sgd --lr 0.2", "eval*"),
    Case("classify/regularised", "recall", REGULARISED + " --cell lstm --zoneout-cell 0.1 --average asgd", "eval*"),
    Case("regress/lstm", "adding", "--cell lstm --hidden 24", "eval* check"),
    Case("regress/gru", "adding", "--cell gru --hidden 13 --layers 2 --layer-norm --optimizer rmsprop", "eval*", accumulate=5),
    Case("regress/rnn", "adding", "--cell rnn-relu --hidden 13 --dropout 0.1 --variational", "eval*"),
    Case("tag/lstm", "copy", "--cell lstm --hidden 24 --peephole", "eval*"),
    Case("tag/gru", "copy", "--cell gru --hidden 13 --layers 2 --residual", "eval*", accumulate=3),
    Case("tag/regularised", "copy", REGULARISED + " --cell gru", "eval*"),

    Case("language/mingru", "words", "--cell mingru --hidden 24 --embed 13 --layers 2 --zoneout 0.1 --dropout 0.1",
         WRITES + " next* inspect over-text explain check"),
    Case("language/indrnn", "words", "--cell indrnn --hidden 24 --embed 13 --layer-norm",
         WRITES + " next* inspect over-text explain check"),
    Case("translate/mingru", "reverse", "--cell mingru --hidden 14 --input-feeding --chrono 9", TRANSLATES),
    Case("regress/indrnn", "adding", "--cell indrnn --hidden 13 --layers 2 --residual", "eval*", accumulate=3),
    Case("classify/indrnn-tanh", "recall", "--cell indrnn-tanh --hidden 13 --init identity", "eval*"),

    Case("transcribe/ctc", "tones", "--cell gru --hidden 13 --layers 2", "eval-clips* transcripts* searched", accumulate=3),
    Case("transcribe/streaming", "tones", "--cell lstm --hidden 13 --layers 1 --streaming --row-convolution 2",
         "eval-clips* transcripts*", accumulate=0),
    Case("transcribe/transducer", "tones", "--cell gru --hidden 13 --layers 1 --transducer --predictor recurrent",
         "eval-clips* transcripts*", accumulate=0),
    Case("labels/mean", "table", "--cell gru --hidden 13 --directions both --pool mean", "eval-labels*"),
    Case("labels/forward", "table", "--cell lstm --hidden 13 --directions one --pool max --tokens char --class-weights balanced",
         "eval-labels* label-each*"),
    Case("labels/several", "table", "--cell gru --hidden 13 --answers several", "eval-labels* label-each*"),
    Case("labels/ordered", "table", "--cell lstm --hidden 13 --answers ordered --order short,middling,long", "eval-labels*"),
    Case("spans/crf", "tagged", "--cell lstm --hidden 13 --crf on --features affixes --scheme bioes", "eval-labels* spans*"),
    Case("spans/softmax", "tagged", "--cell gru --hidden 13 --crf off", "eval-labels* spans*"),
    Case("spans/letters", "tagged", "--cell gru --hidden 13 --features all", "eval-labels* spans*"),
    Case("effect/lstm", "amplifier", "--cell lstm --hidden 8", "processed", accumulate=0),
]
