"""Strips to plates, frames to strips; and the job in between, as child processes.

``compat`` knows every difference between Blender versions.  ``errors``, ``events``, ``process``,
``naming``, ``brushwork``, ``pictures``, ``job`` and ``engine`` import nothing but the standard
library.
"""
