// Why: the front as JSON: readable, but for the linear part, whose weights are bytes in base64.
#include "tasks/forecast/stream/front.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "base/error.h"
#include "base/fields.h"
#include "series/calendar.h"
#include "tasks/forecast/stream/scale.h"

namespace rnn::core {
namespace {

using nlohmann::json;

[[noreturn]] void corrupt_front(const std::string& what) {
  throw Error(Exit::model, "model/corrupt", "the model's description of its series is not valid: " + what,
              "the file is damaged; train again, or copy it again");
}

constexpr int kLongest = 1 << 20;                                    // of a window, a horizon
constexpr int64_t kFurthest = int64_t{4} * 1000000000 * 1000000000;  // microseconds, from year 0 on

json ridge_json(const RidgeModel& model) {
  const RidgeShape& shape = model.shape();
  const Matrix<float>& w = model.weights();
  std::string bytes;
  for (int r = 0; r < shape.horizon; ++r)
    bytes.append(reinterpret_cast<const char*>(w.row(r)), static_cast<size_t>(shape.inputs()) * sizeof(float));
  json out = {{"context", shape.context},
              {"horizon", shape.horizon},
              {"covariates", shape.covariates},
              {"ridge", model.lambda()},
              {"weights", to_base64(bytes)}};
  if (model.kind() != RidgeKind::direct) out["kind"] = std::string(kRidgeKindNames[static_cast<size_t>(model.kind())]);
  if (!model.constants().empty()) out["constants"] = model.constants();
  return out;
}

template <size_t n>
int kind_of(const json& from, const std::string_view (&names)[n]) {
  const auto name = from.get<std::string>();
  const auto at = std::find(std::begin(names), std::end(names), name);
  if (at == std::end(names)) corrupt_front("there is no '" + name + "'");
  return static_cast<int>(at - std::begin(names));
}

RidgeModel ridge_of(const json& from) {
  const RidgeKind kind =
      from.contains("kind") ? static_cast<RidgeKind>(kind_of(from.at("kind"), kRidgeKindNames)) : RidgeKind::direct;
  const RidgeShape shape{from.at("context"), from.at("horizon"), from.at("covariates"), kind == RidgeKind::level};
  if (shape.context < 1 || shape.horizon < 1 || shape.covariates < 0 || shape.context > kLongest ||
      shape.horizon > kLongest || shape.covariates > kLongest)
    corrupt_front("the linear part has no size");
  const std::optional<std::string> bytes = from_base64(from.at("weights").get<std::string>());
  const auto row = static_cast<size_t>(shape.inputs()) * sizeof(float);
  if (!bytes || bytes->size() != row * static_cast<size_t>(shape.horizon)) corrupt_front("the linear part has another size");
  RidgeModel model(shape, from.at("ridge"));
  model.set_kind(kind);
  if (from.contains("constants")) model.constants() = from.at("constants").get<std::vector<float>>();
  const std::vector<float>& constants = model.constants();
  const bool finite = std::all_of(constants.begin(), constants.end(), [](float c) { return std::isfinite(c); });
  const int64_t wanted = model.kind() == RidgeKind::autoregression ? shape.horizon : 0;
  if ((model.kind() != RidgeKind::direct && shape.covariates > 0) || !finite || std::ssize(constants) != wanted)
    corrupt_front("the constants of the linear part");
  Matrix<float>& w = model.weights();
  for (int r = 0; r < shape.horizon; ++r) {
    std::memcpy(w.row(r), bytes->data() + static_cast<size_t>(r) * row, row);
    for (int c = 0; c < shape.inputs(); ++c)
      if (!std::isfinite(w(r, c))) corrupt_front("the linear part has numbers that are not finite");
  }
  return model;
}

struct GridWriter {
  json& out;
  template <class T>
  void field(const FieldInfo& info, const T& value) {
    if constexpr (requires { value.text(); }) {
      out[std::string(info.key)] = value.text();
    } else {
      out[std::string(info.key)] = value;
    }
  }
};

struct GridReader {
  const json& in;
  template <class T>
  void field(const FieldInfo& info, T& value) {
    const json& from = in.at(std::string(info.key));
    if constexpr (requires { value.text(); }) {
      if (!value.set(from.get<std::string>())) corrupt_front("'" + std::string(info.key) + "' is " + from.dump());
    } else {
      from.get_to(value);
    }
  }
};

constexpr std::string_view kKinds[] = {"number", "category"}, kUses[] = {"static", "past", "known"};

json covariates_json(const std::vector<Covariate>& covariates) {
  json list = json::array();
  for (const Covariate& c : covariates) {
    list.push_back({{"name", c.name},
                    {"kind", kKinds[static_cast<size_t>(c.kind)]},
                    {"use", kUses[static_cast<size_t>(c.use)]},
                    {"categories", c.categories}});
  }
  return list;
}

json channel_json(const InputChannel& c) {
  if (c.wave)
    return {{"cycle", kCycleNames[static_cast<size_t>(c.wave->cycle)]},
            {"harmonic", c.wave->harmonic},
            {"cosine", c.wave->cosine}};
  return {
      {"covariate", c.covariate}, {"category", c.category}, {"centre", c.centre}, {"scale", c.scale}, {"known", c.known}};
}

InputChannel channel_of(const json& c) {
  if (!c.contains("cycle")) return {c.at("covariate"), c.at("category"), c.at("centre"), c.at("scale"), c.at("known")};
  return channel_of_wave({static_cast<Cycle>(kind_of(c.at("cycle"), kCycleNames)), c.at("harmonic"), c.at("cosine")});
}

json linear_json(const LinearPart& linear) {
  json models = json::array();
  for (const RidgeModel& model : linear.models) models.push_back(ridge_json(model));
  json out = {{"kind", kLinearNames[static_cast<size_t>(linear.kind)]}, {"models", models}};
  if (!linear.waves.empty()) out["waves"] = linear.waves;
  return out;
}

bool finite(const std::vector<float>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](float v) { return std::isfinite(v); });
}

