// Why: a torch.nn.GRU saved as .safetensors runs frame by frame without allocating; its state can be saved and restored.
// 04_numeric_frames [MODEL]: without MODEL it writes a GRU of two inputs and three units, integrators of different speeds.
#include <rnn/rnn.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace {

// safetensors: 8 bytes with the length of a JSON table, the table, the numbers. Gates r, z, n, three rows each.
void write_gru(const std::string& path) {
  std::vector<float> w_ih(18, 0), w_hh(27, 0), b_ih(9, 0), b_hh(9, 0);
  for (int unit = 0; unit < 3; ++unit) {
    b_ih[3 + unit] = 1.0f + static_cast<float>(unit);         // z: the larger, the slower the unit forgets
    w_ih[2 * (6 + unit)] = 1, w_ih[2 * (6 + unit) + 1] = -1;  // n: the value it follows, the difference of the inputs
  }
  std::string header = R"({"weight_ih_l0":{"dtype":"F32","shape":[9,2],"data_offsets":[0,72]},)"
                       R"("weight_hh_l0":{"dtype":"F32","shape":[9,3],"data_offsets":[72,180]},)"
                       R"("bias_ih_l0":{"dtype":"F32","shape":[9],"data_offsets":[180,216]},)"
                       R"("bias_hh_l0":{"dtype":"F32","shape":[9],"data_offsets":[216,252]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const uint64_t length = header.size();
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(&length), 8).write(header.data(), static_cast<std::streamsize>(length));
  for (const auto* part : {&w_ih, &w_hh, &b_ih, &b_hh}) {
    file.write(reinterpret_cast<const char*>(part->data()), static_cast<std::streamsize>(part->size() * sizeof(float)));
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) write_gru("gru.safetensors");
    rnn::Session session(rnn::Model::load(argc > 1 ? argv[1] : "gru.safetensors"));
    std::vector<float> frame(static_cast<size_t>(session.model().inputs()));
    const auto listen = [&](int from, int to) {
      for (int t = from; t < to; ++t) {
        frame[0] = std::sin(0.3f * static_cast<float>(t));
        std::printf("t %2d:", t);
        for (const float h : session.push(frame)) std::printf(" %8.5f", h);
        std::printf("\n");
      }
    };
    listen(0, 4);
    const rnn::State remembered = session.state();
    listen(4, 8);
    session.set_state(remembered);  // rewind: the same frames again, the same outputs
    listen(4, 8);
    return 0;
  } catch (const rnn::Error& error) {
    std::fprintf(stderr, "error[%s]: %s\n", error.code().c_str(), error.what());
    return static_cast<int>(error.exit());
  }
}
