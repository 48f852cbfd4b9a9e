// Why: what a verb writes replaces nothing that the user did not mean, whatever the verb.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rnn::core::app {

// What is written: a page, a drawing and a saved state replace one of their kind; a model, a text or a table replace nothing.
enum class Output { page, drawing, state, model, other };

// Throws Error{usage, code} if `path` has something else and --force was not given, or is a folder; Error{usage, "output/model"}, also
// with --force, if it is a model file or a file of a run and no model takes its place. Devices, pipes and links are fine. `force`: none
// for a verb that has no such flag.
void require_output(const std::string& path, Output output, std::optional<bool> force, const char* code = "output/exists");

// Throws Error{usage, "output/format"} if the name is that of another format than what a verb writes: x.png for a drawing.
void require_format(const std::string& path, Output output, const char* verb);

// Writes drawings, file name and SVG text, into a folder, which is created; none is written if one may not be.
void write_drawings(const std::string& folder, bool force, const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace rnn::core::app
