// Why: the host of the library may write numbers with a comma; a test gets such a locale wherever its sources are installed.
#pragma once

#include <stdlib.h>  // setenv is POSIX, not in <cstdlib>

#include <clocale>
#include <filesystem>
#include <locale>
#include <string>

namespace rnn::core::test {

// While it lives, the C library and the streams of the whole process go by the locale `name`, as "de_DE", in UTF-8: the machine's, or
// one that localedef makes in the work folder, where it stays. made() is false where there is neither.
class HostLocale {
 public:
  explicit HostLocale(const std::string& name) {
    const std::string full = name + ".UTF-8";
    const auto set = [&] { return std::setlocale(LC_ALL, full.c_str()) != nullptr; };
    made_ = set();
    if (!made_ && std::filesystem::exists("/usr/share/i18n/locales/" + name)) {
      const std::filesystem::path folder = std::filesystem::current_path() / "locales";
      std::filesystem::create_directories(folder);
      const std::string make = "localedef -i " + name + " -f UTF-8 '" + (folder / full).string() + "' >/dev/null 2>&1";
      const bool there = std::filesystem::exists(folder / full) || std::system(make.c_str()) == 0;
      setenv("LOCPATH", folder.c_str(), 1);  // now: the C library remembers what it has looked for in vain
      made_ = there && set();
    }
    if (made_) std::locale::global(std::locale(full));
  }
  ~HostLocale() {
    std::locale::global(std::locale::classic());
    std::setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
  }
  HostLocale(const HostLocale&) = delete;
  HostLocale& operator=(const HostLocale&) = delete;
  bool made() const { return made_; }

 private:
  bool made_ = false;
};

}  // namespace rnn::core::test