LinearPart linear_of(const json& from, size_t series) {
  LinearPart linear;
  linear.kind = static_cast<LinearPart::Kind>(kind_of(from.at("kind"), kLinearNames));
  for (const json& model : from.at("models")) linear.models.push_back(ridge_of(model));
  const size_t wanted = linear.kind == LinearPart::Kind::own ? series : linear.present() ? 1 : 0;
  if (linear.models.size() != wanted) corrupt_front("the linear part is of another number of series");
  if (from.contains("waves")) linear.waves = from.at("waves").get<std::vector<std::vector<float>>>();
  if (!std::all_of(linear.waves.begin(), linear.waves.end(), finite)) corrupt_front("what the calendar says");
  return linear;
}

json calibration_json(const Calibration& c) {
  json margins = json::array();
  for (const auto& steps : c.margins) margins.push_back(steps);
  return {{"levels", c.levels}, {"margins", margins}, {"windows", c.windows}};
}

}  // namespace

namespace {

void check_grid(const GridSpec& grid) {
  constexpr int64_t kDayLength = int64_t{86400} * 1000000;
  if (grid.every < 1 || grid.every > kFurthest || grid.origin < -kFurthest || grid.origin > kFurthest ||
      grid.month_day < 1 || grid.month_day > 31 || grid.time_of_day < 0 || grid.time_of_day >= kDayLength ||
      grid.offset < -86400 || grid.offset > 86400)
    corrupt_front("its steps have no length");
  if (grid.zone.empty()) return;
  try {
    Grid{grid};
  } catch (const Error& e) {
    throw Error(Exit::model, "model/zone", std::string("the model's steps follow a clock, but ") + e.what(), e.help());
  }
}

void check_wave(const GridSpec& grid, const InputChannel& c) {
  const bool plain = c.covariate == -1 && c.category == -1 && c.known && c.centre == 0 && c.scale == 1;
  if (!plain || !c.wave) corrupt_front("a channel of the calendar");
  const std::vector<CalendarWave> waves = waves_of(grid, c.wave->cycle);
  if (std::find(waves.begin(), waves.end(), *c.wave) == waves.end()) corrupt_front("its steps have no such calendar");
}

void check_covariates(const ForecastFront& f) {
  for (const Covariate& c : f.covariates) {
    const bool number = c.kind == Covariate::Kind::number;
    if (!number &&
        (c.categories.empty() || !c.categories[0].empty() || !std::is_sorted(c.categories.begin(), c.categories.end())))
      corrupt_front("the categories of '" + c.name + "'");
  }
  bool of_calendar = false;
  for (const InputChannel& c : f.channels) {
    of_calendar = of_calendar || c.wave;
    if (of_calendar) {
      check_wave(f.grid, c);
      continue;
    }
    if (c.covariate < 0 || c.covariate >= static_cast<int>(f.covariates.size())) corrupt_front("a channel has no covariate");
    const Covariate& of = f.covariates[static_cast<size_t>(c.covariate)];
    const bool number = of.kind == Covariate::Kind::number;
    if (number ? c.category != -1 : c.category < 1 || c.category >= static_cast<int>(of.categories.size()))
      corrupt_front("a channel has no category");
    if (!std::isfinite(c.centre) || !std::isfinite(c.scale) || !(c.scale > 0) || c.known == (of.use == Covariate::Use::past))
      corrupt_front("a channel of '" + of.name + "'");
  }
}

void check_numbers(const ForecastFront& f) {
  if (f.season < 1 || f.season > kLongest || !std::isfinite(f.offset) || !(f.share >= 0 && f.share <= 1) ||
      !std::isfinite(f.usual) || (f.least && !std::isfinite(*f.least)))
    corrupt_front("a number is out of range");
  for (const SeriesScale& s : f.scales)
    if (!std::isfinite(s.centre) || !std::isfinite(s.scale) || !(s.scale > 0) || !(s.absolute >= 0) || !(s.squared >= 0))
      corrupt_front("the scale of series '" + s.id + "'");
  const Calibration& c = f.calibration;
  if (c.levels.size() != c.margins.size()) corrupt_front("bands without a width");
  for (size_t i = 0; i < c.levels.size(); ++i) {
    if (!(c.levels[i] > (i > 0 ? c.levels[i - 1] : 0) && c.levels[i] < 1)) corrupt_front("levels of bands");
    for (const double m : c.margins[i])
      if (!std::isfinite(m)) corrupt_front("a band without a width");
  }
}

}  // namespace

