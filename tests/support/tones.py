# Why: tests of speech need clips whose words a small network learns in seconds: a language of tones, each letter a pitch, a space silence.
# tones.py FOLDER FIRST LAST: the clips of these numbers, of four voices, FOLDER/voiceV/clipN.wav and .txt.
import math, os, random, struct, sys, wave
folder, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rate, pitches = 8000, {"a": 500, "b": 800, "c": 1300, "d": 2000}
words = ["ab", "ba", "cab", "dad", "acd", "bad"]
def sound(text, voice, seed):
    r, samples, phase = random.Random(seed), [], 0.0
    for letter in " " + text + " ":
        hertz = pitches.get(letter, 0) * (1 + 0.04 * (voice - 1.5))
        n = int(rate * (r.uniform(0.10, 0.16) if hertz else r.uniform(0.18, 0.26)))
        for i in range(n):
            phase += 2 * math.pi * hertz / rate
            swell = min(1, i / 200, (n - i) / 200)
            samples.append((0.4 * swell * math.sin(phase) if hertz else 0) + r.gauss(0, 0.003))
    return samples
for i in range(first, last):
    r, voice = random.Random(i), i % 4
    text = " ".join(r.choice(words) for _ in range(r.choice([1, 2, 3])))
    path = f"{folder}/voice{voice}"
    os.makedirs(path, exist_ok=True)
    with wave.open(f"{path}/clip{i}.wav", "wb") as w:
        w.setnchannels(1), w.setsampwidth(2), w.setframerate(rate)
        w.writeframes(b"".join(struct.pack("<h", int(32000 * max(-1, min(1, s)))) for s in sound(text, voice, i)))
    open(f"{path}/clip{i}.txt", "w").write(text + "\n")
