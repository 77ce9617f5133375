"""Any number of tasks that an environment may declare."""

from hypothesis import strategies as st

from pay.model.service.size import TaskCount

task_counts = st.integers(1, 1000).flatmap(
    lambda peak: st.builds(TaskCount, peak=st.just(peak), min=st.integers(1, peak))
)
