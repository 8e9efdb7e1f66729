"""From one authored file a stage to the notebooks of the course; only its authors need this.

``solutions/NN_topic.py`` is the only place to edit a stage. From it come, in this order:

1. ``convert``: the percent cells as a notebook, with cell ids that stay the same;
2. ``markers``: the short marker of a cell becomes nbgrader's metadata, with the stage's points;
3. ``execute``: every cell runs in a fresh kernel, and the outputs are kept;
4. ``solutions``: the result is ``solutions/NN_topic/NN_topic.ipynb``, made again only when
   something it rests on has changed (``sources``);
5. ``release``: nbgrader takes the answers and outputs out: ``notebooks/NN_topic/NN_topic.ipynb``.
"""

__all__ = ["METADATA_KEY"]

METADATA_KEY = "backprop_by_hand"  # our own corner of a notebook's metadata
