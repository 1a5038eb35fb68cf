import threading

import pytest

from latent_diffusion.training.prefetch import prefetch


def test_batches_come_in_order_from_first_to_last():
    assert list(prefetch(lambda step: step * 10, 3, 9, workers=3)) == [30, 40, 50, 60, 70, 80]


def test_nothing_left_is_nothing_yielded():
    assert list(prefetch(lambda step: step, 5, 5)) == []


def test_batches_are_prepared_by_other_threads():
    threads = list(prefetch(lambda step: threading.current_thread().name, 0, 3))
    assert all(name.startswith("prefetch") for name in threads)


def test_an_error_of_a_batch_arrives_at_its_turn():
    def make(step: int) -> int:
        if step == 2:
            raise ValueError("no batch 2")
        return step

    batches = prefetch(make, 0, 5)
    assert [next(batches), next(batches)] == [0, 1]
    with pytest.raises(ValueError, match="no batch 2"):
        next(batches)


def test_closing_prepares_no_more_than_what_was_begun():
    made = []
    batches = prefetch(lambda step: made.append(step), 0, 1000, ahead=2)
    next(batches)
    batches.close()
    assert len(made) <= 4
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("prefetch")]
