// Why: whole files are read and written, never half a file: a reader sees either the old one or the new one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace rnn::core {

// All bytes of a file. Throws Error{missing_exit, "io/..."} naming the path when it is missing, a folder or unreadable.
// Another device than a terminal or /dev/null is refused, since it may have no end: "io/device". A pipe is read to its end; a process that is interrupted while it waits for one throws what end_if_interrupted() throws.
std::string read_file(const std::string& path);

// What to do when a file cannot be written for this reason (errno): one sentence for a help line.
std::string write_advice(int reason);

// Writes next to `path`, flushes to the disk, renames over it, flushes the folder. On any failure (full disk, no permission) the
// old file is untouched, nothing is left next to it, and Error{internal, "io/write"} names the path and the system's reason. Any
// number of threads and processes may write one path at once: it then contains what one of them wrote, complete. A process that
// is killed meanwhile leaves PATH.tmp<process id>-<number>. A symbolic link stays, what it leads to is replaced. A device, a pipe or a
// FIFO is not replaced: the bytes are written to it.
void write_file_atomic(const std::string& path, std::string_view bytes);
// What is there is written to and not replaced: a device, a pipe, a FIFO, or what this process has open (/dev/stdout).
bool is_written_through(const std::string& path);
// The pieces one after another, without joining them in memory first.
void write_file_atomic(const std::string& path, std::span<const std::string_view> pieces);

}  // namespace rnn::core