void check_front(const ForecastFront& f, const ForecastOptions& network) {
  const auto H = static_cast<size_t>(network.horizon);
  int known = 0, columns = 0;
  for (const InputChannel& c : f.channels) known += c.known, columns += c.known && !c.wave;
  const int plain = 1 + static_cast<int>(network.lags.size() + f.channels.size());
  const int ahead = network.segments() ? known + network.lags_ahead() : network.autoregressive() ? known : 0;
  bool fits = ahead == network.known && (network.inputs == plain || network.inputs == plain + 1);
  fits = fits && f.counts == (network.head == ForecastHead::negative_binomial);
  for (const RidgeModel& m : f.linear.models)
    fits = fits && m.shape().horizon == network.horizon && (m.shape().covariates == 0 || m.shape().covariates == columns);
  const auto waves = static_cast<size_t>(known - columns);
  fits = fits && f.linear.waves.size() == (waves > 0 ? f.linear.models.size() : 0);
  for (const std::vector<float>& w : f.linear.waves) fits = fits && w.size() == waves;
  fits = fits && (waves == 0 || (f.ahead == network.horizon && has_calendar(f.grid, f.ahead)));
  for (const auto& steps : f.calibration.margins) fits = fits && steps.size() == H;
  fits = fits && f.errors.fits(network.horizon);
  if (!fits) corrupt_front("it is of another network");
}

InputChannel channel_of_wave(const CalendarWave& wave) {
  InputChannel channel;
  channel.covariate = -1, channel.known = true, channel.wave = wave;
  return channel;
}

