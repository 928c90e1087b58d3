"""The source of chance of forger-protocol, ChaCha with 8 rounds, one 32-bit word after the other; and what is drawn from it."""

import struct

import torch

DATA, NOISE = 2, 3
MASK = 0xFFFF_FFFF


def rotated(word, bits):
    return ((word << bits) | (word >> (32 - bits))) & MASK


def key(seed):
    """256 bits of a seed of 64, as `seed_from_u64` of rand_core makes them: PCG32."""
    words, state = [], seed
    for _ in range(8):
        state = (state * 6364136223846793005 + 11634580027462260723) % 2**64
        words.append(rotated((((state >> 18) ^ state) >> 27) & MASK, -(state >> 59) % 32))
    return words


def block(key, position, stream):
    start = [*struct.unpack("<4I", b"expand 32-byte k"), *key, position & MASK, position >> 32, stream, 0]
    state = list(start)

    def quarter(a, b, c, d):
        for to, by, turned, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[to] = (state[to] + state[by]) & MASK
            state[turned] = rotated(state[turned] ^ state[to], bits)

    for _ in range(4):
        for at in range(4):
            quarter(at, at + 4, at + 8, at + 12)
        for at in range(4):
            quarter(at, (at + 1) % 4 + 4, (at + 2) % 4 + 8, (at + 3) % 4 + 12)
    return [(before + after) & MASK for before, after in zip(start, state)]


class Random:
    """A sequence of a seed, from its beginning."""

    def __init__(self, seed, stream=NOISE):
        self.words = self.drawn(key(seed), stream)

    @staticmethod
    def drawn(key, stream):
        position = 0
        while True:
            yield from block(key, position, stream)
            position += 1

    def below(self, bound):
        """One of `0..bound`."""
        return (next(self.words) * bound) >> 32

    def uniform(self, shape):
        """In `[0, 1)`."""
        values = [(next(self.words) >> 8) / 2**24 for _ in range(torch.Size(shape).numel())]
        return torch.tensor(values).reshape(shape)


def dropout(x, random):
    """As `nn.Dropout(0.5)` does it; who goes is drawn from `random`, nobody without."""
    if random is None:
        return x
    return torch.where(random.uniform(x.shape) < 0.5, torch.zeros_like(x), x / 0.5)


def shuffled(count, seed):
    """Indices of all samples, again and again, each time in another order (Fisher-Yates)."""
    random = Random(seed, DATA)
    while True:
        order = list(range(count))
        for last in reversed(range(1, count)):
            other = random.below(last + 1)
            order[last], order[other] = order[other], order[last]
        yield from order


class Pool:
    """What a generator has made before."""

    def __init__(self, most, random):
        self.most, self.random, self.pictures, self.exchanged = most, random, [], []

    def exchange(self, made):
        """Each of now, or by the toss of a coin one of before, which goes then. Until it is full it shows what is new."""
        if self.most == 0:
            return made
        return torch.cat([self.shown(picture) for picture in made.split(1)])

    def shown(self, picture):
        if len(self.pictures) < self.most:
            self.pictures.append(picture)
            return picture
        self.exchanged.append(self.random.below(2) == 1)
        if not self.exchanged[-1]:
            return picture
        place = self.random.below(self.most)
        before, self.pictures[place] = self.pictures[place], picture
        return before

    def draw(self, count):
        """Pictures of before; none while there are fewer."""
        if len(self.pictures) < count:
            return []
        return [self.pictures[self.random.below(len(self.pictures))] for _ in range(count)]

    def keep(self, made):
        """In the place of others, once it is full."""
        for picture in made.split(1):
            if len(self.pictures) < self.most:
                self.pictures.append(picture)
            else:
                self.pictures[self.random.below(self.most)] = picture
