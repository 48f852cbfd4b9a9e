// Why: see metrics_file.h.
#include "train/metrics_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "io/json_tree.h"

namespace rnn::core {

int64_t read_events(const std::string& path, const std::function<void(nlohmann::json&&)>& take) {
  const std::string text = read_file(path);
  int64_t number = 0;
  for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    ++number;
    nlohmann::json event = parse_tree(std::string_view(text).substr(begin, end - begin));
    const auto type = event.is_object() ? event.find("type") : event.end();
    if (!event.is_object() || type == event.end() || !type->is_string() || type->get_ref<const std::string&>().empty()) {
      throw Error(Exit::data, "run/metrics", fmt::format("{}:{} is not a line of metrics", path, number),
                  "rnn train writes it into the run folder, line by line");
    }
    take(std::move(event));
  }
  return number;
}

}  // namespace rnn::core
