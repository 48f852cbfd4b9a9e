// Why: the loops around zlib and zstd.
#include "data/inputs/compression.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/error.h"

namespace rnn::core {
namespace {

constexpr int kLargestWindow =
    31;  // the largest of the format, as zstd --long=31 writes it: 2 GiB, of which only what is read counts

[[noreturn]] void damaged(const std::string& path, const char* kind, const std::string& reason) {
  throw Error(Exit::data, "data/compressed", path + ": the " + kind + " data is damaged (" + reason + ")",
              "fetch or compress the file again");
}

// Adds a block to what was unpacked, unless it grows beyond `most`.
void add(std::string_view block, size_t most, size_t compressed, const std::string& path, const char* command,
         std::string& out) {
  if (block.size() > most - out.size()) {
    throw Error(Exit::data, "data/unpacked",
                path + ": its " + std::to_string(compressed) + " bytes unpack to more than " + std::to_string(most),
                "no text packs like that; if this one does, unpack it first: " + std::string(command) + " FILE > TEXT");
  }
  out.append(block);
}

}  // namespace

bool is_gzip(std::string_view bytes) noexcept { return bytes.substr(0, 2) == "\x1f\x8b"; }
bool is_zstd(std::string_view bytes) noexcept {
  const bool skippable = bytes.size() >= 4 && (bytes[0] & '\xf0') == '\x50' && bytes.substr(1, 3) == "\x2a\x4d\x18";
  return skippable || bytes.substr(0, 4) == "\x28\xb5\x2f\xfd";
}

std::string decompress_gzip(std::string_view bytes, const std::string& path, size_t most) {
  const size_t compressed = bytes.size();
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) throw Error(Exit::internal, "internal/zlib", "zlib cannot be initialised");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  std::string out;
  std::vector<char> block(size_t{1} << 16);
  for (;;) {
    if (stream.avail_in == 0) {
      const size_t n = std::min(bytes.size(), size_t{1} << 30);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib only reads it
      stream.avail_in = static_cast<uInt>(n);
      bytes.remove_prefix(n);
    }
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    add({block.data(), block.size() - stream.avail_out}, most, compressed, path, "gzip -dc", out);
    if (status == Z_STREAM_END) {
      const size_t rest = stream.avail_in + bytes.size();
      if (rest == 0) return out;
      if (inflateReset(&stream) != Z_OK) damaged(path, "gzip", "more data after its end");
    } else if (status == Z_BUF_ERROR || (status == Z_OK && stream.avail_in == 0 && bytes.empty() && stream.avail_out > 0)) {
      damaged(path, "gzip", "it ends too early");
    } else if (status != Z_OK) {
      damaged(path, "gzip", stream.msg ? stream.msg : "unknown reason");
    }
  }
}

std::string decompress_zstd(std::string_view bytes, const std::string& path, size_t most) {
  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context || ZSTD_isError(ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kLargestWindow)))
    throw Error(Exit::internal, "internal/zstd", "zstd cannot be initialised");
  std::string out;
  std::vector<char> block(ZSTD_DStreamOutSize());
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  for (size_t left = 1; left != 0 || input.pos < input.size;) {
    ZSTD_outBuffer output{block.data(), block.size(), 0};
    const size_t read = input.pos;
    left = ZSTD_decompressStream(context.get(), &output, &input);
    if (ZSTD_isError(left) && ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation) {
      throw Error(Exit::data, "data/unpacked", path + ": there is not enough memory for the window of its zstd data",
                  "compress it again without --long, or unpack it first: zstd -dc --long=31 FILE > TEXT");
    }
    if (ZSTD_isError(left)) damaged(path, "zstd", ZSTD_getErrorName(left));
    add({block.data(), output.pos}, most, bytes.size(), path, "zstd -dc", out);
    if (left != 0 && input.pos == read && output.pos == 0) damaged(path, "zstd", "it ends too early");
  }
  return out;
}

double zstd_bits_per_byte(std::string_view text, int level) {
  if (text.empty()) return 0;
  std::vector<char> out(ZSTD_compressBound(text.size()));
  const size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), level);
  if (ZSTD_isError(size)) throw Error(Exit::internal, "internal/zstd", std::string("zstd: ") + ZSTD_getErrorName(size));
  return 8.0 * static_cast<double>(size) / static_cast<double>(text.size());
}

}  // namespace rnn::core
