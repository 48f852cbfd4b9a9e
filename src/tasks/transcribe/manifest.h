// Why: speech corpora are listed in half a dozen ways; each becomes the same list of clips, before any sound is opened.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/inputs/text_line.h"
#include "tasks/transcribe/clips_findings.h"

namespace rnn::core {

// A clip as a manifest names it.
struct ListedClip {
  std::string id;
  std::string named;                // the sound file as the manifest has it
  std::string path;                 // where it was found; "": nowhere
  std::optional<std::string> text;  // as written; none: there is no transcript
  std::string speaker;              // "": not said
  std::string file;                 // where it is listed
  int64_t line = 0;                 // 0: the whole file
  double seconds = -1;              // as the manifest says; -1: it does not

  std::string place() const { return line > 0 ? file + ":" + std::to_string(line) : file; }
};

struct Manifest {
  std::vector<ListedClip> clips;
  std::vector<std::string> files;  // that were read as text, but for a transcript per clip
  int64_t runs = 0;                // folders of runs, which were left out
};

// A way to list clips. To add one, write its two functions and a line in manifest.cc.
struct ManifestFormat {
  std::string_view name;  // for people
  // The manifests of this format that `path` names, or that the folder `path` holds; cheap: looks at names and first lines.
  std::vector<std::string> (*find)(const std::string& path);
  // Throws Error{data} with file:line for what makes no sense; `findings`: what is odd.
  Manifest (*read)(const std::string& manifest, ClipFindings& findings);
};
std::span<const ManifestFormat> manifest_formats();

// What a path is: the first format of the list that knows it.
struct FoundManifests {
  const ManifestFormat* format = nullptr;  // none: no format knows the path
  std::vector<std::string> manifests;
};
FoundManifests find_manifests(const std::string& path);

// Sound files by a name without folder or extension: looks in `folders` in turn, in each first for the name as it is, then with the
// extension of every kind of sound, and at last of ready frames.
class SoundFinder {
 public:
  explicit SoundFinder(std::vector<std::string> folders) : folders_(std::move(folders)) {}
  std::string find(const std::string& name) const;  // "": nowhere

 private:
  std::vector<std::string> folders_;
};

// Sound by its name, of every kind that AudioReader knows; ready frames.
bool is_clip_name(std::string_view name);
std::string folder_of(const std::string& path);  // "." for a name alone
// "a/b.wav" -> "b".
std::string stem_of(const std::string& path);

// Every line that is not blank, without its end and white space around it. Throws Error{data}: data/missing, data/unreadable,
// data/utf8, data/binary, data/format.
void each_line(const std::string& path, const std::function<void(const LinePlace&, std::string_view)>& what);
void each_raw_line(const std::string& path, const std::function<void(const LinePlace&, std::string_view)>& what);  // with it
// The first word, which is cut off with the white space after it.
std::string_view take_word(std::string_view& line);

// Throws Error{data, "data/duplicate_id"} for a clip of an id that another has: both places.
void require_own_ids(const std::vector<ListedClip>& clips);

// The formats.
std::vector<std::string> find_sphinx(const std::string& path);
Manifest read_sphinx(const std::string& manifest, ClipFindings& findings);
std::vector<std::string> find_kaldi(const std::string& path);
Manifest read_kaldi(const std::string& manifest, ClipFindings& findings);
std::vector<std::string> find_bars(const std::string& path);
Manifest read_bars(const std::string& manifest, ClipFindings& findings);
std::vector<std::string> find_json_clips(const std::string& path);
Manifest read_json_clips(const std::string& manifest, ClipFindings& findings);
std::vector<std::string> find_clip_table(const std::string& path);
Manifest read_clip_table(const std::string& manifest, ClipFindings& findings);
std::vector<std::string> find_pairs_of_files(const std::string& path);
Manifest read_pairs_of_files(const std::string& manifest, ClipFindings& findings);
// Whether one of the first sound files of a folder, or this sound file, has a .txt beside it.
bool has_texts_beside(const std::string& path);

}  // namespace rnn::core
