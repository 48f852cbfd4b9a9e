// Why: each sink is read back by something that does not share its code.
#include "events/sinks.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <clocale>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <locale>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "base/numbers.h"
#include "events/tensorboard.h"

namespace rnn::core {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

// A folder that is gone afterwards.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/rnn_sinks_XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Event metric(int step, double loss) {
  return {"metric", {{"step", step}, {"epoch", step / 10.0}, {"loss", loss}, {"lr", 0.002}, {"elapsed_s", 1.5 * step}}};
}
Event eval(int step, double loss) {
  return {"eval", {{"step", step}, {"val_loss", loss}, {"val_perplexity", std::exp(loss)}, {"best", true}}};
}

TEST(Events, JsonPutsTypeAndMetricsFirst) {
  const Event e{"metric",
                {{"zeta", "a\nb"}, {"lr", 0.002}, {"step", 500}, {"loss", 3.21}, {"grad_norm", kNaN}, {"alpha", true}}};
  EXPECT_EQ(event_json(e),
            R"({"type":"metric","step":500,"loss":3.21,"lr":0.002,"grad_norm":null,"alpha":true,"zeta":"a\nb"})");
  EXPECT_EQ(event_json({"start", nlohmann::json::object()}), R"({"type":"start"})");
  EXPECT_EQ(nlohmann::json::parse(event_json({"sample", {{"text", "a\xff"}}}))["text"], "a\xEF\xBF\xBD");
}

TEST(Events, Text) {
  EXPECT_EQ(event_text({"eval", {{"step", 500}, {"val_loss", 3.3412345}, {"best", true}, {"elapsed_s", 73.2}}}),
            "    1:13  eval  step 500  val_loss 3.34123  best");
  EXPECT_EQ(event_text({"sample", {{"text", "two\nlines"}, {"best", false}}}), "          sample  text \"two\\nlines\"");
}

TEST(Events, PrintableText) {
  EXPECT_EQ(printable("a\nb\x1b[31m\x7f caf\xC3\xA9 \xC2\x9B \xC2\xA0"), "a\\nb\\x1b[31m\\x7f caf\xC3\xA9 \\x9b \xC2\xA0");
}

class CommaPoint : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

TEST(Events, NumbersDoNotDependOnTheLocale) {
  const std::vector<std::string> columns = {"step", "epoch", "loss", "lr", "elapsed_s"};
  const std::locale before = std::locale::global(std::locale(std::locale(), new CommaPoint));
  if (!std::setlocale(LC_ALL, "de_DE.UTF-8")) std::setlocale(LC_ALL, "fr_FR.UTF-8");  // where one is installed
  EXPECT_EQ((std::ostringstream() << 2.5).str(), "2,5");
  EXPECT_EQ(short_number(3.21), "3.21");
  EXPECT_EQ(short_number(123456), "123456");
  EXPECT_EQ(csv_row(metric(5000, 2.5), columns), "5000,500,2.5,0.002,7500");
  EXPECT_EQ(event_json({"m", {{"loss", 2.5}, {"step", 10000}}}), R"({"type":"m","step":10000,"loss":2.5})");
  EXPECT_EQ(event_text({"m", {{"loss", 2.5}}}), "          m  loss 2.5");
  std::setlocale(LC_ALL, "C");
  std::locale::global(before);
}

class Failing : public EventSink {
 public:
  void on(const Event&) override { throw Error(Exit::internal, "io/write", "full"); }
};
class Counting : public EventSink {
 public:
  explicit Counting(int* count) : count_(count) {}
  void on(const Event&) override { ++*count_; }

 private:
  int* count_;
};

TEST(Events, AFailingSinkDoesNotStarveTheOthers) {
  int count = 0;
  EventStream stream;
  stream.add(std::make_unique<Failing>());
  stream.add(std::make_unique<Counting>(&count));
  EXPECT_THROW(stream.emit(metric(1, 1)), Error);
  EXPECT_EQ(count, 1);
}

