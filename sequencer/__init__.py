"""Strips to plates, frames to strips; and the job in between, as child processes.

``compat`` knows every difference between Blender versions.  ``errors``, ``events``, ``process``,
``naming``, ``brushwork``, ``network``, ``coherence``, ``pictures``, ``job``, ``folder``,
``engine`` and ``weights`` import nothing but the standard library.
"""
