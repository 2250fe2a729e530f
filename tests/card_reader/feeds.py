"""How the same bytes can arrive: every test of a protocol asks for the same events each time."""

import random
from collections.abc import Iterator


def chunkings(data: bytes, *, seeds: int = 50) -> Iterator[list[bytes]]:
    """Whole; byte by byte; cut at every position; and `seeds` random cuts."""
    yield [data]
    yield [data[i : i + 1] for i in range(len(data))]
    for cut in range(1, len(data)):
        yield [data[:cut], data[cut:]]
    for seed in range(seeds):
        random_source = random.Random(seed)
        cuts = sorted(random_source.sample(range(len(data) + 1), min(len(data), 4)))
        yield [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
