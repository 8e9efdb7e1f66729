"""The Python version in a notebook's metadata, as JupyterLab would write it.

A release names no version, so that a patch release of Python changes none of its files. When
JupyterLab opens a notebook it adds the kernel's version, and then shows unsaved changes before the
student has made any. A copy therefore gets the version of the interpreter that will run it.
"""

from __future__ import annotations

import json
import platform

__all__ = ["with_python_version"]


def with_python_version(notebook: bytes) -> bytes:
    """The notebook with this interpreter's version in its `language_info`, in nbformat's layout.

    What is no notebook, or says nothing of its language, comes back as it is.
    """
    try:
        content = json.loads(notebook)
        language = content["metadata"]["language_info"]
        language["version"] = platform.python_version()
    except (ValueError, KeyError, TypeError):
        return notebook
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()
