// Why: lists of clips are written by hand and by scripts of many corpora; whatever a list is, it gives clips with places, or a clear error.
#include <filesystem>
#include <set>
#include <string>

#include "fuzz/target.h"
#include "tasks/transcribe/manifest.h"

namespace rnn::core::fuzz {
namespace {

// The input is the list of one of these kinds; beside it lies what that kind needs.
constexpr std::string_view kLists[] = {"x.fileids", "wav.scp",         "metadata.csv", "clips.jsonl",
                                       "clips.tsv", "x.transcription", "text"};

const Folder& corpus() {
  static const Folder folder;
  static const bool ready = [] {
    for (const char* name : {"a.wav", "an1.wav", "clip1.wav", "id1.wav"}) folder.write(name, "RIFF");
    return true;
  }();
  require(ready, "there are clips");
  return folder;
}

void read_list(std::string_view name, std::string_view input) {
  const Folder& folder = corpus();
  for (const std::string_view other : kLists) std::filesystem::remove(folder.path(std::string(other)));
  std::string path = folder.write(std::string(name), input);
  if (name == "x.fileids") folder.write("x.transcription", "<s> light on </s> (an1)\n");
  if (name == "x.transcription") folder.write("x.fileids", "an1\n");
  if (name == "wav.scp") folder.write("text", "an1 light on\n");
  if (name == "text") path = folder.write("wav.scp", "an1 an1.wav\n");
  FoundManifests found;
  if (!reads([&] { found = find_manifests(path); }) || !found.format) return;
  for (const std::string& list : found.manifests) {
    ClipFindings findings;
    Manifest manifest;
    if (!reads([&] {
          manifest = found.format->read(list, findings);
          require_own_ids(manifest.clips);
        }))
      continue;
    ++accepted;
    std::set<std::string> ids;
    for (const ListedClip& clip : manifest.clips) {
      require(!clip.id.empty() && ids.insert(clip.id).second, "every clip has an id of its own");
      require(!clip.file.empty() && clip.line >= 0, "every clip has a place");
      require(clip.path.empty() || std::filesystem::is_regular_file(clip.path), "what was found is there");
      require(clip.seconds == -1 || clip.seconds >= 0, "a length is known or not");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const std::string_view name : kLists) read_list(name, text_of(data, size));
  return 0;
}

}  // namespace rnn::core::fuzz
