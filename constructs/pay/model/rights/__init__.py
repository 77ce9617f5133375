"""The rights that tasks, instances, keys or topics need, as the statements that grant them.

The constructs write them into policies. The guard compares them with what a changed policy leaves.
"""
