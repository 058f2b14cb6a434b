"""How fast a socket may send, tested with a clock that stands still."""

from mizan_htmx.channels.socket.rate_limit import RateLimit


class Clock:
    """A clock that stands still."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def limit(clock: Clock, *, burst: int = 3, patience: int = 4) -> RateLimit:
    """Return a limit of ten frames a second."""
    return RateLimit(burst, 10.0, patience, clock)


def delays(frames: int, *, every: float) -> list[float]:
    """Return the delays of frames in this rhythm, each sent once the one before was handled."""
    clock = Clock()
    rate_limit, found = limit(clock), []
    for _ in range(frames):
        found.append(round(rate_limit.count_frame(), 3))
        clock.now += found[-1] + every
    return found


def test_a_burst_passes_and_the_rest_is_slowed_to_the_rate() -> None:
    assert delays(6, every=0.0) == [0.0, 0.0, 0.0, 0.1, 0.1, 0.1]


def test_frames_within_the_rate_are_never_delayed() -> None:
    assert set(delays(100, every=0.1)) == {0.0}


def test_a_pause_refills_it_but_not_over_its_burst() -> None:
    clock = Clock()
    rate_limit, found = limit(clock), []
    for now in (0.0, 0.0, 0.0, 100.0, 100.0, 100.0, 100.0):
        clock.now = now
        found.append(rate_limit.count_frame())
    assert found == [0.0] * 6 + [0.1]


def test_too_many_delayed_frames_in_a_row_exceed_it() -> None:
    rate_limit, exceeded = limit(Clock(), burst=1, patience=2), []
    for _ in range(4):
        rate_limit.count_frame()
        exceeded.append(rate_limit.is_exceeded)
    assert exceeded == [False, False, False, True]


def test_a_frame_without_delay_ends_the_row() -> None:
    clock = Clock()
    rate_limit = limit(clock, burst=1, patience=1)
    for clock.now in (0.0, 0.0, 100.0, 100.0):
        rate_limit.count_frame()
        assert not rate_limit.is_exceeded