TEST(JsonlSink, EachEventIsOnDiskAtOnceAndResumeTakesBack) {
  Folder folder;
  const std::string path = folder / "metrics.jsonl";
  std::string first;
  {
    JsonlSink sink(path, Open::fresh);
    sink.on({"start", {{"run", "a"}}});
    sink.on(metric(10, 3));
    sink.on(eval(10, 3.5));
    sink.on({"sample", {{"text", "kept"}}});
    first = read_file(path);
    sink.on(metric(20, 2));
    sink.on({"sample", {{"text", "dropped"}}});
    sink.on({"result", {{"exit", 0}}});
  }
  std::ofstream(path, std::ios::app) << R"({"type":"metric","st)";  // cut in the middle
  JsonlSink resumed(path, Open::resume);
  resumed.truncate_after(10);
  EXPECT_EQ(read_file(path), first);
  resumed.on(metric(20, 2.5));
  EXPECT_EQ(read_file(path), first + event_json(metric(20, 2.5)) + "\n");
  JsonlSink fresh(path, Open::fresh);
  EXPECT_EQ(read_file(path), "");
}

TEST(JsonlSink, SaysWhichLineIsBad) {
  Folder folder;
  const std::string path = folder / "metrics.jsonl";
  for (const char* bad : {"nonsense", "[1]", "{\"step\":1}"}) {
    std::ofstream(path) << "{\"type\":\"start\"}\n" << bad << "\n";
    JsonlSink sink(path, Open::resume);
    try {
      sink.truncate_after(1);
      FAIL() << bad;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), "run/metrics");
      EXPECT_NE(std::string(e.what()).find("metrics.jsonl:2"), std::string::npos) << e.what();
    }
  }
}

TEST(CsvSink, HeaderRowsAndResume) {
  Folder folder;
  const std::string path = folder / "metrics.csv";
  const std::string header =
      "step,epoch,loss,val_loss,val_perplexity,val_bits_per_byte,val_accuracy,val_bleu,lr,grad_norm,tokens_per_s,elapsed_"
      "s\n";
  {
    CsvSink sink(path, Open::fresh);
    EXPECT_EQ(read_file(path), header);
    sink.on({"start", {}});
    sink.on(metric(9, 1.0 / 3));
    sink.on({"eval", {{"step", 9}, {"val_loss", 2}, {"tokens_per_s", 1e6}}});
    sink.on(metric(10, kNaN));
    sink.on(metric(100, 0.25));
  }
  const std::string rows =
      header + "9,0.9,0.3333333333333333,,,,,,0.002,,,13.5\n9,,,2,,,,,,,1000000,\n10,1,nan,,,,,,0.002,,,15\n";
  EXPECT_EQ(read_file(path), rows + "100,10,0.25,,,,,,0.002,,,150\n");
  std::ofstream(path, std::ios::app) << "110,1";
  CsvSink sink(path, Open::resume);
  sink.truncate_after(10);
  EXPECT_EQ(read_file(path), rows);
  sink.on(metric(11, 0.5));
  EXPECT_EQ(read_file(path), rows + "11,1.1,0.5,,,,,,0.002,,,16.5\n");
}

TEST(CsvSink, ResumeOfAForeignOrUnfinishedFile) {
  Folder folder;
  const std::string path = folder / "metrics.csv";
  std::ofstream(path) << "step,loss,taste\n1,2,3\n";
  EXPECT_THROW(CsvSink(path, Open::resume), Error);
  std::ofstream(path) << "epoch,step\n1,2\n";
  EXPECT_THROW(CsvSink(path, Open::resume), Error);
  std::ofstream(path) << "step,loss,val_loss\n1,2,\n";  // of an earlier version
  CsvSink(path, Open::resume).on({"eval", {{"step", 2}, {"val_loss", 3}, {"val_bleu", 4}}});
  EXPECT_EQ(read_file(path), "step,loss,val_loss\n1,2,\n2,,3\n");
  std::ofstream(path) << "step,epo";
  CsvSink(path, Open::resume).on(metric(1, 2));
  EXPECT_EQ(read_file(path).substr(0, 16), "step,epoch,loss,");
  EXPECT_NE(read_file(path).find("\n1,0.1,2,"), std::string::npos);
  std::ofstream(path, std::ios::app) << "x,1\n";
  EXPECT_THROW(CsvSink(path, Open::resume).truncate_after(5), Error);
}

