"""How fast one socket may send: a burst at once, then slowly; for too long too fast, and it is out."""

from dataclasses import dataclass

POLICY_VIOLATION = 1008  # RFC 6455 section 7.4.1


@dataclass(slots=True)
class Bucket:
    """Tokens, one a frame: ``burst`` at most, refilled at ``rate`` a second.

    ``slowed`` counts the frames that had to wait, one after the other; over ``patience`` it is a flood.
    """

    burst: int
    rate: float
    patience: int
    now: float
    level: float = 0.0
    slowed: int = 0

    def __post_init__(self) -> None:
        self.level = float(self.burst)

    @property
    def is_flooded(self) -> bool:
        """Tell whether too many frames in a row came too fast."""
        return self.slowed > self.patience

    def charge(self, tokens: float) -> None:
        """Take more tokens for a frame that has come; the next one waits for them."""
        self.level -= tokens

    def take(self, now: float) -> float:
        """Take a token at this time, in seconds; tell how long to wait for it."""
        self.level = min(self.burst, self.level + (now - self.now) * self.rate) - 1
        self.now = now
        if self.level >= 0:
            self.slowed = 0
            return 0.0
        self.slowed += 1
        return -self.level / self.rate
