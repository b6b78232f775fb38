"""A step's thread can be stopped at any moment of the code that it runs."""

import random
import threading
import time

from dagster import DagsterExecutionInterruptedError

from ecommerce_pipeline.execution.step_thread import StepThread, stoppable


def test_a_step_ends_when_it_is_stopped_while_it_starts_threads() -> None:
    moments = random.Random(1)
    for _ in range(100):
        ended_by: list[BaseException] = []

        def work(ended_by: list[BaseException] = ended_by) -> None:
            try:
                with stoppable():
                    while True:
                        threading.Thread(target=int).start()
            except DagsterExecutionInterruptedError as error:
                ended_by.append(error)

        step = StepThread(target=work, daemon=True)
        step.start()
        time.sleep(moments.uniform(0, 0.01))
        step.stop()
        step.join(20)
        assert not step.is_alive()
        assert ended_by