TEST(FileSinks, FullDiskAndMissingFolderAreErrors) {
  const auto code = [](auto&& f) {
    try {
      f();
    } catch (const Error& e) {
      EXPECT_EQ(e.exit(), Exit::internal);
      return e.code();
    }
    return std::string("nothing");
  };
  EXPECT_EQ(code([] { JsonlSink("/dev/full", Open::resume).on(metric(1, 1)); }), "io/write");
  EXPECT_EQ(code([] { CsvSink("/dev/full", Open::fresh); }), "io/write");
  EXPECT_EQ(code([] { LogSink("/dev/full", Open::resume).on(metric(1, 1)); }), "io/write");
  EXPECT_EQ(code([] { LogSink("/nowhere/at/all/train.log", Open::fresh); }), "io/write");
  EXPECT_EQ(code([] { TensorBoardSink("/nowhere/at/all"); }), "io/write");
}

TEST(LogSink, AddsToWhatIsThere) {
  Folder folder;
  const std::string path = folder / "train.log";
  LogSink(path, Open::fresh).on(metric(10, 3));
  LogSink sink(path, Open::resume);
  sink.truncate_after(5);
  sink.on({"warning", {{"code", "train/clip"}, {"message", "m"}}});
  EXPECT_EQ(read_file(path),
            "    0:15  metric  step 10  epoch 1  loss 3  lr 0.002\n          warning  code \"train/clip\"  message \"m\"\n");
}

TEST(JsonSink, WritesLines) {
  std::string out;
  JsonSink sink([&](std::string_view text) { out += text; });
  sink.on({"result", {{"exit", 0}}});
  sink.on(eval(1, 0));
  EXPECT_EQ(out,
            "{\"type\":\"result\",\"exit\":0}\n{\"type\":\"eval\",\"step\":1,\"val_loss\":0.0,\"val_perplexity\":1.0,"
            "\"best\":true}\n");
}

// RFC 3720, appendix B.4, and the check value of the CRC catalogue.
TEST(TensorBoard, KnownChecksums) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62A8AB43u);
  std::string up;
  for (char i = 0; i < 32; ++i) up += i;
  EXPECT_EQ(crc32c(up), 0x46DD794Eu);
  EXPECT_EQ(crc32c(""), 0u);
  // The first twelve bytes of every event file that TensorFlow writes: length 24 and its masked checksum.
  EXPECT_EQ(tfrecord(std::string(24, 'x')).substr(0, 12), std::string("\x18\0\0\0\0\0\0\0\xa3\x7fK\"", 12));
}

// A reader of its own: frames with a bitwise CRC, protobuf by wire type.
class WireReader {
 public:
  explicit WireReader(std::string bytes) : bytes_(std::move(bytes)) {}
  bool done() const { return at_ == bytes_.size(); }
  uint64_t fixed(int size) {
    uint64_t v = 0;
    for (int i = 0; i < size; ++i) v |= static_cast<uint64_t>(static_cast<unsigned char>(bytes_.at(at_++))) << 8 * i;
    return v;
  }
  uint64_t varint() {
    uint64_t v = 0;
    for (int shift = 0;; shift += 7) {
      const auto b = static_cast<unsigned char>(bytes_.at(at_++));
      v |= static_cast<uint64_t>(b & 127) << shift;
      if (b < 128) return v;
    }
  }
  std::string take(size_t n) {
    if (bytes_.size() - at_ < n) throw std::out_of_range("cut");
    at_ += n;
    return bytes_.substr(at_ - n, n);
  }
  std::string record() {
    const std::string length = bytes_.substr(at_, 8);
    const size_t n = fixed(8);
    EXPECT_EQ(fixed(4), masked(length));
    const std::string data = take(n);
    EXPECT_EQ(fixed(4), masked(data));
    return data;
  }