std::vector<CalendarWave> ForecastFront::waves() const {
  std::vector<CalendarWave> found;
  for (const InputChannel& c : channels)
    if (c.wave) found.push_back(*c.wave);
  return found;
}

std::vector<Cycle> ForecastFront::cycles() const {
  std::vector<Cycle> found;
  for (const CalendarWave& w : waves()) found.push_back(w.cycle);
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

int ForecastFront::find(std::string_view id) const {
  const auto at = std::find_if(scales.begin(), scales.end(), [&](const SeriesScale& s) { return s.id == id; });
  return at == scales.end() ? -1 : static_cast<int>(at - scales.begin());
}

double ForecastFront::forward(double value) const {
  if (transform == Transform::none || std::isnan(value)) return value;
  return shifted_logarithm(value, offset);
}

double ForecastFront::backward(double value) const {
  double found = transform == Transform::none ? value : std::exp(std::min(value, 300.0)) - offset;
  if (least) found = std::max(found, *least);
  return found;
}

json front_to_json(const ForecastFront& f) {
  json out = {{"season", f.season},
              {"covariates", covariates_json(f.covariates)},
              {"transform", kTransformNames[static_cast<size_t>(f.transform)]},
              {"offset", f.offset},
              {"least", f.least ? json(*f.least) : json()},
              {"whole", f.whole},
              {"counts", f.counts},
              {"linear", linear_json(f.linear)},
              {"share", f.share},
              {"usual", f.usual},
              {"until", f.until},
              {"calibration", calibration_json(f.calibration)},
              {"errors", error_ranks_to_json(f.errors)}};
  GridWriter writer{out["grid"]};
  grid_fields(f.grid, writer);
  out["channels"] = json::array();
  for (const InputChannel& c : f.channels) out["channels"].push_back(channel_json(c));
  if (f.ahead > 0) out["ahead"] = f.ahead;
  out["series"] = json::array();
  for (const SeriesScale& s : f.scales) {
    out["series"].push_back(
        {{"id", s.id}, {"centre", s.centre}, {"scale", s.scale}, {"absolute", s.absolute}, {"squared", s.squared}});
  }
  return out;
}

ForecastFront front_from_json(const json& in) {
  ForecastFront f;
  try {
    GridReader reader{in.at("grid")};
    grid_fields(f.grid, reader);
    in.at("season").get_to(f.season);
    for (const json& c : in.at("covariates")) {
      f.covariates.push_back({c.at("name"), static_cast<Covariate::Kind>(kind_of(c.at("kind"), kKinds)),
                              static_cast<Covariate::Use>(kind_of(c.at("use"), kUses)), c.at("categories")});
    }
    for (const json& c : in.at("channels")) f.channels.push_back(channel_of(c));
    f.ahead = in.value("ahead", 0);
    f.transform = static_cast<Transform>(kind_of(in.at("transform"), kTransformNames));
    in.at("offset").get_to(f.offset);
    if (!in.at("least").is_null()) f.least = in.at("least").get<double>();
    in.at("whole").get_to(f.whole), in.at("counts").get_to(f.counts), in.at("share").get_to(f.share);
    in.at("usual").get_to(f.usual), in.at("until").get_to(f.until);
    for (const json& s : in.at("series"))
      f.scales.push_back({s.at("id"), s.at("centre"), s.at("scale"), s.at("absolute"), s.at("squared")});
    f.linear = linear_of(in.at("linear"), f.scales.size());
    const json& c = in.at("calibration");
    c.at("levels").get_to(f.calibration.levels), c.at("margins").get_to(f.calibration.margins);
    c.at("windows").get_to(f.calibration.windows);
    if (!error_ranks_from_json(in.value("errors", json()), &f.errors)) corrupt_front("the ranks of errors");
  } catch (const json::exception&) {
    corrupt_front("a value is missing or of the wrong kind");
  }
  check_covariates(f), check_numbers(f), check_grid(f.grid);
  return f;
}

}  // namespace rnn::core
