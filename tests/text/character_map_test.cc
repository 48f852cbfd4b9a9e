// Why: the maps that SentencePiece writes are sound, and none is that could lead it out of its memory.
#include "text/character_map.h"

#include <gtest/gtest.h>
#include <sentencepiece_trainer.h>

#include <cstdint>
#include <cstring>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <vector>

namespace rnn::core {
namespace {

// Texts for the trainer, which wants an iterator.
class Lines final : public sentencepiece::SentenceIterator {
 public:
  bool done() const override { return left_ == 0; }
  void Next() override { --left_; }
  const std::string& value() const override { return line_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  int left_ = 50;
  std::string line_ = "a map of characters is compiled into every model";
};

// The map of SentencePiece's own rules of this name.
std::string own_map(const std::string& rules) {
  Lines lines;
  std::string model;
  const auto status = sentencepiece::SentencePieceTrainer::Train(
      {{"model_type", "char"}, {"vocab_size", "24"}, {"normalization_rule_name", rules}, {"minloglevel", "2"}}, &lines,
      &model);
  EXPECT_TRUE(status.ok()) << status.ToString();
  for (protozero::pbf_reader field(model); field.next(3);) {  // normalizer_spec
    for (protozero::pbf_reader inner = field.get_message(); inner.next(2);) return inner.get_string();
  }
  return "";
}

// A double array laid out by hand: states at places of their own, children at base ^ byte.
class Array {
 public:
  // Units that hold no state look like values: no byte leads to them.
  explicit Array(size_t units) : units_(units, 1u << 31) { units_[0] = 0; }
  // The children of `state` stand around `base`, a multiple of 256.
  void set_base(uint32_t state, uint32_t base) { units_[state] |= (state ^ base) << 10; }
  // The child of a state with that base by `byte`; returns its place.
  uint32_t add_child(uint32_t base, uint8_t byte) {
    units_[base ^ byte] = byte;
    return base ^ byte;
  }
  void end_key(uint32_t state, uint32_t base, uint32_t value) {
    units_[state] |= 1u << 8;
    units_[base] = 1u << 31 | value;
  }
  std::string bytes(const std::string& replacements) const {
    std::string all(sizeof(uint32_t), '\0');
    const auto size = static_cast<uint32_t>(units_.size() * sizeof(uint32_t));
    std::memcpy(all.data(), &size, sizeof size);
    all.append(reinterpret_cast<const char*>(units_.data()), size);
    return all + replacements;
  }

 private:
  std::vector<uint32_t> units_;
};

// "x", "xx", "xxx", ... up to `keys` letters, all keys.
std::string chain(uint32_t keys) {
  Array array(256 * (keys + 2));
  uint32_t state = 0;
  for (uint32_t k = 1; k <= keys; ++k) {
    array.set_base(state, 256 * k);
    state = array.add_child(256 * k, 'x');
    array.end_key(state, 256 * (k + 1), 0);
  }
  array.set_base(state, 256 * (keys + 1));
  return array.bytes(std::string("y\0", 2));
}

TEST(CharacterMap, ThoseOfSentencePieceAreSound) {
  for (const char* rules : {"nmt_nfkc", "nfkc_cf"}) {
    const std::string map = own_map(rules);
    EXPECT_GT(map.size(), 100000u) << rules;
    EXPECT_TRUE(is_sound_character_map(map)) << rules;
    EXPECT_FALSE(is_sound_character_map(map.substr(0, map.size() - 1))) << "the last replacement is not ended";
    EXPECT_FALSE(is_sound_character_map(map.substr(0, map.size() / 4))) << "the array is cut";
  }
  EXPECT_TRUE(is_sound_character_map("")) << "no map";
}

TEST(CharacterMap, KeysThatBeginEachOtherAreCounted) {
  EXPECT_TRUE(is_sound_character_map(chain(1)));
  EXPECT_TRUE(is_sound_character_map(chain(32)));
  EXPECT_FALSE(is_sound_character_map(chain(33))) << "SentencePiece has room for 32 matches";
}

TEST(CharacterMap, WhatLeadsOutsideIsRefused) {
  const std::string good = chain(2);
  const auto changed = [&](size_t unit, uint32_t value) {
    std::string map = good;
    std::memcpy(map.data() + 4 + 4 * unit, &value, sizeof value);
    return map;
  };
  EXPECT_FALSE(is_sound_character_map(changed(0, 4 * 256 << 10))) << "the root's children stand behind the end";
  EXPECT_FALSE(is_sound_character_map(changed(512, 1u << 31 | 2))) << "a value behind the replacements";
  EXPECT_FALSE(is_sound_character_map(changed(256 + 'x', 'x' | 1u << 8 | (256 + 'x') << 10)))
      << "its value would be the root";
  for (const std::string& odd : {std::string("\0\0\0\0x\0", 6), std::string("\3\0\0\0xyzw\0", 9), std::string("abc"),
                                 std::string("\4\0\0\0\0\0\0\0", 8)})
    EXPECT_FALSE(is_sound_character_map(odd)) << odd.size();
}

TEST(CharacterMap, ACircleIsRefused) {
  Array array(512);
  array.set_base(0, 256);
  const uint32_t state = array.add_child(256, 'x');
  array.set_base(state, 256);  // its child by 'x' is itself
  EXPECT_FALSE(is_sound_character_map(array.bytes(std::string("\0", 1))));
}

}  // namespace
}  // namespace rnn::core
