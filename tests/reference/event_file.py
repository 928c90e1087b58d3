"""Writes crates/trainer/tests/events.out.tfevents with TensorBoard's own writer: `pip install tensorboard`."""

import pathlib

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

path = pathlib.Path(__file__).parents[2] / "crates/trainer/tests/events.out.tfevents"
with path.open("wb") as file:
    writer = RecordWriter(file)
    scalar = Summary.Value(tag="loss/generator", simple_value=0.75)
    writer.write(Event(wall_time=1.5, file_version="brain.Event:2").SerializeToString())
    writer.write(Event(wall_time=2.5, step=300, summary=Summary(value=[scalar])).SerializeToString())
    writer.flush()
