// Why: the list of kinds of words, chosen for the everyday corpus (data/corpus/everyday.txt) and common English.
#include "inspect/substitutes.h"

#include <algorithm>

#include "text/subwords.h"

namespace rnn::core {
namespace {

std::vector<std::string_view> split(std::string_view words) {
  std::vector<std::string_view> out;
  for (size_t begin = 0; begin < words.size();) {
    const size_t end = std::min(words.find(' ', begin), words.size());
    if (end > begin) out.push_back(words.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

bool has_letter(std::string_view piece) {
  return std::any_of(piece.begin(), piece.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  });
}

}  // namespace

const std::vector<WordKind> kWordKinds = {
    {"animal", true,
     "cat dog horse bird cow sheep hen duck mouse rabbit fish bee fox owl animal bear wolf lion pig goat frog snake monkey "
     "bunny"},
    {"animals", true,
     "cats dogs horses birds cows sheep hens ducks mice rabbits fish bees animals bugs pets bears wolves lions pigs goats "
     "frogs"},
    {"Animals", true, "Cats Dogs Horses Birds Cows Sheep Hens Ducks Mice Rabbits Fish Bees"},
    {"person", true,
     "boy girl man woman child baby mother father grandmother grandfather farmer teacher driver doctor baker cook friend "
     "brother "
     "sister uncle aunt wife queen king mom dad mum prince princess"},
    {"people", true,
     "children boys girls people farmers teachers drivers mothers babies friends men women fathers brothers sisters "
     "parents"},
    {"Person", true, "Mother Father Grandmother Grandfather Mom Dad Mum"},
    {"name", true, "Anna Ben Tom Mia Lily Tim Sara Max Sam Jack Lucy Anne John Mary"},
    {"doing", true,
     "sleeping eating running sitting playing walking standing waiting drinking singing swimming falling reading working "
     "washing lying flying jumping cooking hiding barking climbing blowing shining dancing looking carrying feeding coming "
     "going "
     "driving crying laughing growing turning pulling writing calling cutting cleaning melting burning making opening "
     "closing "
     "giving taking bringing wearing holding watching listening talking helping getting leaving stopping rising raining "
     "baking "
     "picking throwing smiling painting buying selling digging riding"},
    {"does", true,
     "sleeps eats runs sits plays walks stands waits drinks sings swims falls reads works washes lies flies jumps cooks "
     "hides "
     "barks climbs blows shines dances looks carries feeds comes goes drives cries laughs grows turns pulls writes calls "
     "cuts "
     "cleans melts burns makes opens closes gives takes brings wears holds watches listens talks helps gets leaves stops "
     "rises "
     "rains bakes picks throws smiles paints buys sells digs rides sees hears finds likes follows wants lives loves keeps "
     "puts "
     "knows says"},
    {"do", true,
     "sleep eat run sit play walk stand wait drink sing swim fall read work wash lie fly jump cook hide bark climb see hear "
     "find "
     "like follow want live love keep put know say go come give take bring make get help look stop turn open close catch "
     "carry "
     "hold buy sell ride drive"},
    {"did", true,
     "slept ate ran sat played walked stood waited drank sang swam fell read worked washed saw heard found liked followed "
     "wanted "
     "lived loved kept put knew said went came gave took brought made got helped looked stopped turned opened closed "
     "caught"},
    {"done", true,
     "eaten baked cooked washed carried given picked painted built sold brought poured stirred planted cleaned lost"},
    {"food", true,
     "bread soup cake cheese milk water apples eggs fish meat rice honey corn hay grass seeds carrots beans butter tea "
     "coffee "
     "flour salt dinner breakfast lunch food apple egg carrot berries"},
    {"place", true,
     "house garden kitchen river school field yard barn farm village town market forest park lake pond sea hill mountain "
     "street "
     "road shop station room bed table chair window door roof wall gate bridge hole nest hive bus train car boat truck "
     "cart"},
    {"thing", true,
     "ball book bag box basket bowl cup plate pot spoon knife letter picture hat coat shoe bell stick stone bone bike clock "
     "lamp "
     "key toy wheel board pencil tree flower leaf"},
    {"things", true,
     "trees flowers leaves books bags apples eggs stones toys cups plates bowls shoes boots clothes windows doors"},
    {"weather", true, "sun rain snow wind moon ice fire sky clouds storm light water"},
    {"time", true, "morning evening night noon day winter summer spring autumn afternoon year week"},
    {"quality", true,
     "hungry tired happy cold warm sick sad hot wet dry afraid angry thirsty quiet loud ready busy good old young new big "
     "little "
     "small white black brown red green grey yellow blue long tall short strong soft hard heavy light fresh sweet dark "
     "deep"},
    {"manner", false, "slowly fast quickly early late again home away there here today now then together well"},
    {"is", false, "is was has can will does are were have do must"},
    {"the", false, "the a an my his her our their its your this that every some"},
    {"The", false, "The A An My His Her Our Their Its Your This That Every Some"},
    {"they", false, "it he she they we you I him her them us me"},
    {"They", false, "It He She They We You I"},
    {"because", false, "because and but when so or if while until before after"},
    {"in", false,
     "in on at to from with by under behind into over for of near beside through across around up down out off about"},
    {"In", false, "In On At Under Behind After By From With For When Then Today Now"},
    {"not", false, "not always never often still very too"},
    {"how many", false, "one two three four five six ten many all some"},
    {"end", false, ". ! ? , ; :"},
};

const std::vector<WordKind> kCharacterKinds = {
    {"vowel", true, "a e i o u"},           {"consonant", true, "t n s h r d l c m w f g y p b v k x j q z"},
    {"Vowel", true, "A E I O U"},           {"Consonant", true, "T N S H R D L C M W F G Y P B V K X J Q Z"},
    {"digit", true, "0 1 2 3 4 5 6 7 8 9"}, {"mark", false, ". , ! ? ; : - ' \""},
};

Substitutes::Substitutes(const Tokenizer& tokenizer)
    : tokenizer_(tokenizer),
      subwords_(is_subword_kind(tokenizer.kind())),
      words_(subwords_ || is_word_kind(tokenizer.kind())),
      kinds_(words_ ? kWordKinds : kCharacterKinds) {
  pieces_.reserve(static_cast<size_t>(tokenizer.size()));  // so that the views below stay valid
  for (int32_t id = 0; id < tokenizer.size(); ++id) pieces_.push_back(tokenizer.piece(id));
  for (const bool begins : {true, false}) {  // a sub-word at the start of a word is preferred to the same letters inside one
    for (int32_t id = 0; id < tokenizer.size(); ++id) {
      if (id != tokenizer.unknown_id() && begins_word(id) == begins) ids_.emplace(word_of(id), id);
    }
  }
  for (const WordKind& kind : kinds_) {
    for (const std::string_view word : split(kind.words)) kind_.emplace(word, &kind);  // the first kind counts
  }
}

bool Substitutes::begins_word(int32_t id) const { return !subwords_ || pieces_[static_cast<size_t>(id)].starts_with(' '); }

std::string_view Substitutes::word_of(int32_t id) const {
  std::string_view word = pieces_[static_cast<size_t>(id)];
  if (subwords_ && word.size() > 1 && word[0] == ' ') word.remove_prefix(1);
  return word;
}

const WordKind* Substitutes::kind_of(int32_t id) const {
  const auto found = kind_.find(word_of(id));
  return found == kind_.end() || id == tokenizer_.unknown_id() ? nullptr : found->second;
}

bool Substitutes::is_word(int32_t id) const {
  return id != tokenizer_.unknown_id() && id != tokenizer_.newline_id() && has_letter(pieces_[static_cast<size_t>(id)]);
}

std::vector<int32_t> Substitutes::of(int32_t id, int count) const {
  std::vector<int32_t> others;
  const auto add = [&](int32_t other) {
    if (other != id && static_cast<int>(others.size()) < count) others.push_back(other);
  };
  const auto add_words = [&](const WordKind& kind) {
    for (const std::string_view word : split(kind.words)) {
      if (const auto found = ids_.find(word); found != ids_.end()) add(found->second);
    }
  };
  if (const WordKind* kind = kind_of(id)) add_words(*kind);
  if (!others.empty()) return others;
  if (!words_) {
    for (const WordKind& kind : kinds_) add_words(kind);
  }
  for (int32_t other = 0; other < tokenizer_.size() && static_cast<int>(others.size()) < count; ++other) {
    const bool word = other != tokenizer_.unknown_id() && other != tokenizer_.newline_id() && begins_word(other);
    if (word && has_letter(pieces_[static_cast<size_t>(other)]) &&
        std::find(others.begin(), others.end(), other) == others.end()) {
      add(other);
    }
  }
  return others;
}

int Substitutes::first_content(const std::vector<int32_t>& ids) const {
  int fallback = -1;
  for (size_t i = 1; i < ids.size(); ++i) {
    const WordKind* kind = kind_of(ids[i]);
    if (kind && kind->content) return static_cast<int>(i);
    if (!kind && fallback < 0 && has_letter(pieces_[static_cast<size_t>(ids[i])])) fallback = static_cast<int>(i);
  }
  return fallback > 0 ? fallback : 1;
}

}  // namespace rnn::core
