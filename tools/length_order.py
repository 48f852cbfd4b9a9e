# Why: a twin that trains on the same batches in the same order differs from ours by its arithmetic, not by luck.
"""The order of batches of `rnn train` on pairs, a function of (seed, epoch): src/base/rng.h and src/data/length_order.h."""

SHUFFLE = 3  # Purpose::shuffle
POOL = 64  # batches that are sorted together
WORD, LONG = 2**32 - 1, 2**64 - 1


def philox(counter, key):
    """Philox 4x32-10 (Salmon et al. 2011)"""
    k0, k1 = key & WORD, key >> 32
    for _ in range(10):
        p0, p1 = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = ((p1 >> 32) ^ counter[1] ^ k0, p1 & WORD, (p0 >> 32) ^ counter[3] ^ k1, p0 & WORD)
        k0, k1 = (k0 + 0x9E3779B9) & WORD, (k1 + 0xBB67AE85) & WORD
    return counter


class Random:
    def __init__(self, seed, purpose, stream):
        self.key, self.purpose, self.stream = (seed * 0x9E3779B97F4A7C15 + purpose) & LONG, purpose, stream
        self.position, self.words = 0, ()

    def word(self):
        if self.position % 4 == 0:
            block = self.position // 4
            self.words = philox((block & WORD, block >> 32, self.stream, self.purpose), self.key)
        self.position += 1
        return self.words[(self.position - 1) % 4]

    def below(self, n):
        """In [0, n) without bias (Lemire 2019)."""
        m = self.word() * n
        if m & WORD < n:
            threshold = -n % 2**32 % n
            while m & WORD < threshold:
                m = self.word() * n
        return m >> 32

    def shuffle(self, items):
        """Fisher and Yates"""
        for i in range(len(items), 1, -1):
            j = self.below(i)
            items[i - 1], items[j] = items[j], items[i - 1]


def batches(lengths, size, seed, epoch):
    """Lists of places in `lengths` (anything that can be compared), `size` of them in a batch, the last of a pool perhaps fewer."""
    random = Random(seed, SHUFFLE, epoch)
    order = list(range(len(lengths)))
    random.shuffle(order)
    cut = []
    for first in range(0, len(order), POOL * size):
        part = sorted(order[first:first + POOL * size], key=lambda i: lengths[i], reverse=True)
        cut += [part[i:i + size] for i in range(0, len(part), size)]
    random.shuffle(cut)
    return cut
