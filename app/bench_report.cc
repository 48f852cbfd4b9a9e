// Why: the two formats of an rnn bench report; both show the same figures.
#include "bench_report.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/numbers.h"
#include "cells/names.h"
#include "events/events.h"
#include "kernels/kernels.h"
#include "profile_view.h"
#include "screen.h"

namespace rnn::core::app {
namespace {

using bench::Case;
using bench::Figures;
using bench::Limits;
using bench::Result;
using nlohmann::ordered_json;

double speed(const Result& r) { return r.figures.flops / r.figures.seconds; }
double tokens_per_second(const Result& r) { return static_cast<double>(r.figures.tokens) / r.figures.seconds; }
double sentences_per_second(const Result& r) { return static_cast<double>(r.figures.sentences) / r.figures.seconds; }
double share_of_peak(const Result& r, const Limits& limits) { return speed(r) / limits.fma.of(r.what.threads); }

ordered_json pair_of(const bench::Limit& limit, double unit) {
  return {{"one", limit.one / unit}, {"all", limit.all / unit}};
}

ordered_json limits_json(const Limits& limits) {
  ordered_json j{{"fma_gflops", pair_of(limits.fma, 1e9)}};
  if (limits.reads.empty()) return j;
  ordered_json reads = ordered_json::array();
  for (const bench::ReadLimit& r : limits.reads) {
    ordered_json read{{"level", r.level}, {"kib_per_thread", r.bytes >> 10}};
    read.update(pair_of(r.bandwidth, 1e9));
    reads.push_back(read);
  }
  j["read_gb_per_s"] = reads;
  if (limits.barrier.seconds > 0) {
    j["barrier"] = {{"ns", limits.barrier.seconds * 1e9},
                    {"fastest_ns", limits.barrier.fastest * 1e9},
                    {"slowest_ns", limits.barrier.slowest * 1e9},
                    {"state", limits.barrier.far() ? "far" : "near"}};
  }
  j["parallel_part_ns"] = limits.parallel_part * 1e9;
  return j;
}

ordered_json case_json(const Result& r, const Limits& limits) {
  const Case& c = r.what;
  const Figures& f = r.figures;
  ordered_json j{{"suite", c.suite},
                 {"name", c.name},
                 {"cell", cell_name(c.cell, c.flags)},
                 {"hidden", c.hidden},
                 {"layers", c.layers},
                 {"vocabulary", c.vocabulary},
                 {"batch", c.batch},
                 {"steps", c.steps},
                 {"ragged", c.ragged},
                 {"threads", c.threads},
                 {"tokens", f.tokens},
                 {"us", f.seconds * 1e6},
                 {"tokens_per_s", tokens_per_second(r)},
                 {"gflops", speed(r) * 1e-9},
                 {"share_of_peak", share_of_peak(r, limits)}};
  if (f.sentences > 0) j["sentences"] = f.sentences, j["sentences_per_s"] = sentences_per_second(r);
  if (f.p50 > 0) j["us_p50"] = f.p50 * 1e6, j["us_p99"] = f.p99 * 1e6;
  if (f.profile.calls() > 0) j["profile"] = profile_json(f.profile);
  return j;
}

std::string microseconds(double seconds) {
  const double us = seconds * 1e6;
  return us > 0 ? fmt::format("{:.{}f}", us, us < 100 ? 2 : us < 10000 ? 1 : 0) : "";
}

std::string limits_table(const BenchReport& report) {
  const Limits& limits = report.limits;
  Table table({"limits", "1 thread", counted(report.threads, "thread"), ""});
  const auto add = [&](const std::string& name, const bench::Limit& limit, const char* unit) {
    table.add({name, fmt::format("{:.0f}", limit.one * 1e-9),
               report.threads > 1 ? fmt::format("{:.0f}", limit.all * 1e-9) : "", unit});
  };
  add("multiply-adds", limits.fma, "GFLOP/s");
  for (const bench::ReadLimit& r : limits.reads)
    add(fmt::format("read {}, {} KiB per thread", r.level, r.bytes >> 10), r.bandwidth, "GB/s");
  if (limits.barrier.seconds > 0) {
    table.add({"barrier of two threads", "", fmt::format("{:.0f}", limits.barrier.seconds * 1e9),
               limits.barrier.far() ? "ns, far" : "ns, near"});
  }
  if (!limits.reads.empty()) table.add({"empty parallel part", "", fmt::format("{:.0f}", limits.parallel_part * 1e9), "ns"});
  return table.text() + "\n";
}

// The results of one suite, starting at `at`; moves `at` past them.
std::string suite_table(const BenchReport& report, size_t& at) {
  const auto& results = report.results;
  const std::string_view suite = results[at].what.suite;
  const bool steps = results[at].figures.p50 > 0, sentences = results[at].figures.sentences > 0;
  std::vector<std::string> head{std::string(suite), "threads", "us"};
  if (steps) head.insert(head.end(), {"p50", "p99"});
  head.insert(head.end(), {sentences ? "sentences/s" : "tokens/s", "GFLOP/s", "of peak"});
  Table table(head);
  std::vector<std::pair<std::string, const Profile*>> profiles;
  for (; at < results.size() && results[at].what.suite == suite; ++at) {
    const Result& r = results[at];
    std::vector<std::string> row{r.what.name, fmt::format("{}", r.what.threads), microseconds(r.figures.seconds)};
    if (steps) row.insert(row.end(), {microseconds(r.figures.p50), microseconds(r.figures.p99)});
    row.push_back(grouped(std::llround(sentences ? sentences_per_second(r) : tokens_per_second(r))));
    row.push_back(fmt::format("{:.1f}", speed(r) * 1e-9));
    row.push_back(fmt::format("{:.0f} %", 100 * share_of_peak(r, report.limits)));
    table.add(row);
    if (r.figures.profile.calls() > 0) profiles.emplace_back(r.what.name, &r.figures.profile);
  }
  const std::string shares =
      profiles.empty() ? "" : profile_shares(profiles, fmt::format("{}: where the time goes", suite)) + "\n";
  return table.text() + "\n" + shares;
}

}  // namespace

std::string bench_tables(const BenchReport& report) {
  std::string text = fmt::format(" {}, {}\n\n", isa_name(), counted(report.threads, "thread"));
  text += limits_table(report);
  for (size_t at = 0; at < report.results.size();) text += suite_table(report, at);
  return text;
}

std::string bench_json(const BenchReport& report) {
  ordered_json cases = ordered_json::array();
  for (const Result& r : report.results) cases.push_back(case_json(r, report.limits));
  return json_line(
      {{"isa", isa_name()}, {"threads", report.threads}, {"limits", limits_json(report.limits)}, {"cases", cases}});
}

}  // namespace rnn::core::app