 private:
  static uint32_t masked(const std::string& data) {
    uint32_t c = 0xFFFFFFFFu;
    for (const char b : data) {
      c ^= static_cast<unsigned char>(b);
      for (int i = 0; i < 8; ++i) c = (c >> 1) ^ (0x82F63B78u & (0u - (c & 1u)));
    }
    c = ~c;
    return ((c >> 15) | (c << 17)) + 0xa282ead8u;
  }
  std::string bytes_;
  size_t at_ = 0;
};

struct Parsed {
  double wall = 0;
  uint64_t step = 0, session = 0;
  std::string version;
  std::map<std::string, float> scalars;
};

std::map<std::string, float> parse_summary(const std::string& bytes) {
  std::map<std::string, float> scalars;
  for (WireReader summary(bytes); !summary.done();) {
    EXPECT_EQ(summary.varint(), 1u << 3 | 2);
    WireReader value(summary.take(summary.varint()));
    EXPECT_EQ(value.varint(), 1u << 3 | 2);
    const std::string tag = value.take(value.varint());
    EXPECT_EQ(value.varint(), 2u << 3 | 5);
    const auto bits = static_cast<uint32_t>(value.fixed(4));
    std::memcpy(&scalars[tag], &bits, 4);
    EXPECT_TRUE(value.done());
  }
  return scalars;
}

std::vector<Parsed> parse_events(const std::string& path) {
  std::vector<Parsed> result;
  for (WireReader file(read_file(path)); !file.done();) {
    Parsed p;
    for (WireReader event(file.record()); !event.done();) {
      const uint64_t key = event.varint();
      if (key == (1 << 3 | 1)) {
        const uint64_t bits = event.fixed(8);
        std::memcpy(&p.wall, &bits, 8);
      } else if (key == (2 << 3 | 0)) {
        p.step = event.varint();
      } else if (key == (3 << 3 | 2)) {
        p.version = event.take(event.varint());
      } else if (key == (5 << 3 | 2)) {
        p.scalars = parse_summary(event.take(event.varint()));
      } else if (key == (7 << 3 | 2)) {
        WireReader log(event.take(event.varint()));
        EXPECT_EQ(log.varint(), 1u << 3);
        p.session = log.varint();
      } else {
        ADD_FAILURE() << "unknown key " << key;
        return result;
      }
    }
    result.push_back(p);
  }
  return result;
}

TEST(TensorBoard, FilesReadBack) {
  Folder folder;
  double now = 1700000000.25;
  TensorBoardSink sink(folder.path(), [&] { return now++; });
  EXPECT_NE(sink.path().find("events.out.tfevents.1700000000."), std::string::npos);
  sink.on({"start", {{"step", 0}}});
  sink.on(metric(300, 3.21));
  sink.on(eval(300, 0));
  const auto events = parse_events(sink.path());  // while the sink is open: nothing waits in a buffer
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].version, "brain.Event:2");
  EXPECT_EQ(events[0].wall, 1700000001.25);
  EXPECT_EQ(events[1].step, 300u);
  EXPECT_EQ(events[1].scalars, (std::map<std::string, float>{{"epoch", 30}, {"loss", 3.21f}, {"lr", 0.002f}}));
  EXPECT_EQ(events[2].scalars, (std::map<std::string, float>{{"val_loss", 0}, {"val_perplexity", 1}}));
}

TEST(TensorBoard, ResumeIsANewFileThatDropsLaterSteps) {
  Folder folder;
  const auto clock = [] { return 1700000000.0; };
  TensorBoardSink first(folder.path(), clock), second(folder.path(), clock);
  EXPECT_LT(first.path(), second.path());
  second.truncate_after(500);
  const auto events = parse_events(second.path());
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].step, 501u);
  EXPECT_EQ(events[1].session, 1u);  // SessionLog.START
}

}  // namespace
}  // namespace rnn::core
