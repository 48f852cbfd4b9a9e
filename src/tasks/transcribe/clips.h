// Why: training, evaluation and checks read speech through one list of clips: what was said, by whom, in which file, how long.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/inputs/text_files.h"
#include "options/kinds.h"
#include "runs/task.h"

namespace rnn::core {

struct Clip {
  std::string id;       // of its own in the set
  std::string path;     // of the sound, or of ready frames
  std::string written;  // the transcript as it stands
  std::string text;     // by the rule; "": nothing is said
  std::string speaker;  // "": not known
  std::string file;     // where it is listed, and its line; line 0: the whole file
  int64_t line = 0;
  int rate = 0;         // of the file; 0: ready frames
  int channels = 0;     // of the file
  int width = 0;        // of ready frames; 0: sound
  int64_t samples = 0;  // of one channel, at `rate`; of ready frames: frames
  double seconds = 0;

  std::string place() const { return line > 0 ? file + ":" + std::to_string(line) : file; }  // "train.fileids:3"
};

struct ClipOptions {
  SpeechText rules = SpeechText::none;
  int mfc_width = 13;               // numbers of a frame in .mfc files, which do not say it
  double seconds_per_frame = 0.01;  // of ready frames
  bool needs_text = true;           // clips without a transcript are left out
};

struct ClipSet {
  std::vector<Clip> clips;           // in the order of the manifests; of a folder by name
  std::vector<std::string> formats;  // of the manifests, each once
  std::vector<std::string> files;    // manifests and lists beside them
  int rate = 16000;                  // the task's: that of most clips if it is 8000 or 16000, else 16000
  int width = 0;                     // of ready frames; 0: sound
  int64_t listed = 0;                // with those that were left out
  int64_t speakers = 0;              // 0: of one clip at least it is not known
  int64_t empty_texts = 0;
  int64_t words = 0, characters = 0;  // of `text`; characters: code points, spaces included
  int64_t runs = 0;                   // folders of runs, which are no data and were left out
  double seconds = 0;
  std::string hash;               // of ids, texts and lengths
  std::vector<Finding> findings;  // what was left out (warnings), what is odd (notes)

  // "948 clips, 42.4 minutes, 74 speakers, from Sphinx .fileids and .transcription".
  std::string words_for_people() const;
};

// A path: a manifest or a folder with one, a folder of sound files with a .txt beside each, or such a file (manifest.cc lists the
// formats). Only headers of sounds are read. A clip that is missing, cannot be read or has no transcript is left out: the first five of a
// kind are named in the findings, the others counted. Throws Error{data}:
//   data/missing, data/unreadable, data/utf8, data/binary   as readers of text do
//   data/no_audio        nothing that lists or holds sound
//   data/manifests       a folder with several manifests: which one?
//   data/no_clips        every clip had to be left out
//   data/duplicate_id    of clips, or of transcripts
//   data/no_transcripts, data/transcription, data/fileids, data/scp, data/scp_pipe, data/utt2spk, data/columns, data/json,
//   data/manifest, data/segments    of manifests, with file:line
//   data/mixed_clips     sound and ready frames, or frames of two widths
ClipSet read_clips(const std::vector<std::string>& paths, const ClipOptions& options = {});

// Sets the totals of the clips: speakers, empty texts, words, characters, seconds, hash.
void add_up(ClipSet& set);

// Whether this is speech with transcripts, for Task::guess. Looks at names and first lines.
TaskGuess guess_clips(const std::vector<std::string>& paths);

}  // namespace rnn::core
