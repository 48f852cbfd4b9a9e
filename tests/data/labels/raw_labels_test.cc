// Why: labelled texts, tagged words and sensor files are found and read in every layout; what is broken is refused with its place.
#include "data/labels/raw_labels.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/labels/layouts.h"
#include "support/failure.h"
#include "support/folder.h"

namespace rnn::core::test {
namespace {

class RawLabels : public FolderTest {
 protected:
  LayoutGuess guess(const std::string& name, const std::string& bytes) { return guess_layout({write(name, bytes)}); }
  RawSet read(const std::string& name, const std::string& bytes, TargetForm target = TargetForm::label,
              LabelOptions options = {}) {
    return read_raw_labels({write(name, bytes)}, target, options);
  }
};

std::string some_rows(const char* separator) {
  std::string text;
  for (int i = 0; i < 8; ++i)
    text += "it was a fine day number " + std::to_string(i) + separator + (i % 2 == 0 ? "good" : "bad") + "\n";
  return text;
}

TEST_F(RawLabels, ATableIsFoundByNamesOrContent) {
  const LayoutGuess named =
      guess("a.csv", "id,review,stars\n1,\"Never again, it\nbroke\",1\n2,fine,5\n3,fine indeed,5\n4,no,1\n5,yes,5\n");
  EXPECT_EQ(named.layout, "table");
  EXPECT_TRUE(named.certain);
  EXPECT_EQ(guess("b.txt", some_rows("\t")).layout, "table");
  EXPECT_TRUE(guess("c.tsv", some_rows("\t")).certain) << "sentences beside a few values";
  EXPECT_FALSE(
      guess("pairs.tsv", "the cat\tle chat\nthe dog\tle chien\na bird\tun oiseau\na fish\tun poisson\none\tun\n").certain)
      << "no column has values that repeat";
  EXPECT_EQ(guess("story.txt", "Once upon a time, there was a cat.\nIt slept.\n").layout, "");
}

TEST_F(RawLabels, ATableIsReadWithItsLines) {
  const RawSet set = read("a.csv", "id,review,stars\r\n1,\"Never \"\"again\"\", it\nbroke\",1\r\n2,fine,5\r\n");
  EXPECT_EQ(set.kind, InputKind::text);
  ASSERT_EQ(set.examples.size(), 2u);
  EXPECT_EQ(set.examples[0].text, "Never \"again\", it\nbroke");
  EXPECT_EQ(set.examples[0].labels, std::vector<std::string>{"1"});
  EXPECT_EQ(set.place(set.examples[1]), path("a.csv") + ":4") << "after a cell of two lines";
  EXPECT_EQ(set.text_column, "review");
  EXPECT_EQ(set.label_column, "stars");
}

TEST_F(RawLabels, WithoutAHeaderTheFirstRowIsAnExample) {
  const RawSet set = read("a.tsv", some_rows("\t"));
  EXPECT_EQ(set.examples.size(), 8u);
  EXPECT_EQ(set.examples[0].labels[0], "good");
  const RawSet quotes =
      read("q.tsv", "\"Bad\" is the word\t0\n\"whole cell\"\t1\nfine\t1\nno \"way\" here\t0\na\t0\nb\t1\n");
  EXPECT_EQ(quotes.examples[0].text, "\"Bad\" is the word") << "between tabs quotes are marks";
  EXPECT_EQ(quotes.examples[1].text, "whole cell");
  LabelOptions swapped;
  swapped.text = "2", swapped.label = "1";
  EXPECT_EQ(read("s.tsv", "a\tone two\nb\tthree\na\tfour\nb\tfive\n", TargetForm::label, swapped).examples[1].text, "three");
}

TEST_F(RawLabels, OtherTexts) {
  const RawSet marks = read("a.txt", "__label__good I liked it.\n__label__bad I did not.\n");
  EXPECT_EQ(marks.examples[1].text, "I did not.");
  EXPECT_EQ(marks.examples[1].labels[0], "bad");
  EXPECT_EQ(
      read("a.jsonl", "{\"text\": \"yes\", \"label\": 1}\n{\"text\": \"no\", \"label\": \"x\"}\n").examples[0].labels[0],
      "1");
  write("names/French.txt", "Dubois\nMartin\n"), write("names/Czech.txt", "Novak\n");
  const RawSet names = read_raw_labels({path("names")}, TargetForm::label, {});
  ASSERT_EQ(names.examples.size(), 3u);
  EXPECT_EQ(names.examples[0].text, "Novak");
  EXPECT_EQ(names.examples[2].labels[0], "French");
  write("mail/spam/1.txt", "Buy\nnow\n"), write("mail/ham/1.txt", "Hello\n");
  const RawSet mail = read_raw_labels({path("mail")}, TargetForm::label, {});
  ASSERT_EQ(mail.examples.size(), 2u);
  EXPECT_EQ(mail.examples[1].text, "Buy\nnow\n");
  EXPECT_EQ(mail.examples[1].labels[0], "spam");
}

TEST_F(RawLabels, TagsInColumns) {
  const std::string text = "-DOCSTART- O\n\nParis\tB-city\nis\tO\n\t\nNew\tB-city\nYork\tI-city\n.\tO\n";
  const LayoutGuess found = guess("dev.annotated", text);
  EXPECT_EQ(found.layout, "conll");
  EXPECT_EQ(found.target, TargetForm::labels);
  const RawSet set = read("a.conll", text, TargetForm::labels);
  ASSERT_EQ(set.examples.size(), 2u);
  EXPECT_EQ(set.examples[1].words, (std::vector<std::string>{"New", "York", "."}));
  EXPECT_EQ(set.examples[1].labels, (std::vector<std::string>{"B-city", "I-city", "O"}));
  EXPECT_EQ(set.place(set.examples[1]), path("a.conll") + ":6");
  EXPECT_EQ(set.scheme, "bio");
}

TEST_F(RawLabels, SchemesAreKnownAndConverted) {
  const std::string iob1 = "a I-x\nb I-x\nc B-x\nd O\n\ne I-y\n";
  const RawSet bio = read("a.conll", iob1, TargetForm::labels);
  EXPECT_EQ(bio.examples[0].labels, (std::vector<std::string>{"B-x", "I-x", "B-x", "O"}));
  LabelOptions wanted;
  wanted.scheme = "bioes";
  const RawSet bioes = read("a.conll", iob1, TargetForm::labels, wanted);
  EXPECT_EQ(bioes.scheme, "bioes");
  EXPECT_EQ(bioes.examples[0].labels, (std::vector<std::string>{"B-x", "E-x", "S-x", "O"}));
  EXPECT_EQ(bioes.examples[1].labels, (std::vector<std::string>{"S-y"}));
  EXPECT_EQ(read("b.conll", "a S-x\nb O\nc B-x\nd E-x\n", TargetForm::labels).examples[0].labels[2], "B-x");
  EXPECT_EQ(read("p.conll", "a NN\nb VB\n", TargetForm::labels).scheme, "tags");
}

TEST_F(RawLabels, ConllUAndAlignedFiles) {
  const std::string u =
      "# text = Du "
      "isst.\n1-2\tDuisst\t_\t_\t_\t_\t_\t_\t_\t_\n1\tDu\tdu\tPRON\tP\t_\t2\tnsubj\t_\t_\n2\tisst\tessen\tVERB\tV\t_"
      "\t0\troot\t_\t_\n\n";
  EXPECT_EQ(guess("a.conllu", u).layout, "conllu");
  const RawSet set = read("a.conllu", u, TargetForm::labels);
  EXPECT_EQ(set.examples[0].words, (std::vector<std::string>{"Du", "isst"}));
  EXPECT_EQ(set.examples[0].labels, (std::vector<std::string>{"PRON", "VERB"}));
  write("snips/seq.in", "play jazz \nin berlin\n"), write("snips/seq.out", "O B-genre\nO B-city \n"),
      write("snips/label", "Play\nGo\n");
  EXPECT_EQ(guess_layout({path("snips")}).target, TargetForm::labels);
  EXPECT_EQ(read_raw_labels({path("snips")}, TargetForm::labels, {}).examples[1].labels[1], "B-city");
  EXPECT_EQ(read_raw_labels({path("snips")}, TargetForm::label, {}).examples[1].labels[0], "Go");
  EXPECT_EQ(guess_layout({path("snips/seq.in"), path("snips/seq.out")}).layout, "aligned");
}

TEST_F(RawLabels, SensorFiles) {
  const std::string ts =
      "#c\n@problemName x\n@timeStamps false\n@dimensions 3\n@equalLength true\n@classLabel true a "
      "b\n@data\n1,2,?:4,5,6:a\n7,8:9,10:b\n";
  const RawSet set = read("a.ts", ts);
  EXPECT_EQ(set.kind, InputKind::frames);
  EXPECT_EQ(set.width, 2);
  ASSERT_EQ(set.examples[0].frames.size(), 6u);
  EXPECT_EQ(set.examples[0].frames[3], 5);
  EXPECT_TRUE(std::isnan(set.examples[0].frames[4]));
  EXPECT_EQ(set.examples[1].labels[0], "b");
  ASSERT_EQ(set.notes.size(), 2u) << "the header lies twice";
  EXPECT_NE(set.notes[0].find("2 instead of 3 dimensions"), std::string::npos) << set.notes[0];
  EXPECT_NE(set.notes[1].find("unequal lengths"), std::string::npos);
  const RawSet arff = read(
      "a.arff", "@relation x\n@attribute a numeric\n@attribute b numeric\n@attribute class {u,v}\n@data\n1,2,u\n3,?,v\n");
  EXPECT_EQ(arff.examples[0].frames, (std::vector<float>{1, 2}));
  EXPECT_EQ(arff.examples[1].frames.size(), 1u) << "a missing end is a shorter series";
  const RawSet dims =
      read("b.arff", "@relation x\n@attribute r relational\n@attribute class {u,v}\n@data\n'1,2\\n3,4',u\n'5,6\\n7,8',v\n");
  EXPECT_EQ(dims.examples[1].frames, (std::vector<float>{5, 7, 6, 8}));
  write("g/wave/1.csv", "t,x,y\n0,1,2\n1,3,4\n"), write("g/push/1.csv", "t,x,y\n0,5,\n");
  const RawSet folder = read_raw_labels({path("g")}, TargetForm::label, {});
  EXPECT_EQ(folder.names, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(folder.examples[1].frames, (std::vector<float>{1, 2, 3, 4}));
  LabelOptions rows;
  rows.layout = "rows";
  const RawSet table = read("r.csv", "id,x,label\na,1,up\nb,5,down\na,2,up\n", TargetForm::label, rows);
  ASSERT_EQ(table.examples.size(), 2u);
  EXPECT_EQ(table.examples[0].frames, (std::vector<float>{1, 2}));
}

struct Broken {
  const char *name, *bytes, *code, *said;
  TargetForm target = TargetForm::label;
  const char* layout = "auto";
};

TEST_F(RawLabels, WhatIsBrokenIsRefusedWithItsPlace) {
  const Broken cases[] = {
      {"a.csv", "text,label\nfine,good\nbad\n", "data/ragged", "a.csv:3: the row has 1 cell, but the first row"},
      {"b.csv", "text,label\nfine,good\n\"open,bad\n", "data/quote", "b.csv:3: the quote"},
      {"c.csv", "text,label\n\"x\" y,bad\n", "data/quote", "c.csv:2: there is text after"},
      {"d.csv", "text,label\nfine,good\n  ,bad\n", "data/empty_text", "d.csv:3: the text is empty"},
      {"e.csv", "text,label\nfine,\n", "data/empty_label", "e.csv:2: the label is empty"},
      {"f.csv", "text,label\n", "data/empty", "a header and no rows"},
      {"g.csv", "one,two\nxx,yy\nzz,ww\n", "data/columns", "no column looks like labels", TargetForm::label, "table"},
      {"h.csv", "text,label\nf\xE9te,good\n", "data/utf8", "h.csv:2: byte 2 of the line is 0xE9"},
      {"i.txt", "__label__a x\n__label__a __label__b y\n", "data/labels", "i.txt:2: the line has 2 labels"},
      {"j.txt", "__label__a x\nno label\n", "data/empty_label", "j.txt:2: the line does not begin"},
      {"k.jsonl", "{\"text\": \"a\", \"label\": \"b\"}\nnonsense\n", "data/json",
       "k.jsonl:2: the line is not a JSON object"},
      {"l.conll", "a O\nb B-x extra\n", "data/ragged", "l.conll:2: the line has 3 columns, but line 1 has 2",
       TargetForm::labels},
      {"m.conll", "a B-x\nb I-x\n\nc O\nd I-x\n", "data/tags", "m.conll:4: tag 2, I-x, follows O", TargetForm::labels},
      {"n.conll", "a B-x\nb O\nc E-y\n", "data/tags", "n.conll:1: tag 2, O, follows B-x", TargetForm::labels},
      {"o.conll", "a B-x\nb O\nc Bx\nd I-x\ne B-y\n", "data/tags", "'Bx' is neither O", TargetForm::labels},
      {"p.conll", "a\tO\n\tB-x\n", "data/empty_text", "p.conll:2: the word is empty", TargetForm::labels},
      {"q.conllu", "1\ta\tb\tX\n", "data/ragged", "q.conllu:1: the line has 4 columns", TargetForm::labels},
      {"r.ts", "@classLabel true a\n@data\n1,2:3:a\n", "data/lengths", "r.ts:3: dimension 2 has 1 value"},
      {"s.ts", "@classLabel true a\n@data\n1,2:a\n1,2:3,4:a\n", "data/ragged", "s.ts:4: the series has 2 dimensions"},
      {"t.ts", "@classLabel true a\n@data\n1,x:a\n", "data/number", "t.ts:3: value 2 of a dimension is 'x'"},
      {"u.ts", "@dimensions many\n@classLabel true a\n@data\n", "data/header", "u.ts:1: @dimensions is 'many'"},
      {"v.ts", "@targetLabel true\n@data\n1,2:3\n", "data/header", "v.ts:2: the series have numbers as targets"},
      {"w.ts", "@classLabel true a\n1,2:a\n", "data/header", "w.ts:2: there are values before @data"},
      {"x.ts", "@timeStamps true\n@classLabel true a\n@data\n", "data/header", "time stamps are not read"},
      {"y.arff", "@relation x\n@attribute a numeric\n@attribute c {u}\n@data\n1,2,u\n", "data/header",
       "y.arff:5: the row has 3 cells"},
      {"z.csv", "id,x,label\na,1,up\na,2,down\n", "data/labels", "z.csv:3: recording 'a' is 'down' here", TargetForm::label,
       "rows"},
      {"za.csv", "id,x,label\na,1,up\nb,far,down\n", "data/number", "za.csv:3: x is 'far'", TargetForm::label, "rows"},
      {"zb.csv", "x,label\n1,up\n", "data/columns", "no column of recordings", TargetForm::label, "rows"},
  };
  for (const Broken& b : cases) {
    LabelOptions options;
    options.layout = b.layout;
    const Failure f = failure_of([&] { read(b.name, b.bytes, b.target, options); });
    EXPECT_EQ(f.code, b.code) << b.name << ": " << f.message;
    EXPECT_NE(f.message.find(b.said), std::string::npos) << b.name << ": " << f.message;
    EXPECT_FALSE(f.help.empty()) << b.name;
  }
}

TEST_F(RawLabels, FilesOfUnequalLengthsAreRefused) {
  const std::string words = write("in", "a b\nc\nd\n"), fewer = write("out", "O B-x\nO\n"),
                    wrong = write("bad", "O\nO\nO\n");
  LabelOptions options;
  options.layout = "aligned";
  const Failure lines = failure_of([&] { read_raw_labels({words, fewer}, TargetForm::labels, options); });
  EXPECT_EQ(lines.code, "data/lengths");
  EXPECT_NE(lines.message.find("it ends before line 3"), std::string::npos) << lines.message;
  const Failure tags = failure_of([&] { read_raw_labels({words, wrong}, TargetForm::labels, options); });
  EXPECT_NE(tags.message.find("in:1: the line has 2 words, but " + wrong + ":1 has 1 tag"), std::string::npos)
      << tags.message;
}

TEST_F(RawLabels, LabelsThatCannotBeLearntAreRefused) {
  std::string one = "text,label\n", numbers = one, many = one;
  for (int i = 0; i < 30; ++i)
    one += "text " + std::to_string(i) + ",same\n",
        numbers += "text " + std::to_string(i) + "," + std::to_string(i * 7) + "\n";
  for (int i = 0; i < 40000; ++i) many += "text " + std::to_string(i) + ",c" + std::to_string(i / 2) + "\n";
  const auto refusal = [&](const std::string& name, const std::string& bytes) {
    return failure_of([&] { require_labels(read(name, bytes)); });
  };
  EXPECT_NE(refusal("one.csv", one).message.find("has one label, 'same'"), std::string::npos);
  const Failure f = refusal("numbers.csv", numbers);
  EXPECT_EQ(f.code, "data/labels");
  EXPECT_NE(f.message.find("it holds numbers, not labels"), std::string::npos) << f.message;
  EXPECT_NE(refusal("many.csv", many).message.find("has 20,000 labels, more than 10,000"), std::string::npos);
}

// A model knows its columns by name: also one called y, which is no label then; other columns may tell recordings apart.
TEST_F(RawLabels, RecordingsByTheColumnsOfAModel) {
  LabelFront front;
  front.kind = InputKind::frames, front.names = {"y", "x"};
  const RawSet one = read_recordings(write("one.csv", "time,x,y,class\n0,1,2,up\n1,3,?,up\n"), front);
  ASSERT_EQ(one.examples.size(), 1u);
  EXPECT_EQ(one.width, 2);
  EXPECT_EQ(one.examples[0].labels, (std::vector<std::string>{"up"}));
  EXPECT_EQ(one.examples[0].frames[0], 2);
  EXPECT_EQ(one.examples[0].frames[3], 3);
  EXPECT_TRUE(std::isnan(one.examples[0].frames[2]));
  EXPECT_EQ(one.place(one.examples[0]), one.files[0]);
  const RawSet two = read_recordings(write("two.csv", "id,x,y\na,1,2\nb,3,4\na,5,6\n"), front);
  ASSERT_EQ(two.examples.size(), 2u);
  EXPECT_EQ(two.examples[0].frames, (std::vector<float>{2, 1, 6, 5}));
  EXPECT_TRUE(two.examples[0].labels.empty());
  EXPECT_TRUE(two.place(two.examples[1]).ends_with("two.csv:3"));
  EXPECT_EQ(failure_of([&] { read_recordings(write("bad.csv", "x,z\n1,2\n"), front); }).code, "data/columns");
  EXPECT_EQ(failure_of([&] { read_recordings(write("word.csv", "x,y\n1,no\n"), front); }).code, "data/number");
}

}  // namespace
}  // namespace rnn::core::test
